//! What movement says.

use serde::Serialize;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Event {
    Rep(Rep),
    SetEnded(Set),
    Jump(Jump),
}

/// One repetition (contract stub: the movement crate fills it in).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rep {
    /// Person.
    pub person_id: u32,
}

/// One set (contract stub).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Set {
    /// Person.
    pub person_id: u32,
}

/// One jump (contract stub).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Jump {
    /// Person.
    pub person_id: u32,
}

/// What a tablet shows of one person now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LivePerson {
    /// Person.
    pub person_id: u32,
    /// Reps of the open set.
    pub rep_count: u32,
}
