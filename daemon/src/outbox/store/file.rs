//! The file itself: opening, checking, and putting a damaged one aside.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::{Limits, StoreError};

/// Version of [`SCHEMA`], kept in SQLite's `user_version`.
const SCHEMA_VERSION: i64 = 1;

/// `acknowledged_ms` is null while the event is to be sent. The partial indexes hold only what each query walks over.
const SCHEMA: &str = "
    CREATE TABLE event (
        position INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        class INTEGER NOT NULL,
        topic TEXT NOT NULL,
        payload BLOB NOT NULL,
        recorded_ms INTEGER NOT NULL,
        acknowledged_ms INTEGER,
        rejected TEXT
    ) STRICT;
    CREATE INDEX pending ON event (position) WHERE acknowledged_ms IS NULL;
    CREATE INDEX pending_by_class ON event (class, position) WHERE acknowledged_ms IS NULL;
    CREATE INDEX history ON event (acknowledged_ms) WHERE acknowledged_ms IS NOT NULL;
    PRAGMA user_version = 1;
";

/// Opens the file, takes its lock, checks it and makes its tables.
pub(super) fn connect(path: &Path, limits: &Limits) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::ZERO)?;
    // The lock is held until the process ends, however it ends: two daemons on one outbox would send everything twice.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))?;
    connection.execute_batch("BEGIN EXCLUSIVE; COMMIT")?;
    // Each commit is flushed to the disk: in WAL mode NORMAL would lose the last seconds in a power cut.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "journal_size_limit", 4 << 20)?;
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(StoreError::Damaged(found));
    }
    match connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))? {
        0 => connection.execute_batch(&format!("BEGIN; {SCHEMA} COMMIT"))?,
        SCHEMA_VERSION => {}
        newer => {
            return Err(StoreError::Damaged(format!(
                "its format is {newer}, this version knows {SCHEMA_VERSION}"
            )));
        }
    }
    let page_bytes: i64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let pages = (2 * limits.max_bytes + (1 << 20)) / page_bytes.unsigned_abs().max(1);
    connection.pragma_update_and_check(None, "max_page_count", pages as i64, |row| row.get::<_, i64>(0))?;
    Ok(connection)
}

/// Moves a damaged file out of the way. Only the newest is kept, so that a box that breaks files again and again does not fill its disk.
pub(super) fn move_aside(path: &Path, cause: &str) -> Result<(), StoreError> {
    let aside = beside(path, ".damaged");
    std::fs::rename(path, &aside).map_err(StoreError::Aside)?;
    for journal in ["-wal", "-shm"] {
        match std::fs::rename(beside(path, journal), beside(&aside, journal)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::Aside(error));
            }
            _ => {}
        }
    }
    tracing::error!(
        cause,
        "the outbox {} was damaged: it is now {}, and a new one is begun",
        path.display(),
        aside.display()
    );
    Ok(())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
