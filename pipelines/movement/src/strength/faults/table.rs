//! Which faults each exercise has (METRICS §5.1).

use super::{Check, arms, legs, trunk};
use crate::exercise::Exercise;

const BACK_SQUAT: &[(&str, Check)] = &[
    ("depth_short", legs::depth_short),
    ("excessive_lean", trunk::excessive_lean),
    ("knee_valgus", legs::knee_valgus),
    ("heel_rise", legs::heel_rise),
    ("hip_shoot", trunk::hip_shoot),
    ("asymmetric_shift", legs::asymmetric_shift),
    ("lockout_missing", legs::lockout_missing),
    ("bounce", trunk::bounce),
];

const FRONT_SQUAT: &[(&str, Check)] = &[
    ("depth_short", legs::depth_short),
    ("excessive_lean", trunk::excessive_lean),
    ("knee_valgus", legs::knee_valgus),
    ("heel_rise", legs::heel_rise),
    ("hip_shoot", trunk::hip_shoot),
    ("asymmetric_shift", legs::asymmetric_shift),
    ("lockout_missing", legs::lockout_missing),
    ("bounce", trunk::bounce),
    ("elbow_drop", arms::elbow_drop),
];

const DEADLIFT: &[(&str, Check)] = &[
    ("hip_shoot", trunk::hip_shoot),
    ("bar_drift", trunk::bar_drift),
    ("lean_back", trunk::lean_back),
    ("lockout_missing", legs::hips_and_knees_not_locked),
    ("asymmetric_shift", legs::asymmetric_shift),
];

const BENCH_PRESS: &[(&str, Check)] =
    &[("lockout_missing", arms::lockout_missing), ("bounce", trunk::bounce), ("no_touch", no_keypoint)];

const OVERHEAD_PRESS: &[(&str, Check)] = &[
    ("lockout_missing", arms::lockout_missing),
    ("lean_back", trunk::lean_back),
    ("leg_drive", legs::leg_drive),
];

const BICEPS_CURL: &[(&str, Check)] = &[
    ("upper_arm_swing", arms::upper_arm_swing),
    ("swing", trunk::swing),
    ("lockout_missing", arms::not_extended),
];

const LUNGE: &[(&str, Check)] = &[
    ("depth_short", legs::lead_knee_short),
    ("knee_past_toe", legs::knee_past_toe),
    ("excessive_lean", trunk::lunge_lean),
    ("knee_valgus", no_valgus_in_a_lunge),
];

const PUSH_UP: &[(&str, Check)] = &[
    ("hip_sag", trunk::hip_sag),
    ("depth_short", arms::push_up_short),
    ("lockout_missing", arms::lockout_missing),
];

const PULL_UP: &[(&str, Check)] =
    &[("hang_missing", arms::not_extended), ("chin_below_bar", arms::chin_below_bar), ("kip", trunk::kip)];

const ROW: &[(&str, Check)] = &[("trunk_rise", trunk::trunk_rise), ("pull_short", arms::pull_short)];

const HIP_THRUST: &[(&str, Check)] =
    &[("lockout_missing", legs::hips_not_locked), ("lumbar_arch", trunk::lumbar_arch)];

/// The faults of an exercise, in the order in which they are reported.
pub(super) fn checks(exercise: Exercise) -> &'static [(&'static str, Check)] {
    match exercise {
        Exercise::BackSquat => BACK_SQUAT,
        Exercise::FrontSquat => FRONT_SQUAT,
        Exercise::Deadlift => DEADLIFT,
        Exercise::BenchPress => BENCH_PRESS,
        Exercise::OverheadPress => OVERHEAD_PRESS,
        Exercise::BicepsCurl => BICEPS_CURL,
        Exercise::Lunge => LUNGE,
        Exercise::PushUp => PUSH_UP,
        Exercise::PullUp => PULL_UP,
        Exercise::Row => ROW,
        Exercise::HipThrust => HIP_THRUST,
        _ => &[],
    }
}

/// Whether a bar touches the chest: no keypoint lies there.
fn no_keypoint(_: &super::Rep<'_>) -> super::Outcome {
    Err("no_keypoint_for_it")
}

/// From the front the leading thigh points to the camera.
fn no_valgus_in_a_lunge(rep: &super::Rep<'_>) -> super::Outcome {
    rep.aspect.frontal()?;
    Err("thigh_foreshortened")
}
