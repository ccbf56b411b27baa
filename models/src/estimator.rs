//! The seam: a picture in, poses out.

use std::path::PathBuf;
use std::time::Duration;

use crate::{Backend, EstimateError, Image, Pose, TensorRtSettings};

/// Size of the landmark model. `Lite` can't time jumps or steps (it lags at the feet).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum LandmarkModel {
    Lite,
    #[default]
    Full,
    Heavy,
}

/// How to open an [`crate::Engine`].
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Landmark model.
    pub landmarks: LandmarkModel,
    /// Folder of the converted models.
    pub models_dir: PathBuf,
    /// ONNX Runtime's shared library.
    pub onnxruntime: PathBuf,
    /// Inference threads of the CPU.
    pub threads: usize,
    /// What shall compute.
    pub backend: Backend,
    /// Where TensorRT is.
    pub tensorrt: TensorRtSettings,
}

/// Where one frame's time went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StageTimes {
    /// Pixels to tensors.
    pub preprocess: Duration,
    /// In the backend, waiting for it included.
    pub infer: Duration,
    /// Decoding of the outputs.
    pub postprocess: Duration,
    /// Who is who: regions and tracks.
    pub track: Duration,
    /// Whether the person detector ran on this frame.
    pub detector_ran: bool,
    /// Regions that the landmark model looked at: one a person, more while somebody is hidden or new.
    pub regions: u32,
}

/// Estimates the poses in one camera's pictures.
pub trait PoseEstimator: Send {
    /// Writes the people of this picture to `poses` (cleared first), oldest track first.
    ///
    /// # Errors
    /// When the picture can't be used or the runtime fails; the tracks survive.
    fn estimate(
        &mut self,
        image: &Image<'_>,
        pts: Duration,
        poses: &mut Vec<Pose>,
    ) -> Result<StageTimes, EstimateError>;

    /// Forgets all tracks: the next picture does not continue the last one.
    fn reset(&mut self);
}
