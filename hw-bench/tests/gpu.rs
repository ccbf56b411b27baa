//! The bench's part for a GPU, through the stand-in for the TensorRT plug-in: it runs to its end, says what is missing and what went wrong,
//! and never passes the stand-in for a GPU. Nothing is asserted about speed.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use spotter_tests::{checkout, tensorrt_fake, unless_absent};
use tempfile::TempDir;

/// What a run came to.
struct Ran {
    succeeded: bool,
    report: Value,
    page: String,
}

fn are_models_there() -> bool {
    let given = std::env::var_os("SPOTTER_MODELS_DIR").map(PathBuf::from);
    unless_absent(given.unwrap_or_else(|| checkout().join(".cache/models"))).is_some()
}

/// Runs these parts with this plug-in, which behaves so; engines are kept in the folder.
fn bench(folder: &TempDir, parts: &str, plugin: &Path, behaviour: &str) -> Ran {
    let this = env!("CARGO_BIN_EXE_spotter-hw-bench");
    let (json, page) = (folder.path().join("bench.json"), folder.path().join("page.md"));
    let output = Command::new(this)
        .current_dir(checkout())
        .args(["--quick", "--backend", "cpu", "--only", parts])
        .arg("--tensorrt-plugin")
        .arg(plugin)
        .args(["--tensorrt-library", &format!("fake:{behaviour}")])
        .arg("--engines-dir")
        .arg(folder.path())
        .arg("--json")
        .arg(&json)
        .arg("--write")
        .arg(&page)
        // No part that is asked for starts a unit.
        .env("SPOTTER_BINARY", this)
        .output()
        .unwrap();
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    assert!(json.is_file(), "{}", String::from_utf8_lossy(&output.stderr));
    Ran {
        succeeded: output.status.success(),
        report: serde_json::from_str(&read(&json)).unwrap(),
        page: read(&page),
    }
}

fn row(report: &Value) -> &Value {
    let rows = report["targets"].as_array().unwrap();
    rows.iter().find(|row| row["figure"].as_str().unwrap().starts_with("on a GPU")).unwrap()
}

#[test]
fn the_part_runs_to_its_end_and_the_stand_in_is_no_gpu() {
    if !are_models_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let Ran { succeeded, report, page } = bench(&folder, "gpu", &tensorrt_fake(), "ok");
    let seen = &report["gpu"]["measured"];
    assert!(succeeded && seen.is_object(), "{}", report["gpu"]);
    assert_eq!((&seen["stand_in"], &seen["gpu"]), (&Value::from(true), &Value::from("stand-in GPU")));

    let cases = seen["cases"].as_array().unwrap();
    let loads: Vec<_> =
        cases.iter().map(|case| (case["stations"].as_u64(), case["people"].as_u64())).collect();
    assert_eq!(loads, [(1, 1), (2, 1), (1, 8), (2, 8)].map(|(a, b)| (Some(a), Some(b))));
    // One station alone fills runs with its people, and nobody else's.
    assert_eq!(cases[0]["regions_per_run"], 1.0);
    assert_eq!(cases[2]["regions_per_run"], 8.0);
    for case in cases {
        // Both do the same inference on the same processors: an order of magnitude would be another count.
        let ratio = case["ratio"].as_f64().unwrap();
        assert!((0.2..4.0).contains(&ratio), "{case}");
        assert!(case["regions_per_run"].as_f64().unwrap() <= 8.0, "{case}");
    }
    assert_eq!((&seen["memory"]["growth_mb"], &seen["memory"]["first_mb"]), (&0.0.into(), &2000.0.into()));
    let points_px = seen["agreement"]["points_worst_px"].as_f64().unwrap();
    assert!(points_px < 0.1, "the kernel samples bit by bit as the CPU does: {points_px}");

    assert_eq!(row(&report)["met"], Value::Null);
    assert!(row(&report)["reached"].as_str().unwrap().contains("no GPU, a stand-in"), "{}", row(&report));
    assert!(page.contains("## GPU: none, a stand-in\n") && page.contains("**This is no GPU.**"), "{page}");
    assert!(!page.contains("| GPU | stand-in"), "{page}");
    for line in page.lines().filter(|line| line.contains("TensorRT 10.3.0")) {
        assert!(line.contains("on stand-in GPU"), "{line}");
    }

    // The engines are there now; the memory is not flat any more, and outputs are a 500th too large.
    let behaviour = "build-fails,leaks=1000000,parity-near";
    let Ran { report, page, .. } = bench(&folder, "gpu", &tensorrt_fake(), behaviour);
    let seen = &report["gpu"]["measured"];
    let growth_mb = seen["memory"]["growth_mb"].as_f64();
    assert!(growth_mb.is_some_and(|mb| mb >= 3.0), "a megabyte a run: {}", report["gpu"]);
    let of = |name: &str| seen["agreement"][name].as_f64().unwrap();
    assert!((of("output_rms") - 0.002).abs() < 1e-4, "{}", seen["agreement"]);
    // A 500th of somewhere in 256 pixels.
    assert!((0.1..0.72).contains(&of("points_mean_px")), "{}", seen["agreement"]);
    assert!((of("points_mean_px")..0.75).contains(&of("points_worst_px")), "{}", seen["agreement"]);
    assert!(of("box_px") > 0.0, "{}", seen["agreement"]);
    assert!(page.contains("| an output as a whole, root mean square | 0.200 % | 3 % |"), "{page}");
}

#[test]
fn what_is_missing_is_said_and_is_no_failure() {
    if !are_models_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let nowhere = Path::new("no/such/libspotter_trt.so");
    let fake = tensorrt_fake();
    let fake = fake.as_path();
    for (plugin, behaviour, words) in [
        (nowhere, "ok", "there is no such file"),
        (fake, "no-library", "no TensorRT"),
        (fake, "wrong-version", "wrong TensorRT"),
        (fake, "no-driver", "no NVIDIA driver"),
        (fake, "no-device", "no GPU"),
    ] {
        let Ran { succeeded, report, page } = bench(&folder, "gpu", plugin, behaviour);
        let reason = report["gpu"]["absent"].as_str().unwrap_or_default().to_owned();
        assert!(succeeded && reason.contains(words), "{behaviour}: {}", report["gpu"]);
        let reached = row(&report)["reached"].as_str().unwrap();
        assert!(reached.starts_with("not measured: ") && reached.contains(&reason), "{reached}");
        assert!(page.contains(&format!("Not measured: {reason}.")), "{page}");
    }
}

#[test]
fn a_gpu_that_fails_in_the_middle_is_told_and_costs_no_other_part() {
    if !are_models_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (behaviour, words) in [
        // The first run after the four of the comparison is a station's: the unit's CPU takes it over, which must not pass for the GPU.
        ("run-fails=5", "failed while running"),
        ("run-fails=20", "this run fails"),
        ("run-loses=20", "the device is lost"),
        ("run-crashes=20", "ended without an answer"),
        ("parity-off", "does not agree with the CPU"),
    ] {
        let Ran { succeeded, report, .. } = bench(&folder, "gpu,stages", &tensorrt_fake(), behaviour);
        let failed = report["gpu"]["failed"].as_str().unwrap_or_default();
        assert!(!succeeded && failed.contains(words), "{behaviour}: {}", report["gpu"]);
        assert!(report["stages"]["measured"].is_object(), "{behaviour}: {}", report["stages"]);
        assert_eq!(row(&report)["met"], Value::Null);
    }
}
