//! What a worker says of itself and of each of its turns, as JSON lines. `peers/mediapipe_pass.py` writes the same.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::usage;

/// A worker's first line: it is loaded and warm.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Hello {
    /// What computes, such as `onnxruntime 1.24.2 cpu, 2 threads`.
    pub(crate) backend: String,
    /// Why that is not what was asked for.
    #[serde(default)]
    pub(crate) problem: Option<String>,
}

/// What one turn came to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Turn {
    /// Frames, or runs of the model.
    pub(crate) frames: usize,
    /// Time from the first to the last, seconds.
    pub(crate) wall_s: f64,
    /// Processor time of the whole process meanwhile, user and system, seconds.
    pub(crate) cpu_s: f64,
    /// Largest resident memory of the process so far, bytes.
    #[serde(default)]
    pub(crate) peak_rss_bytes: u64,
    /// Times of each frame by stage.
    #[serde(default)]
    pub(crate) stages: Vec<StageTimes>,
    /// Number of people tracked in each frame.
    #[serde(default)]
    pub(crate) people: Vec<usize>,
}

/// Time and processor time of a turn.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    cpu_before: Duration,
}

impl Clock {
    /// Starts now.
    pub(crate) fn start() -> Self {
        Self { started: Instant::now(), cpu_before: usage::cpu_time_of_self() }
    }

    /// Writes what passed into a turn.
    pub(crate) fn stop(&self, turn: Turn) -> Turn {
        let cpu = usage::cpu_time_of_self().saturating_sub(self.cpu_before);
        Turn { wall_s: self.started.elapsed().as_secs_f64(), cpu_s: cpu.as_secs_f64(), ..turn }
    }
}

/// The times of one stage, frame by frame.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct StageTimes {
    /// Name of the stage.
    pub(crate) name: String,
    /// Milliseconds of each frame.
    pub(crate) ms: Vec<f64>,
}

impl Turn {
    /// Frames a second.
    pub(crate) fn fps(&self) -> f64 {
        self.frames as f64 / self.wall_s
    }

    /// Processor time a frame, milliseconds.
    pub(crate) fn cpu_ms_per_frame(&self) -> f64 {
        1e3 * self.cpu_s / self.frames as f64
    }
}

/// All times of one stage over several turns.
pub(crate) fn stage_ms(turns: &[Turn], name: &str) -> Vec<f64> {
    let of_turn =
        |turn: &Turn| turn.stages.iter().find(|stage| stage.name == name).map(|stage| stage.ms.clone());
    turns.iter().filter_map(of_turn).flatten().collect()
}
