//! Rendered clips with their truth, and the landmarks recorded of them.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use spotter_movement::{Keypoint, PoseFrame, PoseReader};

use super::Recording;

/// Folder of the truth, or `None` with a line that says so.
pub fn folder() -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let folder = std::env::var_os("SPOTTER_TRUTH_DIR").map_or_else(|| PathBuf::from(default), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is absent", folder.display());
    None
}

pub struct Clip {
    pub truth: Value,
    pub height_m: f64,
}

impl Clip {
    pub fn jumps(&self) -> &[Value] {
        self.truth["truth"]["jumps"].as_array().map_or(&[], Vec::as_slice)
    }

    pub fn reps(&self) -> &[Value] {
        if self.truth["truth"]["exercise"] == "back_squat" {
            self.truth["truth"]["reps"].as_array().unwrap()
        } else {
            &[]
        }
    }
}

pub fn clip(name: &str) -> Option<Clip> {
    clip_at(&folder()?.join("clips").join(format!("{name}.truth.json"))).into()
}

/// A clip's truth from its file.
pub fn clip_at(path: &Path) -> Clip {
    let truth: Value = serde_json::from_reader(BufReader::new(File::open(path).unwrap())).unwrap();
    let height_m = truth["athlete_height_m"].as_f64().unwrap();
    Clip { truth, height_m }
}

/// The truth's joints as a recording.
pub fn joints(clip: &Clip) -> Recording {
    let truth = &clip.truth;
    let names = truth["joint_names"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n.as_str().unwrap().replace("toe", "foot_index"));
    let pixels = |key: &str| truth[key].as_u64().unwrap() as u32;
    let point =
        |p: &Value| Keypoint { x_px: p[0].as_f64().unwrap(), y_px: p[1].as_f64().unwrap(), confidence: 1.0 };
    let frames = truth["per_frame"].as_array().unwrap().iter().map(|frame| {
        let body = |key: &str| frame[key].as_array().map(|points| points.iter().map(point).collect());
        let mut people = vec![super::person(1, body("uv").unwrap())];
        // The passer-by is in the truth while far outside of the picture, too.
        people.extend(body("other_uv").map(|keypoints| super::person(2, keypoints)));
        PoseFrame { pts: Duration::from_secs_f64(frame["t"].as_f64().unwrap()), people }
    });
    Recording {
        keypoints: names.collect(),
        width: pixels("width"),
        height: pixels("height"),
        frames: frames.collect(),
    }
}

/// The landmarks that a model gave for a clip.
pub fn poses(name: &str, model: &str) -> Recording {
    poses_at(&folder().unwrap().join("poses").join(format!("{name}.{model}.jsonl")))
}

/// Recorded landmarks from their file.
pub fn poses_at(path: &Path) -> Recording {
    let mut reader = PoseReader::new(BufReader::new(File::open(path).unwrap())).unwrap();
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame().unwrap() {
        frames.push(frame);
    }
    let header = reader.header();
    Recording { keypoints: header.keypoints.clone(), width: header.width, height: header.height, frames }
}

pub fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or(f64::NAN)
}
