//! The local page, health and metrics.
