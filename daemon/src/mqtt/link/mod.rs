//! The link to the broker: one task that connects, sends, and connects again for ever.
//!
//! [`Session`] makes one connection; the supervisor here owns the retries. Nothing of a connection outlives it: what the broker did not
//! acknowledge is still in the outbox and is read from there again, in order, so that neither side needs to remember a session.

mod live;
mod session;
mod window;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};
use rumqttc::v5::AsyncClient;
use spotter_movement::Event;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::live::LiveSlots;
use self::session::{End, Session};
use super::settings::{LinkSettings, RetryWaits};
use super::stats::{LinkState, MqttStats, count};
use super::{payload, topics::Topics};
use crate::choices::Choices;
use crate::config::Name;
use crate::outbox::Outbox;
use crate::publisher::{PublishError, Publisher};

/// Unacknowledged publishes that the client library allows; above [`window::WINDOW`], so that it never holds back a live value.
pub(super) const CLIENT_WINDOW: u16 = 32;

/// Requests between the session and the client library.
const REQUESTS: usize = 32;

/// A connection that lasted this long was healthy: the waits start anew.
const HEALTHY_AFTER: Duration = Duration::from_secs(10);

/// What publishers, session and supervisor share.
struct Shared {
    settings: LinkSettings,
    outbox: Outbox,
    stats: MqttStats,
    live: LiveSlots,
    health: watch::Sender<Option<Arc<str>>>,
    choices: Arc<Choices>,
    state: watch::Sender<LinkState>,
}

impl Shared {
    /// Changes the state; says so once a change.
    fn set_state(&self, state: LinkState) {
        let broker = self.settings.broker();
        let before = self.state.borrow().clone();
        let state = match (&before, state) {
            (LinkState::Disconnected { since, .. }, LinkState::Disconnected { cause, .. }) => {
                LinkState::Disconnected { since: *since, cause }
            }
            (_, state) => state,
        };
        if before == state {
            return;
        }
        match &state {
            LinkState::Connecting => {}
            LinkState::Connected { .. } => tracing::info!(broker, "connected to the broker"),
            LinkState::Refused { reason } => {
                tracing::error!(broker, reason, "the broker refuses the unit; trying again");
            }
            LinkState::Disconnected { cause, .. } => {
                tracing::warn!(broker, cause, "no connection to the broker; events wait in the outbox");
            }
        }
        self.state.send_replace(state);
    }
}

/// The running link.
pub struct Link {
    shared: Arc<Shared>,
    stop: watch::Sender<Option<Instant>>,
    task: JoinHandle<()>,
}

impl Link {
    /// Starts the link's task on the current tokio runtime. A broker that is not there is no error: the link keeps trying.
    /// `choices` takes what coaches choose.
    pub fn start(settings: LinkSettings, outbox: Outbox, choices: Arc<Choices>) -> Self {
        let shared = Arc::new(Shared {
            settings,
            outbox,
            stats: MqttStats::default(),
            live: LiveSlots::default(),
            health: watch::Sender::new(None),
            choices,
            state: watch::Sender::new(LinkState::Connecting),
        });
        let (stop, stopping) = watch::channel(None);
        let task = tokio::spawn(supervise(Arc::clone(&shared), stopping));
        Self { shared, stop, task }
    }

    /// Where stations send their events and live values.
    pub fn publisher(&self) -> Arc<dyn Publisher> {
        Arc::new(LinkPublisher { shared: Arc::clone(&self.shared) })
    }

    /// Sets the unit's health, a retained message. The newest wins, also across connections.
    pub fn publish_health(&self, json: Arc<str>) {
        self.shared.health.send_replace(Some(json));
    }

    /// Follows the state of the connection.
    pub fn state(&self) -> watch::Receiver<LinkState> {
        self.shared.state.subscribe()
    }

    /// The broker's address, for people.
    pub fn broker(&self) -> String {
        self.shared.settings.broker()
    }

    /// A reader of counts and state that outlives the link.
    pub(super) fn monitor(&self) -> Monitor {
        Monitor { shared: Arc::clone(&self.shared) }
    }

    /// Waits for an end that nobody asked for: a panic of the link's task.
    pub async fn ended(&mut self) -> String {
        match (&mut self.task).await {
            Ok(()) => "the link to the broker ended".to_owned(),
            Err(error) => format!("the link to the broker ended: {error}"),
        }
    }

    /// Sends what the outbox holds, then `offline`, then disconnects: all within `grace`. What is left waits for the next start.
    pub async fn shutdown(self, grace: Duration) {
        self.stop.send_replace(Some(Instant::now() + grace));
        // The task keeps to the deadline itself; the margin is for a runtime that is late.
        let mut task = self.task;
        if tokio::time::timeout(grace + Duration::from_secs(1), &mut task).await.is_err() {
            task.abort();
        }
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link")
            .field("broker", &self.broker())
            .field("state", &*self.shared.state.borrow())
            .finish_non_exhaustive()
    }
}

/// Reads counts and state.
#[derive(Clone)]
pub(super) struct Monitor {
    shared: Arc<Shared>,
}

impl Monitor {
    pub(super) fn stats(&self) -> &MqttStats {
        &self.shared.stats
    }

    pub(super) fn state(&self) -> LinkState {
        self.shared.state.borrow().clone()
    }

    pub(super) fn broker(&self) -> String {
        self.shared.settings.broker()
    }

    pub(super) fn outbox(&self) -> &Outbox {
        &self.shared.outbox
    }
}

/// The stations' side of the link.
struct LinkPublisher {
    shared: Arc<Shared>,
}

impl Publisher for LinkPublisher {
    fn event(&self, station: &Name, event: &Event, captured_at: Instant) -> Result<(), PublishError> {
        let topics: &Topics = &self.shared.settings.topics;
        let refused = |error: &dyn std::fmt::Display| PublishError(error.to_string());
        let event = payload::event(topics, station, event, captured_at.elapsed(), SystemTime::now())
            .map_err(|error| refused(&error))?;
        self.shared.outbox.record(event).map_err(|error| refused(&error))?;
        Ok(())
    }

    fn live(&self, station: &Name, live_frame_json: Arc<str>) {
        self.shared.live.offer(&self.shared.settings.topics, station, live_frame_json, &self.shared.stats);
    }
}

/// Connects, and connects again, until told to stop.
async fn supervise(shared: Arc<Shared>, mut stopping: watch::Receiver<Option<Instant>>) {
    let mut waits = waits(shared.settings.retry);
    loop {
        let (client, eventloop) = AsyncClient::new(shared.settings.options(), REQUESTS);
        let started = Instant::now();
        match Session::new(&shared, client).run(eventloop, &mut stopping).await {
            End::Left => return,
            End::Refused(reason) => {
                count(&shared.stats.refusals);
                shared.set_state(LinkState::Refused { reason });
            }
            End::Lost(cause) => shared.set_state(LinkState::Disconnected { since: SystemTime::now(), cause }),
        }
        if started.elapsed() > HEALTHY_AFTER {
            waits = self::waits(shared.settings.retry);
        }
        let wait = waits.next().unwrap_or(shared.settings.retry.longest);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stopping.wait_for(Option::is_some) => return,
        }
    }
}

fn waits(retry: RetryWaits) -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(retry.first)
        .with_max_delay(retry.longest)
        .with_jitter()
        .without_max_times()
        .build()
}
