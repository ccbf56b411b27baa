//! The seam between stations and the outside: MQTT in the unit, a recorder in tests.

use std::sync::Arc;
use std::time::Instant;

use spotter_movement::Event;

use crate::config::Name;

/// Takes events and live values of stations. Neither call waits for a network.
pub trait Publisher: Send + Sync {
    /// Records an event; from then on it survives restarts until a broker has acknowledged it.
    /// `captured_at` is when the frame that decided it was captured.
    ///
    /// # Errors
    /// When it could not be recorded: it is then lost, and counted.
    fn event(&self, station: &Name, event: &Event, captured_at: Instant) -> Result<(), PublishError>;

    /// Offers a live value. The newest wins: one that was not sent yet is replaced.
    fn live(&self, station: &Name, live_frame_json: Arc<str>);
}

/// An event could not be recorded.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct PublishError(pub String);
