//! What movement says.

use serde::Serialize;

use crate::{Cue, GaitBout, Jump, JumpSeries, Landing, Rep, Set};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
#[allow(clippy::large_enum_variant)] // Events are rare; a box would only be in the reader's way.
pub enum Event {
    /// A repetition closed. Look at its status: partial and failed ones don't count.
    Rep(Rep),
    /// Something to tell the athlete now.
    Cue(Cue),
    /// A set is over.
    SetEnded(Set),
    /// A jump landed.
    Jump(Jump),
    /// What followed a jump's landing.
    Landing(Landing),
    /// A series of repeated jumps is over.
    JumpSeries(JumpSeries),
    /// A bout of walking or running is over, or half a minute of a long one.
    Gait(Box<GaitBout>),
    /// Something was seen that can't be measured honestly.
    Refused(Refusal),
}

impl Event {
    /// Name of the kind, as in the `type` field.
    pub fn kind(&self) -> &'static str {
        match self {
            Event::Rep(_) => "rep",
            Event::Cue(_) => "cue",
            Event::SetEnded(_) => "set_ended",
            Event::Jump(_) => "jump",
            Event::Landing(_) => "landing",
            Event::JumpSeries(_) => "jump_series",
            Event::Gait(_) => "gait",
            Event::Refused(_) => "refused",
        }
    }

    /// PTS of the frame at which it was decided, seconds.
    pub fn decided_s(&self) -> f64 {
        match self {
            Event::Rep(rep) => rep.decided_s,
            Event::Cue(cue) => cue.decided_s,
            Event::SetEnded(set) => set.decided_s,
            Event::Jump(jump) => jump.decided_s,
            Event::Landing(landing) => landing.decided_s,
            Event::JumpSeries(series) => series.decided_s,
            Event::Gait(bout) => bout.gait.decided_s,
            Event::Refused(refusal) => refusal.decided_s,
        }
    }
}

/// A movement without numbers, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refusal {
    /// Person.
    pub person_id: u32,
    /// What was seen: `jump` or `gait`.
    pub what: &'static str,
    /// About when, seconds.
    pub t_s: f64,
    /// PTS of the frame at which it was decided, seconds.
    pub decided_s: f64,
    /// Why there is no number.
    pub reason: &'static str,
}

/// What a person is doing now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// Not enough seen.
    #[default]
    Unknown,
    /// Nothing that is measured.
    Idle,
    /// On the way down.
    Eccentric,
    /// On the way up.
    Concentric,
    /// Off the ground.
    Flight,
    /// Walking or running.
    Gait,
    /// Not seen for longer than a gap that can be bridged.
    Lost,
}

/// What a tablet shows of one person now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LivePerson {
    /// Person.
    pub person_id: u32,
    /// What the person is doing.
    pub phase: Phase,
    /// Exercise of the open set, as far as it is settled.
    pub exercise: &'static str,
    /// Counted repetitions of the open set.
    pub rep_count: u32,
    /// Upward velocity of the point that the open set is followed by (of the shoulders while there is none), metres per second.
    pub vertical_velocity_m_s: Option<f64>,
    /// Knee flexion of the near limb, degrees.
    pub knee_flexion_deg: Option<f64>,
    /// Mean concentric velocity of the last repetition, metres per second.
    pub last_rep_velocity_m_s: Option<f64>,
    /// Height of the last jump, metres.
    pub last_jump_height_m: Option<f64>,
    /// Steps a minute over the last ten seconds of walking or running.
    pub cadence_spm: Option<f64>,
}
