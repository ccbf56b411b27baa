//! One repetition as it is reported.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::measured::{Measured, Quality, rounded, serialize_measured};

/// Whether a repetition counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RepStatus {
    /// Deep enough and stood up.
    Counted,
    /// Not deep enough or not stood up: reported, not counted.
    Partial,
    /// Stopped on the way up and sank again: reported, not counted.
    Failed,
}

/// One repetition. Times in seconds of the clip.
#[derive(Debug, Clone, PartialEq)]
pub struct Rep {
    /// Person.
    pub person_id: u32,
    /// `back_squat`, or `unknown` until the exercise is sure.
    pub exercise: &'static str,
    /// Number of the set in this session, from 1.
    pub set_number: u32,
    /// Number among the counted repetitions of the set, from 1; `None` where it does not count.
    pub rep_number: Option<u32>,
    /// Whether it counts.
    pub status: RepStatus,
    /// The least of what its headline stands on.
    pub quality: Quality,
    /// What was followed: `bar_on_shoulders` or `hip`.
    pub point: &'static str,
    /// Hip joint against knee joint at the bottom: `above`, `parallel` or `below`; `None` where not seen.
    pub depth: Option<&'static str>,
    /// PTS of the frame at which the repetition was decided, seconds.
    pub decided_s: f64,
    /// Start of the descent, seconds.
    pub start_s: Measured,
    /// Arrival at the bottom, seconds.
    pub bottom_s: Measured,
    /// End of the ascent, seconds.
    pub end_s: Measured,
    /// Vertical range of the followed point, metres.
    pub rom_m: Measured,
    /// Vertical range of the hips, metres.
    pub hip_rom_m: Measured,
    /// Greatest knee flexion of the near limb, degrees.
    pub knee_flexion_deg: Measured,
    /// Knee height minus hip height at the bottom, metres: positive when the hip is the lower.
    pub depth_m: Measured,
    /// Start to bottom, seconds.
    pub eccentric_s: Measured,
    /// Time at the bottom, seconds.
    pub pause_s: Measured,
    /// Ascent, seconds.
    pub concentric_s: Measured,
    /// Height gained over the ascent's time, metres per second.
    pub mean_concentric_velocity_m_s: Measured,
    /// Greatest upward velocity, metres per second.
    pub peak_concentric_velocity_m_s: Measured,
    /// Loss of mean concentric velocity against the fastest repetition so far in the set, percent.
    pub velocity_loss_pct: Measured,
}

impl Rep {
    fn measured(&self) -> [(&'static str, &Measured); 13] {
        [
            ("start_s", &self.start_s),
            ("bottom_s", &self.bottom_s),
            ("end_s", &self.end_s),
            ("rom_m", &self.rom_m),
            ("hip_rom_m", &self.hip_rom_m),
            ("knee_flexion_deg", &self.knee_flexion_deg),
            ("depth_m", &self.depth_m),
            ("eccentric_s", &self.eccentric_s),
            ("pause_s", &self.pause_s),
            ("concentric_s", &self.concentric_s),
            ("mean_concentric_velocity_m_s", &self.mean_concentric_velocity_m_s),
            ("peak_concentric_velocity_m_s", &self.peak_concentric_velocity_m_s),
            ("velocity_loss_pct", &self.velocity_loss_pct),
        ]
    }

    /// Whether it counts.
    pub fn counts(&self) -> bool {
        self.status == RepStatus::Counted
    }
}

impl Serialize for Rep {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("person_id", &self.person_id)?;
        map.serialize_entry("exercise", self.exercise)?;
        map.serialize_entry("set_number", &self.set_number)?;
        map.serialize_entry("rep_number", &self.rep_number)?;
        map.serialize_entry("status", &self.status)?;
        map.serialize_entry("quality", &self.quality)?;
        map.serialize_entry("point", self.point)?;
        map.serialize_entry("depth", &self.depth)?;
        map.serialize_entry("decided_s", &rounded(self.decided_s))?;
        serialize_measured(&mut map, &self.measured())?;
        map.end()
    }
}
