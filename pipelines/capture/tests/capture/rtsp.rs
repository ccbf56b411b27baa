//! Network cameras: a real RTSP server on this machine.

use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use gstreamer_rtsp_server::{self as server, prelude::*};
use spotter_capture::{Delivery, FrameSource, Pull, SourceDescription, open};

use crate::clips::{PATIENCE, next, open_error};

/// A camera with sound and picture at `rtsp://127.0.0.1:port/cam`.
struct Camera {
    port: i32,
    server: server::RTSPServer,
    context: glib::MainContext,
    main_loop: glib::MainLoop,
    thread: Option<JoinHandle<()>>,
}

const SOUND_AND_PICTURE: &str = "( audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay0 pt=8 \
     videotestsrc is-live=true ! video/x-raw,width=162,height=90,framerate=50/1 \
     ! vp8enc deadline=1 keyframe-max-dist=10 ! rtpvp8pay name=pay1 pt=97 )";

impl Camera {
    fn start(password: Option<&str>) -> Self {
        gstreamer::init().unwrap();
        let context = glib::MainContext::new();
        let server = server::RTSPServer::new();
        server.set_address("127.0.0.1");
        server.set_service("0");
        let factory = server::RTSPMediaFactory::new();
        factory.set_launch(SOUND_AND_PICTURE);
        if let Some(password) = password {
            require(&server, &factory, password);
        }
        server.mount_points().unwrap().add_factory("/cam", factory);
        server.attach(Some(&context)).unwrap();
        let main_loop = glib::MainLoop::new(Some(&context), false);
        let running = main_loop.clone();
        let thread = std::thread::spawn(move || running.run());
        Self { port: server.bound_port(), server, context, main_loop, thread: Some(thread) }
    }

    fn source(&self, credentials: &str) -> SourceDescription {
        let url = format!("rtsp://{credentials}127.0.0.1:{}/cam", self.port);
        SourceDescription::Rtsp { url: url.into(), latency_ms: 50 }
    }

    /// Closes the connection of everyone who watches, as a camera that restarts does.
    fn hang_up(&self) {
        let server = self.server.clone();
        self.context.invoke(move || {
            server.client_filter(Some(&mut |_, _| server::RTSPFilterResult::Remove));
        });
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.main_loop.quit();
        self.thread.take().unwrap().join().unwrap();
    }
}

/// Lets in only the user `coach` with this password.
fn require(server: &server::RTSPServer, factory: &server::RTSPMediaFactory, password: &str) {
    let auth = server::RTSPAuth::new();
    let token = server::RTSPToken::builder().field("media.factory.role", "viewer").build();
    auth.add_basic(&server::RTSPAuth::make_basic("coach", password), &token);
    server.set_auth(Some(&auth));
    let role = gstreamer::Structure::builder("viewer")
        .field("media.factory.access", true)
        .field("media.factory.construct", true)
        .build();
    factory.add_role_from_structure(&role);
}

/// The error that a source comes to while it runs.
fn run_to_error(source: &mut dyn FrameSource) -> String {
    loop {
        match source.pull(PATIENCE) {
            Ok(Pull::Frame(_)) => {}
            Ok(other) => panic!("{other:?} instead of an error"),
            Err(error) => return error.to_string(),
        }
    }
}

#[test]
fn frames_carry_the_cameras_time() {
    let camera = Camera::start(None);
    let mut source = open("rack", &camera.source(""), Delivery::EveryFrame).unwrap();
    let first = next(source.as_mut());
    assert_eq!((first.width, first.height), (162, 90));
    assert!(first.discontinuity);
    let mut last = first.pts;
    let mut steps = Vec::new();
    for index in 1..50_u32 {
        let frame = next(source.as_mut());
        assert!(frame.pts > last, "frame {index}");
        assert!(frame.captured_at <= Instant::now());
        steps.push(frame.pts - last);
        last = frame.pts;
    }
    // 49 steps of 20 ms. The receiver follows the camera's clock, which it estimates from arrivals: on a busy machine it may stretch a
    // second by a sixth, in few steps.
    let right = |step: &&Duration| step.abs_diff(Duration::from_millis(20)) < Duration::from_millis(5);
    assert!(steps.iter().filter(right).count() >= 44, "{steps:?}");
    let took = last - first.pts;
    assert!(took.abs_diff(Duration::from_millis(980)) < Duration::from_millis(250), "{took:?}");
}

#[test]
fn a_camera_that_hangs_up_is_an_error() {
    let camera = Camera::start(None);
    let mut source = open("rack", &camera.source(""), Delivery::NewestWins).unwrap();
    next(source.as_mut());
    camera.hang_up();
    let error = run_to_error(source.as_mut());
    assert!(error.starts_with("rack: "), "{error}");
    assert!(error.contains("check that"), "{error}");
}

#[test]
fn the_right_password_is_let_in_and_the_wrong_one_is_not_shown() {
    let camera = Camera::start(Some("ge:he@im/1"));
    let right = camera.source("coach:ge%3Ahe%40im%2F1@");
    next(open("rack", &right, Delivery::NewestWins).unwrap().as_mut());

    let error = open_error(&camera.source("coach:falsch@"));
    assert!(error.contains("coach:***@127.0.0.1"), "{error}");
    assert!(error.contains("check user name and password"), "{error}");
    assert!(!error.contains("falsch"), "{error}");
}

#[test]
fn a_wrong_path_says_so() {
    let camera = Camera::start(None);
    let url = format!("rtsp://127.0.0.1:{}/nosuchpath", camera.port);
    let error = open_error(&SourceDescription::Rtsp { url: url.into(), latency_ms: 50 });
    assert!(error.contains("/nosuchpath") && error.contains("check the path"), "{error}");
}

#[test]
fn a_port_where_nobody_listens_is_refused_at_once() {
    // Bound and dropped: free, and refused by the kernel.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("rtsp://coach:geheim@127.0.0.1:{port}/cam");
    let asked = Instant::now();
    let error = open_error(&SourceDescription::Rtsp { url: url.into(), latency_ms: 50 });
    assert!(asked.elapsed() < Duration::from_secs(5), "before the time for opening is up");
    assert!(error.contains("check host and port"), "{error}");
    assert!(error.contains(&port.to_string()) && !error.contains("geheim"), "{error}");
}

#[test]
fn an_address_that_is_none() {
    let error = open_error(&SourceDescription::Rtsp { url: "http://u:geheim@cam/".into(), latency_ms: 50 });
    assert!(error.starts_with("station-1: `http://u:***@cam/` is not an RTSP address"), "{error}");
}
