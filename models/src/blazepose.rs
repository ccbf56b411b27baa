//! The estimator on ONNX Runtime: person detector, landmarks, tracker.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ort::environment::Environment;

use crate::anchors::{POSE_DETECTION, anchor_centers};
use crate::detection::{self, BOX_VALUES, Detection, FoundPerson};
use crate::landmarks::{self, Body, HEATMAP_VALUES, LANDMARK_VALUES};
use crate::manifest::{self, Color, Input, InputLayout};
use crate::region::{Point, Region};
use crate::runtime::Runtime;
use crate::session::{ExpectedModel, Model};
use crate::store;
use crate::tensor::{Border, TensorSpec, fill_tensor};
use crate::tracker::{Place, Tracker};
use crate::{EstimateError, EstimatorSettings, Image, ModelError, Pose, PoseEstimator, StageTimes};

/// The models that make up the estimator.
pub(crate) struct Models {
    /// Finds people in the whole picture.
    pub(crate) detector: ModelFile,
    /// Places body points in a region around one person.
    pub(crate) landmarks: ModelFile,
}

/// A model on disk that its manifest describes.
pub(crate) struct ModelFile {
    path: PathBuf,
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
        Ok(Self { path: store::resolve(models_dir, name)?, input })
    }
}

/// BlazePose: finds people in the whole picture, then follows each by its own landmarks.
pub(crate) struct BlazePose {
    finder: Finder,
    landmarker: Landmarker,
    tracker: Tracker,
    found: Vec<FoundPerson>,
    backend: String,
}

impl BlazePose {
    /// Opens both models.
    pub(crate) fn open(
        runtime: &Runtime,
        models: &Models,
        settings: &EstimatorSettings,
    ) -> Result<Self, ModelError> {
        Ok(Self {
            finder: Finder::open(&runtime.environment, &models.detector, settings.threads)?,
            landmarker: Landmarker::open(&runtime.environment, &models.landmarks, settings.threads)?,
            tracker: Tracker::new(settings.max_people),
            found: Vec::new(),
            backend: format!("{} cpu, {} threads", runtime.name, settings.threads),
        })
    }

    /// Looks for people in the whole picture, for tracks that miss theirs and for newcomers.
    fn search(&mut self, image: &Image<'_>, times: &mut StageTimes) -> Result<(), EstimateError> {
        times.detector_ran = true;
        self.finder.find(image, &mut self.found, times)?;
        for person in &self.found {
            let place = self.tracker.place(person);
            if matches!(place, Place::Seen | Place::Full) {
                continue;
            }
            let Some(body) = self.landmarker.read(image, person.region, times)? else { continue };
            match place {
                Place::Missing(track) => self.tracker.find_again(track, &body),
                _ => self.tracker.admit(&body),
            }
        }
        self.tracker.searched();
        Ok(())
    }
}

impl PoseEstimator for BlazePose {
    fn estimate(
        &mut self,
        image: &Image<'_>,
        pts: Duration,
        poses: &mut Vec<Pose>,
    ) -> Result<StageTimes, EstimateError> {
        poses.clear();
        image.check()?;
        let mut times = StageTimes::default();
        self.tracker.begin(pts, image.width.min(image.height) as f32);
        for track in 0..self.tracker.len() {
            let body = self.landmarker.read(image, self.tracker.expected_region(track), &mut times)?;
            self.tracker.observe(track, body.as_ref());
        }
        let settling = Instant::now();
        self.tracker.settle();
        times.postprocess += settling.elapsed();
        if self.tracker.search_is_due() {
            self.search(image, &mut times)?;
        }
        poses.extend(self.tracker.people().map(|(id, body)| Pose {
            id,
            keypoints: body.keypoints,
            presence: body.presence,
        }));
        Ok(times)
    }

    fn reset(&mut self) {
        self.tracker.reset();
    }

    fn backend(&self) -> &str {
        &self.backend
    }
}

/// The person detector.
struct Finder {
    model: Model<2>,
    input: TensorSpec,
    anchors: Vec<Point>,
    candidates: Vec<Detection>,
    people: Vec<Detection>,
}

impl Finder {
    fn open(environment: &Environment, file: &ModelFile, threads: usize) -> Result<Self, ModelError> {
        let anchors = anchor_centers(&POSE_DETECTION);
        let expected = ExpectedModel {
            input: file.input,
            outputs: [("Identity", anchors.len() * BOX_VALUES), ("Identity_1", anchors.len())],
        };
        let model = Model::open(environment, &file.path, threads, &expected)?;
        Ok(Self { model, input: file.input, anchors, candidates: Vec::new(), people: Vec::new() })
    }

    fn find(
        &mut self,
        image: &Image<'_>,
        found: &mut Vec<FoundPerson>,
        times: &mut StageTimes,
    ) -> Result<(), EstimateError> {
        found.clear();
        let (width_px, height_px) = (image.width as f32, image.height as f32);
        let region = Region::square_around(width_px, height_px);
        let Self { model, input, anchors, candidates, people } = self;
        let input_px = input.width as f32;
        infer(model, image, region, Border::Zero, input, times, |[boxes, logits]| {
            detection::decode(boxes, logits, anchors, input_px, candidates);
            detection::suppress(candidates, people);
        })?;
        found.extend(
            people
                .iter()
                .map(|person| person.in_picture(region))
                .filter(|person| person.region.is_usable(width_px, height_px)),
        );
        Ok(())
    }
}

/// The landmark model.
struct Landmarker {
    model: Model<3>,
    input: TensorSpec,
}

impl Landmarker {
    fn open(environment: &Environment, file: &ModelFile, threads: usize) -> Result<Self, ModelError> {
        let expected = ExpectedModel {
            input: file.input,
            outputs: [("Identity", LANDMARK_VALUES), ("Identity_1", 1), ("Identity_3", HEATMAP_VALUES)],
        };
        Ok(Self { model: Model::open(environment, &file.path, threads, &expected)?, input: file.input })
    }

    /// The body in a region; none when the region can't be looked at or the model's answer is not a number.
    fn read(
        &mut self,
        image: &Image<'_>,
        region: Region,
        times: &mut StageTimes,
    ) -> Result<Option<Body>, EstimateError> {
        if !region.is_usable(image.width as f32, image.height as f32) {
            return Ok(None);
        }
        // Unlike the detector's, the reference continues the picture's edge here.
        let input_px = self.input.width as f32;
        infer(
            &mut self.model,
            image,
            region,
            Border::Replicate,
            &self.input,
            times,
            |[values, presence, heatmap]| landmarks::decode(values, heatmap, presence[0], region, input_px),
        )
    }
}

/// One region through one model; `read` gets the outputs.
fn infer<const OUTPUTS: usize, R>(
    model: &mut Model<OUTPUTS>,
    image: &Image<'_>,
    region: Region,
    border: Border,
    spec: &TensorSpec,
    times: &mut StageTimes,
    read: impl FnOnce([&[f32]; OUTPUTS]) -> R,
) -> Result<R, EstimateError> {
    let started = Instant::now();
    fill_tensor(image, region, border, spec, model.input_mut());
    let filled = Instant::now();
    times.preprocess += filled - started;
    let mut inferred = filled;
    let result = model
        .run(|outputs| {
            inferred = Instant::now();
            read(outputs)
        })
        .map_err(|error| EstimateError::Runtime(error.to_string()))?;
    times.infer += inferred - filled;
    times.postprocess += inferred.elapsed();
    Ok(result)
}
