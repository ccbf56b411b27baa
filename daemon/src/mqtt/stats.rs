//! What health and metrics show of the link.

pub(super) mod export;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// State of the link to the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// The first attempt is under way.
    Connecting,
    /// The broker has accepted the unit.
    Connected {
        /// Since then.
        since: SystemTime,
    },
    /// The broker answered and said no.
    Refused {
        /// Its reason.
        reason: String,
    },
    /// No connection.
    Disconnected {
        /// Since then.
        since: SystemTime,
        /// Why the last one ended or could not be made.
        cause: String,
    },
}

impl LinkState {
    /// `connected`, `connecting`, `refused` or `disconnected`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Connected { .. } => "connected",
            Self::Refused { .. } => "refused",
            Self::Disconnected { .. } => "disconnected",
        }
    }

    /// Why it is not connected.
    pub fn cause(&self) -> Option<&str> {
        match self {
            Self::Refused { reason } => Some(reason),
            Self::Disconnected { cause, .. } => Some(cause),
            Self::Connecting | Self::Connected { .. } => None,
        }
    }
}

/// Counts of the link since the daemon started.
#[derive(Debug, Default)]
pub struct MqttStats {
    /// Events handed to the broker, repeats included.
    pub events_published: AtomicU64,
    /// Events that the broker acknowledged.
    pub events_acknowledged: AtomicU64,
    /// Live values handed to the broker.
    pub live_published: AtomicU64,
    /// Live values replaced by a newer one before they could be sent.
    pub live_dropped: AtomicU64,
    /// Choices of coaches that were taken.
    pub choices_taken: AtomicU64,
    /// Choices that could not be taken, or came faster than they could be answered.
    pub choices_refused: AtomicU64,
    /// Connections that a broker accepted.
    pub connections: AtomicU64,
    /// Attempts that a broker refused.
    pub refusals: AtomicU64,
}

/// Adds one. Counts order nothing.
pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
