//! Prints how far walking and running are from their truth: the joints of the rendered clips, the landmarks that BlazePose gave for
//! them before and after the correction of its known errors, and a walk over force plates.
//!
//! `cargo run -p spotter-movement --example gait_accuracy [FOLDER]`: `FOLDER` may hold refined poses as `CLIP.full.jsonl`
//! (`spotter analyze CLIP.mp4 --poses-out`). Further arguments are truth files of other rendered clips.
#![allow(clippy::print_stdout)] // Printing is all it does.

#[path = "../tests/common/mod.rs"]
mod common;

use common::gait::{self, Errors, Known, mean, rms, sd};
use common::truth::{self, Clip, number};
use common::{Recording, settings};
use spotter_movement::{Event, Gait, GaitProfile, ModelProfile, Report};

fn main() {
    let Some(folder) = truth::folder() else { return };
    println!("errors: mean ± spread, ms; contact: root mean square of single contacts, ms");
    for name in ["run_sag_60", "walk_sag_30"] {
        let Some(clip) = truth::clip(name) else { return };
        println!("== {name}");
        let joints = truth::joints(&clip);
        show("joints", &clip, &joints, ModelProfile::default());
        for seed in [1, 2] {
            let mut noisy = joints.clone();
            common::jitter(&mut noisy, 2.0, seed);
            show("joints, 2 px", &clip, &noisy, ModelProfile::default());
        }
        for model in ["full", "heavy", "lite"] {
            if let Some(raw) = gait::pose_file(folder.join("poses").join(format!("{name}.{model}.jsonl"))) {
                both(&format!("raw {model}"), &clip, &raw, &common::profile(model));
            }
        }
        if let Some(refined) = std::env::args().nth(1)
            && let Some(poses) = gait::pose_file(format!("{refined}/{name}.full.jsonl").into())
        {
            both("refined full", &clip, &poses, &common::refined_profile("full"));
        }
    }
    for path in std::env::args().skip(2) {
        println!("== {path}");
        let clip = truth::clip_at(path.as_ref());
        let joints = truth::joints(&clip);
        show("joints", &clip, &joints, ModelProfile::default());
        let mut noisy = joints;
        common::jitter(&mut noisy, 2.0, 1);
        show("joints, 2 px", &clip, &noisy, ModelProfile::default());
    }
    for name in ["walk1", "walk2"] {
        for (step, fps) in [(1, 150), (2, 75), (5, 30)] {
            let Some((recording, known)) = gait::marker_walk(name, step, false) else { return };
            println!("== {name} (markers, plates), {fps} fps");
            let report = common::report(&recording, settings(&recording, None, ModelProfile::default()));
            let last = recording.frames.last().map_or(0.0, |f| f.pts.as_secs_f64());
            print_events(&report, &known, 0.15, last - 0.3);
        }
    }
}

/// Before and after the correction.
fn both(source: &str, clip: &Clip, recording: &Recording, profile: &ModelProfile) {
    let before = ModelProfile { gait: GaitProfile::default(), can_time_feet: true, ..profile.clone() };
    show(&format!("{source} before"), clip, recording, before);
    if profile.can_time_feet {
        show(&format!("{source} after"), clip, recording, profile.clone());
    } else {
        let (events, _) = common::run(recording, settings(recording, Some(clip.height_m), profile.clone()));
        let refused = events.iter().filter(|e| matches!(e, Event::Refused(_))).count();
        println!("{source:22} refused {refused}");
    }
}

fn show(source: &str, clip: &Clip, recording: &Recording, profile: ModelProfile) {
    let speed = number(&clip.truth["truth"], "speed_m_s");
    let report = common::report(
        recording,
        spotter_movement::Settings {
            speed_m_s: Some(speed),
            mass_kg: Some(70.0),
            ..settings(recording, Some(clip.height_m), profile)
        },
    );
    let Some(gait) = report.gait() else {
        println!("{source:22} no gait");
        return;
    };
    println!("{source:22} {}", summary(gait, clip));
    print_events(&report, &gait::events(clip), 0.1, number(&clip.truth, "duration_s") - 0.1);
}

fn summary(gait: &Gait, clip: &Clip) -> String {
    let truth = &clip.truth["truth"];
    let off = |measured: &spotter_movement::Measured, key: &str| {
        measured.value().unwrap_or(f64::NAN) - number(truth, key)
    };
    format!(
        "{:?} {} cadence {:+.2} spm contact {:+.1} ± {:.1} ms flight {:+.1} double support {:+.1} duty {:+.3} oscillation {:+.1} ± {:.1} of {:.1} cm lean {:+.1}° foot {:.0}° overstride {:.2} k {:.1} {:.1} kN/m cycles {}/{} {:?} {:?}",
        gait.kind,
        gait.surface,
        off(&gait.cadence_spm, "cadence_spm"),
        1e3 * off(&gait.contact_time_s, "contact_time_s"),
        1e3 * gait.contact_time_s.u().unwrap_or(f64::NAN),
        1e3 * off(&gait.flight_time_s, "flight_time_s"),
        1e3 * off(&gait.double_support_s, "double_support_s"),
        off(&gait.duty_factor, "duty_factor"),
        100.0 * off(&gait.vertical_oscillation_m, "vertical_oscillation_pelvis_m"),
        100.0 * gait.vertical_oscillation_m.u().unwrap_or(f64::NAN),
        100.0 * number(truth, "vertical_oscillation_pelvis_m"),
        off(&gait.trunk_lean_deg, "trunk_lean_deg"),
        gait.foot_strike_angle_deg.value().unwrap_or(f64::NAN),
        gait.overstride.value().unwrap_or(f64::NAN),
        gait.vertical_stiffness_kn_m.value().unwrap_or(f64::NAN),
        gait.leg_stiffness_kn_m.value().unwrap_or(f64::NAN),
        gait.cycles_accepted,
        gait.cycles_detected,
        gait.rejected.iter().map(|r| (r.reason, r.count)).collect::<Vec<_>>(),
        gait.range_checks.iter().map(|r| (r.failed, r.checked)).collect::<Vec<_>>(),
    )
}

fn print_events(report: &Report, known: &[Known], from: f64, to: f64) {
    let Some(gait) = report.gait() else {
        println!("    no gait");
        return;
    };
    for (what, found) in [("foot_strike", &gait.foot_strikes), ("toe_off", &gait.toe_offs)] {
        let errors = Errors::of(found, known, what, from, to, 0.12);
        let sides: Vec<String> = errors
            .by_side
            .iter()
            .map(|(side, e)| format!("{side} {:+.1} ± {:.1} (n {})", 1e3 * mean(e), 1e3 * sd(e), e.len()))
            .collect();
        println!("    {what:12} {} missed {} invented {}", sides.join(", "), errors.missed, errors.invented);
    }
    let contacts = gait::contact_errors(&gait.foot_strikes, &gait.toe_offs, known);
    println!("    contact rms {:.1} (n {})", 1e3 * rms(&contacts), contacts.len());
}
