//! The seam: a picture in, poses out.

use std::path::PathBuf;
use std::time::Duration;

use crate::blazepose::{BlazePose, ModelFile, Models};
use crate::runtime::Runtime;
use crate::{EstimateError, Image, ModelError, Pose};

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

/// How to open an estimator.
#[derive(Debug, Clone)]
pub struct EstimatorSettings {
    /// Landmark model.
    pub landmarks: LandmarkModel,
    /// Folder of the converted models.
    pub models_dir: PathBuf,
    /// ONNX Runtime's shared library.
    pub onnxruntime: PathBuf,
    /// Inference threads.
    pub threads: usize,
    /// People tracked at the same time.
    pub max_people: usize,
}

/// Where one frame's time went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StageTimes {
    /// Pixels to tensors.
    pub preprocess: Duration,
    /// In the inference runtime.
    pub infer: Duration,
    /// Decoding, region and track updates.
    pub postprocess: Duration,
    /// Whether the person detector ran on this frame.
    pub detector_ran: bool,
}

/// Estimates the poses in a picture.
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

    /// What runs, for health and metrics, such as `onnxruntime 1.24.2 cpu`.
    fn backend(&self) -> &str;
}

/// Opens detector and landmark model after their checksums were verified against the manifests.
///
/// # Errors
/// [`ModelError`] naming the file and the way out.
pub fn open(settings: &EstimatorSettings) -> Result<Box<dyn PoseEstimator>, ModelError> {
    if settings.max_people == 0 {
        return Err(ModelError::Runtime("the number of people to track is 0: track at least one".to_owned()));
    }
    let models = Models {
        detector: ModelFile::resolve(&settings.models_dir, DETECTOR)?,
        landmarks: ModelFile::resolve(&settings.models_dir, settings.landmarks.manifest_name())?,
    };
    let runtime = Runtime::load(&settings.onnxruntime)?;
    Ok(Box::new(BlazePose::open(&runtime, &models, settings)?))
}

/// Manifest of the person detector.
const DETECTOR: &str = "blazepose_detector";
