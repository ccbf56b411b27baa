//! Tests against real brokers: the embedded one and Debian's mosquitto, with real clients.

mod choose;
mod docs;
mod embedded;
mod external;
mod interrupted;
mod live;
mod mosquitto;
mod proxy;
mod samples;
mod serving;
mod subscriber;
mod websocket;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use tokio::sync::watch;

use super::*;
use crate::choices::{ChoiceMessage, Choices};
use crate::config::Name;
use crate::outbox::{Limits, NewEvent, Outbox};
use subscriber::Subscriber;

/// Longest wait for anything in these tests; each returns as soon as it has what it waits for.
const DEADLINE: Duration = Duration::from_secs(20);

fn name(text: &str) -> Name {
    Name::try_from(text.to_owned()).unwrap()
}

fn topics() -> Topics {
    Topics::new(name("gym"), name("rack-1"))
}

fn station() -> Name {
    name("left")
}

/// One station, with nothing chosen.
fn choices() -> Arc<Choices> {
    Arc::new(Choices::new(std::iter::once((station(), ChoiceMessage::default()))))
}

fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    std::net::TcpListener::bind(any_port()).unwrap().local_addr().unwrap().port()
}

async fn embedded() -> EmbeddedBroker {
    let settings = BrokerSettings { listen: any_port(), websocket_listen: any_port() };
    EmbeddedBroker::start(&settings, &topics()).await.unwrap()
}

fn outbox(folder: &Path) -> Outbox {
    Outbox::open_with(&folder.join("outbox.sqlite"), Limits::default(), Arc::new(SystemTime::now)).unwrap()
}

/// Settings for an anonymous broker on this machine, with short waits.
fn settings(port: u16) -> LinkSettings {
    let retry = RetryWaits { first: Duration::from_millis(20), longest: Duration::from_millis(200) };
    LinkSettings { topics: topics(), host: "127.0.0.1".to_owned(), port, credentials: None, tls: None, retry }
}

/// Settings for the embedded broker, through `port`.
fn settings_through(broker: &EmbeddedBroker, port: u16) -> LinkSettings {
    LinkSettings { credentials: Some(broker.credentials().clone()), ..settings(port) }
}

/// An event as the outbox gets it, with its number as data.
fn numbered(n: usize) -> NewEvent {
    let mut event =
        payload::event(&topics(), &station(), &squat(), Duration::ZERO, SystemTime::now()).unwrap();
    let mut text: Value = serde_json::from_slice(&event.payload).unwrap();
    text["data"] = serde_json::json!({ "number": n });
    event.payload = serde_json::to_vec(&text).unwrap().into();
    event
}

/// A repetition as movement reports it. Its fields don't matter here.
fn squat() -> spotter_movement::Event {
    samples::events().remove(0)
}

async fn wait_state(
    state: &mut watch::Receiver<LinkState>,
    what: &str,
    wanted: impl FnMut(&LinkState) -> bool,
) -> LinkState {
    let waited = tokio::time::timeout(DEADLINE, state.wait_for(wanted)).await;
    waited.unwrap_or_else(|_| panic!("not within {DEADLINE:?}: {what}")).unwrap().clone()
}

async fn wait_connected(link: &Link) {
    wait_state(&mut link.state(), "a connection", |state| matches!(state, LinkState::Connected { .. })).await;
}

/// Waits until `done`, giving way to the other tasks.
async fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !done() {
        assert!(Instant::now() < deadline, "not within {DEADLINE:?}: {what}");
        tokio::task::yield_now().await;
    }
}
