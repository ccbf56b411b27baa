//! A model in the inference runtime, or on a GPU, with nothing around it: the limit that a benchmark compares the pipeline with.

mod engine;

use std::path::Path;
use std::time::{Duration, Instant};

pub use engine::{BareEngine, StationLoad};

use ort::session::Session;
use ort::value::Tensor;

use crate::backend::onnx::{Provider, load};
use crate::runtime::Runtime;
use crate::{EstimateError, ModelError};

/// A model with one fixed input.
#[derive(Debug)]
pub struct BareModel {
    session: Session,
    input: Tensor<f32>,
}

impl BareModel {
    /// Loads `model` with the runtime and the session options that the estimator uses.
    ///
    /// # Errors
    /// When the library or the model can't be loaded.
    pub fn open(onnxruntime: &Path, model: &Path, threads: usize) -> Result<Self, ModelError> {
        let runtime = Runtime::load(onnxruntime)?;
        let refused =
            |what: &dyn std::fmt::Display| ModelError::Runtime(format!("model {}: {what}", model.display()));
        let session = load(&runtime, model, threads, Provider::Cpu).map_err(|error| refused(&error))?;
        let shape: Vec<i64> = match session.inputs() {
            [input] => input.dtype().tensor_shape().map(|shape| shape.to_vec()).unwrap_or_default(),
            _ => return Err(refused(&"expected one input")),
        };
        let length: i64 = shape.iter().product();
        // Any picture costs the same; this one has no denormal numbers.
        let values: Vec<f32> = (0..length).map(|i| (i % 255) as f32 / 255.0).collect();
        let input = Tensor::from_array((shape, values)).map_err(|error| refused(&error))?;
        Ok(Self { session, input })
    }

    /// Runs the model `count` times; returns the time of all runs together.
    ///
    /// # Errors
    /// When the runtime fails.
    pub fn run(&mut self, count: usize) -> Result<Duration, EstimateError> {
        let started = Instant::now();
        for _ in 0..count {
            self.session
                .run(ort::inputs![&self.input])
                .map_err(|error| EstimateError::Runtime(error.to_string()))?;
        }
        Ok(started.elapsed())
    }
}
