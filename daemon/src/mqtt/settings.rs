//! What the link must know of its broker.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rumqttc::v5::MqttOptions;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::LastWill;
use rumqttc::{TlsConfiguration, Transport};

use super::broker::EmbeddedBroker;
use super::tls::{self, TlsError};
use super::topics::Topics;
use super::{link, payload};
use crate::config::ExternalBrokerConfig;

/// Without traffic a ping goes out this often; a broker that does not answer until the next one is lost.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// One attempt to connect, TLS and MQTT included, takes at most this.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Largest packet that the broker may send; the unit subscribes to nothing, so only acknowledgements come.
const MAX_INCOMING_BYTES: u32 = 64 * 1024;

/// User name and password.
#[derive(Clone)]
pub struct Credentials {
    /// User name.
    pub username: String,
    /// Password.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("username", &self.username).finish_non_exhaustive()
    }
}

/// First and longest wait between two attempts to connect; doubled each time, jittered.
#[derive(Debug, Clone, Copy)]
pub struct RetryWaits {
    /// First wait.
    pub first: Duration,
    /// Longest wait.
    pub longest: Duration,
}

impl Default for RetryWaits {
    fn default() -> Self {
        Self { first: Duration::from_millis(500), longest: Duration::from_secs(30) }
    }
}

/// What the link must know of its broker.
#[derive(Debug, Clone)]
pub struct LinkSettings {
    /// Topics of this unit.
    pub topics: Topics,
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Account at the broker.
    pub credentials: Option<Credentials>,
    /// TLS; plain when absent.
    pub tls: Option<TlsConfiguration>,
    /// Waits between attempts.
    pub retry: RetryWaits,
}

/// Why a configured broker can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file can't be read.
    #[error("`{key}`: {} can't be read: {source}", path.display())]
    Read {
        /// The configuration key that names it.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The password file has no password.
    #[error("`mqtt.external.password_file`: {} is empty; its first line is the password", path.display())]
    EmptyPassword {
        /// The file.
        path: PathBuf,
    },
    /// A password without a user name.
    #[error("`mqtt.external.password_file` is set, `mqtt.external.username` is not: set both or none")]
    NoUsername,
    /// The TLS files don't fit.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl LinkSettings {
    /// The link to the broker in the unit.
    pub fn embedded(topics: Topics, broker: &EmbeddedBroker) -> Self {
        let address = broker.local_address();
        Self {
            topics,
            host: address.ip().to_string(),
            port: address.port(),
            credentials: Some(broker.credentials().clone()),
            tls: None,
            retry: RetryWaits::default(),
        }
    }

    /// The link to another broker; reads the files that the configuration names.
    ///
    /// # Errors
    /// When a file can't be read or is not what it should be; names its key.
    pub fn external(topics: Topics, config: &ExternalBrokerConfig) -> Result<Self, SettingsError> {
        let credentials = match (&config.username, &config.password_file) {
            (None, None) => None,
            (None, Some(_)) => return Err(SettingsError::NoUsername),
            (Some(username), file) => {
                let password = file.as_deref().map(read_password).transpose()?.unwrap_or_default();
                Some(Credentials { username: username.clone(), password })
            }
        };
        let tls = config.tls.as_ref().map(tls::configuration).transpose()?;
        Ok(Self {
            topics,
            host: config.host.clone(),
            port: config.port(),
            credentials,
            tls,
            retry: RetryWaits::default(),
        })
    }

    /// The broker's address, for people.
    pub fn broker(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The client's options for one connection. Every connection starts clean: what the broker has not acknowledged is in the outbox and is
    /// sent again from there, in order.
    pub(super) fn options(&self) -> MqttOptions {
        let topics = &self.topics;
        let client_id = format!("spotter-{}-{}", topics.site(), topics.unit());
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let mut options = MqttOptions::new(client_id, host, self.port);
        options.set_clean_start(true);
        options.set_session_expiry_interval(Some(0));
        options.set_keep_alive(KEEP_ALIVE);
        options.set_connection_timeout(CONNECT_TIMEOUT.as_secs());
        options.set_outgoing_inflight_upper_limit(link::CLIENT_WINDOW);
        options.set_max_packet_size(Some(MAX_INCOMING_BYTES));
        options.set_last_will(LastWill::new(
            topics.state(),
            payload::offline(topics, "connection_lost"),
            QoS::AtLeastOnce,
            true,
            None,
        ));
        if let Some(credentials) = &self.credentials {
            options.set_credentials(&credentials.username, &credentials.password);
        }
        if let Some(tls) = &self.tls {
            options.set_transport(Transport::tls_with_config(tls.clone()));
        }
        let mut network = rumqttc::NetworkOptions::new();
        network.set_tcp_nodelay(true);
        options.set_network_options(network);
        options
    }
}

fn read_password(path: &Path) -> Result<String, SettingsError> {
    let text = std::fs::read_to_string(path).map_err(|source| SettingsError::Read {
        key: "mqtt.external.password_file",
        path: path.to_owned(),
        source,
    })?;
    match text.lines().next() {
        Some(password) if !password.is_empty() => Ok(password.to_owned()),
        _ => Err(SettingsError::EmptyPassword { path: path.to_owned() }),
    }
}
