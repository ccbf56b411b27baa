//! Measures how long a landmark model takes on this machine.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use spotter_models::{BareModel, EstimateError, LandmarkModel, ModelError};

use super::file_of;

/// Runs that are not counted: memory is laid out in them.
const WARM_UP_RUNS: usize = 2;
/// Runs that are counted, at most.
const RUNS: usize = 12;
/// A model that is slow gets fewer runs: the unit waits for this.
const LONGEST: Duration = Duration::from_millis(500);
/// The share of runs that are faster than what is stated: what the machine can do, not what it did while it started other things.
const QUANTILE: f64 = 0.25;

/// What a measurement depends on, beside the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// Folder of the models.
    pub models_dir: PathBuf,
    /// ONNX Runtime's library.
    pub onnxruntime: PathBuf,
    /// Inference threads.
    pub threads: usize,
}

/// How long a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The model.
    pub model: LandmarkModel,
    /// One person in one frame, seconds: the fastest quarter of the runs.
    pub run_s: f64,
}

/// Measures each of the models.
pub(super) fn all(setup: &Setup, models: &[LandmarkModel]) -> Result<Vec<Measured>, ModelError> {
    models.iter().map(|&model| one(setup, model)).collect()
}

/// Measures one model.
///
/// # Errors
/// When the model or the runtime can't be used.
pub fn one(setup: &Setup, model: LandmarkModel) -> Result<Measured, ModelError> {
    let file = file_of(setup, model)?;
    let mut bare = BareModel::open(&setup.onnxruntime, &file, setup.threads)?;
    let failed = |error: EstimateError| ModelError::Runtime(format!("model {}: {error}", file.display()));
    bare.run(WARM_UP_RUNS).map_err(failed)?;
    let started = Instant::now();
    let mut times = Vec::with_capacity(RUNS);
    while times.len() < RUNS && (times.len() < 2 || started.elapsed() < LONGEST) {
        times.push(bare.run(1).map_err(failed)?);
    }
    times.sort_unstable();
    let index = ((times.len() - 1) as f64 * QUANTILE).round() as usize;
    Ok(Measured { model, run_s: times[index].as_secs_f64() })
}
