//! What each exercise is: the point that is followed, the order of its phases, what counts (METRICS §5.1).

use super::classify::{Body, near_or_unseen, seen, stays};
use super::cycle::{Lane, Order};
use super::signal::Channel;
use crate::exercise::Exercise;

/// What range and velocity are measured on where no bar is tracked in the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Implement {
    /// A bar on the trunk: the shoulders, corrected for where the bar lies (METRICS §5.4).
    OnShoulders,
    /// What the hands hold.
    InHands,
    /// What hands hold that turn with the forearm.
    InTurningHands,
    /// The body itself is the load.
    Shoulders,
    /// A bar on the hips.
    OnHips,
}

/// One exercise.
#[derive(Debug)]
pub(crate) struct Spec {
    pub(crate) exercise: Exercise,
    pub(crate) lane: Lane,
    pub(crate) implement: Implement,
    /// Range of the followed point that counts, metres; half of it is worth a report.
    pub(crate) rom_m: f64,
    /// Where the bar lies, as a share of trunk length behind the shoulder joints.
    pub(crate) bar_behind_shoulder: f64,
    /// Whether the feet stay where they are.
    pub(crate) feet_stay: bool,
    /// What tells it from other exercises: posture and what moves against what.
    pub(crate) posture: fn(&Body) -> bool,
    /// Whether the turn was reached: bottom or top gate.
    pub(crate) reached: fn(&Body) -> bool,
}

impl Spec {
    /// Name as in reports.
    pub(crate) fn name(&self) -> &'static str {
        self.exercise.name()
    }

    /// A squat: a bar on the back is told from one in front by the elbows alone.
    pub(crate) fn is_squat(&self) -> bool {
        matches!(self.exercise, Exercise::BackSquat | Exercise::FrontSquat)
    }

    /// Whether one can be mistaken for the other from repetition to repetition.
    pub(crate) fn is_kin(&self, other: &Self) -> bool {
        self.exercise == other.exercise || self.is_squat() && other.is_squat()
    }
}

/// A bar on the back lies on the scapulae, so it sinks less than the shoulder joints do when the trunk leans.
pub(crate) const BAR_BEHIND_SHOULDER: f64 = 0.18;

const fn lane(channel: Channel, order: Order) -> Lane {
    Lane { channel, order }
}

const DOWN_FIRST: Order = Order::EccentricFirst;
const UP_FIRST: Order = Order::ConcentricFirst;

/// All exercises. Where two share a lane, the first whose posture fits is meant.
pub(crate) static SPECS: [Spec; 11] = [
    Spec {
        exercise: Exercise::Lunge,
        lane: lane(Channel::Hip, DOWN_FIRST),
        implement: Implement::OnShoulders,
        rom_m: 0.20,
        bar_behind_shoulder: 0.0,
        feet_stay: false,
        posture: |body| body.stands() && body.hips_sink_with_shoulders() && body.is_split(),
        reached: |_| true,
    },
    Spec {
        exercise: Exercise::FrontSquat,
        lane: lane(Channel::Hip, DOWN_FIRST),
        implement: Implement::OnShoulders,
        rom_m: 0.20,
        bar_behind_shoulder: -0.15,
        feet_stay: true,
        posture: |body| body.squats() && body.has_elbows_in_front(),
        reached: |_| true,
    },
    Spec {
        exercise: Exercise::BackSquat,
        lane: lane(Channel::Hip, DOWN_FIRST),
        implement: Implement::OnShoulders,
        rom_m: 0.20,
        bar_behind_shoulder: BAR_BEHIND_SHOULDER,
        feet_stay: true,
        posture: Body::squats,
        reached: |_| true,
    },
    Spec {
        exercise: Exercise::HipThrust,
        lane: lane(Channel::Hip, UP_FIRST),
        implement: Implement::OnHips,
        rom_m: 0.15,
        bar_behind_shoulder: 0.0,
        feet_stay: true,
        posture: |body| {
            // Shoulders on a bench, feet on the floor, only the hips between them move.
            seen(body.near.lean_deg, |lean| lean > 30.0)
                && seen(body.near.hip_above_ankle, |h| h < 0.30)
                && stays(body.shoulder_range, 0.65 * body.hip_range)
                && body.trunk_levels()
        },
        reached: |body| seen(body.far.lean_deg, |lean| lean > 60.0),
    },
    Spec {
        exercise: Exercise::Deadlift,
        lane: lane(Channel::Wrist, UP_FIRST),
        implement: Implement::InHands,
        rom_m: 0.30,
        bar_behind_shoulder: 0.0,
        feet_stay: true,
        posture: |body| {
            seen(body.near.wrist_above_knee, |h| h < 0.05)
                && seen(body.near.lean_deg, |lean| lean > 30.0)
                && seen(body.far.wrist_above_shoulder, |h| h < -0.18)
                && body.shoulder_range > (1.3 * body.hip_range).max(0.6 * body.wrist_range)
        },
        reached: |body| {
            near_or_unseen(body.far.lean_deg, |lean| lean < 25.0)
                && near_or_unseen(body.far.hip_above_ankle, |h| h > 0.40)
        },
    },
    Spec {
        exercise: Exercise::OverheadPress,
        lane: lane(Channel::Wrist, UP_FIRST),
        implement: Implement::InHands,
        rom_m: 0.30,
        bar_behind_shoulder: 0.0,
        feet_stay: true,
        posture: |body| {
            seen(body.near.lean_deg, |lean| lean < 30.0)
                && seen(body.near.wrist_above_shoulder, |h| (-0.16..0.14).contains(&h))
                && seen(body.far.wrist_above_shoulder, |h| h > 0.05)
                && stays(body.shoulder_range, 0.3 * body.wrist_range)
                && body.hands_agree()
        },
        reached: |body| seen(body.far.wrist_above_shoulder, |h| h > 0.20),
    },
    Spec {
        exercise: Exercise::BicepsCurl,
        lane: lane(Channel::Wrist, UP_FIRST),
        implement: Implement::InTurningHands,
        rom_m: 0.30,
        bar_behind_shoulder: 0.0,
        feet_stay: true,
        posture: |body| {
            near_or_unseen(body.near.lean_deg, |lean| lean < 30.0)
                && seen(body.near.wrist_above_shoulder, |h| h < -0.20)
                && seen(body.far.wrist_above_shoulder, |h| h < 0.10)
                && seen(body.far.elbow_above_shoulder, |h| h < -0.05)
                && seen(body.elbow_range_deg, |range| range > 30.0)
                && stays(body.shoulder_range, 0.2 * body.wrist_range)
                && body.hands_agree()
        },
        reached: |body| seen(body.far.wrist_above_shoulder, |h| h > -0.15),
    },
    Spec {
        exercise: Exercise::Row,
        lane: lane(Channel::Wrist, UP_FIRST),
        implement: Implement::InHands,
        rom_m: 0.20,
        bar_behind_shoulder: 0.0,
        feet_stay: true,
        posture: |body| {
            seen(body.near.lean_deg, |lean| (30.0..95.0).contains(&lean))
                && seen(body.far.lean_deg, |lean| lean > 20.0)
                && seen(body.near.wrist_above_shoulder, |h| h < -0.18)
                && seen(body.near.hip_above_ankle, |h| h > 0.30)
                && stays(body.shoulder_range, 0.5 * body.wrist_range)
        },
        reached: |_| true,
    },
    Spec {
        exercise: Exercise::BenchPress,
        lane: lane(Channel::Wrist, DOWN_FIRST),
        implement: Implement::InHands,
        rom_m: 0.20,
        bar_behind_shoulder: 0.0,
        feet_stay: true,
        posture: |body| {
            seen(body.near.lean_deg, |lean| lean > 55.0)
                && seen(body.near.wrist_above_shoulder, |h| h > 0.12)
                && stays(body.shoulder_range, 0.4 * body.wrist_range)
        },
        reached: |_| true,
    },
    Spec {
        exercise: Exercise::PushUp,
        lane: lane(Channel::Shoulder, DOWN_FIRST),
        implement: Implement::Shoulders,
        rom_m: 0.12,
        bar_behind_shoulder: 0.0,
        feet_stay: true,
        posture: |body| {
            seen(body.near.lean_deg, |lean| lean > 45.0)
                && seen(body.near.wrist_above_shoulder, |h| h < -0.15)
                && seen(body.near.hip_above_ankle, |h| h < 0.30)
                && stays(body.wrist_range, 0.4 * body.shoulder_range)
        },
        reached: |_| true,
    },
    Spec {
        exercise: Exercise::PullUp,
        lane: lane(Channel::Shoulder, UP_FIRST),
        implement: Implement::Shoulders,
        rom_m: 0.30,
        bar_behind_shoulder: 0.0,
        feet_stay: false,
        posture: |body| {
            seen(body.near.wrist_above_shoulder, |h| h > 0.15)
                && stays(body.wrist_range, 0.4 * body.shoulder_range)
                && body.hip_range > 0.5 * body.shoulder_range
        },
        reached: |body| seen(body.far.wrist_above_shoulder, |h| h < 0.12),
    },
];

/// The exercise that was chosen, where it is one of these.
pub(crate) fn chosen(exercise: Exercise) -> Option<&'static Spec> {
    SPECS.iter().find(|spec| spec.exercise == exercise)
}
