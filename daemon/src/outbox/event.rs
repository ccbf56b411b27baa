//! What the outbox keeps.

use std::fmt;

use bytes::Bytes;
use uuid::Uuid;

/// An event's identity: a UUID of version 7.
///
/// Unique without any coordination, also across units, restarts and a database that had to be replaced, so a subscriber drops
/// doubles by it alone. It grows with time within a run of the daemon; the order of events is that of their delivery, since a box
/// without a battery-backed clock may step back in time at a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(Uuid);

impl EventId {
    /// A new id.
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl Default for EventId {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// How hard the loss of an event would be. When room is needed, the lowest class goes first. Live values are not events: they are never
/// stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// Carries no measured value: a movement that could not be measured.
    Notice = 1,
    /// Can be computed again from other events: a set from its reps.
    Summary = 2,
    /// Measured once: a repetition, a jump.
    Movement = 3,
}

/// An event to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Its identity, which the payload carries as well.
    pub id: EventId,
    /// How hard its loss would be.
    pub class: Class,
    /// MQTT topic.
    pub topic: String,
    /// Payload as it is sent, the same bytes each time.
    pub payload: Bytes,
}

impl NewEvent {
    /// Bytes that count against the limit.
    pub(super) fn size(&self) -> u64 {
        (self.topic.len() + self.payload.len()) as u64
    }
}

/// An event that waits for its acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingEvent {
    /// Its place in the outbox.
    pub position: i64,
    /// Its identity, as text.
    pub id: String,
    /// MQTT topic.
    pub topic: String,
    /// Payload.
    pub payload: Bytes,
}
