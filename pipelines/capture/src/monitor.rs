//! What GStreamer's threads tell the reader: one lock, one condition variable, no polling.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::failure::Failure;

/// Shared between GStreamer's threads, which report, and the reader, who waits.
#[derive(Debug, Default)]
pub(crate) struct Monitor {
    state: Mutex<State>,
    changed: Condvar,
}

/// All that has been reported so far.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Frames that arrived at the sink.
    pub(crate) arrived: u64,
    /// The sink has seen a first picture, so the format is known.
    pub(crate) prerolled: bool,
    /// The stream is at its end.
    pub(crate) ended: bool,
    /// The first error; what follows it is mostly its consequence.
    pub(crate) failure: Option<Failure>,
    /// The last warning: often the cause of an end of stream.
    pub(crate) warning: Option<String>,
    /// Description and format of a decoder that no installed plug-in offers.
    pub(crate) missing_decoder: Option<(String, String)>,
}

/// How far the reader has looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) arrived: u64,
    pub(crate) ended: bool,
    pub(crate) failed: bool,
}

impl State {
    fn seen(&self) -> Seen {
        Seen { arrived: self.arrived, ended: self.ended, failed: self.failure.is_some() }
    }
}

impl Monitor {
    /// Changes the state and wakes the reader.
    pub(crate) fn report(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Looks at the state.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock())
    }

    pub(crate) fn seen(&self) -> Seen {
        self.read(State::seen)
    }

    /// Waits for anything that was not `seen`. False when nothing came by the deadline.
    pub(crate) fn wait_for_more_than(&self, seen: Seen, deadline: Instant) -> bool {
        self.wait_until(deadline, |state| state.seen() != seen)
    }

    /// Waits until `done` holds. False when it still does not at the deadline.
    pub(crate) fn wait_until(&self, deadline: Instant, done: impl Fn(&State) -> bool) -> bool {
        let mut state = self.lock();
        while !done(&state) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// A panic elsewhere does not make these plain values invalid.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
