//! One connection to the broker, from its first byte to its last.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use rumqttc::Outgoing;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{ConnAck, PubAck, PubAckReason, PublishProperties};
use rumqttc::v5::{AsyncClient, Event, EventLoop, Incoming};
use tokio::sync::{oneshot, watch};
use tokio::time::sleep_until;

use super::Shared;
use super::window::{Sent, Window};
use crate::mqtt::payload;
use crate::mqtt::stats::{LinkState, count};
use crate::outbox::PendingEvent;

mod failure;

/// Events read from the outbox at a time.
const FETCH: usize = 64;

/// A live value that a broker could not deliver for so long is of no use.
const LIVE_EXPIRY_S: u32 = 2;

/// Packet overhead beside topic and payload: header, properties, packet id.
const PACKET_OVERHEAD: usize = 64;

/// Part of the grace time that is kept for `offline` and the farewell.
const FAREWELL: Duration = Duration::from_millis(500);

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// We left, as we were told to.
    Left,
    /// The broker answered and said no.
    Refused(String),
    /// It broke, or could not be made.
    Lost(String),
}

/// Where the session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No CONNACK yet.
    Connecting,
    /// Sending events and live values.
    Serving,
    /// Told to stop: sending the rest of the events.
    Draining,
    /// `offline` is on its way.
    Leaving,
    /// DISCONNECT is on its way.
    Disconnecting,
}

/// One connection.
pub(super) struct Session<'a> {
    shared: &'a Shared,
    client: AsyncClient,
    phase: Phase,
    window: Window,
    max_packet_bytes: usize,
    /// Events read from the outbox and not yet sent.
    queue: VecDeque<PendingEvent>,
    /// Position of the last event read.
    read_to: i64,
    /// The outbox may hold events after `read_to`.
    more: bool,
    reading: Option<oneshot::Receiver<Vec<PendingEvent>>>,
    acknowledged: Vec<i64>,
    health: watch::Receiver<Option<Arc<str>>>,
    health_due: bool,
    /// A silence of the client library this long means that it hangs in a write.
    stall_after: Duration,
    deadline: Option<Instant>,
}

impl<'a> Session<'a> {
    pub(super) fn new(shared: &'a Shared, client: AsyncClient) -> Self {
        Self {
            shared,
            client,
            phase: Phase::Connecting,
            window: Window::default(),
            max_packet_bytes: usize::MAX,
            queue: VecDeque::new(),
            read_to: 0,
            more: true,
            reading: None,
            acknowledged: Vec::new(),
            health: shared.health.subscribe(),
            // A broker that was restarted has forgotten it.
            health_due: true,
            stall_after: Duration::from_secs(30),
            deadline: None,
        }
    }

    /// Serves the connection to its end. `stopping` gives the deadline for leaving.
    pub(super) async fn run(
        mut self,
        mut eventloop: EventLoop,
        stopping: &mut watch::Receiver<Option<Instant>>,
    ) -> End {
        let end = self.serve(&mut eventloop, stopping).await;
        // Acknowledgements may stand behind the event that ended the session.
        for event in std::mem::take(&mut eventloop.state.events) {
            if let Event::Incoming(Incoming::PubAck(ack)) = event {
                let _ = self.on_acknowledgement(&ack);
            }
        }
        self.report_acknowledgements();
        end
    }

    async fn serve(
        &mut self,
        eventloop: &mut EventLoop,
        stopping: &mut watch::Receiver<Option<Instant>>,
    ) -> End {
        let mut newest = self.shared.outbox.newest();
        loop {
            let stalled_at = Instant::now() + self.stall_after;
            // The client library's poll must never be dropped half-way: it would forget a packet. So it is kept until it is done.
            let poll = eventloop.poll();
            tokio::pin!(poll);
            let polled = loop {
                self.feed();
                let leave_at = self.next_deadline();
                tokio::select! {
                    biased;
                    polled = &mut poll => break polled,
                    events = read(&mut self.reading) => self.on_read(events),
                    changed = newest.changed() => {
                        if changed.is_err() { return End::Lost("the outbox has ended".to_owned()) }
                        self.more = true;
                    }
                    Ok(()) = self.health.changed() => self.health_due = true,
                    () = self.shared.live.changed() => {}
                    stop = stopping.wait_for(Option::is_some), if self.deadline.is_none() => {
                        let deadline = stop.map_or(None, |deadline| *deadline).unwrap_or_else(Instant::now);
                        if self.phase == Phase::Connecting { return End::Left }
                        self.drain(deadline);
                    }
                    () = sleep_until(stalled_at.into()) => return End::Lost("the broker takes no data".to_owned()),
                    () = until(leave_at) => {
                        if self.phase == Phase::Draining { self.leave() }
                        // Out of time, or the queue is full: then the last will says `offline`.
                        if self.phase == Phase::Draining || leave_at == self.deadline { return End::Left }
                    }
                }
            };
            let step = match polled {
                Ok(event) => self.on_event(&event),
                Err(error) => Some(failure::end(error)),
            };
            if let Some(end) = step {
                return end;
            }
        }
    }

    /// When the present phase has to end, once a stop was asked for.
    fn next_deadline(&self) -> Option<Instant> {
        let deadline = self.deadline?;
        if self.phase == Phase::Draining { deadline.checked_sub(FAREWELL) } else { Some(deadline) }
    }

    /// Hands everything that is due to the client library, as far as window and queue allow. Called after every event.
    fn feed(&mut self) {
        if self.phase == Phase::Connecting {
            return;
        }
        self.report_acknowledgements();
        if matches!(self.phase, Phase::Serving | Phase::Draining) {
            self.read_outbox();
            self.send_health();
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

    fn report_acknowledgements(&mut self) {
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

    fn on_read(&mut self, events: Vec<PendingEvent>) {
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
    fn drain(&mut self, deadline: Instant) {
        self.deadline = Some(deadline);
        self.phase = Phase::Draining;
        // Events that were handed over may not be announced yet: a read that is queued behind them finds them.
        self.more = true;
    }

    /// Sends `offline` as the last message.
    fn leave(&mut self) {
        let topics = &self.shared.settings.topics;
        if self.publish(topics.state(), Some(Sent::Offline), true, payload::offline(topics, "stopped").into())
        {
            self.phase = Phase::Leaving;
        }
    }

    /// Hands one message to the client library: quality of service 1 where `sent` says what it is. False when its queue is full.
    fn publish(&mut self, topic: String, sent: Option<Sent>, retain: bool, payload: Bytes) -> bool {
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

    fn on_event(&mut self, event: &Event) -> Option<End> {
        match event {
            Event::Incoming(Incoming::ConnAck(accepted)) => self.on_accepted(accepted),
            Event::Incoming(Incoming::PubAck(ack)) => return self.on_acknowledgement(ack),
            Event::Outgoing(Outgoing::Publish(packet_id)) => self.window.written(*packet_id),
            Event::Outgoing(Outgoing::Disconnect) if self.phase == Phase::Disconnecting => {
                return Some(End::Left);
            }
            _ => {}
        }
        None
    }

    fn on_accepted(&mut self, accepted: &ConnAck) {
        let limits = accepted.properties.as_ref();
        if let Some(receive_maximum) = limits.and_then(|limits| limits.receive_max) {
            self.window.limit_to(receive_maximum);
        }
        if let Some(bytes) = limits.and_then(|limits| limits.max_packet_size) {
            self.max_packet_bytes = bytes as usize;
        }
        if let Some(keep_alive_s) = limits.and_then(|limits| limits.server_keep_alive) {
            self.stall_after = self.stall_after.max(Duration::from_secs(3 * u64::from(keep_alive_s)));
        }
        self.phase = Phase::Serving;
        let topics = &self.shared.settings.topics;
        // First of all messages: the library's queue is empty, so it is taken.
        self.publish(
            topics.state(),
            Some(Sent::Online),
            true,
            payload::online(topics, SystemTime::now()).into(),
        );
    }

    fn on_acknowledgement(&mut self, ack: &PubAck) -> Option<End> {
        let sent = self.window.acknowledged(ack.pkid)?;
        match ack.reason {
            PubAckReason::Success | PubAckReason::NoMatchingSubscribers => self.on_taken(sent),
            PubAckReason::TopicNameInvalid | PubAckReason::PayloadFormatInvalid => {
                if let Sent::Event(position) = sent
                    && self.shared.outbox.reject(position, format!("{:?}", ack.reason)).is_ok()
                {
                    tracing::error!(position, reason = ?ack.reason, "the broker will not take an event; it is set aside");
                }
            }
            PubAckReason::NotAuthorized => return Some(End::Refused(failure::not_authorised(sent))),
            reason => return Some(End::Lost(format!("the broker did not take a message: {reason:?}"))),
        }
        None
    }

    fn on_taken(&mut self, sent: Sent) {
        match sent {
            Sent::Event(position) => {
                self.acknowledged.push(position);
                count(&self.shared.stats.events_acknowledged);
            }
            // Only now is the unit known to be welcome: a broker may accept a connection and then refuse every message.
            Sent::Online => {
                count(&self.shared.stats.connections);
                self.shared.set_state(LinkState::Connected { since: SystemTime::now() });
            }
            Sent::Offline => {
                if self.client.try_disconnect().is_ok() {
                    self.phase = Phase::Disconnecting;
                }
            }
            Sent::Health => {}
        }
    }
}

/// The outbox's answer; never, if nothing was asked.
async fn read(reading: &mut Option<oneshot::Receiver<Vec<PendingEvent>>>) -> Vec<PendingEvent> {
    match reading {
        Some(answer) => answer.await.unwrap_or_default(),
        None => pending().await,
    }
}

/// At that time; never, if there is none.
async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline.into()).await,
        None => pending().await,
    }
}
