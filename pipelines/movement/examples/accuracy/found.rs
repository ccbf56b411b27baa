//! What an analysis found in a clip, and whether that is what the clip shows.

use serde_json::Value;
use spotter_movement::{Exercise, ModelProfile, Rep, RepStatus, Report, Settings};

use crate::clips::Named;
use crate::common::{self, Recording, settings};

/// Recognised automatically, with the athlete's height and the treadmill's speed stated.
pub(crate) fn analyse(named: &Named, recording: &Recording, profile: &ModelProfile, plate: bool) -> Report {
    let settings = Settings {
        exercise: Exercise::Auto,
        speed_m_s: named.stated_speed_m_s(),
        plate_diameter_m: plate.then(|| named.plate_diameter_m()),
        ..settings(recording, Some(named.clip.height_m), profile.clone())
    };
    common::report(recording, settings)
}

/// Repetitions of all sets.
pub(crate) fn reps(report: &Report) -> Vec<&Rep> {
    report.sets().flat_map(|(_, reps)| reps).collect()
}

fn status(rep: &Value) -> RepStatus {
    match rep["status"].as_str() {
        Some("partial") => RepStatus::Partial,
        Some("failed") => RepStatus::Failed,
        _ => RepStatus::Counted,
    }
}

/// The truth's repetitions.
pub(crate) fn true_reps(named: &Named) -> &[Value] {
    named.clip.truth["truth"]["reps"].as_array().map_or(&[], Vec::as_slice)
}

/// Those that count.
pub(crate) fn true_counted(named: &Named) -> Vec<&Value> {
    true_reps(named).iter().filter(|rep| status(rep) == RepStatus::Counted).collect()
}

/// Kinds of the jumps, as they are reported.
fn kinds(report: &Report) -> Vec<String> {
    report.jumps().map(|jump| name_of(&jump.kind)).collect()
}

fn name_of(kind: &impl serde::Serialize) -> String {
    serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Nothing missed, nothing invented: repetitions by status in their order, jumps, gait. `None` is exact; else what is wrong.
pub(crate) fn miscount(named: &Named, report: &Report) -> Option<String> {
    let got: Vec<RepStatus> = reps(report).iter().map(|rep| rep.status).collect();
    let wanted: Vec<RepStatus> = true_reps(named).iter().map(status).collect();
    let (jumps, wanted_jumps) = (report.jumps().len(), named.clip.jumps().len());
    let gait = report.gait().is_some();
    // Who walks past a resting athlete does walk.
    let wanted_gait = named.kind() == "gait" || gait && named.kind() == "none" && named.someone_else();
    let mut wrong = Vec::new();
    if got != wanted {
        let count = |all: &[RepStatus], status| all.iter().filter(|s| **s == status).count();
        let of = |status| format!("{}/{}", count(&got, status), count(&wanted, status));
        let (counted, partial, failed) =
            (of(RepStatus::Counted), of(RepStatus::Partial), of(RepStatus::Failed));
        wrong.push(format!("repetitions {counted}, partial {partial}, failed {failed}"));
    }
    if jumps != wanted_jumps {
        wrong.push(format!("jumps {jumps}/{wanted_jumps}"));
    }
    if gait != wanted_gait {
        wrong.push(if gait { "invented gait".to_owned() } else { "no gait".to_owned() });
    }
    (!wrong.is_empty()).then(|| wrong.join("; "))
}

/// Whether the movement was named rightly. `None` is right; else what it was taken for.
pub(crate) fn mistaken(named: &Named, report: &Report) -> Option<String> {
    let found: Vec<String> = match named.kind() {
        "strength" => report.sets().map(|(set, _)| set.exercise.to_owned()).collect(),
        "jump" => kinds(report),
        "gait" => report.gait().map(|gait| name_of(&gait.kind)).into_iter().collect(),
        _ => return None,
    };
    // A series begins with a counter-movement jump.
    let series = named.exercise() == "repeated_jumps";
    let right = |(i, name): (usize, &String)| {
        if series { name == if i == 0 { "cmj" } else { "repeated_jump" } } else { name == named.exercise() }
    };
    let one_set = named.kind() != "strength" || found.len() == 1;
    if !found.is_empty() && one_set && found.iter().enumerate().all(right) {
        return None;
    }
    Some(if found.is_empty() { "not recognised".to_owned() } else { found.join(", ") })
}
