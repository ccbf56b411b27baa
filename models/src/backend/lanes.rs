//! One graph in several sessions of ONNX Runtime: one on all threads for a run that is alone, and one a thread for runs that meet.
//!
//! A run that is alone is over soonest on all threads. They wait for each other at each operator, though: cameras that meet are served
//! sooner when each has a thread of its own (docs/design/backends.md has the figures). Both give the same bits.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::thread::JoinHandle;

use ort::session::Session;

use super::onnx::lock;
use crate::ModelError;

/// Loads the graph once more, on one thread.
pub(crate) type OpenNarrow = Box<dyn Fn() -> Result<Session, ModelError> + Send>;

/// The sessions of one graph.
pub(crate) struct Lanes {
    wide: Mutex<Session>,
    /// Absent until two runs met for the first time: many units have one camera, and each session has the weights once more.
    narrow: Arc<OnceLock<Vec<Mutex<Session>>>>,
    /// Taken when they are opened.
    open_narrow: Mutex<Option<OpenNarrow>>,
    /// Opens them, while the wide one works on.
    opener: Mutex<Option<JoinHandle<()>>>,
    /// Runs that may go on at once.
    pub(crate) at_once: usize,
}

impl Lanes {
    /// Every run on all threads of this session, one after the other.
    pub(crate) fn wide(session: Session) -> Self {
        Self {
            wide: Mutex::new(session),
            narrow: Arc::default(),
            open_narrow: Mutex::default(),
            opener: Mutex::default(),
            at_once: 1,
        }
    }

    /// Lets `at_once` runs go on at once, in sessions that `open` loads when they are first needed.
    pub(crate) fn and_narrow(mut self, at_once: usize, open: OpenNarrow) -> Self {
        self.at_once = at_once;
        self.open_narrow = Mutex::new(Some(open));
        self
    }

    /// Lends a session for a run: the one on all threads to who is alone. No more than [`Lanes::at_once`] may run at a time.
    pub(crate) fn session(&self, is_alone: bool) -> MutexGuard<'_, Session> {
        if is_alone {
            return lock(&self.wide);
        }
        let Some(narrow) = self.narrow.get() else {
            self.open_narrow();
            return lock(&self.wide);
        };
        narrow.iter().find_map(|session| session.try_lock().ok()).unwrap_or_else(|| lock(&self.wide))
    }

    /// Has the narrow sessions opened by a thread of its own: a frame that waits is a frame lost.
    fn open_narrow(&self) {
        let Some(open) = lock(&self.open_narrow).take() else { return };
        let (narrow, count) = (Arc::clone(&self.narrow), self.at_once);
        let work = move || match (0..count).map(|_| open().map(Mutex::new)).collect() {
            Ok(sessions) => drop(narrow.set(sessions)),
            Err(error) => tracing::warn!(%error, "cameras wait for each other"),
        };
        match std::thread::Builder::new().name("lane-opener".to_owned()).spawn(work) {
            Ok(thread) => *lock(&self.opener) = Some(thread),
            Err(error) => tracing::warn!(%error, "cameras wait for each other"),
        }
    }

    /// Waits for a thread that opens sessions; a panic there was told of by its own message.
    pub(super) fn settle(&self) {
        if let Some(opener) = lock(&self.opener).take() {
            let _ = opener.join();
        }
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        // ONNX Runtime does not survive a process that ends while it loads a graph.
        self.settle();
    }
}
