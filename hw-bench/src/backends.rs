//! The backends that a unit could compute poses with: each that this machine has gets a row with figures, the others say why they have none.

use serde::Serialize;

use crate::args::{Args, BackendArg, WorkerKind};
use crate::contestant::{Contestant, Setup};
use crate::part::{Absent, Outcome, attempt};
use crate::plan::Plan;
use crate::stats::Percentiles;
use crate::turn::stage_ms;

/// All that the daemon's configuration can name.
const BACKENDS: [BackendArg; 4] =
    [BackendArg::Cpu, BackendArg::Tensorrt, BackendArg::OnnxruntimeTensorrt, BackendArg::OnnxruntimeCuda];

/// One backend on this machine.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct BackendRow {
    /// Name in the configuration.
    pub(crate) name: String,
    /// Its figures on the bench's clip, or why there are none.
    pub(crate) figures: Outcome<BackendFigures>,
}

/// A backend through the daemon's code, one person.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct BackendFigures {
    /// What computed.
    pub(crate) running: String,
    /// Whole pipeline, frames a second.
    pub(crate) fps: f64,
    /// Processor time a frame, milliseconds.
    pub(crate) cpu_ms_per_frame: f64,
    /// Inference of a frame.
    pub(crate) infer: Percentiles,
}

/// Each backend in turn. TensorRT builds its engine first, which takes minutes.
pub(crate) fn measure(args: &Args, plan: &Plan) -> Vec<BackendRow> {
    let row = |backend: BackendArg| BackendRow {
        name: backend.name(),
        figures: attempt(&format!("backend {}", backend.name()), true, || figures(backend, args, plan)),
    };
    BACKENDS.map(row).into()
}

fn figures(backend: BackendArg, args: &Args, plan: &Plan) -> anyhow::Result<BackendFigures> {
    let setup = Setup { backend, ..Setup::on_cpu(args) };
    let mut contestant = Contestant::ours(WorkerKind::Pipeline, &args.clip, setup, args)?;
    if let Some(problem) = &contestant.problem {
        return Err(Absent::because(problem).into());
    }
    let turn = contestant.take_turn(plan.frames)?;
    let infer = Percentiles::of_ms(&stage_ms(std::slice::from_ref(&turn), "infer"));
    Ok(BackendFigures {
        running: contestant.backend.clone(),
        fps: turn.fps(),
        cpu_ms_per_frame: turn.cpu_ms_per_frame(),
        infer: infer.ok_or_else(|| anyhow::anyhow!("no frame was measured"))?,
    })
}
