//! Real people: labelled frames (METRICS §9 item 9), and movements that are no exercise. Skipped where the truth is absent.
// Helpers outside of `#[test]` are tests, too.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use common::{Recording, person as posed, push, run, settings, truth};
use serde_json::Value;
use spotter_movement::{Keypoint, ModelProfile, PoseFrame, Session};

/// Labelled single frames: label and keypoints as the set names them, with its confidences. Coordinates are shares of the
/// picture, whose shape the set doesn't tell: 16:9 is taken.
struct Labelled {
    labels: Vec<String>,
    recording: Recording,
}

fn labelled(file: &str) -> Option<Labelled> {
    const WIDTH: f64 = 1280.0;
    const HEIGHT: f64 = 720.0;
    let path = truth::folder()?.join("labels/mediapipe_exercise_correction").join(file);
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let columns: HashMap<&str, usize> =
        lines.next().unwrap().split(',').enumerate().map(|(i, name)| (name, i)).collect();
    let mut keypoints: Vec<String> =
        columns.keys().filter_map(|name| name.strip_suffix("_x")).map(ToOwned::to_owned).collect();
    keypoints.sort();
    let mut labels = Vec::new();
    let mut frames = Vec::new();
    for (i, line) in lines.enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        labels.push(fields[columns["label"]].to_owned());
        let field = |name: String| fields[columns[name.as_str()]].parse::<f64>().unwrap();
        let keypoint = |name: &String| Keypoint {
            x_px: WIDTH * field(format!("{name}_x")),
            y_px: HEIGHT * field(format!("{name}_y")),
            confidence: field(format!("{name}_v")),
        };
        let person = posed(i as u32, keypoints.iter().map(keypoint).collect());
        frames.push(PoseFrame { pts: Duration::from_secs(i as u64), people: vec![person] });
    }
    let recording = Recording { keypoints, width: WIDTH as u32, height: HEIGHT as u32, frames };
    Some(Labelled { labels, recording })
}

impl Labelled {
    /// Knee flexion of the live values, each frame on its own.
    fn knee_flexion_deg(&self) -> Vec<Option<f64>> {
        let mut events = Vec::new();
        self.recording
            .frames
            .iter()
            .map(|frame| {
                let mut session = Session::new(settings(&self.recording, None, ModelProfile::default()));
                push(&mut session, frame, &mut events);
                session.finish(&mut events);
                session.live().first().and_then(|person| person.knee_flexion_deg)
            })
            .collect()
    }

    /// F1 of telling `label` by what `is` says of the knee.
    fn f1(&self, knees: &[Option<f64>], label: &str, is: impl Fn(f64) -> bool) -> f64 {
        let (mut right, mut wrong) = (0.0, 0.0);
        for (knee, truth) in knees.iter().zip(&self.labels) {
            match (knee.is_some_and(&is), truth == label) {
                (true, true) => right += 1.0,
                (false, false) => {}
                _ => wrong += 1.0,
            }
        }
        2.0 * right / (2.0 * right + wrong)
    }
}

/// The labels call "down" what is no longer standing, so the gate is that of standing (METRICS §5.1: below 25° at the top).
#[test]
fn labelled_squats_are_up_and_down() {
    const STANDING_DEG: f64 = 20.0;
    for file in ["squat_model_train.csv", "squat_model_test.csv"] {
        let Some(labelled) = labelled(file) else { return };
        let knees = labelled.knee_flexion_deg();
        let up = labelled.f1(&knees, "up", |knee| knee < STANDING_DEG);
        let down = labelled.f1(&knees, "down", |knee| knee >= STANDING_DEG);
        println!("{file}, {} frames: F1 up {up:.3}, down {down:.3}", knees.len());
        assert!(up >= 0.95 && down >= 0.95, "{file}: {up}, {down}");
    }
}

/// The bottom of a lunge, by METRICS' gate of 75°. The stages above it differ by the other knee, which a live value doesn't give.
#[test]
fn labelled_lunges_are_down() {
    let Some(labelled) = labelled("lunge_model_stage.test.csv") else { return };
    let knees = labelled.knee_flexion_deg();
    let down = labelled.f1(&knees, "D", |knee| knee >= 75.0);
    println!("lunges, {} frames: F1 down {down:.3}", knees.len());
    assert!(down >= 0.90, "{down}");
}

#[test]
fn arm_movements_of_a_real_person_are_no_exercise() {
    let Some(folder) = truth::folder() else { return };
    let frames: Vec<HashMap<String, HashMap<String, f64>>> =
        serde_json::from_str(&fs::read_to_string(folder.join("golden/pose_1.json")).unwrap()).unwrap();
    let mut keypoints: Vec<String> = frames[0].keys().cloned().collect();
    keypoints.sort();
    let recording = Recording {
        width: 720,
        height: 1280,
        frames: frames
            .iter()
            .enumerate()
            .map(|(i, points)| {
                let keypoint = |name: &String| Keypoint {
                    x_px: points[name]["x"],
                    y_px: points[name]["y"],
                    confidence: 0.9,
                };
                let person = posed(1, keypoints.iter().map(keypoint).collect());
                PoseFrame { pts: Duration::from_secs_f64(i as f64 / 30.0), people: vec![person] }
            })
            .collect(),
        keypoints,
    };
    let (events, _) = run(&recording, settings(&recording, None, ModelProfile::default()));
    assert_eq!(events, [], "{}", serde_json::to_value(&events).unwrap_or(Value::Null));
}
