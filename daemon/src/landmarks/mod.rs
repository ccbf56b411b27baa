//! Which landmark model a unit runs: as the configuration says, or the best that holds the cameras' frame rates on this box.
//!
//! The measurement is of the CPU, also where a GPU computes: the CPU must hold the rate when the GPU fails. It is made at the first start
//! and kept in the state folder; another machine, library, model or number of threads is measured again.

mod kept;
mod measure;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use spotter_capture::SourceDescription;
use spotter_models::{LandmarkModel, ModelError, manifest, store};

use crate::config::Config;
use crate::places;

pub use measure::{Measured, Setup, one as measure_one};

/// Landmark model of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum LandmarkChoice {
    /// The best that holds the cameras' frame rates.
    #[default]
    Auto,
    Lite,
    Full,
    Heavy,
}

/// The model that runs, and why this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChosenLandmarks {
    /// The model.
    pub model: LandmarkModel,
    /// Why, for people.
    pub why: String,
}

/// Best first.
const BY_QUALITY: [LandmarkModel; 3] = [LandmarkModel::Heavy, LandmarkModel::Full, LandmarkModel::Lite];
/// Frame rate of a source that does not state its own, such as a stream.
const USUAL_FPS: f64 = 30.0;
/// Everything but inference, a frame.
const OTHER_WORK_S: f64 = 0.002;
/// Share of the time that may be planned: the rest is for the detector, publishing, and slower runs.
const USABLE_SHARE: f64 = 0.8;

/// Chooses the model; measures the ones that are installed when that was not done on this machine yet.
///
/// # Errors
/// When an installed model or the runtime can't be used.
pub fn choose(config: &Config) -> Result<ChosenLandmarks, ModelError> {
    let chosen = |model| Ok(ChosenLandmarks { model, why: "as the configuration says".to_owned() });
    match config.models.landmarks {
        LandmarkChoice::Lite => chosen(LandmarkModel::Lite),
        LandmarkChoice::Full => chosen(LandmarkModel::Full),
        LandmarkChoice::Heavy => chosen(LandmarkModel::Heavy),
        LandmarkChoice::Auto => measured_choice(config),
    }
}

fn measured_choice(config: &Config) -> Result<ChosenLandmarks, ModelError> {
    let setup = Setup {
        models_dir: places::models_dir(config.models.dir.clone()),
        onnxruntime: places::onnxruntime(config.models.onnxruntime.clone()),
        threads: config.models.inference_threads(),
    };
    let installed = installed(&setup.models_dir)?;
    let (first, why) = match installed[..] {
        [] => (LandmarkModel::default(), "none is installed"),
        [only] => (only, "the only one that is installed"),
        [best, ..] => (best, ""),
    };
    if !why.is_empty() {
        return Ok(ChosenLandmarks { model: first, why: why.to_owned() });
    }
    let file = config.unit.state_dir.join("landmarks.json");
    let measured = if let Some(measured) = kept::read(&file, &setup, &installed) {
        measured
    } else {
        tracing::info!(best = first.name(), "measuring the landmark models on this machine");
        let measured = measure::all(&setup, &installed)?;
        kept::write(&file, &setup, &measured);
        measured
    };
    Ok(best(&measured, &rates(config)))
}

/// The models whose files are there, best first. Each is verified when it is loaded.
fn installed(models_dir: &std::path::Path) -> Result<Vec<LandmarkModel>, ModelError> {
    let mut installed = Vec::new();
    for model in BY_QUALITY {
        if models_dir.join(manifest::by_name(model.manifest_name())?.converted.file).is_file() {
            installed.push(model);
        }
    }
    Ok(installed)
}

/// Path of an installed model whose checksum was found right.
pub(crate) fn file_of(setup: &Setup, model: LandmarkModel) -> Result<PathBuf, ModelError> {
    store::resolve(&setup.models_dir, model.manifest_name())
}

/// Frames a second of each camera.
fn rates(config: &Config) -> Vec<f64> {
    let rate = |source: &SourceDescription| match source {
        SourceDescription::TestPattern { fps, .. }
        | SourceDescription::V4l2 { fps, .. }
        | SourceDescription::Csi { fps, .. } => f64::from(*fps),
        SourceDescription::File { .. }
        | SourceDescription::Rtsp { .. }
        | SourceDescription::Gstreamer { .. } => USUAL_FPS,
    };
    config.station.iter().map(|station| rate(&station.source)).collect()
}

/// The best model that holds the rates; when none does, the fastest. `measured` is best first.
fn best(measured: &[Measured], rates: &[f64]) -> ChosenLandmarks {
    let frames_a_second: f64 = rates.iter().sum();
    let load = |of: &Measured| frames_a_second * (of.run_s + OTHER_WORK_S);
    let times: Vec<_> =
        measured.iter().map(|of| format!("{} {:.0} ms", of.model.name(), of.run_s * 1e3)).collect();
    let times = times.join(", ");
    let fastest = measured.iter().min_by(|a, b| a.run_s.total_cmp(&b.run_s));
    match measured.iter().find(|of| load(of) <= USABLE_SHARE) {
        Some(of) => ChosenLandmarks {
            model: of.model,
            why: format!("the best that holds {frames_a_second:.0} frames/s ({times} a frame and person)"),
        },
        None => ChosenLandmarks {
            model: fastest.map_or_else(LandmarkModel::default, |of| of.model),
            why: format!(
                "the fastest: none holds {frames_a_second:.0} frames/s ({times} a frame and person)"
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(heavy_ms: f64, full_ms: f64, lite_ms: f64) -> Vec<Measured> {
        let times = [heavy_ms, full_ms, lite_ms];
        BY_QUALITY.iter().zip(times).map(|(&model, ms)| Measured { model, run_s: ms / 1e3 }).collect()
    }

    #[test]
    fn the_best_that_holds_the_rate_is_taken() {
        let of = |measured: &[Measured], rates: &[f64]| best(measured, rates).model;
        // 30 frames/s leave 26.7 ms at 80 %, of which 2 go to other work.
        assert_eq!(of(&measured(24.0, 8.0, 5.0), &[30.0]), LandmarkModel::Heavy);
        assert_eq!(of(&measured(25.0, 8.0, 5.0), &[30.0]), LandmarkModel::Full);
        assert_eq!(of(&measured(45.0, 15.4, 10.3), &[60.0]), LandmarkModel::Lite);
        assert_eq!(of(&measured(45.0, 10.0, 5.0), &[30.0, 30.0]), LandmarkModel::Full);
    }

    #[test]
    fn where_none_holds_the_fastest_is_taken_and_that_is_said() {
        let chosen = best(&measured(80.0, 40.0, 30.0), &[60.0]);
        assert_eq!(chosen.model, LandmarkModel::Lite);
        assert!(chosen.why.contains("none holds 60 frames/s"), "{}", chosen.why);
        assert!(chosen.why.contains("full 40 ms"), "{}", chosen.why);
    }
}
