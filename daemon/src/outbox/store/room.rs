//! Making room: which rows go first.

use rusqlite::{OptionalExtension, Transaction};

use super::{Limits, StoreError};
use crate::outbox::event::{Class, NewEvent};

/// Rows and bytes in the table.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Size {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) pending: u64,
}

/// A row that may go.
pub(super) struct Victim {
    position: i64,
    bytes: u64,
    pending: bool,
}

/// Removes rows until `event` fits the limits: history first, then the oldest of the lowest class. False when only more important ones are left.
pub(super) fn make_room(
    transaction: &Transaction<'_>,
    limits: &Limits,
    size: &mut Size,
    event: &NewEvent,
    evicted: &mut u64,
) -> Result<bool, StoreError> {
    while size.rows + 1 > limits.max_events || size.bytes + event.size() > limits.max_bytes {
        let victim = match oldest_history(transaction)? {
            Some(victim) => Some(victim),
            None => least_pending(transaction, event.class)?,
        };
        let Some(victim) = victim else { return Ok(false) };
        *evicted += u64::from(victim.pending);
        remove(transaction, &victim, size)?;
    }
    Ok(true)
}

pub(super) fn oldest_history(transaction: &Transaction<'_>) -> Result<Option<Victim>, StoreError> {
    history_before(transaction, i64::MAX)
}

pub(super) fn history_before(
    transaction: &Transaction<'_>,
    acknowledged_ms: i64,
) -> Result<Option<Victim>, StoreError> {
    let row = transaction
        .prepare_cached(
            "SELECT position, length(topic) + length(payload) FROM event INDEXED BY history
             WHERE acknowledged_ms IS NOT NULL AND acknowledged_ms < ?1 ORDER BY acknowledged_ms LIMIT 1",
        )?
        .query_row([acknowledged_ms], |row| victim(row, false))
        .optional()?;
    Ok(row)
}

/// The oldest pending event of the lowest class, unless that is above `class`.
pub(super) fn least_pending(
    transaction: &Transaction<'_>,
    class: Class,
) -> Result<Option<Victim>, StoreError> {
    let row = transaction
        .prepare_cached(
            "SELECT position, length(topic) + length(payload) FROM event INDEXED BY pending_by_class
             WHERE acknowledged_ms IS NULL AND class <= ?1 ORDER BY class, position LIMIT 1",
        )?
        .query_row([class as u8], |row| victim(row, true))
        .optional()?;
    Ok(row)
}

fn victim(row: &rusqlite::Row<'_>, pending: bool) -> rusqlite::Result<Victim> {
    Ok(Victim { position: row.get(0)?, bytes: row.get::<_, i64>(1)?.unsigned_abs(), pending })
}

pub(super) fn remove(
    transaction: &Transaction<'_>,
    victim: &Victim,
    size: &mut Size,
) -> Result<(), StoreError> {
    transaction.prepare_cached("DELETE FROM event WHERE position = ?1")?.execute([victim.position])?;
    size.rows -= 1;
    size.bytes -= victim.bytes;
    size.pending -= u64::from(victim.pending);
    Ok(())
}
