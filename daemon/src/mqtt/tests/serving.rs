//! The link on a good day.

use std::sync::atomic::Ordering;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn state_and_health_are_retained_and_events_arrive_as_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let broker = embedded().await;
    let port = broker.address().port();
    let mut tablet = Subscriber::anonymous(port, "spotter/v1/#").await;
    let events = samples::events();
    let outbox = outbox(folder.path());
    let link = Link::start(LinkSettings::embedded(topics(), &broker), outbox.clone(), choices());
    link.publish_health(r#"{"status":"ok"}"#.into());
    let online = tablet.wait_for(|message| message.topic == "spotter/v1/gym/rack-1/state").await;
    assert_eq!((&online.json["state"], &online.json["schema"]), (&"online".into(), &1.into()));
    assert_eq!(online.content_type.as_deref(), Some("application/json"));
    tablet.wait_for(|message| message.topic == "spotter/v1/gym/rack-1/health").await;

    let publisher = link.publisher();
    let captured_at = Instant::now().checked_sub(Duration::from_millis(40)).unwrap();
    for event in &events {
        publisher.event(&station(), event, captured_at).unwrap();
    }
    for event in &events {
        let message = tablet.wait_for(|message| message.topic.contains("/event/")).await;
        let kind = if event.kind() == "set_ended" { "set" } else { event.kind() };
        assert_eq!(message.topic, format!("spotter/v1/gym/rack-1/left/event/{kind}"));
        assert_eq!((&message.json["type"], message.retained), (&kind.into(), false));
        let latency_ms = message.json["latency_ms"].as_f64().unwrap();
        assert!((40.0..5000.0).contains(&latency_ms), "{latency_ms} ms");
        let time = |key: &str| humantime::parse_rfc3339(message.json[key].as_str().unwrap()).unwrap();
        let age = time("recorded_at").duration_since(time("captured_at")).unwrap();
        assert!(
            age.abs_diff(Duration::from_secs_f64(latency_ms / 1e3)) <= Duration::from_millis(2),
            "{age:?}"
        );
    }
    wait_until("all are acknowledged", || outbox.stats().acknowledged == events.len() as u64).await;

    let mut late = Subscriber::anonymous(port, "spotter/v1/#").await;
    let mut retained = [late.next().await, late.next().await, late.next().await]
        .map(|message| (message.topic, message.retained));
    retained.sort();
    let expected = ["health", "left/choice", "state"];
    assert_eq!(retained, expected.map(|last| (format!("spotter/v1/gym/rack-1/{last}"), true)));
    link.shutdown(DEADLINE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_sends_everything_then_offline() {
    let folder = tempfile::tempdir().unwrap();
    let broker = embedded().await;
    let mut tablet = Subscriber::anonymous(broker.address().port(), "spotter/v1/#").await;
    let outbox = outbox(folder.path());
    let link = Link::start(LinkSettings::embedded(topics(), &broker), outbox.clone(), choices());
    wait_connected(&link).await;
    for n in 0..200 {
        outbox.record(numbered(n)).unwrap();
    }
    link.shutdown(DEADLINE).await;
    assert_eq!(tablet.numbers(200).await, (0..200).collect::<Vec<_>>());
    let last = tablet.next().await;
    assert_eq!(
        (last.json["state"].as_str(), last.json["cause"].as_str()),
        (Some("offline"), Some("stopped"))
    );
    wait_until("all are history", || (outbox.stats().pending, outbox.stats().acknowledged) == (0, 200)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_without_a_broker_is_quick_and_keeps_the_events() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = outbox(folder.path());
    let link = Link::start(settings(free_port()), outbox.clone(), choices());
    let state = wait_state(&mut link.state(), "no connection", |state| {
        matches!(state, LinkState::Disconnected { .. })
    })
    .await;
    assert!(state.cause().unwrap().contains("refused"), "{state:?}");
    outbox.record(numbered(0)).unwrap().written().await.unwrap();
    let start = Instant::now();
    link.shutdown(Duration::from_secs(10)).await;
    assert!(start.elapsed() < Duration::from_secs(8), "there is nothing to wait for");
    assert_eq!(outbox.stats().pending, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_and_state_are_exported() {
    let folder = tempfile::tempdir().unwrap();
    let broker = embedded().await;
    let outbox = outbox(folder.path());
    let link = Link::start(LinkSettings::embedded(topics(), &broker), outbox.clone(), choices());
    let registry = prometheus::Registry::new();
    stats::export::register(&registry, &link.monitor()).unwrap();
    wait_connected(&link).await;
    link.publisher().event(&station(), &squat(), Instant::now()).unwrap();
    wait_until("the acknowledgement is in the outbox", || {
        outbox.stats().pending == 0 && outbox.stats().acknowledged == 1
    })
    .await;
    let text = prometheus::TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
    for line in [
        "# TYPE spotter_mqtt_connected gauge",
        "spotter_mqtt_connected 1",
        "spotter_mqtt_connections_total 1",
        "spotter_mqtt_refusals_total 0",
        "spotter_mqtt_events_published_total 1",
        "spotter_mqtt_events_acknowledged_total 1",
        "# TYPE spotter_outbox_recorded_total counter",
        "spotter_outbox_recorded_total 1",
        "spotter_outbox_acknowledged_total 1",
        "spotter_outbox_pending 0",
        "spotter_outbox_lost_total 0",
        "spotter_outbox_fault 0",
    ] {
        assert!(text.lines().any(|found| found == line), "`{line}` is not in\n{text}");
    }
    assert_eq!(link.monitor().stats().connections.load(Ordering::Relaxed), 1);
    link.shutdown(DEADLINE).await;
}

/// Prints how long an event takes from `record` to a subscriber:
/// `cargo test -p spotter mqtt::tests::serving::measure -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, for docs/design/outbox.md"]
async fn measure() {
    let folder =
        tempfile::tempdir_in(std::env::var("SPOTTER_TEST_DISK").unwrap_or("/var/tmp".to_owned())).unwrap();
    let broker = embedded().await;
    let mut tablet = Subscriber::anonymous(broker.address().port(), "spotter/v1/#").await;
    let link = Link::start(LinkSettings::embedded(topics(), &broker), outbox(folder.path()), choices());
    tablet.next().await;
    let publisher = link.publisher();
    let mut times = Vec::new();
    for _ in 0..300 {
        let start = Instant::now();
        publisher.event(&station(), &squat(), start).unwrap();
        tablet.next().await;
        times.push(start.elapsed());
    }
    times.sort();
    println!("event to subscriber: median {:?}, p95 {:?}, worst {:?}", times[150], times[285], times[299]);
    link.shutdown(DEADLINE).await;
}
