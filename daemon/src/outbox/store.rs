//! The outbox's database: one SQLite file that one process holds.

mod file;
mod room;

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use rusqlite::{Connection, ErrorCode, Transaction, params};

use self::file::{connect, move_aside};
use self::room::{Size, history_before, least_pending, make_room, oldest_history, remove};
use super::event::{Class, NewEvent, PendingEvent};
use super::{Clock, Limits};

/// Rows removed at a time when the disk or the file's limit leaves no room.
const FREE_ROWS: usize = 64;

/// Attempts to make room before a write is given up.
const FREE_ATTEMPTS: usize = 8;

/// What is wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is no database, is damaged, or was written by a newer version.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// Another process holds it.
    #[error("another process holds it")]
    InUse,
    /// No room on the disk.
    #[error("the disk is full")]
    DiskFull,
    /// Anything else that SQLite says.
    #[error("{0}")]
    Sqlite(rusqlite::Error),
    /// The damaged file can't be moved aside.
    #[error("it is damaged and can't be moved aside: {0}")]
    Aside(std::io::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged(error.to_string()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse,
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            _ => Self::Sqlite(error),
        }
    }
}

/// What became of a written batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    /// For each event of the batch: it is on the disk (false: the outbox is full of more important ones).
    pub(super) stored: Vec<bool>,
    /// Pending events that were dropped to make room.
    pub(super) evicted: u64,
}

/// The open database.
pub(super) struct Store {
    connection: Connection,
    path: PathBuf,
    limits: Limits,
    clock: Clock,
    size: Size,
    next: i64,
}

impl Store {
    /// Opens or makes the file; a damaged one is moved aside first.
    pub(super) fn open(path: &Path, limits: Limits, clock: Clock) -> Result<Self, StoreError> {
        let connection = match connect(path, &limits) {
            Err(StoreError::Damaged(cause)) => {
                move_aside(path, &cause)?;
                connect(path, &limits)?
            }
            connected => connected?,
        };
        let mut store =
            Self { connection, path: path.to_owned(), limits, clock, size: Size::default(), next: 1 };
        store.measure()?;
        Ok(store)
    }

    /// The file was found damaged while in use: moves it aside and goes on with a new one. Returns how many pending events that cost.
    pub(super) fn replace(&mut self, cause: &str) -> Result<u64, StoreError> {
        self.connection = Connection::open_in_memory()?;
        move_aside(&self.path, cause)?;
        self.connection = connect(&self.path, &self.limits)?;
        let lost = self.size.pending;
        let next = self.next;
        self.measure()?;
        // Positions go on, so that readers who remember one miss nothing.
        self.next = next;
        Ok(lost)
    }

    fn measure(&mut self) -> Result<(), StoreError> {
        let (rows, bytes, pending, last): (i64, i64, i64, i64) = self.connection.query_row(
            "SELECT count(*), coalesce(sum(length(topic) + length(payload)), 0),
                    coalesce(sum(acknowledged_ms IS NULL), 0), coalesce(max(position), 0) FROM event",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )?;
        self.size =
            Size { rows: rows.unsigned_abs(), bytes: bytes.unsigned_abs(), pending: pending.unsigned_abs() };
        self.next = last + 1;
        Ok(())
    }

    /// Events to be sent.
    pub(super) fn pending(&self) -> u64 {
        self.size.pending
    }

    /// The next free position; positions only grow while the outbox is open.
    pub(super) fn next_position(&mut self) -> i64 {
        let position = self.next;
        self.next += 1;
        position
    }

    /// Writes a batch in one transaction: all of it is on the disk when this returns, or none.
    pub(super) fn write(&mut self, batch: &[(i64, NewEvent)]) -> Result<Written, StoreError> {
        let mut freed = 0;
        for _ in 0..FREE_ATTEMPTS {
            match self.try_write(batch) {
                Err(StoreError::DiskFull) => match self.free() {
                    Ok((removed, evicted)) if removed > 0 => freed += evicted,
                    _ => break,
                },
                written => {
                    return written.map(|written| Written { evicted: written.evicted + freed, ..written });
                }
            }
        }
        Err(StoreError::DiskFull)
    }

    fn try_write(&mut self, batch: &[(i64, NewEvent)]) -> Result<Written, StoreError> {
        let now = self.now_ms();
        let mut size = self.size;
        let mut written = Written::default();
        let transaction = self.connection.transaction()?;
        for (position, event) in batch {
            let room = make_room(&transaction, &self.limits, &mut size, event, &mut written.evicted)?;
            if room {
                insert(&transaction, *position, event, now)?;
                size.rows += 1;
                size.bytes += event.size();
                size.pending += 1;
            }
            written.stored.push(room);
        }
        transaction.commit()?;
        self.size = size;
        Ok(written)
    }

    /// Removes some rows because nothing fits any more; returns how many, and how many of these were pending.
    fn free(&mut self) -> Result<(usize, u64), StoreError> {
        let mut size = self.size;
        let (mut removed, mut evicted) = (0, 0);
        let transaction = self.connection.transaction()?;
        while removed < FREE_ROWS {
            let Some(victim) = oldest_history(&transaction)? else { break };
            remove(&transaction, &victim, &mut size)?;
            removed += 1;
        }
        if removed == 0
            && let Some(victim) = least_pending(&transaction, Class::Movement)?
        {
            remove(&transaction, &victim, &mut size)?;
            (removed, evicted) = (1, 1);
        }
        transaction.commit()?;
        self.size = size;
        Ok((removed, evicted))
    }

    /// Events to be sent, in order.
    pub(super) fn read_pending(&self, after: i64, limit: usize) -> Result<Vec<PendingEvent>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT position, id, topic, payload FROM event INDEXED BY pending
             WHERE acknowledged_ms IS NULL AND position > ?1 ORDER BY position LIMIT ?2",
        )?;
        let rows = query.query_map(params![after, limit as i64], |row| {
            Ok(PendingEvent {
                position: row.get(0)?,
                id: row.get(1)?,
                topic: row.get(2)?,
                payload: Bytes::from(row.get::<_, Vec<u8>>(3)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Turns events into history; returns how many. Old history goes.
    ///
    /// Not synced to the disk: an acknowledgement that a power cut takes back costs a second delivery with the same id, and saves half
    /// of all disk flushes.
    pub(super) fn acknowledge(
        &mut self,
        positions: &[i64],
        rejected: Option<&str>,
    ) -> Result<u64, StoreError> {
        self.connection.pragma_update(None, "synchronous", "NORMAL")?;
        let acknowledged = self.try_acknowledge(positions, rejected);
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        acknowledged
    }

    fn try_acknowledge(&mut self, positions: &[i64], rejected: Option<&str>) -> Result<u64, StoreError> {
        let now = self.now_ms();
        let mut size = self.size;
        let mut acknowledged = 0;
        let transaction = self.connection.transaction()?;
        for position in positions {
            let changed = transaction
                .prepare_cached(
                    "UPDATE event SET acknowledged_ms = ?2, rejected = ?3
                     WHERE position = ?1 AND acknowledged_ms IS NULL",
                )?
                .execute(params![position, now, rejected])?;
            acknowledged += changed as u64;
        }
        size.pending -= acknowledged;
        let oldest = now - i64::try_from(self.limits.history.as_millis()).unwrap_or(i64::MAX);
        while let Some(victim) = history_before(&transaction, oldest)? {
            remove(&transaction, &victim, &mut size)?;
        }
        transaction.commit()?;
        self.size = size;
        Ok(acknowledged)
    }

    fn now_ms(&self) -> i64 {
        let since_epoch = (self.clock)().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
    }

    #[cfg(test)]
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }
}

fn insert(
    transaction: &Transaction<'_>,
    position: i64,
    event: &NewEvent,
    now_ms: i64,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO event (position, id, class, topic, payload, recorded_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![position, event.id.to_string(), event.class as u8, event.topic, &event.payload[..], now_ms])?;
    Ok(())
}
