//! The outbox: events are written to SQLite before they are sent, and stay until the broker has acknowledged them.
//!
//! "Recorded" and "to be sent" are one fact: a row without the time of its acknowledgement. Acknowledged rows stay as history until
//! [`Limits`] removes them.
//!
//! One named thread owns the database, because a commit waits for the disk (milliseconds on flash, seconds on a bad day) and neither
//! the inference thread nor tokio may wait for that. [`Outbox::record`] hands an event over and returns; its [`Receipt`] tells when
//! the event is safe. A power cut costs at most what was handed over and not yet committed: in practice the event being written.
//!
//! If the disk refuses, events wait in memory ([`BACKLOG_EVENTS`]), are sent from there, and are written as soon as the disk takes them.

mod backlog;
mod event;
mod store;
#[cfg(test)]
mod tests;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use tokio::sync::{oneshot, watch};

pub use event::{Class, EventId, NewEvent, PendingEvent};
use store::Store;
pub use store::StoreError;
use writer::{Command, Counters, Writer};

/// The database's file name in the unit's state folder.
pub const FILE_NAME: &str = "outbox.sqlite";

/// Commands that wait for the outbox's thread. A full queue means that the disk has hung for minutes: further events are refused and counted.
const QUEUE: usize = 1024;

/// Events kept in memory while the disk refuses them; beyond that the oldest of the lowest class is dropped and counted.
pub const BACKLOG_EVENTS: usize = 1024;

/// How much the outbox keeps.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Rows, history included. When reached, the oldest history makes room, then the oldest event of the lowest class (counted as lost).
    pub max_events: u64,
    /// Bytes of payloads and topics, history included; same policy. The file may grow to twice that and 1 MiB.
    pub max_bytes: u64,
    /// Acknowledged events are history for this long.
    pub history: Duration,
}

impl Default for Limits {
    /// Two weeks of history; 100,000 events are some 500 full training days of one rack.
    fn default() -> Self {
        Self { max_events: 100_000, max_bytes: 64 << 20, history: Duration::from_hours(14 * 24) }
    }
}

/// Gives the wall-clock time: the system's, or a test's.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Why the outbox can't be used or did not take an event.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The database can't be opened.
    #[error("the outbox {} can't be opened: {source}; `unit.state_dir` names its folder", path.display())]
    Open {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: StoreError,
    },
    /// Another process holds it.
    #[error("the outbox {} is in use by another spotter; stop that one, or give this one its own `unit.state_dir`", path.display())]
    InUse {
        /// Its file.
        path: PathBuf,
    },
    /// Its folder can't be made.
    #[error("the outbox's folder {} can't be made: {source}; `unit.state_dir` names it", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Its thread can't be started.
    #[error("the outbox's thread can't be started: {0}")]
    Thread(std::io::Error),
    /// The disk hangs and the queue is full.
    #[error("the outbox is overloaded: {QUEUE} events wait for the disk")]
    Overloaded,
    /// The disk refused the event; it waits in memory.
    #[error("the event is not on the disk yet: {0}")]
    NotWritten(String),
    /// The outbox was full of more important events.
    #[error("the outbox is full of events of a higher class")]
    Full,
    /// The outbox's thread has ended.
    #[error("the outbox has ended")]
    Ended,
}

/// Counts of the outbox, since it was opened unless said otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutboxStats {
    /// Events that wait for the broker's acknowledgement now.
    pub pending: u64,
    /// Events written to the disk.
    pub recorded: u64,
    /// Events acknowledged by a broker.
    pub acknowledged: u64,
    /// Events that a broker will never take (too large, invalid), set aside.
    pub rejected: u64,
    /// Events lost: dropped to make room, or refused because the disk hung.
    pub lost: u64,
    /// Failed writes.
    pub write_errors: u64,
    /// What is wrong with the disk now, if anything.
    pub fault: Option<String>,
}

/// A durable queue of events. Clones share it; the last one to go waits for what was handed over to be written.
#[derive(Debug, Clone)]
pub struct Outbox {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    commands: Option<flume::Sender<Command>>,
    counters: Arc<Counters>,
    newest: watch::Receiver<i64>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Tells when a handed-over event is safe. May be dropped.
#[derive(Debug)]
pub struct Receipt {
    id: EventId,
    written: oneshot::Receiver<Result<(), OutboxError>>,
}

impl Receipt {
    /// The event's id.
    pub fn id(&self) -> EventId {
        self.id
    }

    /// Waits until the event is on the disk.
    ///
    /// # Errors
    /// When the disk refused it or the outbox dropped it.
    pub async fn written(self) -> Result<EventId, OutboxError> {
        self.written.await.unwrap_or(Err(OutboxError::Ended)).map(|()| self.id)
    }

    /// As [`Receipt::written`], for threads outside of tokio.
    ///
    /// # Errors
    /// When the disk refused it or the outbox dropped it.
    pub fn wait(self) -> Result<EventId, OutboxError> {
        self.written.blocking_recv().unwrap_or(Err(OutboxError::Ended)).map(|()| self.id)
    }
}

impl Outbox {
    /// Opens the outbox in the unit's state folder, with default limits; makes both if absent.
    ///
    /// # Errors
    /// When folder or file can't be used, or another process holds the outbox. A damaged file is no error: it is moved aside to
    /// `outbox.sqlite.damaged`, logged, and a new one is made.
    pub fn open(state_dir: &Path) -> Result<Self, OutboxError> {
        Self::open_with(&state_dir.join(FILE_NAME), Limits::default(), Arc::new(SystemTime::now))
    }

    /// As [`Outbox::open`], with the file, limits and clock given.
    ///
    /// # Errors
    /// As [`Outbox::open`].
    pub fn open_with(path: &Path, limits: Limits, clock: Clock) -> Result<Self, OutboxError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|source| OutboxError::Folder { path: folder.to_owned(), source })?;
        }
        let store = Store::open(path, limits, clock).map_err(|source| match source {
            StoreError::InUse => OutboxError::InUse { path: path.to_owned() },
            source => OutboxError::Open { path: path.to_owned(), source },
        })?;
        let (commands, queue) = flume::bounded(QUEUE);
        let (announce, newest) = watch::channel(0);
        let counters = Arc::new(Counters::new(store.pending()));
        let writer = Writer::new(store, Arc::clone(&counters), announce);
        let thread = std::thread::Builder::new()
            .name("outbox".to_owned())
            .spawn(move || writer.run(&queue))
            .map_err(OutboxError::Thread)?;
        let inner = Inner {
            path: path.to_owned(),
            commands: Some(commands),
            counters,
            newest,
            thread: Mutex::new(Some(thread)),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Hands an event over to be written and sent; never waits.
    ///
    /// # Errors
    /// When the outbox can't even queue it: the event is lost, and counted.
    pub fn record(&self, event: NewEvent) -> Result<Receipt, OutboxError> {
        let id = event.id;
        let (done, written) = oneshot::channel();
        self.send(Command::Record { event, done }).inspect_err(|_| self.inner.counters.lost(1))?;
        Ok(Receipt { id, written })
    }

    /// Events that wait for their acknowledgement, in the order in which they were recorded, after `position` (0: from the first).
    ///
    /// # Errors
    /// When the outbox can't answer now.
    pub fn pending(
        &self,
        position: i64,
        limit: usize,
    ) -> Result<oneshot::Receiver<Vec<PendingEvent>>, OutboxError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Pending { after: position, limit, reply })?;
        Ok(answer)
    }

    /// A broker has these events: they become history.
    ///
    /// # Errors
    /// When the outbox can't take it now: the caller tries again, or the event is sent again with the same id.
    pub fn acknowledge(&self, positions: Vec<i64>) -> Result<(), OutboxError> {
        self.send(Command::Acknowledge { positions })
    }

    /// No broker will ever take this event: it becomes history with that reason, and is counted.
    ///
    /// # Errors
    /// As [`Outbox::acknowledge`].
    pub fn reject(&self, position: i64, reason: String) -> Result<(), OutboxError> {
        self.send(Command::Reject { position, reason })
    }

    /// Follows the position of the newest event that was recorded since the outbox was opened. A borrow of it must not be held: the outbox would wait for it.
    pub fn newest(&self) -> watch::Receiver<i64> {
        self.inner.newest.clone()
    }

    /// Counts and the disk's state.
    pub fn stats(&self) -> OutboxStats {
        self.inner.counters.snapshot()
    }

    /// The database's file.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    fn send(&self, command: Command) -> Result<(), OutboxError> {
        let Some(commands) = &self.inner.commands else { return Err(OutboxError::Ended) };
        commands.try_send(command).map_err(|error| match error {
            flume::TrySendError::Full(_) => OutboxError::Overloaded,
            flume::TrySendError::Disconnected(_) => OutboxError::Ended,
        })
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The thread writes what is queued and ends when the queue is closed.
        self.commands = None;
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the outbox's thread panicked");
        }
    }
}
