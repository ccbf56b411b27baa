//! One repetition and one set as they are reported.

use super::faults::{Fault, NotAssessed};
use crate::Quality;
use crate::record::{plain_as_is, record};

/// Whether a repetition counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RepStatus {
    /// The whole range.
    Counted,
    /// Half of the range or more, or not finished: reported, not counted.
    #[default]
    Partial,
    /// Stopped on the way up and sank again: reported, not counted.
    Failed,
}

plain_as_is!(RepStatus);

record! {
    /// One repetition. Times in seconds of the clip.
    #[derive(Default)]
    pub struct Rep {
        plain {
            /// Person.
            person_id: u32,
            /// Name of the exercise, or `unknown` until it is sure.
            exercise: &'static str,
            /// Number of the set in this session, from 1.
            set_number: u32,
            /// Number among the counted repetitions of the set, from 1; `None` where it does not count.
            rep_number: Option<u32>,
            /// Whether it counts.
            status: RepStatus,
            /// The least of what its headline stands on.
            quality: Quality,
            /// What range and velocity were measured on: `bar`, `bar_on_shoulders`, `wrists`, `shoulders` or `hip`.
            point: &'static str,
            /// Hip joint against knee joint at the bottom: `above`, `parallel` or `below`; `None` where not seen.
            depth: Option<&'static str>,
            /// Eccentric, pause at the bottom, concentric, pause at the top in whole seconds, such as `3-1-1-0`: `X` for an
            /// explosive ascent, `?` for a phase that was not seen; `None` without a concentric phase.
            tempo: Option<String>,
            /// Load on the bar as the coach stated it, kilograms.
            load_kg: Option<f64>,
            /// Share of body mass that is lifted along with the load; `None` where none is defined.
            body_mass_fraction: Option<f64>,
            /// Load and that share of body mass, kilograms: what power is computed with.
            moved_mass_kg: Option<f64>,
            /// Whether the set has lost as much velocity as the coach allows.
            stop_cue: bool,
            /// Way of the bar from the start of the repetition, up to 50 points of `[forward, up]` in metres; empty where the view
            /// does not show it.
            bar_path_m: Vec<[f64; 2]>,
            /// Form faults.
            faults: Vec<Fault>,
            /// Faults of this exercise that could not be looked for, and why.
            not_assessed: Vec<NotAssessed>,
            /// PTS of the frame at which the repetition was decided, seconds.
            decided_s: f64,
        }
        measured {
            /// Start of the first phase: of a squat's descent, of a deadlift's lift. Seconds.
            start_s,
            /// Bottom: end of a squat's descent, start of a deadlift's lift. Seconds.
            bottom_s,
            /// Top: end of the lift, seconds.
            top_s,
            /// End of the last phase: of a squat's ascent, of a deadlift's lowering. Seconds.
            end_s,
            /// Vertical range of the followed point, metres.
            rom_m,
            /// Vertical range of the hips, metres.
            hip_rom_m,
            /// Greatest knee flexion of the near limb, degrees.
            knee_flexion_deg,
            /// Knee height minus hip height at the bottom, metres: positive when the hip is the lower.
            depth_m,
            /// Lowering of the load, seconds.
            eccentric_s,
            /// Time at the turn, seconds: at the bottom of a squat, at the top of a deadlift.
            pause_s,
            /// Lifting of the load, seconds.
            concentric_s,
            /// Lowering from 5 to 95 % of its way, seconds: steadier than the whole, whose ends are slow.
            eccentric_5to95_s,
            /// Lifting from 5 to 95 % of its way, seconds.
            concentric_5to95_s,
            /// Height gained over the lift's time, metres per second.
            mean_concentric_velocity_m_s,
            /// Greatest upward velocity, metres per second.
            peak_concentric_velocity_m_s,
            /// Loss of mean concentric velocity against the fastest repetition so far in the set, percent.
            velocity_loss_pct,
            /// Time at the bottom, seconds: within a repetition that begins with its descent, else before the ascent.
            pause_bottom_s,
            /// Time at the top, seconds: within a repetition that begins with its ascent, else before the descent.
            pause_top_s,
            /// Mean velocity of the ascent up to where the bar brakes harder than gravity, metres per second.
            mean_propulsive_velocity_m_s,
            /// Mean power of the ascent, watts.
            mean_power_w,
            /// Greatest power in the ascent, watts.
            peak_power_w,
            /// When the ascent was slowest after its first peak, seconds.
            sticking_s,
            /// Velocity of the bar at that moment, metres per second.
            sticking_velocity_m_s,
            /// Share of the ascent's height that was behind it at that moment, percent.
            sticking_height_pct,
            /// Greatest distance of the bar in front of where it began, metres.
            bar_drift_forward_m,
            /// Greatest distance of the bar behind where it began, metres, positive.
            bar_drift_back_m,
            /// Distance of the bar in front of where it began when the ascent was slowest, metres.
            bar_drift_sticking_m,
            /// Height gained over length of the way in the ascent: 1 is straight up.
            bar_path_efficiency,
            /// Lean of the trunk at the bottom from the vertical, degrees, positive forward.
            trunk_lean_deg,
            /// Near thigh at the bottom from the horizontal, degrees, positive while the hip is above the knee.
            thigh_deg,
            /// Middle of the hips off the middle of the feet at the bottom, percent of the stance, positive to the athlete's left.
            /// Only where it is more than twice its uncertainty and more than 5 %.
            hip_shift_pct,
            /// Flexion of the right knee minus that of the left at the bottom, degrees; shown like the shift.
            knee_difference_deg,
            /// Frontal-plane projection angle of the left knee at the bottom, degrees, positive medial (valgus).
            left_fppa_deg,
            /// The same of the right knee.
            right_fppa_deg,
            /// Greatest frontal-plane projection angle of the left knee in the ascent, degrees.
            left_fppa_max_deg,
            /// The same of the right knee.
            right_fppa_max_deg,
            /// Distance of the knees over that of the ankles, the least at the bottom and in the lower half of the ascent.
            knee_ankle_ratio,
        }
    }
}

impl Rep {
    /// Whether it counts.
    pub fn counts(&self) -> bool {
        self.status == RepStatus::Counted
    }
}

record! {
    /// A set that ended.
    #[derive(Default)]
    pub struct Set {
        plain {
            /// Person.
            person_id: u32,
            /// Number of the set in this session, from 1.
            set_number: u32,
            /// Name of the exercise, or `unknown`; holds for all its repetitions.
            exercise: &'static str,
            /// Counted repetitions.
            rep_count: u32,
            /// Repetitions that were reported but not counted.
            partial_count: u32,
            /// Start of its first repetition, seconds.
            start_s: f64,
            /// End of its last repetition, seconds.
            end_s: f64,
            /// Load on the bar as the coach stated it, kilograms.
            load_kg: Option<f64>,
            /// Load times counted repetitions, kilograms.
            volume_load_kg: Option<f64>,
            /// Rest before the set, seconds; `None` before the first set and beyond 15 minutes.
            rest_s: Option<f64>,
            /// Mean tempo of the counted repetitions, such as `3-1-1-0`.
            mean_tempo: Option<String>,
            /// PTS of the frame at which the set was over, seconds.
            decided_s: f64,
        }
        measured {
            /// Mean concentric velocity of its fastest repetition, metres per second.
            best_mean_concentric_velocity_m_s,
            /// Loss of the last counted repetition against the fastest, percent.
            velocity_loss_pct,
            /// Mean of the mean concentric velocities of its counted repetitions, metres per second.
            mean_concentric_velocity_m_s,
            /// Mean concentric velocity of its last counted repetition, metres per second.
            last_mean_concentric_velocity_m_s,
            /// Sum of its counted repetitions' phases, seconds.
            time_under_tension_s,
            /// Loss of its fastest repetition against that of the first set of the same exercise with the same load, percent.
            velocity_loss_between_sets_pct,
            /// Load that could be lifted once, from the loads and velocities of the sets so far, kilograms.
            one_rep_max_kg,
        }
    }
}
