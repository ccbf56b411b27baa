//! Where the bench meets the daemon's estimators: opens what a station would open, and the same model with nothing around it.

use spotter::analysis::Analysis;
use spotter::athlete::Athlete;
use spotter::config::{ModelsConfig, TensorRtConfig};
use spotter::estimators::{self, OpenEngine};
use spotter::landmarks::LandmarkChoice;
use spotter::places;
use spotter_models::{Backend, BackendStatus, BareModel, Engine, LandmarkModel, TensorRtSettings};

use crate::args::Args;

/// The `[models]` table that the command line stands for.
pub(crate) fn config(args: &Args) -> ModelsConfig {
    ModelsConfig {
        dir: Some(places::models_dir(args.places.models_dir.clone())),
        landmarks: match LandmarkModel::from(args.model) {
            LandmarkModel::Lite => LandmarkChoice::Lite,
            LandmarkModel::Full => LandmarkChoice::Full,
            LandmarkModel::Heavy => LandmarkChoice::Heavy,
        },
        onnxruntime: Some(places::onnxruntime(args.places.onnxruntime.clone())),
        backend: args.backend.into(),
        threads: args.threads,
        max_people: args.max_people,
        tensorrt: TensorRtConfig {
            plugin: args.tensorrt_plugin.clone(),
            library: args.tensorrt_library.clone(),
            ..TensorRtConfig::default()
        },
    }
}

/// Loaded models with their analysis of one station.
pub(crate) struct Opened {
    pub(crate) analysis: Analysis,
    engine: Engine,
    asked_for: Backend,
}

/// A station's analysis on the backend that was asked for; waits until it is ready.
pub(crate) fn open(args: &Args) -> anyhow::Result<Opened> {
    let config = config(args);
    let opened = open_engine(args)?;
    let estimator = opened.engine.estimator(config.max_people);
    let analysis = Analysis::new(estimator, opened.profile, Athlete::default());
    Ok(Opened { analysis, engine: opened.engine, asked_for: config.backend })
}

/// What all stations share, on the backend that was asked for; waits until it is ready.
pub(crate) fn engine(args: &Args) -> anyhow::Result<Engine> {
    Ok(open_engine(args)?.engine)
}

fn open_engine(args: &Args) -> anyhow::Result<OpenEngine> {
    let opened = estimators::open(&config(args), args.model.into(), &args.engines_dir)?;
    opened.engine.settle();
    Ok(opened)
}

/// Where TensorRT is.
pub(crate) fn tensorrt(args: &Args) -> TensorRtSettings {
    estimators::settings(&config(args), args.model.into(), &args.engines_dir).tensorrt
}

impl Opened {
    /// What computes, such as `onnxruntime 1.24.2 cpu, 2 threads`.
    pub(crate) fn backend(&self) -> String {
        self.engine.status().running
    }

    /// Why the backend that was asked for by name does not compute.
    pub(crate) fn problem(&self) -> Option<String> {
        problem(self.asked_for, self.engine.status())
    }
}

fn problem(asked_for: Backend, status: BackendStatus) -> Option<String> {
    if status.gpu || matches!(asked_for, Backend::Auto | Backend::Cpu) {
        return None;
    }
    let refused = status.refused.into_iter().next().map(|refused| refused.reason);
    Some(refused.or(status.problem).unwrap_or_else(|| "this build does not offer it".to_owned()))
}

/// The landmark model alone, on the CPU.
pub(crate) fn bare_model(args: &Args) -> anyhow::Result<BareModel> {
    let library = places::onnxruntime(args.places.onnxruntime.clone());
    let model = estimators::landmark_model_path(args.model.into(), &args.places)?;
    Ok(BareModel::open(&library, &model, config(args).inference_threads())?)
}

/// Name of the landmark model, such as `full`.
pub(crate) fn model_name(args: &Args) -> &'static str {
    LandmarkModel::from(args.model).name()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backend_that_was_asked_for_and_does_not_run_is_no_figure_of_the_cpu() {
        let on_cpu = BackendStatus { running: "onnxruntime cpu".to_owned(), ..BackendStatus::default() };
        assert_eq!(problem(Backend::Auto, on_cpu.clone()), None);
        assert_eq!(problem(Backend::Cpu, on_cpu.clone()), None);
        assert!(problem(Backend::Tensorrt, on_cpu.clone()).is_some());
        let on_gpu = BackendStatus { gpu: true, ..on_cpu };
        assert_eq!(problem(Backend::Tensorrt, on_gpu), None);
    }
}
