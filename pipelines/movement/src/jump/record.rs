//! One jump as it is reported.

use crate::Quality;
use crate::record::{plain_as_is, record};

/// What kind of jump it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JumpKind {
    /// Counter-movement jump: from standing, down and up without a hold.
    Cmj,
    /// From a held squat.
    SquatJump,
    /// Out of the landing from a box.
    DropJump,
    /// None of these for certain, such as a rebound or a jump whose beginning was not seen.
    Unknown,
}

plain_as_is!(JumpKind, Quality);

record! {
    /// One jump. Times in seconds of the clip; heights refer to take-off unless the name says otherwise.
    pub struct Jump {
        plain {
            /// Person.
            person_id: u32,
            /// Kind.
            kind: JumpKind,
            /// The least of what its headline stands on.
            quality: Quality,
            /// PTS of the frame at which the jump was decided, seconds.
            decided_s: f64,
        }
        measured {
            /// Take-off, seconds.
            takeoff_s,
            /// Highest point, seconds.
            apex_s,
            /// Landing, seconds.
            landing_s,
            /// Take-off to landing, seconds.
            flight_time_s,
            /// Rise of the body above take-off, metres: the headline.
            height_m,
            /// `g·tf²/8`, metres: over-reads when the landing is lower than the take-off.
            height_flight_m,
            /// Rise of the hips above standing, metres. Not comparable with the others.
            height_standing_m,
            /// Vertical velocity at take-off, metres per second.
            takeoff_velocity_m_s,
            /// How far the hips sank below standing, metres.
            countermovement_depth_m,
            /// First movement to take-off, seconds.
            time_to_takeoff_s,
            /// First movement to peak downward velocity, seconds.
            unweighting_s,
            /// Peak downward velocity to the lowest point, seconds.
            braking_s,
            /// First movement to the lowest point, seconds.
            eccentric_s,
            /// Lowest point to take-off, seconds.
            concentric_s,
            /// Greatest downward velocity of the hips, metres per second, positive.
            peak_eccentric_velocity_m_s,
            /// Greatest upward velocity of the hips, metres per second.
            peak_concentric_velocity_m_s,
            /// Height over time to take-off, metres per second.
            rsi_modified_m_s,
        }
    }
}
