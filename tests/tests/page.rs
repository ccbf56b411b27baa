//! The page in headless Chromium, served by the daemon's own server and fed with live frames.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use spotter::board::Board;
use spotter::config::Name;
use spotter::health::{Health, MqttReport, StationState};
use spotter::http::{self, AppState};
use spotter::landmarks::ChosenLandmarks;
use spotter::metrics::Metrics;
use spotter_models::{BackendStatus, LandmarkModel};
use spotter_tests::{Browser, Figure, SpotterProcess, checkout};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const TABLET: (u32, u32, f64) = (1280, 800, 1.0);
const PORTRAIT: (u32, u32, f64) = (800, 1280, 1.0);
const PHONE: (u32, u32, f64) = (390, 844, 2.0);

/// A unit with the daemon's server and a frame loop that the test scripts.
struct Unit {
    runtime: Runtime,
    address: String,
    board: Arc<Board>,
    health: Arc<Health>,
    shutdown: CancellationToken,
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

impl Unit {
    fn start() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let stations = [name("rack-1"), name("rack-2")];
        let board = Arc::new(Board::new(stations.clone()));
        let connected = || MqttReport {
            state: "connected".to_owned(),
            cause: None,
            broker: "127.0.0.1:1883".to_owned(),
            outbox_pending: 0,
            outbox_dropped: 0,
        };
        let health = Arc::new(Health::new(
            name("gym-north"),
            name("unit-7"),
            stations,
            full_landmarks(),
            Box::new(BackendStatus::default),
            Box::new(connected),
        ));
        let shutdown = CancellationToken::new();
        let state = AppState::new(Arc::clone(&board), Arc::clone(&health), Metrics::new().unwrap()).unwrap();
        let listener = runtime.block_on(http::bind("127.0.0.1:0".parse().unwrap())).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        runtime.spawn(http::serve(listener, Arc::new(state), shutdown.clone()));
        Self { runtime, address, board, health, shutdown }
    }

    fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Posts this frame thirty times a second until the guard is dropped; `t_s` and the squat go on.
    fn feed(&self, station: &str, frame: Value) -> Feed<'_> {
        let (board, station) = (Arc::clone(&self.board), name(station));
        let (health, other) = (self.health.station(0), self.health.station(1));
        let stop = CancellationToken::new();
        let task = self.runtime.spawn(stop.clone().run_until_cancelled_owned(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(33));
            for step in 0_u32.. {
                ticks.tick().await;
                let mut frame = frame.clone();
                frame["t_s"] = json!(f64::from(step) * 0.033);
                board.post(&station, Arc::from(frame.to_string()));
                health.frame(29.9, frame["people"].as_array().map_or(0, Vec::len));
                other.progress();
            }
        }));
        Feed { unit: self, stop, task: Some(task) }
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

struct Feed<'a> {
    unit: &'a Unit,
    stop: CancellationToken,
    task: Option<JoinHandle<Option<()>>>,
}

impl Drop for Feed<'_> {
    /// Returns when the last frame was posted.
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(task) = self.task.take() {
            let _ = self.unit.runtime.block_on(task);
        }
    }
}

fn person(id: u32, rep_count: u32, figure: Figure) -> Value {
    json!({
        "person_id": id, "rep_count": rep_count, "exercise": "back_squat", "phase": "concentric",
        "keypoints": figure.keypoints(),
    })
}

fn squatter(rep_count: u32) -> Value {
    person(1, rep_count, Figure { floor_px: [600.0, 655.0], height_px: 560.0, depth: 0.7 })
}

fn companion() -> Value {
    person(2, 0, Figure { floor_px: [1010.0, 560.0], height_px: 400.0, depth: 0.0 })
}

fn last_rep() -> Value {
    json!({
        "person_id": 1, "exercise": "back_squat", "set_number": 4, "rep_number": 5, "status": "counted", "decided_s": 12.5, "start_s": 10.1, "bottom_s": 11.6, "end_s": 12.4,
        "rom_m": 0.612, "knee_flexion_deg": 108.4, "eccentric_s": 1.42, "pause_s": 0.12, "concentric_s": 0.93,
        "mean_concentric_velocity_m_s": 0.6249, "velocity_loss_pct": 12.3,
        "provenance": { "mean_concentric_velocity_m_s": {
            "u": 0.021, "method": "displacement_over_time", "quality": "high", "reasons": [],
        }},
    })
}

fn last_jump(landing_s: f64) -> Value {
    json!({
        "person_id": 1, "kind": "cmj", "decided_s": landing_s + 0.1, "takeoff_s": landing_s - 0.512, "landing_s": landing_s, "flight_time_s": 0.512,
        "height_m": 0.3214, "countermovement_depth_m": 0.287, "time_to_takeoff_s": 0.78,
        "provenance": { "height_m": {
            "u": 0.0081, "method": "rise_fit", "quality": "medium", "reasons": ["low_frame_rate"],
        }},
    })
}

fn frame(people: &[Value], last_rep: &Value, last_jump: &Value) -> Value {
    json!({
        "schema": 1, "station": "rack-1", "t_s": 0.0, "width_px": 1280, "height_px": 720, "fps": 29.9, "latency_ms": 47.6,
        "people": people, "totals": { "reps": 24, "sets": 4, "jumps": 6 },
        "last_rep": last_rep, "last_jump": last_jump,
    })
}

fn picture(file: &str) -> PathBuf {
    checkout().join("target/page").join(file)
}

/// Nothing is cut off and nothing lies beyond the right edge; a tablet needs no scrolling either.
fn assert_fits(browser: &Browser, size: (u32, u32, f64)) {
    let cut = browser.run(
        "const page = document.documentElement; const cut = [];
         if (page.scrollWidth > innerWidth) cut.push(`page ${page.scrollWidth} > ${innerWidth}`);
         if (innerWidth >= 800 && page.scrollHeight > innerHeight) cut.push(`page ${page.scrollHeight} > ${innerHeight} high`);
         for (const card of document.querySelectorAll('.card, .bar, .stage')) {
           const right = card.getBoundingClientRect().right, bottom = card.getBoundingClientRect().bottom;
           for (const inner of card.querySelectorAll('*')) {
             const box = inner.getBoundingClientRect();
             if (inner.checkVisibility() && (box.right > right + 1 || box.bottom > bottom + 1)) cut.push(`${inner.id || inner.className} in ${card.className}`);
           }
         }
         return cut",
    );
    assert_eq!(cut, json!([]), "cut off at {size:?}");
}

/// How many pixels of the skeletons are drawn in the colours of persons 1 and 2.
fn drawn_pixels(browser: &Browser) -> [u64; 2] {
    let counts = browser.run(
        "return import('/assets/skeleton.js').then(({ colour }) => {
           const canvas = document.getElementById('skeleton');
           const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
           return [1, 2].map((person) => {
             const wanted = [1, 3, 5].map((at) => parseInt(colour(person, 1).slice(at, at + 2), 16));
             let count = 0;
             for (let at = 0; at < data.length; at += 4)
               if (data[at + 3] > 100 && wanted.every((c, i) => Math.abs(data[at + i] - c) < 12)) count += 1;
             return count;
           });
         })",
    );
    [0, 1].map(|at| counts[at].as_u64().expect("a count"))
}

const IS_LIVE: &str = "document.getElementById('link').textContent === 'Live'";

#[test]
fn a_set_of_squats_is_shown_large_with_its_numbers_and_skeletons() {
    let Some(browser) = Browser::start() else { return };
    let unit = Unit::start();
    let _feed = unit.feed("rack-1", frame(&[squatter(6), companion()], &last_rep(), &last_jump(4.0)));
    browser.resize(TABLET.0, TABLET.1, TABLET.2);
    browser.open(&unit.url());
    browser.wait_for(IS_LIVE);
    browser.wait_for("document.getElementById('health-line').textContent.includes('unit-7')");

    assert_eq!(browser.text("#reps"), "6");
    assert_eq!(browser.text("#velocity"), "0.62");
    assert_eq!(browser.text("#jump"), "32.1");
    assert_eq!(browser.text("#jump-uncertainty"), "± 0.8");
    assert_eq!(browser.text("#jump-quality"), "Medium quality");
    assert_eq!(browser.text("#velocity-uncertainty"), "± 0.02");
    assert_eq!(browser.text("#exercise"), "Back squat");
    assert_eq!(browser.text("#phase"), "Up");
    assert_eq!(browser.text("#rate"), "30 fps · 48 ms");
    assert_eq!(browser.text("title"), "rack-1 · Spotter");
    let [athlete, other] = drawn_pixels(&browser);
    assert!(
        athlete > 3000 && other > 300,
        "drawn: {athlete} pixels of the athlete, {other} of the second person"
    );
    assert_eq!(browser.run("return document.querySelectorAll('#people li').length"), 2);

    for (size, file) in
        [(TABLET, "squat-tablet.png"), (PORTRAIT, "squat-portrait.png"), (PHONE, "squat-phone.png")]
    {
        browser.resize(size.0, size.1, size.2);
        browser
            .wait_for(&format!("innerWidth === {} && document.getElementById('skeleton').width > 0", size.0));
        browser.screenshot(&picture(file));
        assert_fits(&browser, size);
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
    let foreign = |url: &String| {
        !(url.starts_with(&unit.url())
            || *url == format!("ws://{}/ws/rack-1", unit.address)
            || url.starts_with("data:"))
    };
    let asked = browser.requests();
    assert!(asked.iter().any(|url| url.starts_with("ws://")), "{asked:?}");
    assert_eq!(asked.into_iter().filter(foreign).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn a_jump_becomes_the_largest_number_and_tells_its_origin() {
    let Some(browser) = Browser::start() else { return };
    let unit = Unit::start();
    let _feed = unit.feed("rack-1", frame(&[squatter(0)], &last_rep(), &last_jump(20.0)));
    browser.resize(TABLET.0, TABLET.1, TABLET.2);
    browser.open(&unit.url());
    browser.wait_for(IS_LIVE);
    browser.wait_for("document.getElementById('main').dataset.hero === 'jump'");
    let height = |id: &str| {
        let script = format!("return parseFloat(getComputedStyle(document.getElementById('{id}')).fontSize)");
        browser.run(&script).as_f64().expect("a size")
    };
    assert!(height("jump") > 1.5 * height("reps"));
    // The counter keeps the last set's count, and says so.
    assert_eq!(browser.text("#reps"), "5");
    for (size, file) in
        [(TABLET, "jump-tablet.png"), (PORTRAIT, "jump-portrait.png"), (PHONE, "jump-phone.png")]
    {
        browser.resize(size.0, size.1, size.2);
        browser
            .wait_for(&format!("innerWidth === {} && document.getElementById('skeleton').width > 0", size.0));
        browser.screenshot(&picture(file));
        assert_fits(&browser, size);
    }
    browser.resize(TABLET.0, TABLET.1, TABLET.2);
    browser.run("document.querySelector('.jump summary').click()");
    let origin = browser.run("return document.getElementById('jump-origin').innerText");
    for part in ["Rise of the body in flight", "32.1 ± 0.8 cm", "Medium", "Low frame rate", "0.51 s"] {
        assert!(origin.as_str().expect("a text").contains(part), "{part} is not in {origin}");
    }
    browser.screenshot(&picture("origin-tablet.png"));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn missing_frames_a_lost_camera_and_a_lost_unit_are_said() {
    let Some(browser) = Browser::start() else { return };
    let unit = Unit::start();
    let feed = unit.feed("rack-1", frame(&[squatter(2)], &Value::Null, &Value::Null));
    browser.resize(TABLET.0, TABLET.1, TABLET.2);
    browser.open(&unit.url());
    browser.wait_for(IS_LIVE);
    assert_eq!(browser.text("#velocity"), "–");

    drop(feed);
    let cause = Some("camera lost: /dev/video0 has gone".to_owned());
    unit.health.station(0).set_state(StationState::Degraded, cause);
    browser.wait_for("document.getElementById('link').textContent.startsWith('No frames for')");
    browser.wait_for("document.getElementById('notice').textContent.includes('/dev/video0 has gone')");
    browser.wait_for("document.getElementById('health').dataset.level === 'warn'");
    browser.screenshot(&picture("camera-lost-tablet.png"));

    let feed = unit.feed("rack-1", frame(&[squatter(3)], &last_rep(), &Value::Null));
    browser.wait_for(IS_LIVE);
    browser.wait_for(
        "document.getElementById('notice').hidden && document.getElementById('reps').textContent === '3'",
    );
    drop(feed);

    unit.shutdown.cancel();
    browser.wait_for("document.getElementById('link').textContent.startsWith('Disconnected')");
    browser.screenshot(&picture("disconnected-tablet.png"));
}

#[test]
fn the_coach_changes_the_station() {
    let Some(browser) = Browser::start() else { return };
    let unit = Unit::start();
    let _first = unit.feed("rack-1", frame(&[squatter(4)], &last_rep(), &Value::Null));
    let _second = unit.feed("rack-2", frame(&[squatter(12)], &last_rep(), &Value::Null));
    browser.open(&unit.url());
    browser.wait_for("document.getElementById('reps').textContent === '4'");
    browser.run(
        "[...document.querySelectorAll('#stations button')].find((b) => b.textContent === 'rack-2').click()",
    );
    browser.wait_for("document.getElementById('reps').textContent === '12'");
    // A bookmark or a reload leads to the same station.
    browser.run("location.reload()");
    browser.wait_for("document.getElementById('reps')?.textContent === '12'");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// Nothing scripted: the real binary, a clip of the repository, and what a coach would see of it.
#[test]
fn the_daemon_shows_the_squats_of_a_clip() {
    let Some(browser) = Browser::start() else { return };
    let clip = checkout().join("tests/clips/squat_set.mp4");
    let path = clip.display();
    let station = format!(
        "[[station]]\nname = \"rack\"\nsource = {{ type = \"file\", path = \"{path}\", repeat = true }}\n"
    );
    let unit = SpotterProcess::start(&station, "");
    unit.wait_ready();
    browser.resize(TABLET.0, TABLET.1, TABLET.2);
    browser.open(&format!("http://127.0.0.1:{}/", unit.http_port));
    browser.wait_for(IS_LIVE);
    browser.wait_for("Number(document.getElementById('reps').textContent) >= 2");
    browser.wait_for("/^[0-9]\\.[0-9]{2}$/.test(document.getElementById('velocity').textContent)");
    let [athlete, _] = drawn_pixels(&browser);
    assert!(athlete > 1000, "{athlete} pixels of the athlete are drawn");
    assert_fits(&browser, TABLET);
    browser.screenshot(&picture("clip-tablet.png"));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

fn full_landmarks() -> ChosenLandmarks {
    ChosenLandmarks { model: LandmarkModel::Full, why: "as the configuration says".to_owned() }
}
