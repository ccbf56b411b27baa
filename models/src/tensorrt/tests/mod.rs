//! Everything that can go wrong with TensorRT, through a stand-in that has the plug-in's ABI and computes on the CPU.

mod batching;
mod building;
mod kernel;
mod opening;
mod preparing;
mod running;
mod video_memory;

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{BuildRequest, Plugin, Precision, Probe, build_child};
use crate::backend::NetworkSpec;
use crate::backend::onnx::{OnnxNetwork, Provider};
use crate::landmarks::HEATMAP_VALUES;
use crate::manifest::{self, Manifest, Role};
use crate::runtime::Runtime;
use crate::tensor::{Border, TensorSpec};

/// The process that builds, as these tests start it: this very program, told to run [`child_process`] alone.
fn child() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "tensorrt::tests::child_process",
        "--exact",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ]);
    command
}

#[test]
#[ignore = "it is the process that builds engines, which other tests start"]
fn child_process() {
    build_child::main();
}

/// The stand-in, which is built beside the tests.
fn library() -> PathBuf {
    std::env::current_exe().unwrap().with_file_name("libspotter_tensorrt_fake.so")
}

/// The stand-in, behaving so.
fn open(behaviour: &str) -> Plugin {
    Plugin::open(&library(), Some(Path::new(&format!("fake:{behaviour}")))).unwrap()
}

/// The model on the CPU.
pub(super) fn cpu(model: &Model) -> OnnxNetwork {
    let runtime = Runtime::load(&onnxruntime()).unwrap();
    OnnxNetwork::open(&runtime, &model.path, 1, Provider::Cpu, model.spec.clone()).unwrap()
}

/// ONNX Runtime's library.
pub(crate) fn onnxruntime() -> PathBuf {
    std::env::var_os("ORT_DYLIB_PATH").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../.cache/onnxruntime/libonnxruntime.so"),
        PathBuf::from,
    )
}

/// A model of the unit, or none after saying so.
pub(crate) struct Model {
    pub(crate) manifest: Manifest,
    pub(crate) path: PathBuf,
    pub(crate) spec: NetworkSpec,
}

pub(crate) fn model(name: &str) -> Option<Model> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.cache");
    let library = onnxruntime();
    if !library.exists() {
        println!("skipped: {} is absent", library.display());
        return None;
    }
    let folder = std::env::var_os("SPOTTER_MODELS_DIR").map_or_else(|| root.join("models"), PathBuf::from);
    let manifest = manifest::by_name(name).unwrap();
    let path = folder.join(&manifest.converted.file);
    if !path.exists() {
        println!("skipped: {} is absent", path.display());
        return None;
    }
    let input = &manifest.inputs[0];
    let spec = NetworkSpec {
        input: TensorSpec { width: input.shape[3], height: input.shape[2], range: input.range },
        border: if manifest.role == Role::Detector { Border::Zero } else { Border::Replicate },
        outputs: match manifest.role {
            Role::Detector => vec![("Identity", 2254 * 12), ("Identity_1", 2254)],
            Role::Landmarks => vec![("Identity", 195), ("Identity_1", 1), ("Identity_3", HEATMAP_VALUES)],
        },
    };
    Some(Model { manifest, path, spec })
}

fn lite() -> Option<Model> {
    model("blazepose_landmark_lite")
}

fn detector() -> Option<Model> {
    model(manifest::DETECTOR)
}

impl Model {
    fn request(&self, behaviour: &str, target: PathBuf) -> BuildRequest {
        let input = &self.spec.input;
        BuildRequest {
            plugin: library(),
            nvinfer: Some(format!("fake:{behaviour}").into()),
            onnx: self.path.clone(),
            onnx_sha256: self.manifest.converted.sha256.clone(),
            target,
            key: "the key".to_owned(),
            precision: Precision::Fp16,
            dla_core: None,
            max_batch: 8,
            workspace_bytes: 1 << 28,
            probe: Probe {
                size: [input.width, input.height],
                range: input.range,
                outputs: self.spec.outputs.iter().map(|&(name, values)| (name.to_owned(), values)).collect(),
            },
        }
    }
}
