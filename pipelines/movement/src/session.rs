//! All people of one station, live or offline.

use std::time::Duration;

use crate::{Event, LivePerson, PersonPose, Settings};

/// Turns the poses of one camera into events.
#[derive(Debug)]
pub struct Session {
    settings: Settings,
}

impl Session {
    /// A session that has seen nothing.
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    /// One frame: `pts` strictly increases; `people` as tracked. Appends to `events`.
    pub fn push(&mut self, pts: Duration, people: &[PersonPose<'_>], events: &mut Vec<Event>) {
        let _ = (&self.settings, pts, people, events);
    }

    /// The picture does not continue (a loop, a reconnect): open movements are discarded with that reason, finished ones and sets are kept.
    pub fn discontinuity(&mut self, events: &mut Vec<Event>) {
        let _ = events;
    }

    /// The end: emits what is still held back and closes open sets.
    pub fn finish(&mut self, events: &mut Vec<Event>) {
        let _ = events;
    }

    /// What to show now, one entry a person.
    pub fn live(&self) -> &[LivePerson] {
        &[]
    }
}
