//! The thread that owns the database.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use super::backlog::Backlog;
use super::event::{NewEvent, PendingEvent};
use super::store::{Store, StoreError};
use super::{OutboxError, OutboxStats};

/// Events written in one transaction at most: one disk flush for all that came while the last one ran.
const BATCH: usize = 64;

/// How often the disk is tried again while it refuses.
const RETRY: Duration = Duration::from_millis(500);

/// Acknowledgements remembered while the disk refuses them. Beyond that the oldest is forgotten: that event may be sent again, with the same id.
const UNWRITTEN_ACKNOWLEDGEMENTS: usize = 4096;

/// What the thread is asked to do.
pub(super) enum Command {
    Record { event: NewEvent, done: oneshot::Sender<Result<(), OutboxError>> },
    Pending { after: i64, limit: usize, reply: oneshot::Sender<Vec<PendingEvent>> },
    Acknowledge { positions: Vec<i64> },
    Reject { position: i64, reason: String },
}

/// Counts that every thread may read.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pending: AtomicU64,
    recorded: AtomicU64,
    acknowledged: AtomicU64,
    rejected: AtomicU64,
    lost: AtomicU64,
    write_errors: AtomicU64,
    fault: Mutex<Option<String>>,
}

impl Counters {
    pub(super) fn new(pending: u64) -> Self {
        Self { pending: AtomicU64::new(pending), ..Self::default() }
    }

    pub(super) fn lost(&self, events: u64) {
        self.lost.fetch_add(events, Ordering::Relaxed);
    }

    pub(super) fn snapshot(&self) -> OutboxStats {
        OutboxStats {
            pending: self.pending.load(Ordering::Relaxed),
            recorded: self.recorded.load(Ordering::Relaxed),
            acknowledged: self.acknowledged.load(Ordering::Relaxed),
            rejected: self.rejected.load(Ordering::Relaxed),
            lost: self.lost.load(Ordering::Relaxed),
            write_errors: self.write_errors.load(Ordering::Relaxed),
            fault: self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Says what is wrong with the disk, once, and once that it is well again.
    fn set_fault(&self, fault: Option<String>) {
        let mut current = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        match (&*current, &fault) {
            (None, Some(cause)) => {
                tracing::error!(
                    cause,
                    "the outbox can't write; events wait in memory and are lost if the unit stops now"
                );
            }
            (Some(_), None) => tracing::info!("the outbox writes again"),
            _ => {}
        }
        *current = fault;
    }
}

type Batch = Vec<(NewEvent, oneshot::Sender<Result<(), OutboxError>>)>;

/// Owns the database and serves the queue.
pub(super) struct Writer {
    store: Store,
    backlog: Backlog,
    unwritten: BTreeSet<i64>,
    counters: Arc<Counters>,
    announce: watch::Sender<i64>,
}

impl Writer {
    pub(super) fn new(store: Store, counters: Arc<Counters>, announce: watch::Sender<i64>) -> Self {
        Self { store, backlog: Backlog::default(), unwritten: BTreeSet::new(), counters, announce }
    }

    /// Serves until the queue is closed and empty.
    pub(super) fn run(mut self, queue: &flume::Receiver<Command>) {
        loop {
            let waiting = !self.backlog.is_empty() || !self.unwritten.is_empty();
            let command = if waiting { queue.recv_timeout(RETRY) } else { queue.recv().map_err(Into::into) };
            match command {
                Ok(command) => self.serve(command, queue),
                Err(flume::RecvTimeoutError::Timeout) => {
                    self.retry();
                    self.count_pending();
                }
                Err(flume::RecvTimeoutError::Disconnected) => break,
            }
        }
        self.retry();
        if !self.backlog.is_empty() {
            self.counters.lost(self.backlog.len() as u64);
            tracing::error!(
                events = self.backlog.len(),
                "events are lost: the disk did not take them before the unit stopped"
            );
        }
    }

    fn count_pending(&self) {
        let waiting =
            (self.store.pending() + self.backlog.len() as u64).saturating_sub(self.unwritten.len() as u64);
        self.counters.pending.store(waiting, Ordering::Relaxed);
    }

    /// Serves a command and all that are queued behind it, writing consecutive events in one transaction.
    fn serve(&mut self, first: Command, queue: &flume::Receiver<Command>) {
        let mut batch = Batch::new();
        for command in std::iter::once(first).chain(queue.try_iter().take(BATCH - 1)) {
            match command {
                Command::Record { event, done } => batch.push((event, done)),
                other => {
                    self.record(std::mem::take(&mut batch));
                    self.answer(other);
                }
            }
        }
        self.record(batch);
    }

    fn answer(&mut self, command: Command) {
        match command {
            Command::Record { event, done } => self.record(vec![(event, done)]),
            Command::Pending { after, limit, reply } => {
                // The asker may be gone: nothing is lost by that.
                let _ = reply.send(self.pending(after, limit));
            }
            Command::Acknowledge { positions } => {
                self.acknowledge(&positions, None);
                self.count_pending();
                self.counters.acknowledged.fetch_add(positions.len() as u64, Ordering::Relaxed);
            }
            Command::Reject { position, reason } => {
                self.acknowledge(&[position], Some(&reason));
                self.count_pending();
                self.counters.rejected.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn record(&mut self, batch: Batch) {
        if batch.is_empty() {
            return;
        }
        let (events, receipts): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let events: Vec<_> = events.into_iter().map(|event| (self.store.next_position(), event)).collect();
        let newest = events.last().map(|(position, _)| *position);
        // Behind a backlog new events queue up, so that the order is kept.
        let outcome =
            if self.backlog.is_empty() { self.write(&events) } else { self.write_behind_backlog(&events) };
        let results: Vec<_> = match outcome {
            Ok(stored) => stored
                .into_iter()
                .map(|stored| if stored { Ok(()) } else { Err(OutboxError::Full) })
                .collect(),
            Err(error) => {
                let cause = error.to_string();
                let results = events.iter().map(|_| Err(OutboxError::NotWritten(cause.clone()))).collect();
                if self.backlog.is_empty() {
                    for (position, event) in events {
                        self.keep_in_memory(position, event);
                    }
                }
                results
            }
        };
        // Who waits for a receipt is told when all counts are right.
        self.count_pending();
        for (receipt, result) in receipts.into_iter().zip(results) {
            // The recorder may not want to know.
            let _ = receipt.send(result);
        }
        if let Some(newest) = newest {
            self.announce.send_replace(newest);
        }
    }

    /// Adds to the backlog and writes all of it.
    fn write_behind_backlog(&mut self, events: &[(i64, NewEvent)]) -> Result<Vec<bool>, StoreError> {
        for (position, event) in events {
            self.keep_in_memory(*position, event.clone());
        }
        let waiting: Vec<_> = self.backlog.iter().cloned().collect();
        let stored = self.write(&waiting)?;
        self.backlog.clear();
        let first_new = stored.len().saturating_sub(events.len());
        Ok(stored[first_new..].to_vec())
    }

    fn keep_in_memory(&mut self, position: i64, event: NewEvent) {
        if self.backlog.push(position, event) {
            self.counters.lost(1);
        }
    }

    /// Writes events; a file found damaged is replaced once.
    fn write(&mut self, events: &[(i64, NewEvent)]) -> Result<Vec<bool>, StoreError> {
        let written = match self.store.write(events) {
            Err(StoreError::Damaged(cause)) => {
                let lost = self.store.replace(&cause)?;
                self.counters.lost(lost);
                self.store.write(events)
            }
            written => written,
        };
        match written {
            Ok(written) => {
                let stored = written.stored.iter().filter(|stored| **stored).count() as u64;
                let refused = written.stored.len() as u64 - stored;
                self.counters.recorded.fetch_add(stored, Ordering::Relaxed);
                self.counters.lost(written.evicted + refused);
                self.counters.set_fault(None);
                Ok(written.stored)
            }
            Err(error) => {
                self.failed(&error);
                Err(error)
            }
        }
    }

    fn failed(&self, error: &StoreError) {
        self.counters.write_errors.fetch_add(1, Ordering::Relaxed);
        self.counters.set_fault(Some(error.to_string()));
    }

    /// Tries to write what waits in memory.
    fn retry(&mut self) {
        let waiting: Vec<_> = self.backlog.iter().cloned().collect();
        if !waiting.is_empty() && self.write(&waiting).is_ok() {
            self.backlog.clear();
        }
        let positions: Vec<_> = std::mem::take(&mut self.unwritten).into_iter().collect();
        if !positions.is_empty() {
            self.acknowledge(&positions, None);
        }
    }

    fn pending(&self, after: i64, limit: usize) -> Vec<PendingEvent> {
        let mut events = match self.store.read_pending(after, limit + self.unwritten.len()) {
            Ok(events) => events,
            Err(error) => {
                self.failed(&error);
                Vec::new()
            }
        };
        events.extend(self.backlog.pending(after, limit));
        events.retain(|event| !self.unwritten.contains(&event.position));
        events.truncate(limit);
        events
    }

    fn acknowledge(&mut self, positions: &[i64], rejected: Option<&str>) {
        let on_disk: Vec<_> =
            positions.iter().copied().filter(|position| !self.backlog.remove(*position)).collect();
        if let Err(error) = self.store.acknowledge(&on_disk, rejected) {
            self.failed(&error);
            self.unwritten.extend(on_disk);
            while self.unwritten.len() > UNWRITTEN_ACKNOWLEDGEMENTS {
                self.unwritten.pop_first();
            }
        } else if self.backlog.is_empty() {
            self.counters.set_fault(None);
        }
    }
}
