//! A subscriber with the client library, and what it received.

use std::collections::HashSet;

use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::SubscribeReasonCode;
use rumqttc::v5::{AsyncClient, Event, EventLoop, Incoming, MqttOptions};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::DEADLINE;

/// A received message.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) topic: String,
    pub(super) json: Value,
    pub(super) retained: bool,
    pub(super) content_type: Option<String>,
}

/// A client that is subscribed.
pub(super) struct Subscriber {
    pub(super) messages: mpsc::UnboundedReceiver<Message>,
    client: AsyncClient,
    task: JoinHandle<()>,
}

impl Subscriber {
    /// Subscribes without an account and waits for the confirmation.
    pub(super) async fn anonymous(port: u16, filter: &str) -> Self {
        Self::with(MqttOptions::new(format!("sub-{}", uuid::Uuid::new_v4()), "127.0.0.1", port), filter).await
    }

    pub(super) async fn with(mut options: MqttOptions, filter: &str) -> Self {
        options.set_max_packet_size(Some(1 << 20));
        let (client, mut eventloop) = AsyncClient::new(options, 10);
        client.subscribe(filter, QoS::AtLeastOnce).await.unwrap();
        let (sender, messages) = mpsc::unbounded_channel();
        // What a session kept comes before the confirmation.
        let confirmation = confirmed(&mut eventloop, &sender);
        let codes = tokio::time::timeout(DEADLINE, confirmation).await.expect("a confirmation");
        assert!(matches!(codes[0], SubscribeReasonCode::Success(_)), "{filter}: {codes:?}");
        let task = tokio::spawn(async move {
            while let Ok(event) = eventloop.poll().await {
                pass_on(event, &sender);
            }
        });
        Self { messages, client, task }
    }

    /// Publishes as a tablet does.
    pub(super) async fn publish(&self, topic: &str, payload: &str) {
        self.client.publish(topic, QoS::AtLeastOnce, false, payload.as_bytes().to_vec()).await.unwrap();
    }

    pub(super) async fn next(&mut self) -> Message {
        let message = tokio::time::timeout(DEADLINE, self.messages.recv()).await;
        message.expect("a message within the deadline").expect("the subscriber lives")
    }

    /// The next message that `wanted` accepts.
    pub(super) async fn wait_for(&mut self, mut wanted: impl FnMut(&Message) -> bool) -> Message {
        loop {
            let message = self.next().await;
            if wanted(&message) {
                return message;
            }
        }
    }

    /// Receives until `count` different events are there, doubles dropped as a tablet does: by `event_id`. Returns their numbers.
    pub(super) async fn numbers(&mut self, count: usize) -> Vec<u64> {
        let mut seen = HashSet::new();
        let mut numbers = Vec::new();
        while numbers.len() < count {
            let message = self.wait_for(|message| message.json.get("event_id").is_some()).await;
            if seen.insert(message.json["event_id"].as_str().unwrap().to_owned()) {
                numbers.push(message.json["data"]["number"].as_u64().unwrap());
            }
        }
        numbers
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn confirmed(
    eventloop: &mut EventLoop,
    sender: &mpsc::UnboundedSender<Message>,
) -> Vec<SubscribeReasonCode> {
    loop {
        match eventloop.poll().await.unwrap() {
            Event::Incoming(Incoming::SubAck(ack)) => return ack.return_codes,
            event => pass_on(event, sender),
        }
    }
}

fn pass_on(event: Event, sender: &mpsc::UnboundedSender<Message>) {
    let Event::Incoming(Incoming::Publish(publish)) = event else { return };
    let message = Message {
        topic: String::from_utf8(publish.topic.to_vec()).unwrap(),
        json: serde_json::from_slice(&publish.payload).unwrap(),
        retained: publish.retain,
        content_type: publish.properties.and_then(|properties| properties.content_type),
    };
    // The test may not want any more.
    let _ = sender.send(message);
}
