//! The daemon as a library: wiring, configuration, stations, outbox, MQTT, HTTP, health.
