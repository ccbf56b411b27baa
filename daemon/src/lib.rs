//! The daemon as a library: wiring, configuration, stations, outbox, MQTT, HTTP, health, watchdog, subcommands.

pub mod board;
pub mod config;
pub mod exit;
pub mod health;
pub mod http;
pub mod metrics;
