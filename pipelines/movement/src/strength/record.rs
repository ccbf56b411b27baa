//! One repetition and one set as they are reported.

use crate::Quality;
use crate::record::{plain_as_is, record};

/// Whether a repetition counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RepStatus {
    /// The whole range.
    Counted,
    /// Half of the range or more, or not finished: reported, not counted.
    Partial,
    /// Stopped on the way up and sank again: reported, not counted.
    Failed,
}

plain_as_is!(RepStatus);

record! {
    /// One repetition. Times in seconds of the clip.
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
            /// PTS of the frame at which the set was over, seconds.
            decided_s: f64,
        }
        measured {
            /// Mean concentric velocity of its fastest repetition, metres per second.
            best_mean_concentric_velocity_m_s,
            /// Loss of the last counted repetition against the fastest, percent.
            velocity_loss_pct,
        }
    }
}
