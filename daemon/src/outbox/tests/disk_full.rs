//! A disk that is full: nothing stops, events wait in memory, and are written when there is room.

use std::process::Command as Process;

use super::store::Store;
use super::writer::{Command, Counters, Writer};
use super::*;

/// A store whose file can't grow any more.
fn full_store(path: &Path) -> Store {
    let store = Store::open(path, Limits::default(), system_clock()).unwrap();
    let pages: i64 = store.connection().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    store
        .connection()
        .pragma_update_and_check(None, "max_page_count", pages, |row| row.get::<_, i64>(0))
        .unwrap();
    store
}

#[test]
fn a_full_file_gives_up_its_history_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.sqlite");
    let mut store = Store::open(&path, Limits::default(), system_clock()).unwrap();
    let batch: Vec<_> = (0..100).map(|n| (store.next_position(), rep(&format!("{n:0>2000}")))).collect();
    store.write(&batch).unwrap();
    store.acknowledge(&batch.iter().map(|(position, _)| *position).collect::<Vec<_>>(), None).unwrap();
    drop(store);

    let mut store = full_store(&path);
    let position = store.next_position();
    let written = store.write(&[(position, rep(&"new".repeat(10_000)))]).unwrap();
    assert_eq!((written.stored, written.evicted), (vec![true], 0));
}

/// A writer on a full file, driven by hand.
struct Rig {
    commands: flume::Sender<Command>,
    counters: Arc<Counters>,
    writer: JoinHandle<()>,
}

impl Rig {
    fn on(store: Store) -> Self {
        let counters = Arc::new(Counters::new(store.pending()));
        let (announce, _) = watch::channel(0);
        let (commands, queue) = flume::bounded(8192);
        let writer = Writer::new(store, Arc::clone(&counters), announce);
        let writer = std::thread::spawn(move || writer.run(&queue));
        Self { commands, counters, writer }
    }

    fn record(&self, event: NewEvent) -> Result<(), OutboxError> {
        let (done, written) = oneshot::channel();
        self.commands.send(Command::Record { event, done }).unwrap();
        written.blocking_recv().unwrap()
    }

    fn pending(&self) -> Vec<PendingEvent> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(Command::Pending { after: 0, limit: 100_000, reply }).unwrap();
        answer.blocking_recv().unwrap()
    }

    fn acknowledge(&self, position: i64) {
        self.commands.send(Command::Acknowledge { positions: vec![position] }).unwrap();
    }

    fn close(self) {
        drop(self.commands);
        self.writer.join().unwrap();
    }
}

const LARGE: usize = 30_000;

#[test]
fn events_wait_in_memory_in_order_and_can_be_sent_from_there() {
    let folder = tempfile::tempdir().unwrap();
    let rig = Rig::on(full_store(&folder.path().join("outbox.sqlite")));
    for text in ["a", "b", "c"] {
        let error = rig.record(rep(&text.repeat(LARGE))).unwrap_err();
        assert!(matches!(error, OutboxError::NotWritten(_)), "{error}");
    }
    let stats = rig.counters.snapshot();
    assert!(stats.write_errors >= 1 && stats.fault.as_deref() == Some("the disk is full"), "{stats:?}");
    assert_eq!((stats.lost, stats.recorded), (0, 0));
    let events = rig.pending();
    assert_eq!(texts(&events), ["a", "b", "c"].map(|text| text.repeat(LARGE)));
    rig.acknowledge(events[0].position);
    assert_eq!(rig.pending().len(), 2);
    rig.close();
}

#[test]
fn the_backlog_is_bounded_and_drops_the_lowest_class_first() {
    let folder = tempfile::tempdir().unwrap();
    let rig = Rig::on(full_store(&folder.path().join("outbox.sqlite")));
    let padding = "x".repeat(8000);
    let _ = rig.record(rep(&padding));
    let _ = rig.record(event(Class::Summary, &padding));
    for _ in 0..BACKLOG_EVENTS {
        let _ = rig.record(rep(&padding));
    }
    let found = rig.pending();
    assert_eq!(found.len(), BACKLOG_EVENTS);
    assert_eq!(rig.counters.snapshot().lost, 2, "the summary and the oldest movement");
    rig.close();
}

/// A small file system of its own, unmounted at the end.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// None where mounting is not allowed.
    fn mount(bytes: u64) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Process::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "tmpfs"])
            .arg(folder.path())
            .output()
            .is_ok_and(|output| output.status.success());
        mounted.then(|| Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Process::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[test]
fn a_disk_that_really_is_full_loses_nothing_and_is_used_again_when_there_is_room() {
    let Some(disk) = SmallDisk::mount(1 << 20) else {
        println!("skipped: mounting a tmpfs is not allowed here");
        return;
    };
    let path = disk.0.path().join("outbox.sqlite");
    let outbox = open(&path, Limits::default());
    record_all(&outbox, ["before".to_owned()]);
    let ballast = disk.0.path().join("ballast");
    // Fills what is left; the error is the point of it.
    let _ = std::fs::write(&ballast, vec![0; 4 << 20]);

    let mut expected = vec!["before".to_owned()];
    for n in 0..20 {
        let text = format!("{n:0>20000}");
        let _ = outbox.record(rep(&text)).unwrap().wait();
        expected.push(text);
    }
    assert!(outbox.stats().fault.is_some() && outbox.stats().write_errors > 0, "{:?}", outbox.stats());
    assert_eq!(texts(&pending(&outbox)), expected, "all can be sent, in order");

    std::fs::remove_file(&ballast).unwrap();
    wait_until("the outbox writes again", || outbox.stats().fault.is_none());
    assert_eq!(outbox.stats().lost, 0);
    drop(outbox);
    assert_eq!(texts(&pending(&open(&path, Limits::default()))), expected, "all are on the disk, in order");
}
