//! How often the stated uncertainties hold: errors against the truth of the rendered clips, in units of the stated `u`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use serde_json::Value;
use spotter_movement::{ModelProfile, PoseReader};

use super::truth::{self, Clip, number};
use super::{Recording, jitter, report, settings};

/// Field of a jump and its truth.
const JUMP: [(&str, &str); 13] = [
    ("takeoff_s", "t_takeoff"),
    ("apex_s", "t_peak"),
    ("landing_s", "t_landing"),
    ("flight_time_s", "flight_time_s"),
    ("height_m", "height_pelvis_rise_from_takeoff_m"),
    ("height_flight_m", "height_flight_time_m"),
    ("height_standing_m", "height_pelvis_rise_from_standing_m"),
    ("takeoff_velocity_m_s", "v_takeoff"),
    ("countermovement_depth_m", "countermovement_depth_m"),
    ("time_to_takeoff_s", "time_to_takeoff_s"),
    ("concentric_s", "propulsive_s"),
    ("contact_time_s", "contact_time_s"),
    ("rsi_m_s", "rsi"),
];

/// Field of a repetition and its truth. Its phases are left out: a smooth-step's ends and a velocity threshold's are not the
/// same moments.
const REP: [(&str, &str); 2] =
    [("rom_m", "implement_rom_m"), ("mean_concentric_velocity_m_s", "mean_concentric_velocity_implement")];

/// Field of a gait and its truth.
const GAIT: [(&str, &str); 6] = [
    ("cadence_spm", "cadence_spm"),
    ("step_time_s", "step_time_s"),
    ("stride_time_s", "stride_time_s"),
    ("contact_time_s", "contact_time_s"),
    ("duty_factor", "duty_factor"),
    ("vertical_oscillation_m", "vertical_oscillation_pelvis_m"),
];

/// Errors in units of the stated standard uncertainty, by metric.
#[derive(Debug, Default)]
pub struct Coverage(BTreeMap<String, Vec<f64>>);

impl Coverage {
    /// Adds what a report says of a clip. Events are only compared where their number is right.
    pub fn add(&mut self, clip: &Clip, report: &Value) {
        let empty = Vec::new();
        let jumps = report["jumps"].as_array().unwrap_or(&empty);
        if jumps.len() == clip.jumps().len() {
            for (jump, truth) in jumps.iter().zip(clip.jumps()) {
                self.compare("jump", jump, truth, &JUMP);
            }
        }
        let sets = report["sets"].as_array().unwrap_or(&empty);
        let reps: Vec<&Value> = (sets.iter().flat_map(|set| set["reps"].as_array().unwrap_or(&empty)))
            .filter(|rep| rep["status"] == "counted")
            .collect();
        let all = clip.truth["truth"]["reps"].as_array().unwrap_or(&empty);
        let truth: Vec<&Value> = all
            .iter()
            .filter(|rep| rep["status"].as_str().is_none_or(|status| status == "counted"))
            .collect();
        if reps.len() == truth.len() {
            for (rep, truth) in reps.into_iter().zip(truth) {
                self.compare("rep", rep, truth, &REP);
                self.knee(rep, truth);
            }
        }
        if report["gait"].is_object() && clip.truth["truth"]["kind"] == "gait" {
            self.compare("gait", &report["gait"], &clip.truth["truth"], &GAIT);
        }
    }

    /// All errors, whatever the metric.
    pub fn all(&self) -> Vec<f64> {
        self.0.values().flatten().copied().collect()
    }

    /// Errors by metric.
    pub fn metrics(&self) -> impl Iterator<Item = (&str, &[f64])> {
        self.0.iter().map(|(name, errors)| (name.as_str(), errors.as_slice()))
    }

    fn compare(&mut self, of: &str, measured: &Value, truth: &Value, fields: &[(&str, &str)]) {
        for (field, key) in fields {
            self.push(format!("{of}.{field}"), measured, field, number(truth, key));
        }
    }

    fn knee(&mut self, rep: &Value, truth: &Value) {
        let knee = |side: &str| 180.0 - number(&truth["angles_far"], side);
        let deepest = knee("left_knee").max(knee("right_knee"));
        // Elsewhere the far end is not where the knees are bent most.
        let bends = ["back_squat", "front_squat"].contains(&rep["exercise"].as_str().unwrap_or_default());
        if bends && truth["angles_far"].is_object() {
            self.push("rep.knee_flexion_deg".to_owned(), rep, "knee_flexion_deg", deepest);
        }
    }

    fn push(&mut self, name: String, measured: &Value, field: &str, truth: f64) {
        let value = number(measured, field);
        let u = number(&measured["provenance"][field], "u");
        let error = (value - truth) / u;
        if error.is_finite() {
            self.0.entry(name).or_default().push(error);
        }
    }
}

/// Every rendered clip that is at hand, with its name: those of the truth data and our own.
pub fn all_clips() -> Vec<(String, Clip)> {
    let own = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/clips"));
    let folders = truth::folder().map(|folder| folder.join("clips")).into_iter().chain([own]);
    let files =
        folders.flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    let mut clips: Vec<(String, Clip)> = files.filter_map(|path| Some((name(&path)?, read(&path)))).collect();
    clips.sort_by(|a, b| a.0.cmp(&b.0));
    clips
}

fn name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_str()?.strip_suffix(".truth.json")?.to_owned())
}

fn read(path: &Path) -> Clip {
    let truth: Value = serde_json::from_reader(BufReader::new(File::open(path).unwrap())).unwrap();
    let height_m = truth["athlete_height_m"].as_f64().unwrap();
    Clip { truth, height_m }
}

/// A recorded pose file, and the model that it names.
pub fn recorded(path: &Path) -> (Recording, String) {
    let mut reader = PoseReader::new(BufReader::new(File::open(path).unwrap())).unwrap();
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame().unwrap() {
        frames.push(frame);
    }
    let header = reader.header();
    let model = header.model.clone().unwrap_or_default();
    (
        Recording { keypoints: header.keypoints.clone(), width: header.width, height: header.height, frames },
        model,
    )
}

/// What the joints of a clip give, with 0, 1 and 2 px of noise, three seeds each.
pub fn of_joints(clip: &Clip, coverage: &mut Coverage) {
    let exact = truth::joints(clip);
    for sigma_px in [0.0, 1.0, 2.0] {
        for seed in 1..=if sigma_px > 0.0 { 3 } else { 1 } {
            let mut noisy = exact.clone();
            jitter(&mut noisy, sigma_px, seed);
            of_recording(clip, &noisy, &ModelProfile::default(), coverage);
        }
    }
}

/// What a recording of a clip gives.
pub fn of_recording(clip: &Clip, recording: &Recording, profile: &ModelProfile, coverage: &mut Coverage) {
    let settings = settings(recording, Some(clip.height_m), profile.clone());
    coverage.add(clip, &serde_json::to_value(report(recording, settings)).unwrap());
}

/// Share of errors within `k` standard uncertainties.
pub fn within(errors: &[f64], k: f64) -> f64 {
    errors.iter().filter(|error| error.abs() <= k).count() as f64 / errors.len().max(1) as f64
}
