//! All of MQTT in one handle: the broker if it is the embedded one, the link, health and metrics.

use std::sync::Arc;
use std::time::Duration;

use prometheus::Registry;

use super::broker::{BrokerSettings, EmbeddedBroker};
use super::link::Link;
use super::settings::LinkSettings;
use super::stats::export;
use super::topics::Topics;
use crate::choices::Choices;
use crate::config::{MqttConfig, UnitConfig};
use crate::exit::{Code, Failure, OrExit};
use crate::health::{MqttProbe, MqttReport};
use crate::outbox::Outbox;
use crate::publisher::Publisher;

/// The unit's MQTT side.
#[derive(Debug)]
pub struct MqttLink {
    broker: Option<EmbeddedBroker>,
    link: Link,
}

impl MqttLink {
    /// Starts the embedded broker unless another one is configured, then the link, and registers the metrics.
    ///
    /// # Errors
    /// When the embedded broker's ports can't be bound (69), or a file or setting of the external one can't be used (78).
    /// An external broker that is out of reach is no error.
    pub async fn start(
        unit: &UnitConfig,
        config: &MqttConfig,
        outbox: Outbox,
        choices: Arc<Choices>,
        registry: &Registry,
    ) -> Result<Self, Failure> {
        let topics = Topics::new(unit.site.clone(), unit.name.clone());
        let (broker, settings) = if let Some(external) = &config.external {
            (None, LinkSettings::external(topics, external).or_exit(Code::Config)?)
        } else {
            let listen = BrokerSettings {
                listen: config.embedded.listen,
                websocket_listen: config.embedded.websocket_listen,
            };
            let broker = EmbeddedBroker::start(&listen, &topics).await.or_exit(Code::Unavailable)?;
            let settings = LinkSettings::embedded(topics, &broker);
            (Some(broker), settings)
        };
        let link = Link::start(settings, outbox, choices);
        export::register(registry, &link.monitor()).or_exit(Code::Software)?;
        Ok(Self { broker, link })
    }

    /// Where stations send their events and live values.
    pub fn publisher(&self) -> Arc<dyn Publisher> {
        self.link.publisher()
    }

    /// Sets the unit's health, a retained message; the newest wins.
    pub fn publish_health(&self, json: Arc<str>) {
        self.link.publish_health(json);
    }

    /// The embedded broker, if it is the one in use.
    pub fn embedded(&self) -> Option<&EmbeddedBroker> {
        self.broker.as_ref()
    }

    /// Reads the link's state for `/health`.
    pub fn probe(&self) -> MqttProbe {
        let monitor = self.link.monitor();
        Box::new(move || {
            let state = monitor.state();
            let outbox = monitor.outbox().stats();
            MqttReport {
                state: state.as_str().to_owned(),
                cause: state.cause().map(str::to_owned),
                broker: monitor.broker(),
                outbox_pending: outbox.pending,
                outbox_dropped: outbox.lost,
            }
        })
    }

    /// Waits for an end that nobody asked for, of link or broker; returns its cause.
    pub async fn ended(&mut self) -> String {
        match &mut self.broker {
            Some(broker) => tokio::select! {
                error = broker.ended() => error.to_string(),
                cause = self.link.ended() => cause,
            },
            None => self.link.ended().await,
        }
    }

    /// Sends what the outbox holds and `offline` within `grace`, then stops the embedded broker.
    pub async fn shutdown(self, grace: Duration) {
        self.link.shutdown(grace).await;
        if let Some(broker) = self.broker {
            broker.stop().await;
        }
    }
}
