//! Every bad input gets one clear error that names the thing, and its sysexits code.

#![allow(clippy::unwrap_used, reason = "tests fail by panics")]

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use spotter_tests::{SpotterProcess, checkout, run_to_end, run_with, spotter_binary};

const PICTURE: &str =
    "[[station]]\nname = \"rack\"\nsource = { type = \"test_pattern\", width = 320, height = 240, fps = 10 }";

/// Runs `spotter run` with this configuration until it gives up; expects the code and words in its error.
fn refused(config: &str, code: i32, words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spotter.toml");
    let state_dir = folder.path().join("state");
    let unit = format!("[unit]\nsite = \"gym\"\nname = \"unit-1\"\nstate_dir = {state_dir:?}\n");
    // Any free ports, unless the case is about one.
    let broker = "[mqtt.embedded]\nlisten = \"127.0.0.1:0\"\nwebsocket_listen = \"127.0.0.1:0\"";
    let broker =
        if config.contains("[mqtt.embedded]") { "websocket_listen = \"127.0.0.1:0\"" } else { broker };
    std::fs::write(&path, format!("{unit}\n{config}\n{broker}\n")).unwrap();
    let finished = run_to_end(&["run", "--config", path.to_str().unwrap()]);
    assert_eq!(finished.status.code(), Some(code), "{}", finished.stderr);
    let error = finished.stderr.lines().last().unwrap_or_default();
    for word in words {
        assert!(finished.stderr.contains(word), "`{word}` is not in: {error}");
    }
}

#[test]
fn an_unknown_key_is_named_with_its_file() {
    refused(&format!("{PICTURE}\n[http]\nlisten_on = \"x\""), 78, &["spotter.toml", "http", "listen_on"]);
}

#[test]
fn a_missing_clip_is_named() {
    refused(
        "[[station]]\nname = \"rack\"\nsource = { type = \"file\", path = \"/none/such.mp4\" }",
        66,
        &["station rack", "/none/such.mp4"],
    );
}

#[test]
fn a_clip_that_is_text_is_named() {
    let text = checkout().join("README.md").canonicalize().unwrap();
    refused(
        &format!("[[station]]\nname = \"rack\"\nsource = {{ type = \"file\", path = {text:?} }}"),
        65,
        &["README.md"],
    );
}

#[test]
fn a_port_in_use_is_named_with_its_key() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    refused(
        &format!("{PICTURE}\n[http]\nlisten = \"{address}\""),
        69,
        &["http.listen", &address.to_string()],
    );
    refused(
        &format!("{PICTURE}\n[http]\nlisten = \"127.0.0.1:0\"\n[mqtt.embedded]\nlisten = \"{address}\""),
        69,
        &["mqtt.embedded.listen", &address.to_string()],
    );
}

#[test]
fn a_missing_library_is_named() {
    let config =
        format!("{PICTURE}\n[http]\nlisten = \"127.0.0.1:0\"\n[models]\nonnxruntime = \"/none/lib.so\"");
    refused(&config, 69, &["/none/lib.so"]);
}

#[test]
fn a_model_with_a_wrong_checksum_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["blazepose_detector.onnx", "blazepose_landmark_full.onnx"] {
        std::fs::write(folder.path().join(name), "not this one").unwrap();
    }
    let dir = folder.path();
    refused(
        &format!("{PICTURE}\n[http]\nlisten = \"127.0.0.1:0\"\n[models]\ndir = {dir:?}"),
        65,
        &["sha256", ".onnx", "spotter models fetch"],
    );
    let verify = run_to_end(&["models", "verify", "--models-dir", dir.to_str().unwrap()]);
    assert_eq!(verify.status.code(), Some(65), "{}", verify.stderr);
}

#[test]
fn two_units_do_not_share_an_outbox() {
    let unit = SpotterProcess::start(PICTURE, "");
    unit.wait_ready();
    let state_dir = unit.folder().join("state");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spotter.toml");
    let text = format!(
        "[unit]\nsite = \"gym\"\nname = \"unit-2\"\nstate_dir = {state_dir:?}\n{PICTURE}\n[http]\nlisten = \"127.0.0.1:0\""
    );
    std::fs::write(&path, text).unwrap();
    let finished = run_to_end(&["run", "--config", path.to_str().unwrap()]);
    assert!(!finished.status.success());
    assert!(finished.stderr.contains("state_dir"), "{}", finished.stderr);
}

#[test]
fn check_config_says_what_run_would_say() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spotter.toml");
    std::fs::write(&path, format!("[unit]\nsite = \"gym\"\nname = \"a/b\"\n{PICTURE}")).unwrap();
    let finished = run_to_end(&["check-config", path.to_str().unwrap()]);
    assert_eq!(finished.status.code(), Some(78));
    assert!(finished.stderr.contains("unit.name"), "{}", finished.stderr);
    let example = checkout().join("systemd/demo.toml");
    let finished = run_with(&["check-config", example.to_str().unwrap()], &checkout(), &[]);
    assert!(finished.status.success(), "{}", finished.stderr);
}

#[test]
fn analyze_names_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("poses.jsonl");
    let header = r#"{"spotter_poses":1,"keypoints":["nose"],"width":640,"height":480,"fps":30.0}"#;
    std::fs::write(&path, format!("{header}\n{{\"t\":0.0,\"people\":[]}}\n{{\"t\":0.03,\"peo")).unwrap();
    let finished = run_to_end(&["analyze", "--poses", path.to_str().unwrap()]);
    assert_eq!(finished.status.code(), Some(65), "{}", finished.stderr);
    assert!(
        finished.stderr.contains("poses.jsonl") && finished.stderr.contains("line 3"),
        "{}",
        finished.stderr
    );

    let missing = run_to_end(&["analyze", "/none/such.mp4"]);
    assert_eq!(missing.status.code(), Some(66), "{}", missing.stderr);
    let text = checkout().join("README.md");
    let text = run_to_end(&["analyze", text.to_str().unwrap()]);
    assert_eq!(text.status.code(), Some(65), "{}", text.stderr);
    assert_eq!(run_to_end(&["analyze"]).status.code(), Some(64));
}

fn ffmpeg(arguments: &[&str]) {
    let output = Command::new("ffmpeg").args(["-v", "error", "-y"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_clip_that_breaks_off_keeps_what_was_seen_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.mp4");
    let clip = checkout().join("tests/clips/cmj_three.mp4");
    // With its index in front, as cameras and web players write it, a film can be read up to where it is cut off.
    let (clip, cut) = (clip.to_str().unwrap(), path.to_str().unwrap());
    ffmpeg(&["-i", clip, "-c", "copy", "-movflags", "+faststart", cut]);
    let whole = std::fs::read(&path).unwrap();
    // Two of the three jumps lie in the first 70 % of the time.
    std::fs::write(&path, &whole[..whole.len() * 7 / 10]).unwrap();
    let finished = run_to_end(&["analyze", cut, "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!(report["jumps"].as_array().unwrap().len(), 2, "{}", finished.stderr);
    let warnings = report["quality"]["warnings"].to_string();
    assert!(warnings.contains("cut short") || finished.stderr.contains("cut.mp4"), "{warnings}");

    // With the index behind, nothing can be read.
    let behind = folder.path().join("behind.mp4");
    ffmpeg(&["-i", clip, "-c", "copy", behind.to_str().unwrap()]);
    let whole = std::fs::read(&behind).unwrap();
    std::fs::write(&behind, &whole[..whole.len() * 7 / 10]).unwrap();
    let finished = run_to_end(&["analyze", behind.to_str().unwrap()]);
    assert_eq!(finished.status.code(), Some(65));
    assert!(finished.stderr.contains("behind.mp4: is cut off"), "{}", finished.stderr);
}

#[test]
fn a_clip_without_a_person_gives_no_number() {
    let folder = tempfile::tempdir().unwrap();
    let clip = folder.path().join("empty.mp4");
    let clip = clip.to_str().unwrap();
    ffmpeg(&["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30:duration=3", "-pix_fmt", "yuv420p", clip]);
    let finished = run_to_end(&["analyze", clip, "--format", "json"]);
    assert!(finished.status.success(), "{}", finished.stderr);
    let report: serde_json::Value = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!((report["jumps"].to_string(), report["sets"].to_string()), ("[]".to_owned(), "[]".to_owned()));
    assert!(report["quality"]["warnings"].to_string().contains("nobody was seen"), "{}", report["quality"]);
}

#[test]
fn poses_given_as_a_clip_lead_to_the_option() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("poses.jsonl");
    spotter_tests::PoseLines::of_clip("squat_set").write(&path);
    let finished = run_to_end(&["analyze", path.to_str().unwrap()]);
    assert_eq!(finished.status.code(), Some(65));
    assert!(
        finished.stderr.contains("poses.jsonl") && finished.stderr.contains("--poses"),
        "{}",
        finished.stderr
    );
    let clip = checkout().join("tests/clips/squat_set.mp4");
    let finished = run_to_end(&["analyze", "--poses", clip.to_str().unwrap()]);
    assert_eq!(finished.status.code(), Some(65));
    assert!(finished.stderr.contains("squat_set.mp4: line 1: not a pose file"), "{}", finished.stderr);
}

#[test]
fn a_registry_out_of_reach_leaves_nothing_half_installed() {
    let folder = tempfile::tempdir().unwrap();
    let models_dir = folder.path().join("models");
    // Outside of the checkout, whose cache may hold the packages already.
    let installed = folder.path().join("spotter");
    std::fs::copy(spotter_binary(), &installed).unwrap();
    // A port that nobody listens on: the client's own way to say that the registry is out of reach.
    let finished = Command::new(installed)
        .args(["models", "fetch", "--models-dir"])
        .arg(&models_dir)
        .envs([("PIP_INDEX_URL", "http://127.0.0.1:9/simple"), ("PIP_RETRIES", "0")])
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&finished.stderr);
    assert_eq!(finished.status.code(), Some(69), "{stderr}");
    assert!(stderr.contains("mediapipe"), "{stderr}");
    assert!(
        files_in(&models_dir).iter().all(|name| Path::new(name).extension().is_none_or(|end| end != "onnx"))
    );
}

fn files_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_broker_that_refuses_is_not_called_connected() {
    let port = spotter_tests::free_port();
    let _broker = spotter_tests::Broker::start(port, "allow_anonymous false");
    let external = format!("[mqtt.external]\nhost = \"127.0.0.1\"\nport = {port}\n");
    let unit = SpotterProcess::start(PICTURE, &external);
    unit.wait_ready();
    let health = unit.wait_for_health(Duration::from_secs(20), |health| health["mqtt"]["state"] == "refused");
    assert_eq!(health["status"], "degraded");
}
