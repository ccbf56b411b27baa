//! Agreement with the reference implementation on the same frames. `tests/reference/mediapipe-poses` makes the files in `reference/`.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::path::Path;
use std::time::Duration;

use spotter_models::Pose;
use support::{Clip, Format, estimator, repository, truth};

/// One kept frame of a reference file.
#[derive(serde::Deserialize)]
struct Frame {
    frame: usize,
    people: Vec<Person>,
}

#[derive(serde::Deserialize)]
struct Person {
    kp: Vec<[f32; 3]>,
}

/// The reference's interface counts this for a frame, whatever the clip's frame rate.
const REFERENCE_FRAME: Duration = Duration::from_micros(33_333);

fn distance(pose: &Pose, keypoint: usize, [x, y]: [f32; 2]) -> f32 {
    let found = pose.keypoints[keypoint];
    (found.x_px - x).hypot(found.y_px - y)
}

fn torso_px(keypoints: &[[f32; 3]]) -> f32 {
    let middle = |a: usize, b: usize, axis: usize| 0.5 * (keypoints[a][axis] + keypoints[b][axis]);
    (middle(11, 12, 0) - middle(23, 24, 0)).hypot(middle(11, 12, 1) - middle(23, 24, 1))
}

/// Differences to MediaPipe in percent of torso length: a row of all keypoints for each kept frame.
fn differences_to_mediapipe(clip: &str, format: Format) -> Option<Vec<Vec<f32>>> {
    let mut estimator = estimator(1, 2)?;
    let reference =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/reference/{clip}.mediapipe.jsonl"));
    let reference = std::fs::read_to_string(reference).unwrap();
    let mut kept = reference.lines().map(|line| serde_json::from_str::<Frame>(line).unwrap()).peekable();
    let mut clip = Clip::open(&repository().join(format!("tests/clips/{clip}.mp4")), format)?;
    let (mut poses, mut differences) = (Vec::new(), Vec::new());
    let mut number = 0;
    while let (Some(expected), Some((image, _))) = (kept.peek(), clip.next_frame()) {
        estimator.estimate(&image, REFERENCE_FRAME * number as u32, &mut poses).unwrap();
        if expected.frame == number {
            let [person] = &expected.people[..] else { panic!("the reference saw nobody in frame {number}") };
            let [pose] = &poses[..] else { panic!("{} people in frame {number}", poses.len()) };
            let percent = 100.0 / torso_px(&person.kp);
            let of_frame =
                person.kp.iter().enumerate().map(|(k, &[x, y, _])| percent * distance(pose, k, [x, y]));
            differences.push(of_frame.collect());
            let confidence = |k: usize| (pose.keypoints[k].confidence - person.kp[k][2]).abs();
            let mean_confidence = (0..person.kp.len()).map(confidence).sum::<f32>() / person.kp.len() as f32;
            assert!(mean_confidence <= 0.1, "frame {number}: confidences differ by {mean_confidence}");
            kept.next();
        }
        number += 1;
    }
    assert!(differences.len() >= 30, "{} frames compared", differences.len());
    Some(differences)
}

/// Mean over all frames and those keypoints.
fn mean(differences: &[Vec<f32>], keypoints: impl Fn(usize) -> bool) -> f32 {
    let of_frame = |frame: &Vec<f32>| -> Vec<f32> {
        frame.iter().enumerate().filter(|(k, _)| keypoints(*k)).map(|(_, d)| *d).collect()
    };
    let all: Vec<f32> = differences.iter().flat_map(of_frame).collect();
    all.iter().sum::<f32>() / all.len() as f32
}

/// Elbows, wrists and fingers: behind plates and trunk in a squat seen from the side.
fn is_arm(keypoint: usize) -> bool {
    (13..=22).contains(&keypoint)
}

/// The limits are near what MediaPipe differs from itself when each value of the picture moves by at most one of 255: 3.5 % in the squat
/// (1.4 % without the arms) and 0.35 % in the jumps. See docs/design/estimation.md.
fn assert_agrees(format: Format, limit_percent: f32) {
    let mut all = Vec::new();
    for clip in ["squat_set", "cmj_three", "treadmill_run"] {
        let Some(differences) = differences_to_mediapipe(clip, format) else { return };
        let (everything, body) = (mean(&differences, |_| true), mean(&differences, |k| !is_arm(k)));
        let of_frames = |kept: fn(usize) -> bool| -> Vec<f32> {
            differences.iter().map(|frame| mean(std::slice::from_ref(frame), kept)).collect()
        };
        let (frames, without_arms) = (of_frames(|_| true), of_frames(|k| !is_arm(k)));
        let most = |frames: &[f32]| frames.iter().copied().fold(0.0, f32::max);
        let above = |frames: &[f32]| frames.iter().filter(|&&percent| percent > 5.0).count();
        println!(
            "{clip} {format:?}: {everything:.2} % of torso length, most of a frame {:.2}, {} of {} frames above 5 %; \
             without arms {body:.2}, most {:.2}, {} above",
            most(&frames),
            above(&frames),
            frames.len(),
            most(&without_arms),
            above(&without_arms)
        );
        assert!(body <= 2.0, "{clip}: {body} % without arms");
        if clip != "squat_set" {
            assert!(everything <= limit_percent, "{clip}: {everything} %");
        }
        all.extend(differences);
    }
    let everything = mean(&all, |_| true);
    println!("all {format:?}: {everything:.2} % of torso length");
    assert!(everything <= 2.0, "{everything} % over all clips");
}

#[test]
fn keypoints_of_the_same_pixels_are_mediapipes() {
    assert_agrees(Format::Rgb, 0.5);
}

/// The reference sees RGB that a scaler made of the clip's YUV, 1 to 1.5 of 255 darker than the standard says.
#[test]
fn keypoints_of_the_clips_own_pixels_are_mediapipes() {
    assert_agrees(Format::I420, 1.0);
}

/// Real woman, front-oblique squats. The truth's own tolerance is 31 px on 720 × 1280; without steadying and refinement it
/// would be 9.8 px.
#[test]
fn squats_of_a_real_person_are_where_tfjs_sees_them() {
    let (Some(mut estimator), Some(clip), Some(expected)) =
        (estimator(1, 2), truth("videos/tfjs_pose_squats.mp4"), truth("golden/pose_squats.full.json"))
    else {
        return;
    };
    let expected: Vec<Vec<[f32; 3]>> =
        serde_json::from_str(&std::fs::read_to_string(expected).unwrap()).unwrap();
    let Some(mut clip) = Clip::open(&clip, Format::I420) else { return };
    let (mut poses, mut distances) = (Vec::new(), Vec::new());
    for keypoints in &expected {
        let (image, pts) = clip.next_frame().unwrap();
        estimator.estimate(&image, pts, &mut poses).unwrap();
        assert_eq!(poses.iter().map(|pose| pose.id).collect::<Vec<_>>(), [1]);
        distances.extend(keypoints.iter().enumerate().map(|(k, &[x, y, _])| distance(&poses[0], k, [x, y])));
    }
    let mean_px = distances.iter().sum::<f32>() / distances.len() as f32;
    println!("tfjs_pose_squats: {mean_px:.1} px");
    assert!(mean_px <= 9.0, "{mean_px} px");
}
