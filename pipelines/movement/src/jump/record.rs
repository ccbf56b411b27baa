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
    /// Out of the landing from the jump before: a hop of a series.
    RepeatedJump,
    /// None of these for certain, such as a jump whose beginning was not seen.
    Unknown,
}

plain_as_is!(JumpKind, Quality);

record! {
    /// One jump. Times in seconds of the clip; heights refer to take-off unless the name says otherwise.
    pub struct Jump {
        plain {
            /// Person.
            person_id: u32,
            /// Kind: the coach's choice, or what was seen.
            kind: JumpKind,
            /// The least of what its headline stands on.
            quality: Quality,
            /// PTS of the frame at which the jump was decided, seconds.
            decided_s: f64,
            /// Hop of a series of repeated jumps, from 1; null outside of one.
            hop_number: Option<u32>,
            /// Stretch-shortening cycle after a fall: `fast` with a contact of less than 0.25 s, else `slow` (Flanagan and Comyns 2008).
            stretch_shortening: Option<&'static str>,
            /// Whether the heel came down during the contact of a drop jump, where that was seen.
            heel_contact: Option<bool>,
            /// What a coach should know: `not_pure_sj` (the athlete dipped by more than 2 cm before pushing off), `tucked_landing` (the body landed more than 3 cm lower than it took off, or higher).
            remarks: Vec<&'static str>,
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
            /// Rise of the body above take-off, `g·(apex − take-off)²/2`, metres: the headline. Needs no scale.
            height_m,
            /// `g·tf²/8`, metres: over-reads when the landing is lower than the take-off.
            height_flight_m,
            /// Flight-time height less what a lower landing adds: `v0 = g·tf/2 − d/tf`, `v0²/2g` with the hips' height at take-off less that at landing as d, metres.
            height_flight_corrected_m,
            /// Rise of the hips above take-off by the picture's scale, metres.
            height_rise_m,
            /// Rise of the hips above standing, metres. Not comparable with the others.
            height_standing_m,
            /// Vertical velocity at take-off from the flight, `g·(apex − take-off)`, metres per second.
            takeoff_velocity_m_s,
            /// Vertical velocity of the hips around take-off by the picture's scale, metres per second.
            takeoff_velocity_kinematic_m_s,
            /// How far the hips sank below standing, metres.
            countermovement_depth_m,
            /// First movement to take-off, seconds.
            time_to_takeoff_s,
            /// First movement to peak downward velocity, seconds.
            unweighting_s,
            /// Peak downward velocity to the lowest point; in a drop jump or hop from the first touch, seconds.
            braking_s,
            /// First movement (drop jump and hop: first touch) to the lowest point, seconds.
            eccentric_s,
            /// Lowest point to take-off: propulsion, seconds.
            concentric_s,
            /// Time spent still in the squat before a squat jump, seconds.
            squat_hold_s,
            /// Greatest downward velocity of the hips, metres per second, positive.
            peak_eccentric_velocity_m_s,
            /// Greatest upward velocity of the hips, metres per second.
            peak_concentric_velocity_m_s,
            /// Height over time to take-off, metres per second.
            rsi_modified_m_s,
            /// First touch of the ground before the take-off of a drop jump or hop, seconds.
            contact_start_s,
            /// First touch to take-off, seconds.
            contact_time_s,
            /// Reactive strength index: height over contact time, metres per second.
            rsi_m_s,
            /// Reactive strength ratio: flight time over contact time, without unit.
            rsr,
            /// Height of the box above the ground, metres.
            drop_height_m,
            /// Height from which a free fall would have ended with the same velocity, `v²/2g`, metres.
            effective_drop_height_m,
            /// Height of the best counter-movement jump of the session over that of the best squat jump, without unit.
            eccentric_utilisation,
            /// Peak power by Sayers's regression, `60.7·h_cm + 45.3·m − 2055`, watts. Needs the body mass.
            peak_power_w,
            /// Mean power from the lowest point to take-off: mass times g times the rise from there to the apex, over the time of propulsion, watts. Needs the body mass.
            mean_power_w,
            /// Knee flexion at the lowest point, degrees. Near leg, from the side only.
            knee_flexion_bottom_deg,
            /// Hip flexion at the lowest point, degrees.
            hip_flexion_bottom_deg,
            /// Ankle dorsiflexion at the lowest point, degrees.
            ankle_dorsiflexion_bottom_deg,
            /// Knee flexion at take-off, degrees.
            knee_flexion_takeoff_deg,
            /// Hip flexion at take-off, degrees.
            hip_flexion_takeoff_deg,
            /// Ankle dorsiflexion at take-off, degrees: negative when the foot points.
            ankle_dorsiflexion_takeoff_deg,
        }
    }
}

record! {
    /// What followed a jump's landing. Decided up to 3 s later than the jump itself.
    pub struct Landing {
        plain {
            /// Person.
            person_id: u32,
            /// Take-off of the jump that it belongs to, seconds.
            takeoff_s: f64,
            /// PTS of the frame at which it was decided, seconds.
            decided_s: f64,
        }
        measured {
            /// How far the hips sank in the first 0.3 s after landing, metres.
            landing_drop_m,
            /// Landing until the hips stay slower than 0.05 m/s for 0.3 s, seconds.
            time_to_stabilise_s,
            /// Knee flexion at the first touch, degrees. Near leg, from the side only.
            knee_flexion_touchdown_deg,
            /// Greatest knee flexion in the first second, degrees.
            knee_flexion_max_deg,
            /// Touch-down of the left foot less that of the right, seconds. Needs both feet in sight.
            touchdown_lag_s,
            /// Greatest inward angle of a knee in the first 0.5 s, degrees, from the front only.
            knee_valgus_max_deg,
        }
    }
}

record! {
    /// A series of repeated jumps, such as the 10/5 test: one jump from standing, then hops with short contacts.
    pub struct JumpSeries {
        plain {
            /// Person.
            person_id: u32,
            /// The least of what its score stands on.
            quality: Quality,
            /// PTS of the frame at which it was decided, seconds.
            decided_s: f64,
            /// Hops after the first jump.
            hop_count: u32,
            /// Hops whose contact and height were measured; the test asks for ten.
            valid_count: u32,
            /// Whether there were ten valid hops.
            complete: bool,
            /// Contact time of each hop, seconds.
            hop_contact_s: Vec<Option<f64>>,
            /// Flight time of each hop, seconds.
            hop_flight_s: Vec<Option<f64>>,
            /// Height of each hop, metres.
            hop_height_m: Vec<Option<f64>>,
            /// Reactive strength index of each hop, metres per second.
            hop_rsi_m_s: Vec<Option<f64>>,
        }
        measured {
            /// Take-off of the first jump, seconds.
            start_s,
            /// Last landing, seconds.
            end_s,
            /// Score: mean of the five best reactive strength indices, metres per second (Stratford).
            rsi_best_5_m_s,
            /// Mean contact time of the valid hops, seconds.
            mean_contact_time_s,
            /// Mean height of the valid hops, metres.
            mean_height_m,
            /// Change of the reactive strength index from hop to hop by least squares, metres per second a hop; negative with fatigue.
            rsi_slope_m_s,
        }
    }
}
