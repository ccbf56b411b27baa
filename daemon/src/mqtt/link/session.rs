//! One connection to the broker, from its first byte to its last.

mod choose;
mod failure;
mod feed;

use std::collections::VecDeque;
use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use rumqttc::Outgoing;
use rumqttc::v5::mqttbytes::v5::{ConnAck, PubAck, PubAckReason};
use rumqttc::v5::{AsyncClient, Event, EventLoop, Incoming};
use tokio::sync::{oneshot, watch};
use tokio::time::sleep_until;

use super::Shared;
use super::window::{Sent, Window};
use crate::mqtt::payload;
use crate::mqtt::stats::{LinkState, count};
use crate::outbox::PendingEvent;

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
    /// What tablets are still to be told of choices.
    answers: VecDeque<choose::Answer>,
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
            answers: VecDeque::new(),
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

    fn on_event(&mut self, event: &Event) -> Option<End> {
        match event {
            Event::Incoming(Incoming::ConnAck(accepted)) => self.on_accepted(accepted),
            Event::Incoming(Incoming::PubAck(ack)) => return self.on_acknowledgement(ack),
            Event::Incoming(Incoming::Publish(message)) => self.on_message(message),
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
        self.listen_for_choices();
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
            Sent::Health | Sent::Choice => {}
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
