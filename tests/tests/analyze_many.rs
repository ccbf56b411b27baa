//! Several clips at once, tables for statistics, and the clip again with what was seen.

#![allow(clippy::unwrap_used, reason = "tests fail by panics")]

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use spotter_tests::{checkout, run_to_end, truth_of};

fn clip(name: &str) -> String {
    checkout().join("tests/clips").join(name).display().to_string()
}

#[test]
fn several_clips_give_what_each_gives_alone_in_their_order() {
    let (squats, jumps) = (clip("squat_set.mp4"), clip("cmj_three.mp4"));
    let alone = |path: &str| run_to_end(&["analyze", path, "--format", "json"]).stdout;
    let together = run_to_end(&["analyze", &squats, "/none/such.mp4", &jumps, "--format", "json"]);
    assert_eq!(
        together.stdout,
        alone(&squats) + &alone(&jumps),
        "one that is missing costs no other its result"
    );
    assert_eq!(together.status.code(), Some(66));
    assert!(together.stderr.contains("/none/such.mp4 is missing"), "{}", together.stderr);
}

#[test]
fn the_greatest_code_of_several_failures_is_the_commands() {
    let text = checkout().join("README.md").display().to_string();
    let finished = run_to_end(&["analyze", "/none/such.mp4", &text, "/none/other.mp4", "--format", "csv"]);
    assert_eq!(finished.status.code(), Some(66));
    assert_eq!(finished.stdout, "");
    for path in ["/none/such.mp4", "/none/other.mp4", &text] {
        assert!(finished.stderr.contains(path), "{path} is not in: {}", finished.stderr);
    }
}

#[test]
fn a_row_for_each_event_with_its_uncertainties() {
    let clips = [clip("squat_set.mp4"), clip("cmj_three.mp4")];
    let height_m = truth_of("squat_set")["athlete_height_m"].to_string();
    let arguments = ["analyze", &clips[0], &clips[1], "--format", "csv", "--athlete-height", &height_m];
    let finished = run_to_end(&arguments);
    assert!(finished.status.success(), "{}", finished.stderr);
    assert!(
        finished
            .stdout
            .starts_with("file,event,kind,exercise,person_id,set_number,rep_number,status,quality,")
    );
    assert!(finished.stdout.lines().all(|line| line.ends_with('\r') || !line.contains('\n')));
    let mut reader = csv::Reader::from_reader(finished.stdout.as_bytes());
    let rows: Vec<HashMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let of = |file: &str, event: &str| -> Vec<&HashMap<String, String>> {
        rows.iter().filter(|row| row["file"] == file && row["event"] == event).collect()
    };
    let reps = of("squat_set.mp4", "rep");
    let truth = truth_of("squat_set");
    assert_eq!(reps.len() as u64, truth["truth"]["rep_count"].as_u64().unwrap());
    assert_eq!(of("squat_set.mp4", "set").len(), 1);
    assert_eq!((of("cmj_three.mp4", "jump").len(), of("cmj_three.mp4", "rep").len()), (3, 0));
    for (row, number) in of("cmj_three.mp4", "jump")
        .iter()
        .map(|row| (row, "height_m"))
        .chain(reps.iter().map(|row| (row, "rom_m")))
    {
        let (value, u): (f64, f64) =
            (row[number].parse().unwrap(), row[&format!("{number}_u")].parse().unwrap());
        assert!(value > 0.05 && u > 0.0 && u < value, "{number} = {value} ± {u}");
        assert!(["low", "medium", "high"].contains(&row[&format!("{number}_quality")].as_str()));
    }
}

/// Luma of one frame of a film, by `FFmpeg`.
fn luma(film: &Path, frame: usize, bytes: usize) -> Vec<u8> {
    let select = format!("select=eq(n\\,{frame}),format=gray");
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(film)
        .args(["-vf", &select, "-frames:v", "1", "-f", "rawvideo", "-"])
        .output()
        .unwrap();
    assert_eq!(output.stdout.len(), bytes, "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Codec, frames and size of a film, by `FFmpeg`.
fn probe(film: &Path) -> Value {
    let entries = "stream=codec_name,nb_read_frames,width,height,duration";
    let output = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-count_frames",
            "-select_streams",
            "v",
            "-of",
            "json",
            "-show_entries",
            entries,
        ])
        .arg(film)
        .output()
        .unwrap();
    let probed: Value = serde_json::from_slice(&output.stdout).unwrap();
    probed["streams"][0].clone()
}

#[test]
fn the_overlay_is_the_clip_with_the_skeleton_on_the_joints() {
    let folder = tempfile::tempdir().unwrap();
    let overlay = folder.path().join("seen.mp4");
    let path = clip("squat_set.mp4");
    let plain = run_to_end(&["analyze", &path, "--format", "json"]);
    let drawn = run_to_end(&["analyze", &path, "--format", "json", "--overlay", overlay.to_str().unwrap()]);
    assert!(drawn.status.success(), "{}", drawn.stderr);
    assert_eq!((drawn.stdout, drawn.stderr.as_str()), (plain.stdout, ""), "drawing changes no number");

    let truth = truth_of("squat_set");
    let film = probe(&overlay);
    assert_eq!((&film["codec_name"], &film["width"]), (&Value::from("h264"), &truth["width"]));
    assert_eq!(film["nb_read_frames"], truth["frames"].to_string());
    let seconds: f64 = film["duration"].as_str().unwrap().parse().unwrap();
    assert!((seconds - truth["duration_s"].as_f64().unwrap()).abs() < 0.05, "{seconds} s");

    let (width, height) =
        (truth["width"].as_u64().unwrap() as usize, truth["height"].as_u64().unwrap() as usize);
    // Standing: deep in a squat the model's hips lag behind the true ones.
    let frame = 15;
    let before = luma(Path::new(&path), frame, width * height);
    let after = luma(&overlay, frame, width * height);
    let names = truth["joint_names"].as_array().unwrap();
    for joint in ["right_hip", "right_knee", "right_ankle", "right_shoulder"] {
        let index = names.iter().position(|name| name == joint).unwrap();
        let uv = &truth["per_frame"][frame]["uv"][index];
        let (x, y) = (uv[0].as_f64().unwrap() as usize, uv[1].as_f64().unwrap() as usize);
        // The model sees joints some pixels beside the true ones.
        let near = (y - 25..y + 25).flat_map(|y| (x - 25..x + 25).map(move |x| y * width + x));
        let changed = near.filter(|at| before[*at].abs_diff(after[*at]) > 50).count();
        assert!(changed > 20, "{joint}: {changed} pixels drawn near {x}, {y}");
    }
}

#[test]
fn outputs_of_several_clips_go_into_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let clips = [clip("squat_set.mp4"), clip("cmj_three.mp4")];
    let arguments =
        ["analyze", &clips[0], &clips[1], "--model", "full", "--poses-out", dir, "--format", "json"];
    let live = run_to_end(&arguments);
    assert!(live.status.success(), "{}", live.stderr);
    let poses = ["squat_set", "cmj_three"].map(|name| format!("{dir}/{name}.poses.jsonl"));
    let recorded = run_to_end(&["analyze", "--poses", &poses[0], &poses[1], "--format", "json"]);
    assert!(recorded.status.success(), "{}", recorded.stderr);
    let counts = |text: &str| -> Vec<(usize, usize)> {
        let documents = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        documents
            .map(|d| (d["sets"].as_array().unwrap().len(), d["jumps"].as_array().unwrap().len()))
            .collect()
    };
    assert_eq!(counts(&live.stdout), counts(&recorded.stdout));
    assert_eq!(counts(&live.stdout).len(), 2);
    let refused = run_to_end(&["analyze", &clips[0], &clips[1], "--overlay", &format!("{dir}/one.mp4")]);
    assert_eq!(refused.status.code(), Some(64), "{}", refused.stderr);
}

#[test]
fn an_output_that_can_not_be_written_is_named_and_left_out() {
    let path = clip("cmj_three.mp4");
    for option in ["--overlay", "--poses-out"] {
        let finished = run_to_end(&["analyze", &path, option, "/none/such/file"]);
        assert_eq!(finished.status.code(), Some(73), "{}", finished.stderr);
        assert!(finished.stderr.contains("/none/such/file"), "{}", finished.stderr);
        let onto_itself = run_to_end(&["analyze", &path, option, &path]);
        assert_eq!(onto_itself.status.code(), Some(64), "{}", onto_itself.stderr);
    }
}
