//! Walking and running as they are reported.

use serde::Serialize;

use crate::record::{plain_as_is, record};
use crate::{Quality, measured::rounded};

/// Walking or running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GaitKind {
    /// Both feet are off the ground between the steps.
    Run,
    /// They never are.
    Walk,
}

/// A foot strike or a toe-off.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct FootEvent {
    /// `left` or `right`.
    pub side: &'static str,
    /// When, seconds.
    pub t_s: f64,
}

/// How often a reason occurred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ReasonCount {
    /// `short`, `long`, `gap`, `jump`, `range_fail` or `alternation`.
    pub reason: &'static str,
    /// Cycles.
    pub count: u32,
}

/// Share of the frames in which a joint angle was seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Completeness {
    /// `LocoHub` name.
    pub variable: &'static str,
    /// Frames with the angle over frames expected from the nominal rate, 0–1.
    pub completeness: f64,
}

/// How many cycles kept within the ranges.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct RangeCheck {
    /// `LocoHub` name.
    pub variable: &'static str,
    /// Cycles checked.
    pub checked: u32,
    /// Cycles outside at one phase or more.
    pub failed: u32,
}

/// Mean and spread of a curve over the accepted cycles of one side.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct MeanCurve {
    /// Side whose foot strike begins the cycle.
    pub ipsi_side: &'static str,
    /// `LocoHub` name.
    pub variable: &'static str,
    /// Cycles in it.
    pub cycles: u32,
    /// 150 points from one foot strike to the next of the same foot, radians.
    pub mean: Vec<f64>,
    /// Standard deviation at each point, radians.
    pub sd: Vec<f64>,
}

plain_as_is!(GaitKind, Vec<FootEvent>, Vec<ReasonCount>, Vec<Completeness>, Vec<RangeCheck>, Vec<MeanCurve>,);

record! {
    /// A bout of walking or running, or a window of a long one. Times in seconds of the clip.
    pub struct Gait {
        plain {
            /// Person.
            person_id: u32,
            /// Walking or running.
            kind: GaitKind,
            /// What the values refer to: a `window` of a bout that goes on, or a whole `bout`.
            scope: &'static str,
            /// `treadmill`, or `overground` when the body moves through the picture.
            surface: &'static str,
            /// Edge of the picture that the athlete faces: `left` or `right`.
            facing: &'static str,
            /// Time of the first foot strike that the values refer to, seconds.
            start_s: f64,
            /// Time of the last one, seconds.
            end_s: f64,
            /// PTS of the frame at which it was decided, seconds.
            decided_s: f64,
            /// The least of what its headline stands on.
            quality: Quality,
            /// Foot strikes that the values refer to.
            step_count: u32,
            /// Foot strikes since the last event of this bout.
            foot_strikes: Vec<FootEvent>,
            /// Toe-offs since the last event of this bout.
            toe_offs: Vec<FootEvent>,
            /// Cycles from foot strike to foot strike of the same foot, both sides.
            cycles_detected: u32,
            /// Those that entered the mean curves.
            cycles_accepted: u32,
            /// Why the others did not.
            rejected: Vec<ReasonCount>,
            /// Completeness of each joint angle.
            completeness: Vec<Completeness>,
            /// Checks against the table of ranges; empty where there is none for this kind of gait.
            range_checks: Vec<RangeCheck>,
            /// Mean curves of the ipsilateral angles.
            curves: Vec<MeanCurve>,
        }
        measured {
            /// Steps a minute.
            cadence_spm,
            /// Foot strike to the other foot's strike, seconds.
            step_time_s,
            /// Foot strike to the same foot's next strike, seconds.
            stride_time_s,
            /// Foot strike to toe-off, seconds.
            contact_time_s,
            /// Toe-off to the other foot's strike, seconds; 0 in walking.
            flight_time_s,
            /// Toe-off to the same foot's next strike, seconds.
            swing_time_s,
            /// Foot strike to the other foot's toe-off, seconds; 0 in running.
            double_support_s,
            /// Contact time over stride time.
            duty_factor,
            /// Rise and fall of the hips in a step, metres.
            vertical_oscillation_m,
            /// Speed, metres per second: as given, else that of the foot on the ground past the hips.
            speed_m_s,
            /// Way of a step, metres.
            step_length_m,
            /// Way of a stride, metres.
            stride_length_m,
            /// Greatest force over the centre of mass's way down in contact (Morin's sine wave), kilonewtons per metre.
            vertical_stiffness_kn_m,
            /// Greatest force over the leg's shortening (Morin's sine wave), kilonewtons per metre.
            leg_stiffness_kn_m,
            /// Forward lean of the trunk, degrees.
            trunk_lean_deg,
            /// Foot at strike against flat on the ground, toe up, degrees: positive lands on the heel.
            foot_strike_angle_deg,
            /// Ankle ahead of the hips at strike over leg length.
            overstride,
            /// Contact time of the left foot, seconds.
            contact_time_left_s,
            /// Contact time of the right foot, seconds.
            contact_time_right_s,
            /// Right strike to left strike, seconds.
            step_time_left_s,
            /// Left strike to right strike, seconds.
            step_time_right_s,
            /// 200·(R − L)/(R + L) of the contact times, percent.
            contact_symmetry_pct,
            /// 200·(R − L)/(R + L) of the step times, percent.
            step_time_symmetry_pct,
        }
    }
}

/// A curve that left the table of ranges.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ValidationFailure {
    /// `LocoHub` name.
    pub variable: &'static str,
    /// Phase, percent of the cycle.
    pub phase_pct: f64,
    /// Angle there, radians.
    pub value: f64,
    /// Least angle of the table, radians.
    pub min: f64,
    /// Greatest angle of the table, radians.
    pub max: f64,
}

/// One cycle, from a foot strike to the same foot's next one, normalised to 150 points: point `i` lies at phase 100·i/149 percent.
/// Names, signs and units are `LocoHub`'s; a point that was not seen is null.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Cycle {
    /// Person.
    pub person_id: u32,
    /// Side whose foot strike begins the cycle: `left` or `right`.
    pub ipsi_side: &'static str,
    /// Foot strike, seconds.
    pub start_s: f64,
    /// Next foot strike of the same foot, seconds.
    pub end_s: f64,
    /// Whether it entered the mean curves. Its ipsilateral angles decide.
    pub accepted: bool,
    /// Why not.
    pub reasons: Vec<&'static str>,
    /// Completeness of each joint angle.
    pub completeness: Vec<Completeness>,
    /// Where it left the table of ranges.
    pub validation_failures: Vec<ValidationFailure>,
    /// Hip flexion: thigh against trunk, + forward.
    pub hip_flexion_angle_ipsi_rad: Vec<Option<f64>>,
    /// Knee flexion.
    pub knee_flexion_angle_ipsi_rad: Vec<Option<f64>>,
    /// Ankle dorsiflexion: 0 with the shank upright over a flat foot, + toe up.
    pub ankle_dorsiflexion_angle_ipsi_rad: Vec<Option<f64>>,
    /// Hip flexion of the other side.
    pub hip_flexion_angle_contra_rad: Vec<Option<f64>>,
    /// Knee flexion of the other side.
    pub knee_flexion_angle_contra_rad: Vec<Option<f64>>,
    /// Ankle dorsiflexion of the other side.
    pub ankle_dorsiflexion_angle_contra_rad: Vec<Option<f64>>,
}

/// A bout or a window of it, with the cycles that ended since the last event. The event carries the summary alone; the cycles
/// are for a report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GaitBout {
    /// Summary.
    #[serde(flatten)]
    pub gait: Gait,
    /// Cycles, both sides.
    #[serde(skip)]
    pub cycles: Vec<Cycle>,
}

/// Name of a side.
pub(super) fn side_name(side: usize) -> &'static str {
    if side == 0 { "left" } else { "right" }
}

impl FootEvent {
    pub(super) fn new(side: usize, t: f64) -> Self {
        Self { side: side_name(side), t_s: rounded(t) }
    }
}
