//! How much of each part a run does.

use std::time::Duration;

use serde::Serialize;

use crate::args::Args;

/// Sizes of the parts.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Plan {
    /// A short run that only shows that the bench works.
    pub(crate) quick: bool,
    /// Turns of pipeline and bare runtime.
    pub(crate) turns: usize,
    /// Turns with peers that take long.
    pub(crate) peer_turns: usize,
    /// Frames of a turn; 0 is the whole clip.
    pub(crate) frames: usize,
    /// Numbers of cameras.
    pub(crate) cameras: Vec<usize>,
    /// Numbers of people.
    pub(crate) people: Vec<usize>,
    /// Frames of a composed clip.
    pub(crate) composed_frames: usize,
    /// Passes over each clip of people.
    pub(crate) people_passes: usize,
    /// How long to watch a unit at the clip's own pace.
    pub(crate) paced: Duration,
    /// How long to watch a unit that runs as fast as it can.
    pub(crate) unpaced: Duration,
    /// Events to wait for.
    pub(crate) events: usize,
    /// Longest wait for them.
    pub(crate) latency: Duration,
    /// How long to watch the memory.
    pub(crate) soak: Duration,
    /// Numbers of stations that look at a GPU at the same time.
    pub(crate) gpu_stations: Vec<usize>,
    /// How long they look in a turn.
    pub(crate) gpu_turn: Duration,
    /// How long to watch the memory of a GPU, at least.
    pub(crate) gpu_soak: Duration,
    /// Whether peers that take minutes take part.
    pub(crate) slow_peers: bool,
}

impl Plan {
    /// The plan that the command line asks for.
    pub(crate) fn of(args: &Args) -> Self {
        let mut plan = if args.quick { Self::quick() } else { Self::full() };
        if let Some(turns) = args.turns {
            plan.turns = turns.max(1);
            plan.peer_turns = turns.max(1);
        }
        if let Some(minutes) = args.soak_minutes {
            plan.soak = Duration::try_from_secs_f64(60.0 * minutes).unwrap_or_default();
            plan.gpu_soak = plan.soak;
        }
        plan
    }

    fn full() -> Self {
        Self {
            quick: false,
            turns: 5,
            peer_turns: 3,
            frames: 0,
            cameras: vec![1, 2, 4, 8],
            people: vec![1, 2, 4],
            composed_frames: 380,
            people_passes: 2,
            paced: Duration::from_secs(20),
            unpaced: Duration::from_secs(12),
            events: 300,
            latency: Duration::from_mins(4),
            soak: Duration::from_mins(3),
            gpu_stations: vec![1, 2, 4, 8],
            gpu_turn: Duration::from_secs(1),
            gpu_soak: Duration::ZERO,
            slow_peers: true,
        }
    }

    fn quick() -> Self {
        Self {
            quick: true,
            turns: 1,
            peer_turns: 1,
            frames: 45,
            cameras: vec![1, 2],
            people: vec![1, 2, 4],
            composed_frames: 40,
            people_passes: 1,
            paced: Duration::from_secs(2),
            unpaced: Duration::from_secs(2),
            events: 2,
            latency: Duration::from_mins(1),
            soak: Duration::from_secs(3),
            gpu_stations: vec![1, 2],
            gpu_turn: Duration::from_millis(300),
            gpu_soak: Duration::ZERO,
            slow_peers: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn options_override_the_plan() {
        let plan = |arguments: &[&str]| Plan::of(&Args::parse_from(arguments));
        assert_eq!(plan(&["bench"]).cameras, [1, 2, 4, 8]);
        let short = plan(&["bench", "--quick", "--turns", "0", "--soak-minutes", "30"]);
        assert_eq!((short.turns, short.soak), (1, Duration::from_mins(30)));
        assert_eq!((short.gpu_soak, plan(&["bench"]).gpu_soak), (short.soak, Duration::ZERO));
    }
}
