//! One jump as it is reported.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::measured::{Measured, Quality, rounded, serialize_measured};

/// What kind of jump it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
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

/// One jump. Times in seconds of the clip; heights refer to take-off unless the name says otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Jump {
    /// Person.
    pub person_id: u32,
    /// Kind.
    pub kind: JumpKind,
    /// The least of what its headline stands on.
    pub quality: Quality,
    /// PTS of the frame at which the jump was decided, seconds.
    pub decided_s: f64,
    /// Take-off, seconds.
    pub takeoff_s: Measured,
    /// Highest point, seconds.
    pub apex_s: Measured,
    /// Landing, seconds.
    pub landing_s: Measured,
    /// Take-off to landing, seconds.
    pub flight_time_s: Measured,
    /// Rise of the body above take-off, metres: the headline.
    pub height_m: Measured,
    /// `g·tf²/8`, metres: over-reads when the landing is lower than the take-off.
    pub height_flight_m: Measured,
    /// Rise of the hips above standing, metres. Not comparable with the others.
    pub height_standing_m: Measured,
    /// Vertical velocity at take-off, metres per second.
    pub takeoff_velocity_m_s: Measured,
    /// How far the hips sank below standing, metres.
    pub countermovement_depth_m: Measured,
    /// First movement to take-off, seconds.
    pub time_to_takeoff_s: Measured,
    /// First movement to peak downward velocity, seconds.
    pub unweighting_s: Measured,
    /// Peak downward velocity to the lowest point, seconds.
    pub braking_s: Measured,
    /// First movement to the lowest point, seconds.
    pub eccentric_s: Measured,
    /// Lowest point to take-off, seconds.
    pub concentric_s: Measured,
    /// Greatest downward velocity of the hips, metres per second, positive.
    pub peak_eccentric_velocity_m_s: Measured,
    /// Greatest upward velocity of the hips, metres per second.
    pub peak_concentric_velocity_m_s: Measured,
    /// Height over time to take-off, metres per second.
    pub rsi_modified_m_s: Measured,
}

impl Jump {
    fn measured(&self) -> [(&'static str, &Measured); 17] {
        [
            ("takeoff_s", &self.takeoff_s),
            ("apex_s", &self.apex_s),
            ("landing_s", &self.landing_s),
            ("flight_time_s", &self.flight_time_s),
            ("height_m", &self.height_m),
            ("height_flight_m", &self.height_flight_m),
            ("height_standing_m", &self.height_standing_m),
            ("takeoff_velocity_m_s", &self.takeoff_velocity_m_s),
            ("countermovement_depth_m", &self.countermovement_depth_m),
            ("time_to_takeoff_s", &self.time_to_takeoff_s),
            ("unweighting_s", &self.unweighting_s),
            ("braking_s", &self.braking_s),
            ("eccentric_s", &self.eccentric_s),
            ("concentric_s", &self.concentric_s),
            ("peak_eccentric_velocity_m_s", &self.peak_eccentric_velocity_m_s),
            ("peak_concentric_velocity_m_s", &self.peak_concentric_velocity_m_s),
            ("rsi_modified_m_s", &self.rsi_modified_m_s),
        ]
    }
}

impl Serialize for Jump {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("person_id", &self.person_id)?;
        map.serialize_entry("kind", &self.kind)?;
        map.serialize_entry("quality", &self.quality)?;
        map.serialize_entry("decided_s", &rounded(self.decided_s))?;
        serialize_measured(&mut map, &self.measured())?;
        map.end()
    }
}
