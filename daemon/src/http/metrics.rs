//! Metrics that this module moves.

use prometheus::{IntCounter, IntCounterVec, IntGauge, Opts, Registry};

/// Requests and live clients.
#[derive(Debug)]
pub(super) struct HttpMetrics {
    /// `spotter_http_requests_total{path,code}`: answers by route; `path` is `other` for what is no route.
    pub(super) requests: IntCounterVec,
    /// `spotter_http_connections_refused_total`: connections closed because too many were open.
    pub(super) connections_refused: IntCounter,
    /// `spotter_websocket_clients`: live clients.
    pub(super) clients: IntGauge,
    /// `spotter_websocket_refused_total{reason}`: live clients refused: `full`, `origin`, `station`.
    pub(super) clients_refused: IntCounterVec,
    /// `spotter_websocket_given_up_total`: live clients dropped because they no longer answered.
    pub(super) clients_given_up: IntCounter,
}

impl HttpMetrics {
    /// Makes and registers them.
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let metrics = Self {
            requests: IntCounterVec::new(
                Opts::new("spotter_http_requests_total", "HTTP answers, by route and status."),
                &["path", "code"],
            )?,
            connections_refused: IntCounter::new(
                "spotter_http_connections_refused_total",
                "Connections closed because too many were open.",
            )?,
            clients: IntGauge::new("spotter_websocket_clients", "Live WebSocket clients.")?,
            clients_refused: IntCounterVec::new(
                Opts::new("spotter_websocket_refused_total", "Live WebSocket clients refused, by reason."),
                &["reason"],
            )?,
            clients_given_up: IntCounter::new(
                "spotter_websocket_given_up_total",
                "Live WebSocket clients dropped because they no longer answered.",
            )?,
        };
        registry.register(Box::new(metrics.requests.clone()))?;
        registry.register(Box::new(metrics.connections_refused.clone()))?;
        registry.register(Box::new(metrics.clients.clone()))?;
        registry.register(Box::new(metrics.clients_refused.clone()))?;
        registry.register(Box::new(metrics.clients_given_up.clone()))?;
        // A refusal shows as 0 before the first one, so that an alert on its increase can see it.
        for reason in ["full", "origin", "station"] {
            metrics.clients_refused.with_label_values(&[reason]);
        }
        Ok(metrics)
    }
}
