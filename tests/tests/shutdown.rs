//! READY, watchdog, STOPPING, `offline`: how a unit starts and ends, seen by systemd and by a subscriber.

use std::time::Duration;

use spotter_tests::{SpotterProcess, Subscription};

const PICTURE: &str =
    "[[station]]\nname = \"rack\"\nsource = { type = \"test_pattern\", width = 320, height = 240, fps = 10 }";

#[test]
fn systemd_hears_ready_watchdog_and_stopping() {
    let mut unit = SpotterProcess::start(PICTURE, "");
    unit.wait_ready();
    assert_eq!(unit.get("/ready").0, 200);
    unit.wait_for_notification("WATCHDOG=1", Duration::from_secs(5));
    unit.signal("TERM");
    unit.wait_for_notification("STOPPING=1", Duration::from_secs(5));
    let status = unit.wait_end(Duration::from_secs(20)).expect("it ends");
    assert!(status.success(), "{status}\n{}", unit.log());
}

#[test]
fn a_subscriber_sees_the_unit_go() {
    let mut unit = SpotterProcess::start(PICTURE, "");
    unit.wait_ready();
    let subscription = Subscription::new(unit.mqtt_port, "spotter/v1/gym/unit-1/state");
    subscription.wait_for(Duration::from_secs(10), |_, payload| payload["state"] == "online");
    unit.signal("TERM");
    let (_, last, _) =
        subscription.wait_for(Duration::from_secs(10), |_, payload| payload["state"] == "offline");
    assert_eq!(last["cause"], "stopped");
    assert!(unit.wait_end(Duration::from_secs(20)).is_some_and(|status| status.success()));
}

#[test]
fn an_open_page_does_not_hold_the_end_up() {
    let mut unit = SpotterProcess::start(PICTURE, "");
    unit.wait_ready();
    let held = std::net::TcpStream::connect(("127.0.0.1", unit.http_port)).unwrap();
    unit.signal("INT");
    assert!(unit.wait_end(Duration::from_secs(20)).is_some_and(|status| status.success()));
    drop(held);
}

#[test]
fn a_hanging_frame_loop_starves_the_watchdog() {
    // A stopped process is the plainest hang: nothing feeds the watchdog while it lasts.
    let unit = SpotterProcess::start(PICTURE, "");
    unit.wait_ready();
    unit.wait_for_notification("WATCHDOG=1", Duration::from_secs(5));
    unit.signal("STOP");
    unit.drain_notifications();
    assert!(!unit.is_notified("WATCHDOG=1", Duration::from_secs(3)));
    unit.signal("CONT");
    unit.wait_for_notification("WATCHDOG=1", Duration::from_secs(5));
}
