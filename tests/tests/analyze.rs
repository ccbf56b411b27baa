//! `spotter analyze` against the truth of the clips, and its promise: the same clip, the same bytes.

#![allow(clippy::unwrap_used, reason = "tests fail by panics")]

use serde_json::Value;
use spotter_tests::{checkout, run_to_end, truth_dir, truth_of, unless_absent};

fn analyze(arguments: &[&str]) -> Value {
    let finished = run_to_end(&[&["analyze", "--format", "json"], arguments].concat());
    assert!(finished.status.success(), "{}", finished.stderr);
    serde_json::from_str(&finished.stdout).unwrap()
}

fn clip(name: &str) -> String {
    checkout().join("tests/clips").join(name).display().to_string()
}

fn counted_reps(report: &Value) -> usize {
    let sets = report["sets"].as_array().unwrap();
    let reps = sets.iter().flat_map(|set| set["reps"].as_array().unwrap());
    reps.filter(|rep| rep["status"] == "counted").count()
}

fn jumps(report: &Value) -> usize {
    report["jumps"].as_array().unwrap().len()
}

#[test]
fn the_same_clip_gives_the_same_bytes() {
    let path = clip("squat_set.mp4");
    let first = run_to_end(&["analyze", &path, "--format", "json"]);
    let second = run_to_end(&["analyze", &path, "--format", "json"]);
    assert!(first.status.success(), "{}", first.stderr);
    assert_eq!(first.stdout, second.stdout);
}

#[test]
fn the_squat_set_is_counted_and_measured() {
    let truth = truth_of("squat_set");
    let height_m = truth["athlete_height_m"].to_string();
    let report = analyze(&[&clip("squat_set.mp4"), "--athlete-height", &height_m]);
    assert_eq!(report["schema"], 1);
    assert_eq!(report["gait"], Value::Null);
    assert_eq!(counted_reps(&report) as u64, truth["truth"]["rep_count"].as_u64().unwrap());
    assert_eq!(jumps(&report), 0);
    let rep = &report["sets"][0]["reps"][0];
    for field in [
        "start_s",
        "bottom_s",
        "end_s",
        "rom_m",
        "knee_flexion_deg",
        "eccentric_s",
        "pause_s",
        "concentric_s",
    ] {
        assert!(rep[field].is_number(), "{field} is {}", rep[field]);
        assert!(rep["provenance"][field]["u"].is_number(), "{field} comes without its uncertainty");
    }
}

#[test]
fn recorded_poses_give_what_the_clip_gives() {
    let folder = tempfile::tempdir().unwrap();
    let poses = folder.path().join("poses.jsonl").display().to_string();
    let live = analyze(&[&clip("cmj_three.mp4"), "--poses-out", &poses]);
    let recorded = analyze(&["--poses", &poses]);
    assert_eq!(jumps(&live), 3);
    for (live, recorded) in
        live["jumps"].as_array().unwrap().iter().zip(recorded["jumps"].as_array().unwrap())
    {
        let (live, recorded) = (live["height_m"].as_f64().unwrap(), recorded["height_m"].as_f64().unwrap());
        assert!((live - recorded).abs() < 0.002, "{live} m live, {recorded} m from the file");
    }
}

#[test]
fn running_is_neither_squat_nor_jump() {
    let report = analyze(&[&clip("treadmill_run.mp4")]);
    assert_eq!((counted_reps(&report), jumps(&report)), (0, 0));
}

/// Clips of the truth data: reps, jumps.
const CLIPS: &[(&str, usize, usize)] = &[
    ("squat_sag_30", 8, 0),
    ("squat_sag_60", 8, 0),
    ("squat_45_30", 5, 0),
    ("squat_passby_30", 5, 0),
    ("cmj_sag_60", 0, 3),
    ("cmj_45_30", 0, 2),
];

#[test]
fn counts_are_exact_on_every_clip_of_squats_and_jumps() {
    let Some(folder) = unless_absent(truth_dir().join("clips")) else { return };
    for (name, reps, expected_jumps) in CLIPS {
        let report = analyze(&[folder.join(format!("{name}.mp4")).to_str().unwrap()]);
        assert_eq!((counted_reps(&report), jumps(&report)), (*reps, *expected_jumps), "{name}");
    }
}

#[test]
fn jump_heights_are_within_three_centimetres() {
    let Some(folder) = unless_absent(truth_dir().join("clips")) else { return };
    let truth = std::fs::read_to_string(folder.join("cmj_sag_60.truth.json")).unwrap();
    let truth: Value = serde_json::from_str(&truth).unwrap();
    let height_m = truth["athlete_height_m"].to_string();
    let clip = folder.join("cmj_sag_60.mp4");
    let with_height = ["--athlete-height", height_m.as_str()];
    for arguments in [&[][..], &with_height[..]] {
        let report = analyze(&[&[clip.to_str().unwrap()], arguments].concat());
        for (jump, true_jump) in
            report["jumps"].as_array().unwrap().iter().zip(truth["truth"]["jumps"].as_array().unwrap())
        {
            let height_m = jump["height_m"].as_f64().unwrap();
            let true_height_m = true_jump["height_pelvis_rise_from_takeoff_m"].as_f64().unwrap();
            assert!((height_m - true_height_m).abs() <= 0.03, "{height_m} m, truth {true_height_m} m");
        }
    }
}

#[test]
fn what_is_no_squat_and_no_jump_is_not_invented() {
    let Some(folder) = unless_absent(truth_dir()) else { return };
    for name in [
        "clips/walk_sag_30.mp4",
        "clips/run_sag_60.mp4",
        "videos/tfjs_pose_1.mp4",
        "videos/pose2sim_single_cam03.mp4",
    ] {
        let report = analyze(&[folder.join(name).to_str().unwrap()]);
        assert_eq!((counted_reps(&report), jumps(&report)), (0, 0), "{name}");
    }
}
