//! Jumps against their truth: each on a line, and all in one table before and after the pose model's corrections.

use std::path::{Path, PathBuf};

use serde_json::Value;
use spotter_movement::{Event, Jump, Measured, ModelProfile};

use crate::common::truth::{self, Clip, number};
use crate::common::{self, Recording, settings};

const CLIPS: [&str; 5] =
    ["cmj_sag_60", "cmj_45_30", "squat_jump_sag_60", "drop_jump_sag_60", "drop_jump_sag_120"];

fn off(measured: &Measured, truth: f64) -> f64 {
    measured.value().unwrap_or(f64::NAN) - truth
}

/// One jump on a line.
pub(crate) fn show(jump: &Jump, truth: &Value) {
    let t = |key| number(truth, key);
    println!(
        "    {:12?} take-off {:+5.1} ms landing {:+5.1} ms | height {:+5.1} cm (u {:.1}) of {:.1} {:?} flight {:+5.1} cm | depth {:+5.1} cm | to take-off {:+4.0} ms ecc {:+4.0} con {:+4.0} ms | v {:+.2} {:+.2} contact {:+.1} ms decided +{:.0} ms",
        jump.kind,
        1e3 * off(&jump.takeoff_s, t("t_takeoff")),
        1e3 * off(&jump.landing_s, t("t_landing")),
        100.0 * off(&jump.height_m, t("height_pelvis_rise_from_takeoff_m")),
        100.0 * jump.height_m.u().unwrap_or(f64::NAN),
        100.0 * t("height_pelvis_rise_from_takeoff_m"),
        jump.quality,
        100.0 * off(&jump.height_flight_m, t("height_flight_time_m")),
        100.0 * off(&jump.countermovement_depth_m, t("countermovement_depth_m")),
        1e3 * off(&jump.time_to_takeoff_s, t("time_to_takeoff_s")),
        1e3 * off(&jump.eccentric_s, t("eccentric_s")),
        1e3 * off(&jump.concentric_s, t("propulsive_s")),
        off(&jump.takeoff_velocity_m_s, t("v_takeoff")),
        off(&jump.peak_concentric_velocity_m_s, t("v_takeoff")),
        1e3 * off(&jump.contact_time_s, t("contact_time_s")),
        1e3 * (jump.decided_s - t("t_landing")),
    );
}

/// All jumps in one table: take-off, landing, contact and height, without and with the model's corrections.
pub(crate) fn table(folders: impl Iterator<Item = PathBuf>) {
    let mut sources: Vec<(String, PathBuf, PathBuf, ModelProfile)> = Vec::new();
    if let Some(folder) = truth::folder() {
        for name in CLIPS {
            let poses = folder.join("poses").join(format!("{name}.full.jsonl"));
            let truth = folder.join("clips").join(format!("{name}.truth.json"));
            sources.push((format!("{name} raw"), truth, poses, common::profile("full")));
        }
    }
    for folder in folders {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let mut names: Vec<String> = entries
            .flatten()
            .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".full.jsonl")?.to_owned()))
            .collect();
        names.sort();
        for name in names {
            let beside = folder.join(format!("{name}.truth.json"));
            let shared = truth::folder().map(|f| f.join("clips").join(format!("{name}.truth.json")));
            let truth = if beside.exists() { beside } else { shared.unwrap_or(beside) };
            let poses = folder.join(format!("{name}.full.jsonl"));
            sources.push((name, truth, poses, common::profile_of("full", "movement_refined")));
        }
    }
    println!(
        "{:28} {:12} {:>9} {:>9} | {:>13} {:>13} {:>13} {:>15} {:>7} kind",
        "clip",
        "truth",
        "height cm",
        "contact",
        "take-off ms",
        "landing ms",
        "contact ms",
        "height cm",
        "u cm"
    );
    let mut covered = Coverage::default();
    for (name, truth, poses, profile) in &sources {
        if truth.exists() && poses.exists() {
            let clip = truth::clip_at(truth);
            if !clip.jumps().is_empty() {
                rows(name, &clip, poses, profile, &mut covered);
            }
        }
    }
    covered.print();
}

/// How often an error lies within one and two of the stated standard uncertainties.
#[derive(Default)]
struct Coverage([(&'static str, u32, u32, u32); 3]);

impl Coverage {
    fn count(&mut self, row: usize, name: &'static str, measured: &Measured, truth: f64) {
        let (Some(value), Some(u)) = (measured.value(), measured.u()) else { return };
        if truth.is_finite() {
            let (off, of) = ((value - truth).abs(), &mut self.0[row]);
            *of = (name, of.1 + 1, of.2 + u32::from(off <= u), of.3 + u32::from(off <= 2.0 * u));
        }
    }

    fn print(&self) {
        for (name, all, one, two) in self.0 {
            let share = |n: u32| 100.0 * f64::from(n) / f64::from(all.max(1));
            println!("{name}: {all} values, {:.0} % within 1 σ, {:.0} % within 2 σ", share(one), share(two));
        }
    }
}

fn jumps_of(recording: &Recording, clip: &Clip, profile: &ModelProfile) -> Vec<Jump> {
    let (events, _) = common::run(recording, settings(recording, Some(clip.height_m), profile.clone()));
    events.into_iter().filter_map(|e| if let Event::Jump(jump) = e { Some(jump) } else { None }).collect()
}

fn rows(name: &str, clip: &Clip, poses: &Path, profile: &ModelProfile, covered: &mut Coverage) {
    let recording = truth::poses_at(poses);
    let uncorrected = ModelProfile {
        takeoff_bias_s: 0.0,
        takeoff_bias_oblique_s: None,
        landing_bias_s: 0.0,
        landing_bias_oblique_s: None,
        ..profile.clone()
    };
    let (before, after) = (jumps_of(&recording, clip, &uncorrected), jumps_of(&recording, clip, profile));
    if before.len() != clip.jumps().len() || after.len() != clip.jumps().len() {
        println!("{name:28} {} and {} jumps of {}", before.len(), after.len(), clip.jumps().len());
        return;
    }
    for ((before, after), truth) in before.iter().zip(&after).zip(clip.jumps()) {
        let t = |key| number(truth, key);
        covered.count(0, "take-off", &after.takeoff_s, t("t_takeoff"));
        covered.count(1, "contact time", &after.contact_time_s, t("contact_time_s"));
        covered.count(2, "height", &after.height_m, t("height_pelvis_rise_from_takeoff_m"));
        let pair = |of: &dyn Fn(&Jump) -> f64| format!("{:+5.1} {:+5.1}", of(before), of(after));
        println!(
            "{name:28} {:12} {:9.1} {:9.0} | {:>13} {:>13} {:>13} {:>15} {:7.1} {:?}",
            clip.truth["truth"]["exercise"].as_str().unwrap_or("?"),
            100.0 * t("height_pelvis_rise_from_takeoff_m"),
            1e3 * t("contact_time_s"),
            pair(&|jump| 1e3 * off(&jump.takeoff_s, t("t_takeoff"))),
            pair(&|jump| 1e3 * off(&jump.landing_s, t("t_landing"))),
            pair(&|jump| 1e3 * off(&jump.contact_time_s, t("contact_time_s"))),
            pair(&|jump| 100.0 * off(&jump.height_m, t("height_pelvis_rise_from_takeoff_m"))),
            100.0 * after.height_m.u().unwrap_or(f64::NAN),
            after.kind,
        );
    }
}
