//! What goes when the outbox is full.

use super::*;

fn limits(max_events: u64) -> Limits {
    Limits { max_events, ..Limits::default() }
}

fn summary(text: &str) -> NewEvent {
    event(Class::Summary, text)
}

#[test]
fn history_goes_first_then_summaries_then_the_oldest_movements() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = open(&folder.path().join("outbox.sqlite"), limits(4));
    let record = |event| outbox.record(event).unwrap().wait().unwrap();
    record(rep("sent"));
    outbox.acknowledge(vec![pending(&outbox)[0].position]).unwrap();
    record(rep("rep 1"));
    record(summary("set 1"));
    record(rep("rep 2"));
    record(rep("rep 3"));
    assert_eq!(
        (texts(&pending(&outbox)), outbox.stats().lost),
        (vec_of(["rep 1", "set 1", "rep 2", "rep 3"]), 0),
        "history went"
    );
    record(rep("rep 4"));
    assert_eq!(
        (texts(&pending(&outbox)), outbox.stats().lost),
        (vec_of(["rep 1", "rep 2", "rep 3", "rep 4"]), 1),
        "the summary went"
    );
    record(rep("rep 5"));
    assert_eq!(
        (texts(&pending(&outbox)), outbox.stats().lost),
        (vec_of(["rep 2", "rep 3", "rep 4", "rep 5"]), 2),
        "the oldest went"
    );
}

#[test]
fn a_summary_does_not_push_out_a_movement() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = open(&folder.path().join("outbox.sqlite"), limits(2));
    record_all(&outbox, ["rep 1".to_owned(), "rep 2".to_owned()]);
    let refused = outbox.record(summary("set")).unwrap().wait().unwrap_err();
    assert!(matches!(refused, OutboxError::Full), "{refused}");
    assert_eq!((texts(&pending(&outbox)), outbox.stats().lost), (vec_of(["rep 1", "rep 2"]), 1));
}

#[test]
fn bytes_are_bounded_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.sqlite");
    let max_bytes = 100_000;
    let outbox = open(&path, Limits { max_bytes, ..Limits::default() });
    for n in 0..1000 {
        outbox.record(rep(&format!("{n:0>1000}"))).unwrap().wait().unwrap();
    }
    let kept = pending(&outbox);
    let bytes: usize = kept.iter().map(|event| event.topic.len() + event.payload.len()).sum();
    assert!(bytes as u64 <= max_bytes && bytes as u64 > max_bytes - 2000, "{bytes} bytes");
    assert!(texts(&kept).last().unwrap().ends_with("999"));
    assert_eq!(outbox.stats().lost, 1000 - kept.len() as u64);
    drop(outbox);
    let file_bytes = std::fs::metadata(&path).unwrap().len();
    assert!(file_bytes <= 2 * max_bytes + (1 << 20), "the file has {file_bytes} bytes");
}

#[test]
fn an_event_larger_than_the_outbox_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = open(&folder.path().join("outbox.sqlite"), Limits { max_bytes: 1000, ..Limits::default() });
    let refused = outbox.record(rep(&"x".repeat(2000))).unwrap().wait().unwrap_err();
    assert!(matches!(refused, OutboxError::Full), "{refused}");
}

#[test]
fn history_ends_after_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.sqlite");
    let clock = StandingClock::default();
    let limits = Limits { history: Duration::from_hours(1), ..Limits::default() };
    let outbox = Outbox::open_with(&path, limits, clock.clock()).unwrap();
    record_all(&outbox, ["old".to_owned(), "new".to_owned()]);
    let events = pending(&outbox);
    outbox.acknowledge(vec![events[0].position]).unwrap();
    assert_eq!(pending(&outbox).len(), 1, "the acknowledgement is written at this time");
    clock.forward(Duration::from_mins(59));
    outbox.acknowledge(vec![events[1].position]).unwrap();
    assert_eq!(rows(outbox, &path), vec_of(["old", "new"]), "both are history");

    let outbox = Outbox::open_with(
        &path,
        Limits { history: Duration::from_hours(1), ..Limits::default() },
        clock.clock(),
    )
    .unwrap();
    clock.forward(Duration::from_mins(2));
    record_all(&outbox, ["newest".to_owned()]);
    outbox.acknowledge(vec![pending(&outbox)[0].position]).unwrap();
    assert_eq!(rows(outbox, &path), vec_of(["new", "newest"]));
}

/// All rows of the file, once the outbox is closed.
fn rows(outbox: Outbox, path: &Path) -> Vec<String> {
    drop(outbox);
    let file = rusqlite::Connection::open(path).unwrap();
    let mut query = file.prepare("SELECT CAST(payload AS TEXT) FROM event ORDER BY position").unwrap();
    let rows = query.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn vec_of<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}
