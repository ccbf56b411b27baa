//! The link on a bad day: nothing is lost, and a double has the same id.

use rumqttc::v5::MqttOptions;

use super::mosquitto::Mosquitto;
use super::proxy::Proxy;
use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_broker_says_offline_when_the_unit_vanishes_and_online_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let broker = embedded().await;
    let proxy = Proxy::to(broker.address()).await;
    let mut tablet = Subscriber::anonymous(broker.address().port(), "spotter/v1/+/+/state").await;
    let link = Link::start(settings_through(&broker, proxy.port), outbox(folder.path()), choices());
    assert_eq!(tablet.next().await.json["state"], "online");
    proxy.cut();
    let will = tablet.next().await;
    assert_eq!(
        (will.json["state"].as_str(), will.json["cause"].as_str()),
        (Some("offline"), Some("connection_lost"))
    );
    assert_eq!(tablet.next().await.json["state"], "online");
    wait_connected(&link).await;
    link.shutdown(DEADLINE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cuts_while_events_flow_lose_nothing_and_keep_the_order() {
    const EVENTS: usize = 600;
    let folder = tempfile::tempdir().unwrap();
    let broker = embedded().await;
    let proxy = Proxy::to(broker.address()).await;
    let mut tablet =
        Subscriber::anonymous(broker.address().port(), "spotter/v1/gym/rack-1/left/event/#").await;
    let outbox = outbox(folder.path());
    let link = Link::start(settings_through(&broker, proxy.port), outbox.clone(), choices());
    let mut numbers = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for n in 0..EVENTS {
        outbox.record(numbered(n)).unwrap();
        if n % 50 == 25 {
            // Cut with messages and acknowledgements under way.
            let message = tablet.next().await;
            if seen.insert(message.json["event_id"].clone()) {
                numbers.push(message.json["data"]["number"].as_u64().unwrap());
            }
            proxy.cut();
        }
    }
    while numbers.len() < EVENTS {
        let message = tablet.next().await;
        if seen.insert(message.json["event_id"].clone()) {
            numbers.push(message.json["data"]["number"].as_u64().unwrap());
        }
    }
    assert_eq!(numbers, (0..EVENTS as u64).collect::<Vec<_>>());
    wait_until("all are acknowledged", || outbox.stats().pending == 0).await;
    link.shutdown(DEADLINE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_a_broken_broker_arrive_once_it_is_back() {
    let Some(port) = Mosquitto::port() else { return };
    let folder = tempfile::tempdir().unwrap();
    let memory = format!(
        "allow_anonymous true\npersistence true\npersistence_location {}/\n",
        folder.path().display()
    );
    // Mosquitto drops root's rights and must still be able to write there.
    let memory = if mosquitto::runs_as_root() { format!("{memory}user root\n") } else { memory };
    let broker = Mosquitto::start(port, &memory);

    // A tablet with a session: the broker keeps messages for it while it is away.
    let tablet = || {
        let mut options = MqttOptions::new("tablet", "127.0.0.1", port);
        options.set_clean_start(false);
        options.set_session_expiry_interval(Some(3600));
        Subscriber::with(options, "spotter/v1/gym/rack-1/left/event/#")
    };
    let mut before = tablet().await;
    let outbox = outbox(folder.path());
    let link = Link::start(settings(port), outbox.clone(), choices());
    outbox.record(numbered(0)).unwrap();
    assert_eq!(before.numbers(1).await, [0]);
    drop(before);

    broker.stop();
    wait_state(&mut link.state(), "the loss is noticed", |state| {
        matches!(state, LinkState::Disconnected { .. })
    })
    .await;
    for n in 1..=100 {
        outbox.record(numbered(n)).unwrap().written().await.unwrap();
    }
    assert_eq!(outbox.stats().pending, 100);

    let _broker = Mosquitto::start(port, &memory);
    wait_until("all are acknowledged", || outbox.stats().pending == 0).await;
    let mut after = tablet().await;
    // The broker may have missed the tablet's acknowledgement of the first one.
    let first = after.numbers(1).await[0];
    assert!(first <= 1, "{first}");
    assert_eq!(after.numbers(if first == 0 { 100 } else { 99 }).await, (first + 1..=100).collect::<Vec<_>>());
    link.shutdown(DEADLINE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_unit_sends_what_the_last_run_left() {
    let folder = tempfile::tempdir().unwrap();
    {
        let outbox = outbox(folder.path());
        for n in 0..100 {
            outbox.record(numbered(n)).unwrap();
        }
    }
    let broker = embedded().await;
    let mut tablet =
        Subscriber::anonymous(broker.address().port(), "spotter/v1/gym/rack-1/left/event/#").await;
    let link = Link::start(LinkSettings::embedded(topics(), &broker), outbox(folder.path()), choices());
    assert_eq!(tablet.numbers(100).await, (0..100).collect::<Vec<_>>());
    link.shutdown(DEADLINE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_no_broker_takes_does_not_hold_up_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let broker = embedded().await;
    let mut tablet =
        Subscriber::anonymous(broker.address().port(), "spotter/v1/gym/rack-1/left/event/#").await;
    let outbox = outbox(folder.path());
    let mut giant = numbered(0);
    giant.payload = vec![b' '; 1 << 20].into();
    outbox.record(giant).unwrap();
    outbox.record(numbered(1)).unwrap();
    let link = Link::start(LinkSettings::embedded(topics(), &broker), outbox.clone(), choices());
    assert_eq!(tablet.numbers(1).await, [1]);
    let counts = || (outbox.stats().rejected, outbox.stats().acknowledged, outbox.stats().pending);
    wait_until("both are history", || counts() == (1, 1, 0)).await;
    link.shutdown(DEADLINE).await;
}
