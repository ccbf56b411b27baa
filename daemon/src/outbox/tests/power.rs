//! The process ends without any warning.

use std::io::{BufRead, BufReader};
use std::process::{Command as Process, Stdio};

use super::*;

/// Names the outbox of the child process of [`what_was_reported_as_written_survives_a_kill`].
const CHILD: &str = "SPOTTER_TEST_OUTBOX";

/// The child: records for ever and reports each event that is on the disk. Not a test by itself.
#[test]
fn child_that_records_until_it_is_killed() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let outbox = open(Path::new(&path), Limits::default());
    for n in 0.. {
        let id = outbox.record(rep(&n.to_string())).unwrap().wait().unwrap();
        println!("written {n} {id}");
    }
}

#[test]
fn what_was_reported_as_written_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.sqlite");
    let mut before = 0;
    for round in 1..=3 {
        let mut child = Process::new(std::env::current_exe().unwrap())
            .args(["--exact", "outbox::tests::power::child_that_records_until_it_is_killed", "--nocapture"])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reported = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
            if let Some(written) = line.split("written ").nth(1) {
                reported.push(written.to_owned());
            }
            if reported.len() == 100 * round {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(reported.len() >= 100 * round);

        let outbox = open(&path, Limits::default());
        let found: Vec<_> = pending(&outbox)
            .iter()
            .skip(before)
            .map(|event| format!("{} {}", texts(std::slice::from_ref(event))[0], event.id))
            .collect();
        assert_eq!(found[..reported.len()], reported, "round {round}");
        assert!(
            found.len() <= reported.len() + 1,
            "at most the event that was being written is there beside those"
        );
        before += found.len();
    }
}

/// Prints what recording costs: `cargo test -p spotter outbox::tests::power::measure -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, for docs/design/outbox.md"]
fn measure() {
    let folder =
        tempfile::tempdir_in(std::env::var("SPOTTER_TEST_DISK").unwrap_or("/var/tmp".to_owned())).unwrap();
    let outbox = open(&folder.path().join("outbox.sqlite"), Limits::default());
    let mut calls = Vec::new();
    let mut commits = Vec::new();
    for n in 0..500 {
        let event = rep(&format!("{n:0>1000}"));
        let start = Instant::now();
        let receipt = outbox.record(event).unwrap();
        calls.push(start.elapsed());
        receipt.wait().unwrap();
        commits.push(start.elapsed());
    }
    for (what, times) in
        [("record() returns after", &mut calls), ("the event is on the disk after", &mut commits)]
    {
        times.sort();
        println!("{what}: median {:?}, 99th percentile {:?}, worst {:?}", times[250], times[495], times[499]);
    }
}
