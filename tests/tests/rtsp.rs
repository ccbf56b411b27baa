//! A network camera from end to end: an RTSP server plays the squat set, a subscriber gets the repetitions.

#![allow(clippy::unwrap_used, reason = "tests fail by panics")]

use std::thread::JoinHandle;
use std::time::Duration;

use gstreamer_rtsp_server::{self as server, prelude::*};
use spotter_tests::{SpotterProcess, Subscription, checkout, truth_of};

/// A camera at `rtsp://127.0.0.1:port/cam` that plays a clip from its beginning for each who watches.
struct Camera {
    port: i32,
    main_loop: glib::MainLoop,
    thread: Option<JoinHandle<()>>,
}

impl Camera {
    fn playing(clip: &str) -> Self {
        gstreamer::init().unwrap();
        let context = glib::MainContext::new();
        let camera = server::RTSPServer::new();
        camera.set_address("127.0.0.1");
        camera.set_service("0");
        let factory = server::RTSPMediaFactory::new();
        let path = checkout().join("tests/clips").join(clip).canonicalize().unwrap();
        factory.set_launch(&format!(
            "( filesrc location={} ! qtdemux ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96 )",
            path.display()
        ));
        camera.mount_points().unwrap().add_factory("/cam", factory);
        camera.attach(Some(&context)).unwrap();
        let main_loop = glib::MainLoop::new(Some(&context), false);
        let running = main_loop.clone();
        let thread = std::thread::spawn(move || running.run());
        Self { port: camera.bound_port(), main_loop, thread: Some(thread) }
    }

    fn station(&self) -> String {
        format!(
            "[[station]]\nname = \"rack\"\nsource = {{ type = \"rtsp\", url = \"rtsp://127.0.0.1:{}/cam\" }}",
            self.port
        )
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.main_loop.quit();
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

#[test]
fn repetitions_seen_by_a_network_camera_arrive() {
    let expected = truth_of("squat_set")["truth"]["rep_count"].as_u64().unwrap();
    let camera = Camera::playing("squat_set.mp4");
    let unit = SpotterProcess::start(&camera.station(), "");
    unit.wait_ready();
    let subscription = Subscription::new(unit.mqtt_port, "spotter/v1/gym/unit-1/rack/event/rep");
    for _ in 0..expected {
        subscription.wait_for(Duration::from_mins(1), |_, _| true);
    }
}

#[test]
fn a_camera_out_of_reach_is_said_and_does_not_stop_the_unit() {
    let port = spotter_tests::free_port();
    let station = format!(
        "[[station]]\nname = \"rack\"\nsource = {{ type = \"rtsp\", url = \"rtsp://coach:secret@127.0.0.1:{port}/cam\" }}"
    );
    let unit = SpotterProcess::start(&station, "");
    unit.wait_ready();
    let health =
        unit.wait_for_health(Duration::from_secs(20), |health| health["stations"][0]["state"] == "degraded");
    assert!(health["stations"][0]["cause"].is_string());
    assert_eq!(unit.get("/live").0, 200);
    assert!(!unit.log().contains("secret") && !health.to_string().contains("secret"));
}
