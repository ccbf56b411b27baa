//! What a session sends, and when: acknowledgements to the outbox, then health, events and live values to the broker.

use std::time::Instant;

use bytes::Bytes;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::PublishProperties;

use super::{Phase, Session};
use crate::mqtt::link::window::Sent;
use crate::mqtt::payload;
use crate::mqtt::stats::count;
use crate::outbox::PendingEvent;

/// Events read from the outbox at a time.
const FETCH: usize = 64;

/// A live value that a broker could not deliver for so long is of no use.
const LIVE_EXPIRY_S: u32 = 2;

/// Packet overhead beside topic and payload: header, properties, packet id.
const PACKET_OVERHEAD: usize = 64;

impl Session<'_> {
    /// Hands everything that is due to the client library, as far as window and queue allow. Called after every event.
    pub(super) fn feed(&mut self) {
        if self.phase == Phase::Connecting {
            return;
        }
        self.report_acknowledgements();
        if matches!(self.phase, Phase::Serving | Phase::Draining) {
            self.read_outbox();
            self.send_health();
            self.send_answers();
            self.send_events();
        }
        if self.phase == Phase::Serving {
            self.send_live();
        }
        let all_sent =
            self.queue.is_empty() && self.reading.is_none() && !self.more && self.window.is_empty();
        if self.phase == Phase::Draining && all_sent {
            self.leave();
        }
    }

    pub(super) fn report_acknowledgements(&mut self) {
        if !self.acknowledged.is_empty() && self.shared.outbox.acknowledge(self.acknowledged.clone()).is_ok()
        {
            self.acknowledged.clear();
        }
    }

    fn read_outbox(&mut self) {
        if self.more && self.queue.is_empty() && self.reading.is_none() {
            // An overloaded outbox is asked again after the next event.
            if let Ok(reading) = self.shared.outbox.pending(self.read_to, FETCH) {
                self.reading = Some(reading);
                self.more = false;
            }
        }
    }

    pub(super) fn on_read(&mut self, events: Vec<PendingEvent>) {
        self.reading = None;
        if let Some(last) = events.last() {
            self.read_to = last.position;
            // There may be more, also if fewer came than were asked for: some may have been in memory only.
            self.more = true;
        }
        self.queue.extend(events);
    }

    fn send_health(&mut self) {
        if !self.health_due || !self.window.is_open() {
            return;
        }
        let health = self.health.borrow_and_update().clone();
        let Some(health) = health else { return };
        let topic = self.shared.settings.topics.health();
        if self.publish(topic, Some(Sent::Health), true, Bytes::copy_from_slice(health.as_bytes())) {
            self.health_due = false;
        }
    }

    fn send_events(&mut self) {
        while self.window.is_open() {
            let Some(event) = self.queue.pop_front() else { return };
            if event.topic.len() + event.payload.len() + PACKET_OVERHEAD > self.max_packet_bytes {
                self.reject(
                    &event,
                    &format!("larger than the broker's limit of {} bytes", self.max_packet_bytes),
                );
            } else if self.publish(
                event.topic.clone(),
                Some(Sent::Event(event.position)),
                false,
                event.payload.clone(),
            ) {
                count(&self.shared.stats.events_published);
            } else {
                self.queue.push_front(event);
                return;
            }
        }
    }

    /// No broker of this kind will ever take the event: it must not hold up the others.
    fn reject(&self, event: &PendingEvent, reason: &str) {
        tracing::error!(event = event.id, topic = event.topic, reason, "an event is set aside");
        if self.shared.outbox.reject(event.position, reason.to_owned()).is_err() {
            tracing::warn!(
                event = event.id,
                "the outbox is overloaded; the event is tried again at the next connection"
            );
        }
    }

    fn send_live(&mut self) {
        let shared = self.shared;
        shared.live.send_each(&shared.stats, |topic, value| {
            // One that is larger than the broker takes would end the connection: it counts as sent and is gone.
            let fits = topic.len() + value.len() + PACKET_OVERHEAD <= self.max_packet_bytes;
            !fits || self.publish(topic.to_owned(), None, false, Bytes::copy_from_slice(value.as_bytes()))
        });
    }

    /// Begins to send the rest of the events.
    pub(super) fn drain(&mut self, deadline: Instant) {
        self.deadline = Some(deadline);
        self.phase = Phase::Draining;
        // Events that were handed over may not be announced yet: a read that is queued behind them finds them.
        self.more = true;
    }

    /// Sends `offline` as the last message.
    pub(super) fn leave(&mut self) {
        let topics = &self.shared.settings.topics;
        if self.publish(topics.state(), Some(Sent::Offline), true, payload::offline(topics, "stopped").into())
        {
            self.phase = Phase::Leaving;
        }
    }

    /// Hands one message to the client library: quality of service 1 where `sent` says what it is. False when its queue is full.
    pub(super) fn publish(
        &mut self,
        topic: String,
        sent: Option<Sent>,
        retain: bool,
        payload: Bytes,
    ) -> bool {
        let qos = if sent.is_some() { QoS::AtLeastOnce } else { QoS::AtMostOnce };
        let properties = PublishProperties {
            payload_format_indicator: Some(1),
            content_type: Some("application/json".to_owned()),
            message_expiry_interval: sent.is_none().then_some(LIVE_EXPIRY_S),
            ..PublishProperties::default()
        };
        let taken = self.client.try_publish_with_properties(topic, qos, retain, payload, properties).is_ok();
        if let Some(sent) = sent.filter(|_| taken) {
            self.window.requested(sent);
        }
        taken
    }
}
