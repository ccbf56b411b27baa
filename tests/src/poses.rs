//! Pose files made of a clip's true joints, whole or broken on purpose.

use std::path::Path;

use serde_json::{Value, json};

use crate::truth_of;

/// The lines of a pose file.
#[derive(Debug, Clone)]
pub struct PoseLines {
    /// First line.
    pub header: Value,
    /// Further lines: `t` and `people`.
    pub frames: Vec<Value>,
}

impl PoseLines {
    /// The joints of a clip under `tests/clips`, as one person with the number 1, all seen.
    ///
    /// # Panics
    /// When the clip has no truth.
    pub fn of_clip(clip: &str) -> Self {
        let truth = truth_of(clip);
        let names = truth["joint_names"].as_array().expect("names of joints").iter();
        let names: Vec<String> =
            names.map(|name| name.as_str().expect("a name").replace("toe", "foot_index")).collect();
        let frames = truth["per_frame"].as_array().expect("frames").iter().map(|frame| {
            let joints = frame["uv"].as_array().expect("joints").iter();
            let keypoints: Vec<Value> = joints.map(|uv| json!([uv[0], uv[1], 0.95])).collect();
            json!({ "t": frame["t"], "people": [{ "id": 1, "kp": keypoints }] })
        });
        let (width, height, fps) = (&truth["width"], &truth["height"], &truth["fps"]);
        let header =
            json!({ "spotter_poses": 1, "keypoints": names, "width": width, "height": height, "fps": fps });
        Self { frames: frames.collect(), header }
    }

    /// The people of a frame, to be changed.
    ///
    /// # Panics
    /// When the frame has no list of people.
    pub fn people(&mut self, frame: usize) -> &mut Vec<Value> {
        self.frames[frame]["people"].as_array_mut().expect("people")
    }

    /// Changes each keypoint `[x, y, confidence]` with its frame's and its own index.
    ///
    /// # Panics
    /// When a person has no keypoints.
    pub fn each_keypoint(&mut self, mut change: impl FnMut(usize, usize, &mut Value)) {
        for index in 0..self.frames.len() {
            for person in self.people(index) {
                let keypoints = person["kp"].as_array_mut().expect("keypoints");
                keypoints.iter_mut().enumerate().for_each(|(point, keypoint)| change(index, point, keypoint));
            }
        }
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let lines = std::iter::once(&self.header).chain(&self.frames);
        lines.map(Value::to_string).map(|line| line + "\n").collect()
    }

    /// Writes the file.
    ///
    /// # Panics
    /// When it can't be written.
    pub fn write(&self, path: &Path) {
        std::fs::write(path, self.text()).expect("the poses are written");
    }
}
