//! The rendered clips that are at hand: their truth, and where their poses are.

use std::path::{Path, PathBuf};

use crate::common::truth::{self, Clip, number};

/// Plates of the generator where a configuration states none: of a barbell, and of the bar that is curled.
const PLATE_RADIUS_M: f64 = 0.225;
const CURL_PLATE_RADIUS_M: f64 = 0.11;

/// A clip with its name.
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) clip: Clip,
    /// Whether the pose model can see it: the clip itself lies beside its truth.
    pub(crate) filmed: bool,
}

impl Named {
    pub(crate) fn kind(&self) -> &str {
        self.clip.truth["truth"]["kind"].as_str().unwrap_or("none")
    }

    pub(crate) fn exercise(&self) -> &str {
        self.clip.truth["truth"]["exercise"].as_str().unwrap_or("none")
    }

    pub(crate) fn fps(&self) -> f64 {
        number(&self.clip.truth, "fps")
    }

    pub(crate) fn frame_s(&self) -> f64 {
        1.0 / self.fps()
    }

    /// Angle between the line of sight and the direction that the athlete faces, degrees.
    pub(crate) fn yaw_deg(&self) -> f64 {
        number(&self.clip.truth["camera"], "azimuth_deg").abs()
    }

    /// Treadmill speed, which the coach states; over ground nobody knows it.
    pub(crate) fn stated_speed_m_s(&self) -> Option<f64> {
        let truth = &self.clip.truth["truth"];
        let treadmill = self.kind() == "gait" && truth["overground"] != true;
        treadmill.then(|| truth["speed_m_s"].as_f64()).flatten()
    }

    /// Whether another person is in the clip.
    pub(crate) fn someone_else(&self) -> bool {
        let frames = self.clip.truth["per_frame"].as_array().map_or(&[][..], Vec::as_slice);
        frames.iter().any(|frame| frame["other_uv"].is_array())
    }

    /// Diameter of the largest plate, metres; the generator's own where the configuration does not say.
    pub(crate) fn plate_diameter_m(&self) -> f64 {
        let radius = match self.exercise() {
            "biceps_curl" => CURL_PLATE_RADIUS_M,
            _ => self.clip.truth["config"]["plate_r"].as_f64().unwrap_or(PLATE_RADIUS_M),
        };
        2.0 * radius
    }
}

/// Clips of the given truth and of the repository, then those of which only the truth was made, each name once.
pub(crate) fn all(more: Option<&Path>) -> Vec<Named> {
    let own = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/clips"));
    let given = truth::folder().map(|folder| folder.join("clips"));
    let mut clips: Vec<Named> = Vec::new();
    for folder in [given, Some(own), more.map(Path::to_owned)].into_iter().flatten() {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        files.sort();
        for path in files {
            let Some(name) = name(&path) else { continue };
            if clips.iter().all(|known| known.name != name) {
                let filmed = folder.join(format!("{name}.mp4")).is_file();
                clips.push(Named { name, clip: truth::clip_at(&path), filmed });
            }
        }
    }
    clips
}

fn name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_str()?.strip_suffix(".truth.json")?.to_owned())
}
