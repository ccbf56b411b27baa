//! What an athlete can do.

/// Exercise chosen by the coach, or to be found.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Exercise {
    /// Find it: until two repetitions agree it is `unknown`.
    #[default]
    Auto,
    /// Squat with the bar on the back.
    BackSquat,
    /// Squat with the bar on the front of the shoulders.
    FrontSquat,
    /// Lift from the floor to standing.
    Deadlift,
    /// Press lying on a bench.
    BenchPress,
    /// Press from the shoulders overhead, standing.
    OverheadPress,
    /// Elbow flexion, standing.
    BicepsCurl,
    /// Lunge or split squat.
    Lunge,
    /// Push-up.
    PushUp,
    /// Pull-up.
    PullUp,
    /// Bent-over row.
    Row,
    /// Hip thrust with the shoulders on a bench.
    HipThrust,
    /// Counter-movement jump.
    Cmj,
    /// Jump out of a held squat.
    SquatJump,
    /// Jump out of the landing from a box.
    DropJump,
    /// Series of jumps, such as the 10/5 test.
    RepeatedJumps,
    /// Running.
    Run,
    /// Walking.
    Walk,
}

/// Name of what is not settled.
pub(crate) const UNKNOWN: &str = "unknown";

/// What kind of movement an exercise is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// Repetitions.
    Strength,
    /// Jumps.
    Jump,
    /// Walking and running.
    Gait,
}

impl Exercise {
    /// All that can be chosen, [`Exercise::Auto`] first.
    pub const ALL: [Self; 18] = [
        Self::Auto,
        Self::BackSquat,
        Self::FrontSquat,
        Self::Deadlift,
        Self::BenchPress,
        Self::OverheadPress,
        Self::BicepsCurl,
        Self::Lunge,
        Self::PushUp,
        Self::PullUp,
        Self::Row,
        Self::HipThrust,
        Self::Cmj,
        Self::SquatJump,
        Self::DropJump,
        Self::RepeatedJumps,
        Self::Run,
        Self::Walk,
    ];

    /// Name as in reports, topics and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::BackSquat => "back_squat",
            Self::FrontSquat => "front_squat",
            Self::Deadlift => "deadlift",
            Self::BenchPress => "bench_press",
            Self::OverheadPress => "overhead_press",
            Self::BicepsCurl => "biceps_curl",
            Self::Lunge => "lunge",
            Self::PushUp => "push_up",
            Self::PullUp => "pull_up",
            Self::Row => "row",
            Self::HipThrust => "hip_thrust",
            Self::Cmj => "cmj",
            Self::SquatJump => "squat_jump",
            Self::DropJump => "drop_jump",
            Self::RepeatedJumps => "repeated_jumps",
            Self::Run => "run",
            Self::Walk => "walk",
        }
    }

    /// The exercise of a name; `None` where there is none.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|exercise| exercise.name() == name)
    }

    /// Its kind of movement; `None` for [`Exercise::Auto`], which may be any.
    pub(crate) fn family(self) -> Option<Family> {
        match self {
            Self::Auto => None,
            Self::Cmj | Self::SquatJump | Self::DropJump | Self::RepeatedJumps => Some(Family::Jump),
            Self::Run | Self::Walk => Some(Family::Gait),
            _ => Some(Family::Strength),
        }
    }

    /// Whether movements of this family are looked for.
    pub(crate) fn allows(self, family: Family) -> bool {
        self.family().is_none_or(|chosen| chosen == family)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_exercise() {
        for exercise in Exercise::ALL {
            assert_eq!(Exercise::from_name(exercise.name()), Some(exercise));
            assert_eq!(serde_json::to_value(exercise).unwrap(), exercise.name());
        }
        assert_eq!(Exercise::from_name("unknown"), None);
    }
}
