//! The figures as a table and as JSON, each beside its target.

use std::path::Path;

use serde::Serialize;

use crate::machine::Machine;
use crate::pipeline::StageLog;
use crate::stats::{Percentiles, median};
use crate::unit::UnitFigures;

/// One turn of pipeline and bare runtime.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Turn {
    /// Whole pipeline, frames a second.
    pub(crate) pipeline_fps: f64,
    /// The landmark model alone, runs a second.
    pub(crate) bare_fps: f64,
}

/// A stage's times.
#[derive(Debug, Serialize)]
pub(crate) struct Stage {
    name: &'static str,
    #[serde(flatten)]
    times: Percentiles,
}

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    schema: u32,
    machine: Machine,
    clip: String,
    backend: String,
    /// Pipeline over bare runtime, median of the turns.
    pipeline_to_bare: f64,
    turns: Vec<Turn>,
    stages: Vec<Stage>,
    unit: Option<UnitFigures>,
}

impl Report {
    pub(crate) fn new(
        machine: Machine,
        clip: &Path,
        backend: String,
        turns: &[Turn],
        stages: &StageLog,
        unit: Option<UnitFigures>,
    ) -> Self {
        let ratios: Vec<f64> = turns.iter().map(|turn| turn.pipeline_fps / turn.bare_fps).collect();
        let stage = |name, times: &[_]| Stage { name, times: Percentiles::of(times) };
        Self {
            schema: 1,
            machine,
            clip: clip.display().to_string(),
            backend,
            pipeline_to_bare: median(&ratios),
            turns: turns.to_vec(),
            stages: vec![
                stage("wait for decoder", &stages.wait_for_decoder),
                stage("preprocess", &stages.preprocess),
                stage("infer", &stages.infer),
                stage("postprocess", &stages.postprocess),
                stage("bar", &stages.bar),
                stage("movement", &stages.movement),
                stage("whole frame", &stages.whole_frame),
            ],
            unit,
        }
    }

    /// Prints the table.
    #[allow(clippy::print_stdout)]
    pub(crate) fn print(&self) {
        let machine = &self.machine;
        println!("{}, {} processors, {:.0} GiB", machine.processor, machine.processors, machine.memory_gib);
        println!("{}, {}\n", self.backend, self.clip);
        println!("pipeline to bare ONNX Runtime   {:.3}   (target >= 0.85)", self.pipeline_to_bare);
        for turn in &self.turns {
            println!("  pipeline {:6.1} frames/s   bare {:6.1} runs/s", turn.pipeline_fps, turn.bare_fps);
        }
        println!("\n{:<18}{:>9}{:>9}{:>9}  ms a frame", "stage", "p50", "p95", "p99");
        for stage in &self.stages {
            print_percentiles(stage.name, &stage.times);
        }
        if let Some(unit) = &self.unit {
            println!("\nthe unit, clip at its own pace");
            println!("start to READY      {:8.2} s   (target <= 2)", unit.start_to_ready_s);
            println!("peak RSS            {:8.0} MiB (target <= 300 MB)", unit.peak_rss_mib);
            println!("frames dropped      {:8.1} %", unit.dropped_pct);
            print_percentiles("capture to live", &unit.capture_to_live);
            print_percentiles("capture to event", &unit.capture_to_event);
            println!("                   (target p95 <= 100 ms; {} events)", unit.capture_to_event.count);
        }
    }
}

#[allow(clippy::print_stdout)]
fn print_percentiles(name: &str, times: &Percentiles) {
    println!("{name:<18}{:>9.2}{:>9.2}{:>9.2}", times.p50_ms, times.p95_ms, times.p99_ms);
}
