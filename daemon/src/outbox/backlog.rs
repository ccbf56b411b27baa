//! Events in memory while the disk refuses them.

use std::collections::VecDeque;

use super::BACKLOG_EVENTS;
use super::event::{NewEvent, PendingEvent};

/// Events that are not on the disk yet, by position. Bounded; overflow drops the oldest of the lowest class.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    events: VecDeque<(i64, NewEvent)>,
}

impl Backlog {
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(i64, NewEvent)> {
        self.events.iter()
    }

    /// Keeps an event; returns whether another one had to go for it.
    pub(super) fn push(&mut self, position: i64, event: NewEvent) -> bool {
        self.events.push_back((position, event));
        if self.events.len() <= BACKLOG_EVENTS {
            return false;
        }
        let lowest = self.events.iter().map(|(_, event)| event.class).min();
        let victim = self.events.iter().position(|(_, event)| Some(event.class) == lowest);
        victim.and_then(|index| self.events.remove(index)).is_some()
    }

    /// Takes an event out; returns whether it was here.
    pub(super) fn remove(&mut self, position: i64) -> bool {
        let index = self.events.iter().position(|(at, _)| *at == position);
        index.and_then(|index| self.events.remove(index)).is_some()
    }

    pub(super) fn clear(&mut self) {
        self.events.clear();
    }

    /// The events after `position`, as they are sent.
    pub(super) fn pending(&self, position: i64, limit: usize) -> impl Iterator<Item = PendingEvent> {
        self.events.iter().filter(move |(at, _)| *at > position).take(limit).map(|(at, event)| PendingEvent {
            position: *at,
            id: event.id.to_string(),
            topic: event.topic.clone(),
            payload: event.payload.clone(),
        })
    }
}
