//! Tests of the outbox: the truth is what a second reader of the file finds.

mod damage;
mod disk_full;
mod limits;
mod power;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::*;

/// A clock that stands until it is moved.
#[derive(Clone, Default)]
pub(super) struct StandingClock(Arc<AtomicU64>);

impl StandingClock {
    pub(super) fn forward(&self, time: Duration) {
        self.0.fetch_add(time.as_secs(), Ordering::Relaxed);
    }

    pub(super) fn clock(&self) -> Clock {
        let seconds = Arc::clone(&self.0);
        Arc::new(move || UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::Relaxed)))
    }
}

pub(super) fn system_clock() -> Clock {
    Arc::new(SystemTime::now)
}

pub(super) fn open(path: &Path, limits: Limits) -> Outbox {
    Outbox::open_with(path, limits, system_clock()).unwrap()
}

pub(super) fn event(class: Class, text: &str) -> NewEvent {
    NewEvent {
        id: EventId::new(),
        class,
        topic: "spotter/v1/s/u/rack/event/rep".to_owned(),
        payload: text.to_owned().into(),
    }
}

pub(super) fn rep(text: &str) -> NewEvent {
    event(Class::Movement, text)
}

pub(super) fn pending(outbox: &Outbox) -> Vec<PendingEvent> {
    outbox.pending(0, 10_000).unwrap().blocking_recv().unwrap()
}

pub(super) fn texts(events: &[PendingEvent]) -> Vec<String> {
    events.iter().map(|event| String::from_utf8(event.payload.to_vec()).unwrap()).collect()
}

pub(super) fn record_all(outbox: &Outbox, texts: impl IntoIterator<Item = String>) {
    let receipts: Vec<_> = texts.into_iter().map(|text| outbox.record(rep(&text)).unwrap()).collect();
    for receipt in receipts {
        receipt.wait().unwrap();
    }
}

/// Waits until `done`, at most ten seconds.
pub(super) fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < deadline, "not within 10 s: {what}");
        std::thread::yield_now();
    }
}

#[test]
fn events_are_read_in_order_until_they_are_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/outbox.sqlite");
    let outbox = open(&path, Limits::default());
    record_all(&outbox, ["a", "b", "c", "d"].map(str::to_owned));
    let events = pending(&outbox);
    assert_eq!(texts(&events), ["a", "b", "c", "d"]);
    outbox.acknowledge(vec![events[0].position, events[2].position]).unwrap();
    assert_eq!(texts(&pending(&outbox)), ["b", "d"]);
    let after_b = outbox.pending(events[1].position, 10).unwrap().blocking_recv().unwrap();
    assert_eq!(texts(&after_b), ["d"]);

    drop(outbox);
    let outbox = open(&path, Limits::default());
    let again = pending(&outbox);
    assert_eq!(texts(&again), ["b", "d"]);
    assert_eq!((&again[0].id, &again[1].id), (&events[1].id, &events[3].id), "ids stay over a restart");
    assert_eq!(outbox.stats().pending, 2);
    record_all(&outbox, ["e".to_owned()]);
    assert_eq!(texts(&pending(&outbox)), ["b", "d", "e"]);
}

#[test]
fn everything_handed_over_is_written_before_the_outbox_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.sqlite");
    let outbox = open(&path, Limits::default());
    for n in 0..500 {
        outbox.record(rep(&n.to_string())).unwrap();
    }
    drop(outbox);
    let found = texts(&pending(&open(&path, Limits::default())));
    assert_eq!(found, (0..500).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[test]
fn a_rejected_event_holds_nothing_up_and_is_kept_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.sqlite");
    let outbox = open(&path, Limits::default());
    record_all(&outbox, ["poison".to_owned(), "good".to_owned()]);
    outbox.reject(pending(&outbox)[0].position, "too large".to_owned()).unwrap();
    assert_eq!(texts(&pending(&outbox)), ["good"]);
    assert_eq!((outbox.stats().rejected, outbox.stats().lost), (1, 0));
    drop(outbox);
    let file = rusqlite::Connection::open(&path).unwrap();
    let reason: String = file
        .query_row("SELECT rejected FROM event WHERE payload = X'706f69736f6e'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(reason, "too large");
}

#[test]
fn a_second_daemon_on_the_same_outbox_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.sqlite");
    let first = open(&path, Limits::default());
    let error = Outbox::open_with(&path, Limits::default(), system_clock()).unwrap_err();
    assert!(matches!(error, OutboxError::InUse { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains(path.to_str().unwrap()) && text.contains("unit.state_dir"), "{text}");
    drop(first);
    open(&path, Limits::default());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let error = Outbox::open(&folder.path().join("file/state")).unwrap_err();
    assert!(
        error.to_string().contains("file/state") && error.to_string().contains("unit.state_dir"),
        "{error}"
    );
}

#[test]
fn ids_are_unique_and_grow() {
    let ids: Vec<_> = (0..10_000).map(|_| EventId::new()).collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn a_new_event_is_announced() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = open(&folder.path().join("outbox.sqlite"), Limits::default());
    let mut newest = outbox.newest();
    newest.borrow_and_update();
    record_all(&outbox, ["a".to_owned()]);
    wait_until("the announcement", || newest.has_changed().unwrap());
    let announced = *newest.borrow_and_update();
    assert_eq!(announced, pending(&outbox)[0].position);
}
