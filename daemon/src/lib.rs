//! The daemon as a library: wiring, configuration, stations, outbox, MQTT, HTTP, health, watchdog, subcommands.

pub mod analysis;
pub mod athlete;
pub mod board;
pub mod choices;
pub mod cli;
pub mod commands;
pub mod config;
mod crash_guard;
pub mod estimators;
pub mod exit;
pub mod health;
pub mod http;
pub mod landmarks;
pub mod metrics;
pub mod mqtt;
pub mod outbox;
pub mod places;
pub mod publisher;
mod signals;
pub mod station;
mod threads;
pub mod unit;
pub mod watchdog;
