//! The embedded broker: a box works alone, out of the carton.
//!
//! Its memory is bounded: see the constants. Retained messages and sessions live in memory; the link sets the retained ones again when
//! it connects.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use mqtt5::broker::config::{StorageBackend, StorageConfig, WebSocketConfig};
use mqtt5::broker::{BrokerConfig, BrokerShutdownHandle, MqttBroker};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::permissions::{Permissions, UNIT_USER};
use super::settings::Credentials;
use super::topics::Topics;

/// Clients at the same time; further ones are refused.
const MAX_CLIENTS: usize = 64;

/// Largest packet. A live value of ten people has some 15 kB.
const MAX_PACKET_BYTES: usize = 256 * 1024;

/// Messages on the way to one connected client. When a client does not keep up, messages of quality of service 0 beyond that are dropped.
const CLIENT_QUEUE: usize = 256;

/// Messages and bytes kept for a client that is away and has a session; the oldest goes first.
const AWAY_MESSAGES: usize = 1000;
const AWAY_BYTES: usize = 4 << 20;

/// A session without its client ends after this.
const SESSION_EXPIRY: Duration = Duration::from_hours(24);

/// Retained messages, and the largest of them.
const MAX_RETAINED: usize = 256;
const MAX_RETAINED_BYTES: usize = 64 * 1024;

/// Subscriptions of one client.
const MAX_SUBSCRIPTIONS: usize = 32;

/// Path of the WebSocket listener, as most MQTT libraries expect it.
pub const WEBSOCKET_PATH: &str = "/mqtt";

/// How long a stop waits for clients to be told.
const STOP_GRACE: Duration = Duration::from_secs(6);

/// Where the broker listens.
#[derive(Debug, Clone, Copy)]
pub struct BrokerSettings {
    /// MQTT over TCP (`mqtt.embedded.listen`).
    pub listen: SocketAddr,
    /// MQTT over WebSocket (`mqtt.embedded.websocket_listen`).
    pub websocket_listen: SocketAddr,
}

/// Why the broker can't run.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// A port is taken, or the address is not of this machine.
    #[error(
        "the embedded broker can't listen on {address}: {source}; change `{key}`, or stop what uses that port"
    )]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The configuration key that names it.
        key: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The broker itself refused its settings.
    #[error("the embedded broker can't start: {0}")]
    Start(String),
    /// It stopped by itself.
    #[error("the embedded broker ended: {0}")]
    Ended(String),
}

/// A running broker. Stops when dropped; [`EmbeddedBroker::stop`] waits for it.
pub struct EmbeddedBroker {
    address: SocketAddr,
    websocket_address: SocketAddr,
    credentials: Credentials,
    stop: BrokerShutdownHandle,
    task: JoinHandle<Result<(), BrokerError>>,
}

impl EmbeddedBroker {
    /// Binds both listeners and serves.
    ///
    /// # Errors
    /// When an address can't be bound; names it and its key.
    pub async fn start(settings: &BrokerSettings, topics: &Topics) -> Result<Self, BrokerError> {
        // The broker's own error for a taken port names no key, and for WebSocket it only logs: so both are tried first.
        try_bind(settings.listen, "mqtt.embedded.listen")?;
        try_bind(settings.websocket_listen, "mqtt.embedded.websocket_listen")?;

        let credentials =
            Credentials { username: UNIT_USER.to_owned(), password: Uuid::new_v4().simple().to_string() };
        let permissions = Permissions::new(credentials.password.clone(), topics.command_prefix());
        let broker = MqttBroker::with_config(config(settings))
            .await
            .map_err(|error| BrokerError::Start(error.to_string()))?
            .with_auth_provider(Arc::new(permissions));
        let unbound = |what: &str| BrokerError::Start(format!("it did not open its {what} listener"));
        let address = broker.local_addr().ok_or_else(|| unbound("TCP"))?;
        let websocket_address = broker.ws_local_addr().ok_or_else(|| unbound("WebSocket"))?;
        let stop = broker.shutdown_handle();
        let mut ready = broker.ready_receiver();
        let task = tokio::spawn(serve(broker));
        if ready.wait_for(|ready| *ready).await.is_err() {
            return Err(BrokerError::Start("it ended at once".to_owned()));
        }
        tracing::info!(%address, websocket = %websocket_address, "the embedded broker listens");
        Ok(Self { address, websocket_address, credentials, stop, task })
    }

    /// Bound address of MQTT over TCP.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Bound address of MQTT over WebSocket.
    pub fn websocket_address(&self) -> SocketAddr {
        self.websocket_address
    }

    /// Where the unit's own link connects.
    pub fn local_address(&self) -> SocketAddr {
        let ip = match self.address {
            SocketAddr::V4(address) if address.ip().is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(address) if address.ip().is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            address => address.ip(),
        };
        SocketAddr::new(ip, self.address.port())
    }

    /// The account of the unit's own link.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Waits for an end that nobody asked for.
    pub async fn ended(&mut self) -> BrokerError {
        match (&mut self.task).await {
            Ok(Ok(())) => BrokerError::Ended("it was stopped".to_owned()),
            Ok(Err(error)) => error,
            Err(error) => BrokerError::Ended(error.to_string()),
        }
    }

    /// Tells the clients and frees the ports.
    pub async fn stop(mut self) {
        self.stop.shutdown();
        if tokio::time::timeout(STOP_GRACE, &mut self.task).await.is_err() {
            tracing::warn!("the embedded broker did not stop in {STOP_GRACE:?}");
            self.task.abort();
        }
    }
}

impl Drop for EmbeddedBroker {
    fn drop(&mut self) {
        self.stop.shutdown();
    }
}

impl std::fmt::Debug for EmbeddedBroker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedBroker")
            .field("address", &self.address)
            .field("websocket_address", &self.websocket_address)
            .finish_non_exhaustive()
    }
}

async fn serve(mut broker: MqttBroker) -> Result<(), BrokerError> {
    broker.run().await.map_err(|error| BrokerError::Ended(error.to_string()))
}

fn try_bind(address: SocketAddr, key: &'static str) -> Result<(), BrokerError> {
    std::net::TcpListener::bind(address).map(drop).map_err(|source| BrokerError::Bind {
        address,
        key,
        source,
    })
}

fn config(settings: &BrokerSettings) -> BrokerConfig {
    let websocket =
        WebSocketConfig::new().with_bind_address(settings.websocket_listen).with_path(WEBSOCKET_PATH);
    let memory = StorageConfig::new()
        .with_backend(StorageBackend::Memory)
        .with_cleanup_interval(Duration::from_mins(1))
        .with_max_queued_messages_per_client(AWAY_MESSAGES)
        .with_max_queued_bytes_per_client(AWAY_BYTES);
    let mut config = BrokerConfig::new()
        .with_bind_address(settings.listen)
        .with_max_clients(MAX_CLIENTS)
        .with_max_packet_size(MAX_PACKET_BYTES)
        .with_session_expiry(SESSION_EXPIRY)
        .with_max_subscriptions_per_client(MAX_SUBSCRIPTIONS)
        .with_max_retained_messages(MAX_RETAINED)
        .with_max_retained_message_size(MAX_RETAINED_BYTES);
    config.websocket_config = Some(websocket);
    config.storage_config = memory;
    config.client_channel_capacity = CLIENT_QUEUE;
    config.sys_topics_enabled = false;
    config
}
