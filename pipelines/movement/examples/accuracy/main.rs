//! Prints how far the metrics are from the truth of the rendered clips, from the truth's own joints and from the landmarks
//! that BlazePose gave: `cargo run -p spotter-movement --example accuracy [full|heavy|lite]`.
//!
//! `… --example accuracy jumps [FOLDER…]` prints one table of all jumps before and after the pose model's corrections instead;
//! the folders hold more clips: `NAME.truth.json` (as gymsynth writes it) with `NAME.full.jsonl` (as `spotter analyze
//! --poses-out` does).
#![allow(clippy::print_stdout)] // Printing is all it does.

#[path = "../../tests/common/mod.rs"]
mod common;
mod jumps;

use common::truth::{self, Clip, number};
use common::{Recording, settings};
use spotter_movement::{Event, Jump, Measured, ModelProfile, Rep};

const CLIPS: [&str; 14] = [
    "squat_sag_30",
    "squat_sag_60",
    "squat_45_30",
    "squat_passby_30",
    "cmj_sag_60",
    "cmj_45_30",
    "squat_jump_sag_60",
    "drop_jump_sag_60",
    "drop_jump_sag_120",
    "deadlift_sag_30",
    "press_45_30",
    "curl_45_30",
    "run_sag_60",
    "walk_sag_30",
];

fn main() {
    if truth::folder().is_none() {
        return;
    }
    let model = std::env::args().nth(1).unwrap_or_else(|| "full".to_owned());
    if model == "jumps" {
        return jumps::table(std::env::args().skip(2).map(Into::into));
    }
    let profile = common::profile(&model);
    for name in CLIPS {
        let Some(clip) = truth::clip(name) else { return };
        println!("== {name}");
        let joints = truth::joints(&clip);
        show("joints", &clip, &joints, &ModelProfile::default());
        let mut noisy = joints.clone();
        common::jitter(&mut noisy, 2.0, 7);
        show("joints, 2 px", &clip, &noisy, &ModelProfile::default());
        let path = truth::folder().map(|f| f.join("poses").join(format!("{name}.{model}.jsonl")));
        if path.is_some_and(|path| path.exists()) {
            show(&model, &clip, &truth::poses(name, &model), &profile);
        }
    }
}

fn show(source: &str, clip: &Clip, recording: &Recording, profile: &ModelProfile) {
    let (events, session) = common::run(recording, settings(recording, Some(clip.height_m), profile.clone()));
    let jumps: Vec<&Jump> =
        events.iter().filter_map(|e| if let Event::Jump(j) = e { Some(j) } else { None }).collect();
    let reps: Vec<&Rep> =
        events.iter().filter_map(|e| if let Event::Rep(r) = e { Some(r) } else { None }).collect();
    let counted: Vec<&&Rep> = reps.iter().filter(|r| r.counts()).collect();
    let other = reps.len() - counted.len();
    let refused = events.iter().filter(|e| matches!(e, Event::Refused(_))).count();
    let quality = session.quality();
    let scale =
        quality.scales.first().map_or(f64::NAN, |s| s.m_per_px) / number(&clip.truth, "metres_per_pixel");
    println!(
        "{source:13} reps {}/{} (+{other}) jumps {}/{} refused {refused} scale {scale:.3} yaw {:.0?} gaps {} outliers {} not squat/jump {}/{}",
        counted.len(),
        clip.reps().len(),
        jumps.len(),
        clip.jumps().len(),
        quality.scales.first().and_then(|s| s.view_yaw_deg).unwrap_or(f64::NAN),
        quality.tracking_gaps,
        quality.outliers,
        quality.not_reps,
        quality.not_jumps,
    );
    for (jump, truth) in jumps.iter().zip(clip.jumps()) {
        jumps::show(jump, truth);
    }
    if counted.len() == clip.reps().len() {
        show_reps(&counted, clip);
    }
}

fn off(measured: &Measured, truth: f64) -> f64 {
    measured.value().unwrap_or(f64::NAN) - truth
}

fn show_reps(reps: &[&&Rep], clip: &Clip) {
    let statistics = |of: &dyn Fn(&Rep, &serde_json::Value) -> f64| {
        let errors: Vec<f64> = reps.iter().zip(clip.reps()).map(|(rep, truth)| of(rep, truth)).collect();
        let mean = errors.iter().sum::<f64>() / errors.len().max(1) as f64;
        let spread =
            (errors.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / errors.len().max(1) as f64).sqrt();
        format!("{mean:+.3} ± {spread:.3}")
    };
    if reps.is_empty() {
        return;
    }
    let n = |v: &serde_json::Value, key: &str| number(v, key);
    println!(
        "    start {} bottom {} end {} s",
        statistics(&|r, t| off(&r.start_s, n(t, "t_start"))),
        statistics(&|r, t| off(&r.bottom_s, n(t, "t_bottom"))),
        statistics(&|r, t| off(&r.end_s, n(t, "t_end")))
    );
    println!(
        "    eccentric {} pause {} concentric {} s",
        statistics(&|r, t| off(&r.eccentric_s, n(t, "eccentric_s"))),
        statistics(&|r, t| off(&r.pause_s, n(t, "pause_s"))),
        statistics(&|r, t| off(&r.concentric_s, n(t, "concentric_s")))
    );
    println!(
        "    ROM (bar) {} hip {} m of {:.3} {:.3}",
        statistics(&|r, t| off(&r.rom_m, n(t, "implement_rom_m"))),
        statistics(&|r, t| off(&r.hip_rom_m, n(t, "pelvis_rom_m"))),
        n(&clip.reps()[0], "implement_rom_m"),
        n(&clip.reps()[0], "pelvis_rom_m")
    );
    println!(
        "    mean velocity (bar) {} m/s, last loss {:+.1} % of {:.1} %",
        statistics(&|r, t| off(&r.mean_concentric_velocity_m_s, n(t, "mean_concentric_velocity_implement"))),
        reps[reps.len() - 1].velocity_loss_pct.value().unwrap_or(f64::NAN),
        n(&clip.truth["truth"], "velocity_loss_pct")
    );
    println!(
        "    knee {} deg, depth {:?}, quality {:?}, decided {} s after end",
        statistics(&|r, t| {
            let knee = |side: &str| 180.0 - n(&t["angles_far"], side);
            off(&r.knee_flexion_deg, knee("left_knee").max(knee("right_knee")))
        }),
        reps[0].depth,
        reps[0].quality,
        statistics(&|r, t| r.decided_s - n(t, "t_end"))
    );
}
