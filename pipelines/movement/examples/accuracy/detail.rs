//! A clip value by value: every measured field that has a truth, with its error in its own unit and in stated uncertainties.

use serde_json::Value;
use spotter_movement::ModelProfile;

use crate::clips::Named;
use crate::common::truth::number;
use crate::common::{Recording, jitter, truth};
use crate::found;
use crate::stages::Stage;
use crate::video::Seen;

/// Field of the report and of the truth.
const FIELDS: [(&str, &str); 25] = [
    ("start_s", "t_start"),
    ("bottom_s", "t_bottom"),
    ("end_s", "t_end"),
    ("eccentric_s", "eccentric_s"),
    ("pause_s", "pause_s"),
    ("concentric_s", "concentric_s"),
    ("concentric_s", "propulsive_s"),
    ("eccentric_5to95_s", "eccentric_s_5to95"),
    ("concentric_5to95_s", "concentric_s_5to95"),
    ("rom_m", "implement_rom_m"),
    ("hip_rom_m", "pelvis_rom_m"),
    ("mean_concentric_velocity_m_s", "mean_concentric_velocity_implement"),
    ("takeoff_s", "t_takeoff"),
    ("apex_s", "t_peak"),
    ("landing_s", "t_landing"),
    ("height_m", "height_pelvis_rise_from_takeoff_m"),
    ("height_flight_m", "height_flight_time_m"),
    ("height_rise_m", "height_pelvis_rise_from_takeoff_m"),
    ("takeoff_velocity_m_s", "v_takeoff"),
    ("countermovement_depth_m", "countermovement_depth_m"),
    ("time_to_takeoff_s", "time_to_takeoff_s"),
    ("contact_time_s", "contact_time_s"),
    ("cadence_spm", "cadence_spm"),
    ("flight_time_s", "flight_time_s"),
    ("vertical_oscillation_m", "vertical_oscillation_pelvis_m"),
];

/// All clips whose name contains `name`.
pub(crate) fn print(clips: &[Named], seen: &[Seen<'_>], name: &str) {
    for named in clips.iter().filter(|named| named.name.contains(name)) {
        let joints = truth::joints(&named.clip);
        of(named, "joints", &joints, &ModelProfile::default());
        let mut noisy = joints;
        jitter(&mut noisy, 2.0, 1);
        of(named, "joints, 2 px", &noisy, &ModelProfile::default());
        for Seen { recording, profile, .. } in seen.iter().filter(|seen| seen.named.name == named.name) {
            of(
                named,
                "video, uncorrected",
                &Stage::Nothing.recording(recording),
                &Stage::Nothing.profile(profile),
            );
            of(named, "video", recording, profile);
        }
    }
}

fn of(named: &Named, source: &str, recording: &Recording, profile: &ModelProfile) {
    let report = found::analyse(named, recording, profile, false);
    let wrong = [found::miscount(named, &report), found::mistaken(named, &report)];
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    println!(
        "== {}, {source}: {}",
        named.name,
        if wrong.is_empty() { "exact".into() } else { wrong.join("; ") }
    );
    let report = serde_json::to_value(&report).unwrap_or_default();
    let reps: Vec<Value> =
        array(&report["sets"]).iter().flat_map(|set| array(&set["reps"])).cloned().collect();
    for (what, found, truth) in [
        ("repetition", reps.as_slice(), found::true_reps(named)),
        ("jump", array(&report["jumps"]), named.clip.jumps()),
        ("gait", std::slice::from_ref(&report["gait"]), std::slice::from_ref(&named.clip.truth["truth"])),
    ] {
        for (number, (found, truth)) in
            found.iter().zip(truth).enumerate().filter(|(_, (f, _))| f.is_object())
        {
            println!("  {what} {}: {}", number + 1, line(found, truth));
        }
    }
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn line(found: &Value, truth: &Value) -> String {
    let word = |key: &str| found[key].as_str().unwrap_or_default();
    let mut fields = vec![format!("{} {} {}", word("kind"), word("status"), word("point"))];
    let mut add = |field: &str, truth: f64| {
        let error = number(found, field) - truth;
        let u = number(&found["provenance"][field], "u");
        if error.is_finite() {
            fields.push(format!("{field} {error:+.3} of {truth:.3} ({:+.1} u)", error / u));
        }
    };
    for (field, key) in FIELDS {
        add(field, number(truth, key).abs());
    }
    let knee = |side: &str| 180.0 - number(&truth["angles_far"], side);
    add("knee_flexion_deg", knee("left_knee").max(knee("right_knee")));
    fields.join(" | ")
}
