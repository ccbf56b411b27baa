//! From a clip to what a tablet's broker client gets, with Debian's subscriber.

use std::time::Duration;

use spotter_tests::{Broker, SpotterProcess, Subscription, checkout, free_port, truth_of};

/// A station that reads every frame of a clip, however busy the machine is.
fn station(clip: &str) -> String {
    let path = checkout().join("tests/clips").join(clip);
    format!("[[station]]\nname = \"rack\"\nsource = {{ type = \"file\", path = {path:?}, paced = false }}\n")
}

/// Longer than any of the clips, on a busy machine.
const CLIP_DEADLINE: Duration = Duration::from_mins(2);

#[test]
fn every_squat_of_the_set_arrives_once_and_in_order() {
    let truth = truth_of("squat_set");
    let expected = truth["truth"]["reps"].as_array().unwrap().len();
    let unit = SpotterProcess::start(&station("squat_set.mp4"), "");
    unit.wait_ready();
    let subscription = Subscription::new(unit.mqtt_port, "spotter/v1/gym/unit-1/rack/event/#");
    let mut reps = Vec::new();
    loop {
        let (topic, payload, _) = subscription.wait_for(CLIP_DEADLINE, |_, _| true);
        if topic.ends_with("/rep") {
            reps.push(payload);
        } else if topic.ends_with("/set") {
            assert_eq!(payload["data"]["rep_count"], expected);
            assert_eq!(payload["data"]["exercise"], "back_squat");
            break;
        }
    }
    assert_eq!(reps.len(), expected);
    let ids: std::collections::HashSet<_> = reps.iter().map(|rep| rep["event_id"].to_string()).collect();
    assert_eq!(ids.len(), expected, "an event came twice");
    for (rep, true_rep) in reps.iter().zip(truth["truth"]["reps"].as_array().unwrap()) {
        let bottom_s = rep["data"]["bottom_s"].as_f64().unwrap();
        let (reached_s, left_s) =
            (true_rep["t_far"].as_f64().unwrap(), true_rep["t_far_end"].as_f64().unwrap());
        assert!(
            (reached_s - 0.15..=left_s + 0.15).contains(&bottom_s),
            "{bottom_s} s, truth {reached_s}–{left_s} s"
        );
    }
}

#[test]
fn every_jump_arrives_with_its_height() {
    let truth = truth_of("cmj_three");
    let true_jumps = truth["truth"]["jumps"].as_array().unwrap();
    let unit = SpotterProcess::start(&station("cmj_three.mp4"), "");
    unit.wait_ready();
    let subscription = Subscription::new(unit.mqtt_port, "spotter/v1/+/+/+/event/jump");
    for true_jump in true_jumps {
        let (_, payload, _) = subscription.wait_for(CLIP_DEADLINE, |_, _| true);
        let jump = &payload["data"];
        assert_eq!(jump["kind"], "cmj");
        let height_m = jump["height_m"].as_f64().unwrap();
        let true_height_m = true_jump["height_pelvis_rise_from_takeoff_m"].as_f64().unwrap();
        assert!((height_m - true_height_m).abs() <= 0.03, "{height_m} m, truth {true_height_m} m");
    }
}

#[test]
fn another_broker_gets_state_live_values_and_events() {
    let port = free_port();
    let broker = Broker::start(port, "allow_anonymous true");
    let subscription = Subscription::new(broker.port, "spotter/v1/gym/unit-1/#");
    let external = format!("[mqtt.external]\nhost = \"127.0.0.1\"\nport = {port}\n");
    let unit = SpotterProcess::start(&station("squat_set.mp4"), &external);
    unit.wait_ready();
    subscription
        .wait_for(CLIP_DEADLINE, |topic, payload| topic.ends_with("/state") && payload["state"] == "online");
    subscription.wait_for(CLIP_DEADLINE, |topic, payload| {
        topic.ends_with("/rack/live") && payload["people"].as_array().is_some_and(|people| !people.is_empty())
    });
    subscription.wait_for(CLIP_DEADLINE, |topic, _| topic.ends_with("/rack/event/rep"));
}

#[test]
fn events_wait_for_a_broker_that_is_away() {
    let port = free_port();
    let external = format!("[mqtt.external]\nhost = \"127.0.0.1\"\nport = {port}\n");
    let unit = SpotterProcess::start(&station("squat_set.mp4"), &external);
    unit.wait_ready();
    unit.wait_for_metric("spotter_events_total", CLIP_DEADLINE, |value| value >= 1.0);
    let (status, health) = unit.get("/health");
    let health: serde_json::Value = serde_json::from_str(&health).unwrap();
    assert_eq!((status, &health["status"]), (200, &"degraded".into()));
    assert_eq!(health["mqtt"]["state"], "disconnected");

    let broker = Broker::start(port, "allow_anonymous true");
    let subscription = Subscription::new(broker.port, "spotter/v1/gym/unit-1/rack/event/rep");
    let (_, first, _) = subscription.wait_for(Duration::from_mins(1), |_, _| true);
    assert_eq!(first["data"]["rep_number"], 1);
}

#[test]
fn what_was_recorded_survives_kill_9() {
    let port = free_port();
    let external = format!("[mqtt.external]\nhost = \"127.0.0.1\"\nport = {port}\n");
    let unit = SpotterProcess::start(&station("squat_set.mp4"), &external);
    unit.wait_ready();
    unit.wait_for_metric("spotter_events_total", CLIP_DEADLINE, |value| value >= 2.0);
    let folder = unit.kill();

    let broker = Broker::start(port, "allow_anonymous true");
    let subscription = Subscription::new(broker.port, "spotter/v1/gym/unit-1/rack/event/rep");
    let picture = "[[station]]\nname = \"rack\"\n\
                   source = { type = \"test_pattern\", width = 320, height = 240, fps = 10 }";
    let unit = SpotterProcess::start_in(folder, picture, &external);
    unit.wait_ready();
    for number in 1..=2 {
        let (_, rep, _) = subscription.wait_for(Duration::from_secs(30), |_, _| true);
        assert_eq!(rep["data"]["rep_number"], number);
    }
}
