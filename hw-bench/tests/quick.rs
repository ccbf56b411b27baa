//! The bench itself: a quick run gives every part or says why not, and what is missing is named. Nothing is asserted about speed.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use spotter_tests::{checkout, unless_absent};

/// A program that is not there.
const NOWHERE: &str = "no/such/program";

fn bench(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spotter-hw-bench"));
    command.current_dir(checkout()).args(arguments);
    command
}

fn models() -> Option<PathBuf> {
    let given = std::env::var_os("SPOTTER_MODELS_DIR").map(PathBuf::from);
    unless_absent(given.unwrap_or_else(|| checkout().join(".cache/models")))
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_quick_run_gives_every_part_or_says_why_not() {
    if models().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (json, page) = (folder.path().join("bench.json"), folder.path().join("page.md"));
    let output = bench(&["--quick", "--json"]).arg(&json).arg("--write").arg(&page).output().unwrap();
    assert!(output.status.success(), "{}", errors(&output));

    let report: Value = serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap();
    for part in ["stages", "cameras", "people", "latency", "backends", "parity", "soak"] {
        assert!(
            report[part]["measured"].is_object() || report[part]["measured"].is_array(),
            "{part}: {}",
            report[part]
        );
    }
    // This machine has a GPU that can be used, or the page says why not.
    let gpu = &report["gpu"];
    assert!(gpu["measured"]["stand_in"] == false || gpu["absent"].is_string(), "{gpu}");
    let missing = "not installed: make setup-bench";
    let mediapipe = &report["mediapipe"];
    assert!(mediapipe["measured"].is_object() || mediapipe["absent"] == missing, "{mediapipe}");
    let people = report["people"]["measured"].as_array().unwrap();
    assert_eq!(
        people.iter().map(|scene| scene["people"].as_u64()).collect::<Vec<_>>(),
        [Some(1), Some(2), Some(4)]
    );
    let cpu = &report["backends"]["measured"][0]["figures"]["measured"];
    assert!(cpu["running"].as_str().is_some_and(|name| name.contains("cpu")), "{cpu}");
    assert!(report["run"]["revision"].as_str().is_some_and(|revision| !revision.is_empty()));

    let page = std::fs::read_to_string(page).unwrap();
    for target in report["targets"].as_array().unwrap() {
        assert!(page.contains(target["figure"].as_str().unwrap()), "{target} is not on the page");
    }
    assert!(!page.contains(folder.path().to_str().unwrap()), "a path of this machine is on the page");
}

#[track_caller]
fn assert_names(output: &Output, what: &str, way_out: &str) {
    let errors = errors(output);
    assert!(!output.status.success());
    assert!(errors.contains(what) && errors.contains(way_out), "{errors}");
    assert!(!errors.contains("panicked"), "{errors}");
}

#[test]
fn what_is_missing_is_named_before_anything_is_measured() {
    let output = bench(&["no_such_clip.mp4"]).output().unwrap();
    assert_names(&output, "no_such_clip.mp4 is missing", "give a clip");

    let output = bench(&[]).env("SPOTTER_BINARY", NOWHERE).output().unwrap();
    assert_names(&output, "no/such/program is missing", "make build");

    let this = env!("CARGO_BIN_EXE_spotter-hw-bench");
    let empty = tempfile::tempdir().unwrap();
    let output = bench(&["--models-dir"]).arg(empty.path()).env("SPOTTER_BINARY", this).output().unwrap();
    assert_names(&output, "blazepose_detector", "spotter models fetch");
}
