//! Opens the engine that estimates poses, with what is known of their models' biases.

use std::path::{Path, PathBuf};

use spotter_models::{
    Backend, Engine, EngineSettings, LandmarkModel, ModelError, TensorRtSettings, manifest,
    tensorrt::VideoMemory,
};
use spotter_movement::ModelProfile;

use crate::cli::PlaceArgs;
use crate::config::ModelsConfig;
use crate::places;

/// Loaded models and the biases of their keypoints.
#[derive(Debug)]
pub struct OpenEngine {
    /// Estimates poses, for any number of cameras.
    pub engine: Engine,
    /// Known biases of the landmark model, from its manifest.
    pub profile: ModelProfile,
    /// Reads pictures in a Jetson's video memory, where capture shall leave them there.
    pub video_memory: Option<VideoMemory>,
}

/// Opens the engine that the configuration asks for with this landmark model. Takes a good part of a second: not for an async thread.
///
/// # Errors
/// The model or library that can't be used, and the way out.
pub fn open(
    config: &ModelsConfig,
    landmarks: LandmarkModel,
    state_dir: &Path,
) -> Result<OpenEngine, ModelError> {
    let settings = settings(config, landmarks, state_dir);
    let manifest = manifest::by_name(settings.landmarks.manifest_name())?;
    let profile = profile(&manifest.name, manifest.refined_movement())?;
    Ok(OpenEngine {
        engine: Engine::open(&settings)?,
        profile,
        video_memory: video_memory(config, &settings),
    })
}

/// Only where our plug-in may compute: nothing else reads such memory. From the first frame on, though its engines are ready later, since a
/// camera that is opened again ends what movement measures; until then the CPU reads the same memory.
fn video_memory(config: &ModelsConfig, settings: &EngineSettings) -> Option<VideoMemory> {
    if !wants_video_memory(config) {
        return None;
    }
    VideoMemory::load(&settings.tensorrt.plugin)
        .inspect_err(|error| tracing::warn!(%error, "pictures are copied out of video memory"))
        .ok()
}

/// What the configuration says to the engine; engines of TensorRT are kept in the state folder.
pub fn settings(config: &ModelsConfig, landmarks: LandmarkModel, state_dir: &Path) -> EngineSettings {
    EngineSettings {
        landmarks,
        models_dir: places::models_dir(config.dir.clone()),
        onnxruntime: places::onnxruntime(config.onnxruntime.clone()),
        threads: config.inference_threads(),
        backend: config.backend,
        tensorrt: TensorRtSettings {
            plugin: places::tensorrt_plugin(config.tensorrt.plugin.clone()),
            library: config.tensorrt.library.clone(),
            engines_dir: state_dir.join("engines"),
            builder: places::this_program(),
            dla_core: config.tensorrt.dla_core,
            workspace_mib: config.tensorrt.workspace_mib,
        },
    }
}

/// Opens the engine for offline analysis with this many inference threads, on the CPU: the same clip gives the same numbers on every
/// machine.
///
/// # Errors
/// As [`open`].
pub fn open_offline(
    landmarks: LandmarkModel,
    places: &PlaceArgs,
    threads: usize,
) -> Result<OpenEngine, ModelError> {
    let config = ModelsConfig {
        dir: places.models_dir.clone(),
        onnxruntime: places.onnxruntime.clone(),
        threads,
        backend: Backend::Cpu,
        ..ModelsConfig::default()
    };
    // The CPU keeps nothing.
    open(&config, landmarks, Path::new(""))
}

/// Path of a landmark model, its checksum verified.
///
/// # Errors
/// When the file is missing or is another one.
pub fn landmark_model_path(landmarks: LandmarkModel, places: &PlaceArgs) -> Result<PathBuf, ModelError> {
    let folder = places::models_dir(places.models_dir.clone());
    spotter_models::store::resolve(&folder, landmarks.manifest_name())
}

/// The biases of the model that a pose file names: raw (`blazepose_full`) or as the estimator refines it
/// (`blazepose_full_refined`). None for a model without a manifest.
///
/// # Errors
/// When a manifest is malformed: a defect of the build.
pub fn profile_of_model(model: &str) -> Result<Option<ModelProfile>, ModelError> {
    for landmarks in [LandmarkModel::Lite, LandmarkModel::Full, LandmarkModel::Heavy] {
        let manifest = manifest::by_name(landmarks.manifest_name())?;
        for movement in [manifest.movement.clone(), manifest.refined_movement()] {
            let profile = profile(&manifest.name, movement)?;
            if profile.name == model {
                return Ok(Some(profile));
            }
        }
    }
    Ok(None)
}

/// The biases that a table of a manifest states.
fn profile(manifest: &str, movement: toml::Table) -> Result<ModelProfile, ModelError> {
    let malformed = |reason: String| ModelError::Manifest { file: format!("{manifest}.toml"), reason };
    let profile: ModelProfile =
        movement.try_into().map_err(|error: toml::de::Error| malformed(error.to_string()))?;
    profile.check().map_err(malformed)?;
    Ok(profile)
}

fn wants_video_memory(config: &ModelsConfig) -> bool {
    config.tensorrt.nvmm && matches!(config.backend, Backend::Auto | Backend::Tensorrt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn video_memory_is_asked_for_only_where_the_plug_in_may_compute() {
        let mut config = ModelsConfig::default();
        assert!(!wants_video_memory(&config), "nobody has seen it on a Jetson");
        config.tensorrt.nvmm = true;
        let wanting =
            [Backend::Auto, Backend::Tensorrt, Backend::Cpu, Backend::OnnxruntimeCuda].map(|backend| {
                config.backend = backend;
                wants_video_memory(&config)
            });
        assert_eq!(wanting, [true, true, false, false]);
    }

    #[test]
    fn every_manifest_states_biases_that_can_be_used() {
        for name in ["blazepose_lite", "blazepose_full", "blazepose_heavy", "blazepose_full_refined"] {
            assert_eq!(profile_of_model(name).unwrap().unwrap().name, name);
        }
        assert_eq!(profile_of_model("another").unwrap(), None);
    }

    #[test]
    fn lite_must_not_time_jumps() {
        for name in ["blazepose_lite", "blazepose_lite_refined"] {
            assert!(!profile_of_model(name).unwrap().unwrap().can_time_feet);
        }
    }
}
