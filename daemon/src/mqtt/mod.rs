//! MQTT: the embedded broker, and the link that carries events and live values to it or to another one.
//!
//! `docs/ref/topics.md` describes topics and payloads, `docs/design/broker.md` why the broker is the one it is.

pub mod broker;
mod link;
mod payload;
mod permissions;
mod settings;
mod start;
mod stats;
#[cfg(test)]
mod tests;
mod tls;
mod topics;

pub use broker::{BrokerError, BrokerSettings, EmbeddedBroker};
pub use link::Link;
pub use settings::{Credentials, LinkSettings, RetryWaits, SettingsError};
pub use start::MqttLink;
pub use stats::{LinkState, MqttStats};
pub use topics::Topics;
