//! The two models of BlazePose on one backend: what they take, and what their outputs mean.

use std::path::{Path, PathBuf};

use ort::session::Session;

use crate::anchors::{POSE_DETECTION, anchor_centers};
use crate::backend::batcher::Batcher;
use crate::backend::onnx::{OnnxNetwork, Provider, load};
use crate::backend::{BackendError, Network, NetworkSpec};
use crate::detection::{self, BOX_VALUES, FoundPerson};
use crate::image::Image;
use crate::landmarks::{self, Body, HEATMAP_VALUES, LANDMARK_VALUES};
use crate::manifest::{self, Color, DETECTOR, Input, InputLayout, Role};
use crate::region::Region;
use crate::runtime::Runtime;
use crate::store;
use crate::tensor::{Border, TensorSpec};
use crate::tensorrt::{Agreement, Plugin, TensorRtError, agrees_with_cpu};
use crate::{EngineSettings, ModelError, StageTimes};

/// The models that make up the estimator, their checksums verified.
#[derive(Debug, Clone)]
pub(crate) struct Models {
    /// Finds people in the whole picture.
    pub(crate) detector: ModelFile,
    /// Places body points in a region around one person.
    pub(crate) landmarks: ModelFile,
}

/// A model on disk that its manifest describes.
#[derive(Debug, Clone)]
pub(crate) struct ModelFile {
    /// Name of its manifest.
    pub(crate) name: String,
    /// The graph.
    pub(crate) path: PathBuf,
    /// Its checksum.
    pub(crate) sha256: String,
    input: TensorSpec,
}

impl ModelFile {
    /// Finds a model and verifies its checksum.
    pub(crate) fn resolve(models_dir: &Path, name: &str) -> Result<Self, ModelError> {
        let manifest = manifest::by_name(name)?;
        let input = match manifest.inputs.as_slice() {
            [Input { shape, layout: InputLayout::Nchw, color: Color::Rgb, range, .. }] => match shape[..] {
                [1, 3, height, width] => Some(TensorSpec { width, height, range: *range }),
                _ => None,
            },
            _ => None,
        };
        let input = input.ok_or_else(|| ModelError::Manifest {
            file: format!("{name}.toml"),
            reason: "expected one RGB input of shape [1, 3, height, width]".to_owned(),
        })?;
        let path = store::resolve(models_dir, name)?;
        Ok(Self { name: manifest.name, path, sha256: manifest.converted.sha256, input })
    }

    /// Loads it once more, on one thread of the CPU. The file may have been swapped since it was resolved, so that is done again.
    fn load_narrow(&self, runtime: &Runtime) -> Result<Session, ModelError> {
        let models_dir = self.path.parent().unwrap_or(Path::new(""));
        let path = store::resolve(models_dir, &self.name)?;
        load(runtime, &path, 1, Provider::Cpu)
            .map_err(|error| ModelError::Runtime(format!("{}: {error}", path.display())))
    }
}

#[cfg(test)]
impl ModelFile {
    /// A model that only exists in a test.
    pub(crate) fn for_test(input: TensorSpec) -> Self {
        Self { name: String::new(), path: PathBuf::new(), sha256: String::new(), input }
    }
}

impl Models {
    /// Finds both models and verifies their checksums.
    pub(crate) fn resolve(settings: &EngineSettings) -> Result<Self, ModelError> {
        let find = |name| ModelFile::resolve(&settings.models_dir, name);
        Ok(Self { detector: find(DETECTOR)?, landmarks: find(settings.landmarks.manifest_name())? })
    }

    /// What the detector takes and gives.
    pub(crate) fn detector_spec(&self) -> NetworkSpec {
        let anchors = anchor_centers(&POSE_DETECTION).len();
        NetworkSpec {
            input: self.detector.input,
            border: Border::Zero,
            outputs: vec![("Identity", anchors * BOX_VALUES), ("Identity_1", anchors)],
        }
    }

    /// What the landmark model takes and gives.
    pub(crate) fn landmarks_spec(&self) -> NetworkSpec {
        NetworkSpec {
            input: self.landmarks.input,
            // Unlike the detector's, the reference continues the picture's edge here.
            border: Border::Replicate,
            outputs: vec![("Identity", LANDMARK_VALUES), ("Identity_1", 1), ("Identity_3", HEATMAP_VALUES)],
        }
    }
}

/// Both models, loaded on one backend, for all cameras.
pub(crate) struct Networks {
    /// What runs them, such as `onnxruntime 1.24.2 cpu, 2 threads`.
    pub(crate) name: String,
    /// The GPU that TensorRT runs them on.
    pub(crate) gpu: Option<Gpu>,
    finder: Batcher<Vec<FoundPerson>>,
    landmarker: Batcher<Option<Body>>,
}

/// A GPU with engines of both models.
#[derive(Clone)]
pub(crate) struct Gpu {
    pub(crate) plugin: Plugin,
    /// How far both are from the CPU, as they were compared before they came into use.
    pub(crate) agreement: Agreement,
}

impl Networks {
    /// Loads both models in ONNX Runtime.
    pub(crate) fn onnx(
        runtime: &Runtime,
        models: &Models,
        threads: usize,
        provider: Provider,
    ) -> Result<Self, ModelError> {
        let open = |file: &ModelFile, spec| OnnxNetwork::open(runtime, &file.path, threads, provider, spec);
        let detector = open(&models.detector, models.detector_spec())?;
        let mut landmarks = open(&models.landmarks, models.landmarks_spec())?;
        if provider == Provider::Cpu && threads > 1 {
            let (runtime, file) = (runtime.clone(), models.landmarks.clone());
            landmarks = landmarks.with_lanes(threads, Box::new(move || file.load_narrow(&runtime)))?;
        }
        let name = match provider {
            Provider::Cpu => format!("{} cpu, {threads} threads", runtime.name),
            Provider::Cuda => format!("{} cuda", runtime.name),
            Provider::TensorRt => format!("{} tensorrt", runtime.name),
        };
        Ok(Self::new(name, models, Box::new(detector), Box::new(landmarks)))
    }

    /// Gives loaded networks their meaning.
    pub(crate) fn new(
        name: String,
        models: &Models,
        detector: Box<dyn Network>,
        landmarks: Box<dyn Network>,
    ) -> Self {
        let anchors = anchor_centers(&POSE_DETECTION);
        let (detector_px, landmarks_px) = (models.detector.input.width, models.landmarks.input.width);
        let find = move |outputs: &[&[f32]], region: Region| {
            let (mut candidates, mut people) = (Vec::new(), Vec::new());
            detection::decode(outputs[0], outputs[1], &anchors, detector_px as f32, &mut candidates);
            detection::suppress(&mut candidates, &mut people);
            people.iter().map(|person| person.in_picture(region)).collect()
        };
        let read = move |outputs: &[&[f32]], region: Region| {
            landmarks::decode(outputs[0], outputs[2], outputs[1][0], region, landmarks_px as f32)
        };
        Self {
            name,
            gpu: None,
            finder: Batcher::new(detector, Box::new(find)),
            landmarker: Batcher::new(landmarks, Box::new(read)),
        }
    }

    /// Compares both models with the CPU's on golden frames. Neither may be in use.
    pub(crate) fn agree_with(&self, cpu: &Self) -> Result<(), TensorRtError> {
        agrees_with_cpu(self.finder.network(), cpu.finder.network(), Role::Detector)?;
        agrees_with_cpu(self.landmarker.network(), cpu.landmarker.network(), Role::Landmarks)?;
        Ok(())
    }

    /// What runs the landmark model for all cameras.
    pub(crate) fn landmarker(&self) -> &Batcher<Option<Body>> {
        &self.landmarker
    }

    /// The people that the detector finds in a region.
    pub(crate) fn find(
        &self,
        image: &Image<'_>,
        region: Region,
        found: &mut Vec<FoundPerson>,
        times: &mut StageTimes,
    ) -> Result<(), BackendError> {
        found.clear();
        self.finder.read(image, &[region], times, |people| found.extend(people))
    }

    /// The body in each region, none where the model's answer is not a number.
    pub(crate) fn bodies(
        &self,
        image: &Image<'_>,
        regions: &[Region],
        bodies: &mut Vec<Option<Body>>,
        times: &mut StageTimes,
    ) -> Result<(), BackendError> {
        bodies.clear();
        self.landmarker.read(image, regions, times, |body| bodies.push(body))
    }
}
