//! Errors of one report against the clip's truth, by quantity.

use serde_json::Value;
use spotter_movement::{Measured, Rep, Report};

use crate::clips::Named;
use crate::common::gait;
use crate::common::truth::number;
use crate::errors::{Errors, Off};
use crate::found;

/// Height of a counter-movement jump, centimetres.
pub(crate) const CMJ_HEIGHT: &str = "height of a counter-movement jump";
/// Height of a squat jump, drop jump and hop, centimetres.
pub(crate) const SQUAT_JUMP_HEIGHT: &str = "height of a squat jump";
pub(crate) const DROP_JUMP_HEIGHT: &str = "height of a drop jump";
pub(crate) const HOP_HEIGHT: &str = "height of a hop";
/// Contact time, milliseconds.
pub(crate) const DROP_CONTACT: &str = "contact time of a drop jump";
pub(crate) const HOP_CONTACT: &str = "contact time of a hop";
pub(crate) const RUN_CONTACT: &str = "contact time in running";
pub(crate) const WALK_CONTACT: &str = "contact time in walking";
/// Foot strike and toe-off, milliseconds.
pub(crate) const RUN_STRIKE: &str = "foot strike in running";
pub(crate) const RUN_TOE_OFF: &str = "toe-off in running";
pub(crate) const WALK_STRIKE: &str = "foot strike in walking";
pub(crate) const WALK_TOE_OFF: &str = "toe-off in walking";
/// Steps a minute.
pub(crate) const CADENCE: &str = "cadence";
/// Foot strikes and toe-offs that are missing or too many.
pub(crate) const STEPS: &str = "strikes and toe-offs missed or invented";
/// Middle 90 % of a way, milliseconds; jumps: lowest point to take-off.
pub(crate) const REP_PHASE: &str = "phases of a repetition";
pub(crate) const JUMP_PROPULSION: &str = "propulsion of a jump";
/// Centimetres.
pub(crate) const ROM: &str = "range of movement";
/// Mean concentric velocity of the bar, and of the body where there is none, m/s.
pub(crate) const BAR_VELOCITY: &str = "bar: mean concentric velocity";
pub(crate) const BODY_VELOCITY: &str = "body: mean concentric velocity";
/// What the hips would say of the bar in squats, m/s.
pub(crate) const HIP_VELOCITY: &str = "squats measured at the hips";
/// Flexion at the bottom of squats seen from the side (65° or more), degrees.
pub(crate) const KNEE: &str = "knee flexion at the bottom";

/// Exercises whose way is prescribed for the point that is followed: elsewhere an angle is.
const PRESCRIBED: [&str; 5] = ["back_squat", "front_squat", "deadlift", "overhead_press", "bench_press"];
const WITHOUT_BAR: [&str; 3] = ["lunge", "push_up", "pull_up"];

/// Adds the errors of a report. Repetitions and jumps are compared where their number is right.
pub(crate) fn measure(named: &Named, report: &Report, errors: &mut Errors) {
    let counted: Vec<&Rep> = found::reps(report).into_iter().filter(|rep| rep.counts()).collect();
    let true_counted = found::true_counted(named);
    if counted.len() == true_counted.len() {
        counted.iter().zip(true_counted).for_each(|(rep, truth)| of_rep(named, rep, truth, errors));
    }
    if report.jumps().len() == named.clip.jumps().len() {
        for (jump, truth) in report.jumps().zip(named.clip.jumps()) {
            of_jump(named, jump, truth, errors);
        }
    }
    if named.kind() == "gait" {
        of_gait(named, report, errors);
    }
}

struct Into<'a> {
    named: &'a Named,
    errors: &'a mut Errors,
}

impl Into<'_> {
    fn push(&mut self, quantity: &'static str, measured: &Measured, truth: f64, unit: f64) {
        let error = measured.value().map_or(f64::NAN, |value| unit * (value - truth));
        self.error(quantity, error, unit * measured.u().unwrap_or(f64::NAN));
    }

    fn error(&mut self, quantity: &'static str, error: f64, u: f64) {
        let (clip, frame_s) = (self.named.name.clone(), self.named.frame_s());
        self.errors.push(quantity, Off { clip, error, u, frame_s });
    }
}

fn of_rep(named: &Named, rep: &Rep, truth: &Value, errors: &mut Errors) {
    let mut into = Into { named, errors };
    let t = |key| number(truth, key);
    let exercise = named.exercise();
    into.push(ROM, &rep.rom_m, t("implement_rom_m").abs(), 100.0);
    let velocity = if WITHOUT_BAR.contains(&exercise) { BODY_VELOCITY } else { BAR_VELOCITY };
    let true_velocity = t("mean_concentric_velocity_implement");
    into.push(velocity, &rep.mean_concentric_velocity_m_s, true_velocity, 1.0);
    // A hand-held camera moves by itself.
    if PRESCRIBED.contains(&exercise) && !named.name.contains("handheld") {
        into.push(REP_PHASE, &rep.concentric_5to95_s, t("concentric_s_5to95"), 1e3);
        into.push(REP_PHASE, &rep.eccentric_5to95_s, t("eccentric_s_5to95"), 1e3);
    }
    if !exercise.ends_with("squat") {
        return;
    }
    if let (Some(way), Some(time)) = (rep.hip_rom_m.value(), rep.concentric_s.value()) {
        into.error(HIP_VELOCITY, way / time - true_velocity, f64::NAN);
    }
    if named.yaw_deg() >= 65.0 {
        let knee = |side: &str| 180.0 - number(&truth["angles_far"], side);
        into.push(KNEE, &rep.knee_flexion_deg, knee("left_knee").max(knee("right_knee")), 1.0);
    }
}

fn of_jump(named: &Named, jump: &spotter_movement::Jump, truth: &Value, errors: &mut Errors) {
    let mut into = Into { named, errors };
    let t = |key| number(truth, key);
    let hop = truth["contact_time_s"].is_f64() && named.exercise() == "repeated_jumps";
    let (height, contact) = match named.exercise() {
        "squat_jump" => (SQUAT_JUMP_HEIGHT, None),
        "drop_jump" => (DROP_JUMP_HEIGHT, Some(DROP_CONTACT)),
        _ if hop => (HOP_HEIGHT, Some(HOP_CONTACT)),
        _ => (CMJ_HEIGHT, None),
    };
    // Hops land as they take off: their truth has the flight's height only.
    let rise = [t("height_pelvis_rise_from_takeoff_m"), t("height_flight_time_m"), t("height_m")];
    let rise = rise.into_iter().find(|height| height.is_finite()).unwrap_or(f64::NAN);
    into.push(height, &jump.height_m, rise, 100.0);
    if let Some(contact) = contact {
        into.push(contact, &jump.contact_time_s, t("contact_time_s"), 1e3);
    } else {
        into.push(JUMP_PROPULSION, &jump.concentric_s, t("propulsive_s"), 1e3);
    }
}

fn of_gait(named: &Named, report: &Report, errors: &mut Errors) {
    let mut into = Into { named, errors };
    let known = gait::events(&named.clip);
    let Some(found) = report.gait() else {
        into.error(STEPS, known.len() as f64, f64::NAN);
        return;
    };
    into.push(CADENCE, &found.cadence_spm, number(&named.clip.truth["truth"], "cadence_spm"), 1.0);
    // Steps at the very edges of a clip can't be told.
    let (from, to) = (0.1, number(&named.clip.truth, "duration_s") - 0.1);
    let mut wrong = 0;
    let (strike, toe_off, contact) = if named.exercise() == "run" {
        (RUN_STRIKE, RUN_TOE_OFF, RUN_CONTACT)
    } else {
        (WALK_STRIKE, WALK_TOE_OFF, WALK_CONTACT)
    };
    for (quantity, what, events) in
        [(strike, "foot_strike", &found.foot_strikes), (toe_off, "toe_off", &found.toe_offs)]
    {
        let of = gait::Errors::of(events, &known, what, from, to, 0.12);
        wrong += of.missed + of.invented;
        of.all().into_iter().for_each(|error| into.error(quantity, 1e3 * error, f64::NAN));
    }
    into.error(STEPS, wrong as f64, f64::NAN);
    for error in gait::contact_errors(&found.foot_strikes, &found.toe_offs, &known) {
        into.error(contact, 1e3 * error, f64::NAN);
    }
}
