//! People and their ids on real and rendered clips, and what the estimator promises of any frame.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::path::Path;
use std::time::Duration;

use spotter_models::{Backend, Engine, EngineSettings, EstimateError, ModelError, Pose, PoseEstimator};
use support::{Clip, Format, image_of, repository, settings, truth};

fn estimator(max_people: usize) -> Option<Box<dyn PoseEstimator>> {
    support::estimator(max_people, 2)
}

/// All people of the first frames of a clip.
fn poses_of(clip: &Path, format: Format, max_people: usize, max_frames: usize) -> Option<Vec<Vec<Pose>>> {
    let mut estimator = estimator(max_people)?;
    let mut clip = Clip::open(clip, format)?;
    let mut frames = Vec::new();
    while let Some((image, pts)) = clip.next_frame() {
        let mut poses = Vec::new();
        estimator.estimate(&image, pts, &mut poses).unwrap();
        frames.push(poses);
        if frames.len() == max_frames {
            break;
        }
    }
    Some(frames)
}

/// Centre of hips and shoulders of a pose.
fn trunk(pose: &Pose) -> [f64; 2] {
    let mean = |of: fn(&spotter_models::Keypoint) -> f32| {
        [11, 12, 23, 24].iter().map(|&k| f64::from(of(&pose.keypoints[k]))).sum::<f64>() / 4.0
    };
    [mean(|k| k.x_px), mean(|k| k.y_px)]
}

/// Centre of hips and shoulders in the renderer's joints.
fn true_trunk(joints: &serde_json::Value, names: &[String]) -> [f64; 2] {
    let joint = |name: &str, axis: usize| {
        joints[names.iter().position(|n| n == name).unwrap()][axis].as_f64().unwrap()
    };
    let names = ["left_hip", "right_hip", "left_shoulder", "right_shoulder"];
    [0, 1].map(|axis| names.iter().map(|name| joint(name, axis)).sum::<f64>() / 4.0)
}

fn distance([x, y]: [f64; 2], [a, b]: [f64; 2]) -> f64 {
    (x - a).hypot(y - b)
}

/// A second person walks past in front of the athlete; truth says where both are in every frame. The athlete's torso has about 150 px.
#[test]
fn athlete_keeps_id_and_place_while_somebody_walks_past() {
    let (Some(clip), Some(truth)) =
        (truth("clips/squat_passby_30.mp4"), truth("clips/squat_passby_30.truth.json"))
    else {
        return;
    };
    let truth: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(truth).unwrap()).unwrap();
    let names: Vec<String> = serde_json::from_value(truth["joint_names"].clone()).unwrap();
    for max_people in [1, 3] {
        // The passer-by is gone after 240 frames.
        let Some(frames) = poses_of(&clip, Format::I420, max_people, 260) else { return };
        let mut passer_by_ids = std::collections::BTreeSet::new();
        for (number, poses) in frames.iter().enumerate() {
            let frame = &truth["per_frame"][number];
            let (athlete, other) = (true_trunk(&frame["uv"], &names), true_trunk(&frame["other_uv"], &names));
            let found = poses.iter().find(|pose| pose.id == 1).map(trunk);
            let found = found.unwrap_or_else(|| panic!("athlete not seen in frame {number}"));
            assert!(
                distance(found, athlete) < 75.0,
                "frame {number}: {found:?}, the athlete is at {athlete:?}"
            );
            for pose in poses.iter().filter(|pose| pose.id != 1) {
                passer_by_ids.insert(pose.id);
                assert!(distance(trunk(pose), other) < 150.0, "frame {number}: {:?} is nobody", trunk(pose));
            }
        }
        let expected = usize::from(max_people > 1);
        assert_eq!(passer_by_ids.len(), expected, "ids of the passer-by, {max_people} people tracked");
    }
}

/// People come and go one at a time, with empty floor and a table between them.
#[test]
fn people_who_come_and_go_get_one_id_each() {
    let Some(clip) = truth("videos/intel_onebyone.mp4") else { return };
    let Some(frames) = poses_of(&clip, Format::I420, 3, 700) else { return };
    assert!(frames.iter().all(|poses| poses.len() <= 1), "never two at a time");
    let mut ids: Vec<u32> = frames.iter().flatten().map(|pose| pose.id).collect();
    ids.dedup();
    assert_eq!(ids, [1, 2, 3], "three people in the first 70 s");
}

#[test]
fn two_people_have_two_ids() {
    let Some(clip) = truth("videos/pose2sim_multi_cam02.mp4") else { return };
    let Some(frames) = poses_of(&clip, Format::I420, 2, 100) else { return };
    let last: Vec<u32> = frames.last().unwrap().iter().map(|pose| pose.id).collect();
    assert_eq!(last, [1, 2]);
}

#[test]
fn same_frames_give_the_same_bytes_and_both_formats_the_same_poses() {
    let clip = repository().join("tests/clips/squat_set.mp4");
    let Some(first) = poses_of(&clip, Format::I420, 2, 60) else { return };
    let Some(second) = poses_of(&clip, Format::I420, 2, 60) else { return };
    let Some(nv12) = poses_of(&clip, Format::Nv12, 2, 60) else { return };
    assert!(first.iter().all(|poses| poses.len() == 1));
    assert_eq!(first, second, "the same frames again");
    assert_eq!(first, nv12, "the same pixels in another order");
}

#[test]
fn ids_go_on_after_a_reset() {
    let Some(mut estimator) = estimator(1) else { return };
    let Some(mut clip) = Clip::open(&repository().join("tests/clips/squat_set.mp4"), Format::I420) else {
        return;
    };
    let (image, pts) = clip.next_frame().unwrap();
    let mut poses = Vec::new();
    for expected in [1, 1, 2] {
        if expected == 2 {
            estimator.reset();
        }
        let times = estimator.estimate(&image, pts, &mut poses).unwrap();
        assert!(times.infer > Duration::ZERO && times.preprocess > Duration::ZERO);
        assert_eq!(poses.iter().map(|pose| pose.id).collect::<Vec<_>>(), [expected]);
    }
}

#[test]
fn useless_picture_is_an_error_and_the_tracks_survive() {
    let Some(mut estimator) = estimator(1) else { return };
    let Some(mut clip) = Clip::open(&repository().join("tests/clips/squat_set.mp4"), Format::I420) else {
        return;
    };
    let (image, pts) = clip.next_frame().unwrap();
    let mut poses = Vec::new();
    estimator.estimate(&image, pts, &mut poses).unwrap();
    let later = pts + Duration::from_millis(33);
    let error = estimator.estimate(&image_of(&[], 0, 0, Format::I420), later, &mut poses).unwrap_err();
    assert!(matches!(error, EstimateError::Image(_)), "{error}");
    assert!(poses.is_empty());
    let times = estimator.estimate(&image, later, &mut poses).unwrap();
    assert!(!times.detector_ran, "the track goes on");
    assert_eq!(poses[0].id, 1);
}

#[test]
fn smallest_pictures_and_blank_ones_hold_nobody() {
    let Some(mut estimator) = estimator(2) else { return };
    let mut poses = Vec::new();
    for (width, height) in [(1, 1), (1, 9), (9, 1), (63, 65), (640, 480)] {
        for shade in [0, 128, 255] {
            let bytes = vec![shade; 3 * width * height];
            let image = image_of(&bytes, width, height, Format::Rgb);
            estimator.estimate(&image, Duration::ZERO, &mut poses).unwrap();
            assert!(poses.is_empty(), "{width} × {height}, {shade}");
            estimator.reset();
        }
    }
}

#[test]
fn what_runs_is_named() {
    let Some(settings) = settings(2) else { return };
    let status = Engine::open(&settings).unwrap().status();
    assert!(!status.gpu && status.refused.is_empty(), "{status:?}");
    let words: Vec<&str> = status.running.split(' ').collect();
    let ["onnxruntime", version, "cpu,", "2", "threads"] = words[..] else { panic!("{words:?}") };
    assert!(version.starts_with("1."), "{version}");
}

#[test]
fn models_that_are_not_the_pinned_ones_are_refused() {
    let Some(mut settings) = settings(1) else { return };
    let folder = tempfile::tempdir().unwrap();
    settings.models_dir = folder.path().to_owned();
    assert!(matches!(Engine::open(&settings), Err(ModelError::Missing { .. })));
    std::fs::write(folder.path().join("blazepose_detector.onnx"), "text").unwrap();
    assert!(matches!(Engine::open(&settings), Err(ModelError::Checksum { .. })));
}

/// The library of the tests computes on the CPU only; a provider that it lacks must not go to the CPU in silence.
#[test]
fn a_provider_that_can_not_run_is_named_and_the_cpu_goes_on() {
    for (backend, name) in [
        (Backend::OnnxruntimeCuda, "onnxruntime_cuda"),
        (Backend::OnnxruntimeTensorrt, "onnxruntime_tensorrt"),
    ] {
        let Some(settings) = settings(1) else { return };
        let engine = Engine::open(&EngineSettings { backend, ..settings }).unwrap();
        engine.settle();
        let status = engine.status();
        assert!(!status.gpu && status.running.contains("cpu"), "{status:?}");
        assert_eq!(status.refused.len(), 1);
        assert_eq!(status.refused[0].backend, name);
        assert!(status.problem.as_ref().unwrap().contains(name), "{status:?}");
        println!("{}: {}", name, status.refused[0].reason);
    }
}
