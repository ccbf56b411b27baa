//! The embedded broker by itself.

use std::process::Command;

use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{LastWill, PubAckReason};
use rumqttc::v5::{AsyncClient, ConnectionError, Event, Incoming, MqttOptions};

use super::*;

fn options(port: u16) -> MqttOptions {
    MqttOptions::new(format!("test-{}", uuid::Uuid::new_v4()), "127.0.0.1", port)
}

/// Publishes with quality of service 1 and returns the broker's answer.
async fn publish(
    mut options: MqttOptions,
    topic: &str,
    payload: &str,
) -> Result<PubAckReason, ConnectionError> {
    options.set_keep_alive(Duration::from_secs(5));
    let (client, mut eventloop) = AsyncClient::new(options, 10);
    client.publish(topic, QoS::AtLeastOnce, true, payload.to_owned()).await.unwrap();
    let answer = async {
        loop {
            if let Event::Incoming(Incoming::PubAck(ack)) = eventloop.poll().await? {
                return Ok(ack.reason);
            }
        }
    };
    tokio::time::timeout(DEADLINE, answer).await.expect("an answer")
}

#[tokio::test]
async fn a_taken_port_is_named_with_its_key() {
    let taken = std::net::TcpListener::bind(any_port()).unwrap();
    let address = taken.local_addr().unwrap();
    for (settings, key) in [
        (BrokerSettings { listen: address, websocket_listen: any_port() }, "`mqtt.embedded.listen`"),
        (
            BrokerSettings { listen: any_port(), websocket_listen: address },
            "`mqtt.embedded.websocket_listen`",
        ),
    ] {
        let error = EmbeddedBroker::start(&settings, &topics()).await.unwrap_err().to_string();
        assert!(error.contains(&address.to_string()) && error.contains(key), "{error}");
        assert!(error.contains("in use"), "{error}");
    }
}

#[tokio::test]
async fn a_tablet_may_command_but_not_speak_for_the_unit() {
    let broker = embedded().await;
    let port = broker.address().port();
    let state = topics().state();
    assert_eq!(publish(options(port), &state, "{}").await.unwrap(), PubAckReason::NotAuthorized);
    let command = format!("{}tare", topics().command_prefix());
    let answer = publish(options(port), &command, "{}").await.unwrap();
    assert!(matches!(answer, PubAckReason::Success | PubAckReason::NoMatchingSubscribers), "{answer:?}");
    let mut unit = options(port);
    unit.set_credentials(&broker.credentials().username, &broker.credentials().password);
    let answer = publish(unit, &state, "{}").await.unwrap();
    assert!(matches!(answer, PubAckReason::Success | PubAckReason::NoMatchingSubscribers), "{answer:?}");
}

#[tokio::test]
async fn a_tablet_may_not_leave_a_will_in_the_units_name() {
    let broker = embedded().await;
    let port = broker.address().port();
    let mut state = Subscriber::anonymous(port, "spotter/v1/#").await;
    let mut intruder = options(port);
    intruder.set_last_will(LastWill::new(
        topics().state(),
        "{\"state\":\"forged\"}",
        QoS::AtLeastOnce,
        true,
        None,
    ));
    let (_client, mut eventloop) = AsyncClient::new(intruder, 10);
    let accepted = tokio::time::timeout(DEADLINE, eventloop.poll()).await.unwrap().unwrap();
    assert!(matches!(accepted, Event::Incoming(Incoming::ConnAck(_))));
    drop(eventloop);

    let mut unit = options(port);
    unit.set_credentials(&broker.credentials().username, &broker.credentials().password);
    publish(unit, &topics().state(), "{\"state\":\"real\"}").await.unwrap();
    assert_eq!(state.next().await.json["state"], "real");
}

#[tokio::test]
async fn wrong_passwords_and_foreign_topics_are_refused() {
    let broker = embedded().await;
    let port = broker.address().port();
    let mut wrong = options(port);
    wrong.set_credentials(&broker.credentials().username, "guess");
    let refused = publish(wrong, "spotter/v1/x", "{}").await.unwrap_err();
    assert!(matches!(refused, ConnectionError::ConnectionRefused(_)), "{refused}");

    let (client, mut eventloop) = AsyncClient::new(options(port), 10);
    client.subscribe("#", QoS::AtMostOnce).await.unwrap();
    let codes = loop {
        if let Event::Incoming(Incoming::SubAck(ack)) = eventloop.poll().await.unwrap() {
            break ack.return_codes;
        }
    };
    assert_eq!(codes, [rumqttc::v5::mqttbytes::v5::SubscribeReasonCode::NotAuthorized]);
}

#[tokio::test]
async fn a_stop_tells_clients_and_frees_both_ports() {
    let broker = embedded().await;
    let settings = BrokerSettings { listen: broker.address(), websocket_listen: broker.websocket_address() };
    let mut subscriber = Subscriber::anonymous(broker.address().port(), "spotter/v1/#").await;
    broker.stop().await;
    let end = tokio::time::timeout(DEADLINE, subscriber.messages.recv()).await.unwrap();
    assert!(end.is_none(), "the client is disconnected");
    EmbeddedBroker::start(&settings, &topics()).await.unwrap().stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn debians_mosquitto_sub_reads_state_and_events() {
    if !mosquitto::is_installed("mosquitto_sub") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let broker = embedded().await;
    let port = broker.address().port();
    let outbox = outbox(folder.path());
    let link = Link::start(LinkSettings::embedded(topics(), &broker), outbox.clone(), choices());
    wait_connected(&link).await;
    link.publisher().event(&station(), &squat(), Instant::now()).unwrap();
    wait_until("the event is acknowledged", || outbox.stats().acknowledged == 1).await;

    let state = tokio::task::spawn_blocking(move || {
        Command::new("mosquitto_sub")
            .args(["-V", "mqttv5", "-h", "127.0.0.1", "-p", &port.to_string(), "-t", "spotter/v1/+/+/state"])
            .args(["-C", "1", "-W", "10", "-F", "%t %r %p"])
            .output()
            .unwrap()
    });
    let state = String::from_utf8(state.await.unwrap().stdout).unwrap();
    assert!(
        state.starts_with("spotter/v1/gym/rack-1/state 1 {") && state.contains(r#""state":"online""#),
        "{state}"
    );
    link.shutdown(DEADLINE).await;
    broker.stop().await;
}
