//! A damaged file must neither stop the unit nor be thrown away.

use std::io::{Seek, SeekFrom, Write};

use super::store::Store;
use super::*;

fn assert_begins_anew(path: &Path) {
    let damaged = std::fs::read(path).unwrap();
    let outbox = open(path, Limits::default());
    record_all(&outbox, ["first of the new one".to_owned()]);
    assert_eq!(texts(&pending(&outbox)), ["first of the new one"]);
    let aside = path.with_extension("sqlite.damaged");
    assert_eq!(std::fs::read(aside).unwrap(), damaged, "the damaged file is kept as it was");
}

#[test]
fn a_file_that_is_no_database_is_put_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.sqlite");
    std::fs::write(
        &path,
        "this is a text, and it is long enough to be taken for the header of a database file".repeat(50),
    )
    .unwrap();
    assert_begins_anew(&path);
}

#[test]
fn a_database_with_broken_pages_is_put_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.sqlite");
    let outbox = open(&path, Limits::default());
    record_all(&outbox, (0..200).map(|n| format!("{n:0>500}")));
    drop(outbox);
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let bytes = file.metadata().unwrap().len();
    assert!(bytes > 50_000, "the events were checkpointed into the file");
    file.seek(SeekFrom::Start(8192)).unwrap();
    file.write_all(&vec![0xa5; 40_000]).unwrap();
    drop(file);
    assert_begins_anew(&path);
}

#[test]
fn a_file_of_a_newer_version_is_put_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.sqlite");
    drop(open(&path, Limits::default()));
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert_begins_anew(&path);
}

#[test]
fn damage_while_in_use_costs_what_was_in_the_file_and_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.sqlite");
    let mut store = Store::open(&path, Limits::default(), system_clock()).unwrap();
    let position = store.next_position();
    store.write(&[(position, rep("lost"))]).unwrap();
    assert_eq!(store.replace("a test").unwrap(), 1);
    let next = store.next_position();
    assert!(next > position, "a reader that remembers a position misses nothing");
    store.write(&[(next, rep("kept"))]).unwrap();
    assert_eq!(texts(&store.read_pending(position, 10).unwrap()), ["kept"]);
}
