//! The estimator's own stages one by one, for benchmarks and comparisons. [`crate::Engine`] gives the estimator.

use crate::anchors::{POSE_DETECTION, anchor_centers};
use crate::backend::onnx::Provider;
use crate::detection::{self, Detection};
use crate::landmarks::{self, Body, HEATMAP_VALUES, LANDMARK_VALUES};
use crate::networks::{Models, Networks};
use crate::region::{Point, Region};
use crate::runtime::Runtime;
use crate::tensor::{Border, TensorSpec, fill_tensor};
use crate::{EngineSettings, EstimateError, Image, KEYPOINT_COUNT, Keypoint, ModelError, StageTimes};

/// What the person detector takes.
const DETECTOR: TensorSpec = TensorSpec { width: 224, height: 224, range: [-1.0, 1.0] };
/// What the landmark model takes.
const LANDMARKS: TensorSpec = TensorSpec { width: 256, height: 256, range: [0.0, 1.0] };

/// A square of the picture, as the landmark model looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Square {
    /// Centre, pixels from the left edge.
    pub x_px: f32,
    /// Centre, pixels from the top edge.
    pub y_px: f32,
    /// Side, pixels.
    pub side_px: f32,
    /// Clockwise, radians.
    pub rotation_rad: f32,
}

impl Square {
    fn region(self) -> Region {
        let Self { x_px, y_px, side_px, rotation_rad } = self;
        Region { x_px, y_px, width_px: side_px, height_px: side_px, rotation_rad }
    }
}

/// An input tensor to fill.
#[derive(Debug)]
pub struct Input {
    values: Vec<f32>,
    spec: TensorSpec,
}

impl Input {
    /// The landmark model's.
    pub fn of_landmarks() -> Self {
        Self { values: vec![0.0; LANDMARKS.len()], spec: LANDMARKS }
    }

    /// The person detector's.
    pub fn of_detector() -> Self {
        Self { values: vec![0.0; DETECTOR.len()], spec: DETECTOR }
    }

    /// Fills it with a square of the picture, whose edge goes on beyond it.
    ///
    /// # Errors
    /// When the picture can't be read or the square has nothing to do with it.
    pub fn fill(&mut self, image: &Image<'_>, square: Square) -> Result<&[f32], EstimateError> {
        self.fill_region(image, square.region(), Border::Replicate)
    }

    /// Fills it with the whole picture between black bars.
    ///
    /// # Errors
    /// When the picture can't be read.
    pub fn fill_whole(&mut self, image: &Image<'_>) -> Result<&[f32], EstimateError> {
        let region = Region::square_around(image.width as f32, image.height as f32);
        self.fill_region(image, region, Border::Zero)
    }

    fn fill_region(
        &mut self,
        image: &Image<'_>,
        region: Region,
        border: Border,
    ) -> Result<&[f32], EstimateError> {
        checked(image, region)?;
        fill_tensor(image, region, border, &self.spec, &mut self.values);
        Ok(&self.values)
    }
}

/// The landmark model on the CPU, without a tracker around it.
pub struct Landmarks {
    networks: Networks,
    bodies: Vec<Option<Body>>,
}

impl Landmarks {
    /// Loads it.
    ///
    /// # Errors
    /// As [`crate::Engine::open`].
    pub fn open(settings: &EngineSettings) -> Result<Self, ModelError> {
        let models = Models::resolve(settings)?;
        let runtime = Runtime::load(&settings.onnxruntime)?;
        let networks = Networks::onnx(&runtime, &models, settings.threads, Provider::Cpu)?;
        Ok(Self { networks, bodies: Vec::new() })
    }

    /// The 33 keypoints of what a square of the picture shows; none when the model's answer is not a number.
    ///
    /// # Errors
    /// When the picture can't be read, the square has nothing to do with it, or the runtime fails.
    pub fn read(
        &mut self,
        image: &Image<'_>,
        square: Square,
    ) -> Result<Option<[Keypoint; KEYPOINT_COUNT]>, EstimateError> {
        let region = square.region();
        checked(image, region)?;
        self.networks
            .bodies(image, &[region], &mut self.bodies, &mut StageTimes::default())
            .map_err(|error| EstimateError::Runtime(error.to_string()))?;
        Ok(self.bodies.first().copied().flatten().map(|body| body.keypoints))
    }
}

/// Refuses what can't be looked at.
fn checked(image: &Image<'_>, region: Region) -> Result<(), EstimateError> {
    image.check()?;
    if region.is_usable(image.width as f32, image.height as f32) {
        return Ok(());
    }
    Err(EstimateError::Image("the square does not touch it".to_owned()))
}

/// Outputs of the landmark model.
#[derive(Debug)]
pub struct LandmarkOutputs {
    values: Vec<f32>,
    heatmap: Vec<f32>,
}

impl LandmarkOutputs {
    /// Outputs of which every value is one that `next` gives: points in input pixels, logits of the heatmap.
    pub fn new(mut point_px: impl FnMut() -> f32, mut logit: impl FnMut() -> f32) -> Self {
        Self {
            values: (0..LANDMARK_VALUES).map(|_| point_px()).collect(),
            heatmap: (0..HEATMAP_VALUES).map(|_| logit()).collect(),
        }
    }

    /// Decodes them, heatmap refinement and all; gives the extent of the body, pixels.
    pub fn decode(&self) -> Option<f32> {
        let seen = Region::square_around(720.0, 720.0);
        landmarks::decode(&self.values, &self.heatmap, 0.9, seen, LANDMARKS.width as f32)
            .map(|body| body.extent_px())
    }
}

/// Outputs of the person detector.
#[derive(Debug)]
pub struct DetectorOutputs {
    boxes: Vec<f32>,
    logits: Vec<f32>,
    anchors: Vec<Point>,
    candidates: Vec<Detection>,
    people: Vec<Detection>,
}

impl DetectorOutputs {
    /// Outputs of which every value is one that `offset_px` or `logit` gives.
    pub fn new(mut offset_px: impl FnMut() -> f32, mut logit: impl FnMut() -> f32) -> Self {
        let anchors = anchor_centers(&POSE_DETECTION);
        Self {
            boxes: (0..anchors.len() * detection::BOX_VALUES).map(|_| offset_px()).collect(),
            logits: anchors.iter().map(|_| logit()).collect(),
            anchors,
            candidates: Vec::new(),
            people: Vec::new(),
        }
    }

    /// Decodes them and counts the people.
    pub fn decode(&mut self) -> usize {
        let Self { boxes, logits, anchors, candidates, people } = self;
        detection::decode(boxes, logits, anchors, DETECTOR.width as f32, candidates);
        detection::suppress(candidates, people);
        people.len()
    }
}
