//! Both models on TensorRT: from the cache or built, compared with the CPU.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::status::Building;
use crate::backend::onnx::{OnnxNetwork, Provider};
use crate::backend::{Network, NetworkSpec};
use crate::manifest::Role;
use crate::networks::{Gpu, ModelFile, Models, Networks};
use crate::runtime::Runtime;
use crate::tensorrt::cache::Cache;
use crate::tensorrt::{Cancellation, Plugin, Preparation, Prepared, Stage, TensorRtError, precisions};
use crate::{EngineSettings, ModelError};

/// Argument of the program that builds an engine ([`TensorRtSettings::builder`]); it must call [`crate::tensorrt::build_child::main`].
pub const BUILD_ARGUMENT: &str = "build-engine";

/// Where TensorRT is, and how engines are built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorRtSettings {
    /// The plug-in's file.
    pub plugin: PathBuf,
    /// TensorRT's library; none: the one that the dynamic linker finds.
    pub library: Option<PathBuf>,
    /// Folder of the engines; made when it is not there.
    pub engines_dir: PathBuf,
    /// The program that builds an engine when its first argument is [`BUILD_ARGUMENT`].
    pub builder: PathBuf,
    /// Core of the deep-learning accelerator; none: the GPU.
    pub dla_core: Option<u32>,
    /// Most memory for trying layers during a build, MiB; 0: TensorRT's own limit.
    pub workspace_mib: u64,
}

/// A better backend can't be used.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub enum OpenError {
    /// A model or ONNX Runtime.
    Model(#[from] ModelError),
    /// TensorRT.
    TensorRt(#[from] TensorRtError),
}

/// Builds the engines that are not there yet, and compares them with the CPU, as a unit does at its start. Returns what would run.
///
/// # Errors
/// Why TensorRT can't be used.
pub fn prepare(settings: &EngineSettings, tell: &mut dyn FnMut(&Building)) -> Result<String, OpenError> {
    let models = Models::resolve(settings)?;
    let runtime = Runtime::load(&settings.onnxruntime)?;
    let networks = open(&settings.tensorrt, &models, &runtime, &Cancellation::default(), tell)?;
    Ok(networks.name)
}

/// Opens both models.
pub(super) fn open(
    settings: &TensorRtSettings,
    models: &Models,
    runtime: &Runtime,
    cancellation: &Cancellation,
    tell: &mut dyn FnMut(&Building),
) -> Result<Networks, OpenError> {
    let plugin = Plugin::open(&settings.plugin, settings.library.as_deref())?;
    let opener = Opener { settings, plugin: &plugin, runtime, cancellation };
    let detector = opener.open(&models.detector, Role::Detector, &models.detector_spec(), tell)?;
    let landmarks = opener.open(&models.landmarks, Role::Landmarks, &models.landmarks_spec(), tell)?;
    let name = format!("{}, {}", plugin.info(), landmarks.precision);
    let agreement = detector.agreement.or_worse(landmarks.agreement);
    let mut networks = Networks::new(name, models, Box::new(detector.engine), Box::new(landmarks.engine));
    networks.gpu = Some(Gpu { plugin, agreement });
    Ok(networks)
}

struct Opener<'a> {
    settings: &'a TensorRtSettings,
    plugin: &'a Plugin,
    runtime: &'a Runtime,
    cancellation: &'a Cancellation,
}

impl Opener<'_> {
    fn open(
        &self,
        file: &ModelFile,
        role: Role,
        spec: &NetworkSpec,
        tell: &mut dyn FnMut(&Building),
    ) -> Result<Prepared, OpenError> {
        // A network of its own: the one that cameras use may be running.
        let reference = OnnxNetwork::open(self.runtime, &file.path, 1, Provider::Cpu, spec.clone())?;
        let builder: &Path = &self.settings.builder;
        let child = || {
            let mut command = Command::new(builder);
            command.arg(BUILD_ARGUMENT);
            command
        };
        let preparation = Preparation {
            plugin: self.plugin,
            cache: &Cache::new(&self.settings.engines_dir),
            name: &file.name,
            onnx: &file.path,
            onnx_sha256: &file.sha256,
            role,
            spec,
            reference: &reference as &dyn Network,
            precisions: &precisions(false),
            dla_core: self.settings.dla_core,
            workspace_bytes: self.settings.workspace_mib << 20,
            child: &child,
            cancellation: self.cancellation,
        };
        Ok(preparation.run(&mut |stage| tell(&building(&file.name, stage)))?)
    }
}

fn building(model: &str, stage: Stage) -> Building {
    let at = |phase: String, step, steps| Building { model: model.to_owned(), phase, step, steps };
    match stage {
        Stage::Loading(precision) => at(format!("loading the engine, {precision}"), 0, 1),
        Stage::Comparing(precision) => at(format!("comparing with the CPU, {precision}"), 0, 1),
        Stage::Building(precision, progress) => {
            let count = |steps: i32| u32::try_from(steps).unwrap_or(0);
            at(format!("{} ({precision})", progress.phase), count(progress.step), count(progress.total))
        }
    }
}
