//! From a model to an engine that may be used.

use std::path::Path;

use tempfile::TempDir;

use super::{Model, child, cpu, detector, lite, open};
use crate::backend::onnx::OnnxNetwork;
use crate::convert::{with_any_batch, with_fp16};
use crate::tensorrt::cache::{Cache, sha256};
use crate::tensorrt::{Cancellation, Plugin, Precision, Preparation, Stage, TensorRtError, precisions};

struct Bench {
    model: Model,
    cpu: OnnxNetwork,
    folder: TempDir,
    cancellation: Cancellation,
}

impl Bench {
    fn new(model: Model) -> Self {
        let cpu = cpu(&model);
        Self { model, cpu, folder: tempfile::tempdir().unwrap(), cancellation: Cancellation::default() }
    }

    /// What comes of it, and whether each stage took place: precision built, or loaded from the cache.
    fn prepare(&self, plugin: &Plugin) -> (Result<Precision, TensorRtError>, Vec<Precision>) {
        let mut built = Vec::new();
        let cache = Cache::new(self.folder.path());
        let preparation = Preparation {
            plugin,
            cache: &cache,
            name: &self.model.manifest.name,
            onnx: &self.model.path,
            onnx_sha256: &self.model.manifest.converted.sha256,
            role: self.model.manifest.role,
            spec: &self.model.spec,
            reference: &self.cpu,
            precisions: &precisions(false),
            dla_core: None,
            workspace_bytes: 0,
            child: &child,
            cancellation: &self.cancellation,
        };
        let outcome = preparation.run(&mut |stage| match stage {
            Stage::Building(precision, step) if step.step == 0 => built.push(precision),
            _ => {}
        });
        (outcome.map(|prepared| prepared.precision), built)
    }

    fn engines(&self) -> Vec<std::path::PathBuf> {
        let files = std::fs::read_dir(self.folder.path()).unwrap().flatten().map(|entry| entry.path());
        files.filter(|path| path.extension().is_some_and(|kind| kind == "engine")).collect()
    }
}

#[test]
fn an_engine_is_built_once_and_then_loaded() {
    for model in [detector(), lite()] {
        let Some(model) = model else { return };
        let bench = Bench::new(model);
        let plugin = open("ok");
        let (outcome, built) = bench.prepare(&plugin);
        assert_eq!((outcome.unwrap(), built), (Precision::Fp16, vec![Precision::Fp16]));
        let (outcome, built) = bench.prepare(&plugin);
        assert_eq!((outcome.unwrap(), built), (Precision::Fp16, vec![]));
    }
}

#[test]
fn a_damaged_engine_is_built_again() {
    let Some(model) = lite() else { return };
    let bench = Bench::new(model);
    let plugin = open("ok");
    bench.prepare(&plugin).0.unwrap();
    let [file] = &bench.engines()[..] else { panic!("one engine") };
    let whole = std::fs::read(file).unwrap();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for damaged in [&flipped[..], &whole[..whole.len() / 2], b""] {
        std::fs::write(file, damaged).unwrap();
        let (outcome, built) = bench.prepare(&plugin);
        assert_eq!((outcome.unwrap(), built), (Precision::Fp16, vec![Precision::Fp16]));
    }
}

#[test]
fn an_engine_of_another_tensorrt_is_not_used_and_goes() {
    let Some(model) = lite() else { return };
    let bench = Bench::new(model);
    bench.prepare(&open("ok")).0.unwrap();
    let old = bench.engines();
    let (outcome, built) = bench.prepare(&open("tensorrt=10.9.0.34"));
    assert_eq!((outcome.unwrap(), built), (Precision::Fp16, vec![Precision::Fp16]));
    assert!(bench.engines().len() == 1 && bench.engines() != old);
}

#[test]
fn a_whole_engine_that_can_not_be_loaded_is_built_again_once() {
    let Some(model) = lite() else { return };
    let bench = Bench::new(model);
    let plugin = open("ok");
    bench.prepare(&plugin).0.unwrap();
    let file = bench.engines().remove(0);
    // The right file around a plan that TensorRT refuses.
    let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).lines().nth(1).unwrap().to_owned();
    crate::tensorrt::cache::write(&file, &text, b"not a plan").unwrap();
    let (outcome, built) = bench.prepare(&plugin);
    assert_eq!((outcome.unwrap(), built), (Precision::Fp16, vec![Precision::Fp16]));
    let (outcome, built) = bench.prepare(&open("load-fails"));
    assert!(matches!(outcome, Err(TensorRtError::Refused(_))));
    assert_eq!(built, [Precision::Fp16]);
}

#[test]
fn fp16_that_does_not_agree_gives_way_to_fp32_for_good() {
    for (behaviour, model) in [("parity-off-fp16", detector()), ("nan-fp16", lite())] {
        let Some(model) = model else { return };
        let bench = Bench::new(model);
        let plugin = open(behaviour);
        let (outcome, built) = bench.prepare(&plugin);
        assert_eq!((outcome.unwrap(), built), (Precision::Fp32, vec![Precision::Fp16, Precision::Fp32]));
        let (outcome, built) = bench.prepare(&plugin);
        assert_eq!((outcome.unwrap(), built), (Precision::Fp32, vec![]));
    }
}

#[test]
fn an_engine_that_never_agrees_is_refused_with_the_reason() {
    for (behaviour, words) in [("parity-off", "differs by"), ("nan", "no number")] {
        let Some(model) = lite() else { return };
        let bench = Bench::new(model);
        let plugin = open(behaviour);
        let (outcome, built) = bench.prepare(&plugin);
        let message = outcome.unwrap_err().to_string();
        assert!(message.contains(words) && message.contains("standing"), "{message}");
        assert_eq!(built, [Precision::Fp16, Precision::Fp32]);
        let (outcome, built) = bench.prepare(&plugin);
        assert!(matches!(outcome, Err(TensorRtError::Parity(_))));
        assert_eq!(built, []);
    }
}

#[test]
fn a_preparation_that_is_cancelled_ends() {
    let Some(model) = lite() else { return };
    let bench = Bench::new(model);
    bench.cancellation.cancel();
    let (outcome, _) = bench.prepare(&open("build-endless"));
    assert!(matches!(outcome, Err(TensorRtError::Cancelled)));
}

#[test]
fn a_device_that_is_lost_while_comparing_is_told() {
    let Some(model) = lite() else { return };
    let bench = Bench::new(model);
    bench.prepare(&open("ok")).0.unwrap();
    let (outcome, built) = bench.prepare(&open("run-loses=1"));
    assert!(matches!(outcome, Err(TensorRtError::Lost(_))));
    assert_eq!(built, []);
    assert_eq!(bench.engines().len(), 1);
}

#[test]
fn a_cache_that_can_not_be_written_is_named() {
    let Some(model) = lite() else { return };
    let mut bench = Bench::new(model);
    bench.folder = tempfile::tempdir().unwrap();
    let folder = bench.folder.path().to_owned();
    std::fs::remove_dir(&folder).unwrap();
    std::fs::write(&folder, "a file where the folder should be").unwrap();
    let (outcome, _) = bench.prepare(&open("ok"));
    let message = outcome.unwrap_err().to_string();
    assert!(message.contains(&*Path::new(&folder).to_string_lossy()), "{message}");
    std::fs::remove_file(&folder).unwrap();
    std::fs::create_dir(&folder).unwrap();
}

/// What TensorRT got to build: the stand-in's plan ends with it.
fn assert_built(bench: &Bench, graph: &[u8]) {
    let [file] = &bench.engines()[..] else { panic!("one engine") };
    assert!(std::fs::read(file).unwrap().ends_with(graph), "another graph was built");
}

#[test]
fn from_tensorrt_11_on_16_bits_are_the_models_own() {
    for model in [detector(), lite()] {
        let Some(model) = model else { return };
        let onnx = std::fs::read(&model.path).unwrap();
        let bench = Bench::new(model);
        let (outcome, built) = bench.prepare(&open("ok"));
        assert_eq!((outcome.unwrap(), built), (Precision::Fp16, vec![Precision::Fp16]));
        assert_built(&bench, &with_any_batch(&onnx).unwrap());
        let (outcome, built) = bench.prepare(&open("tensorrt=11.0.0.1"));
        assert_eq!((outcome.unwrap(), built), (Precision::Fp16, vec![Precision::Fp16]));
        assert_built(&bench, &with_any_batch(&with_fp16(&onnx).unwrap()).unwrap());
        let (outcome, built) = bench.prepare(&open("tensorrt=11.0.0.1"));
        assert_eq!((outcome.unwrap(), built), (Precision::Fp16, vec![]));
    }
}

#[test]
fn tensorrt_11_computes_in_32_bits_what_does_not_agree_in_16() {
    let Some(model) = lite() else { return };
    let onnx = std::fs::read(&model.path).unwrap();
    let bench = Bench::new(model);
    let plugin = open("parity-off-fp16,tensorrt=11.0.0.1");
    let (outcome, built) = bench.prepare(&plugin);
    assert_eq!((outcome.unwrap(), built), (Precision::Fp32, vec![Precision::Fp16, Precision::Fp32]));
    assert_built(&bench, &with_any_batch(&onnx).unwrap());
    let (outcome, built) = bench.prepare(&plugin);
    assert_eq!((outcome.unwrap(), built), (Precision::Fp32, vec![]));
}

#[test]
fn tensorrt_11_computes_in_32_bits_what_can_not_be_written_in_16() {
    let Some(mut model) = lite() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut onnx = std::fs::read(&model.path).unwrap();
    // Field 20 of a model is none that the converter knows; ONNX Runtime passes over it.
    onnx.extend_from_slice(&[0xa0, 0x01, 0x07]);
    model.path = folder.path().join("other.onnx");
    model.manifest.converted.sha256 = sha256(&onnx);
    std::fs::write(&model.path, &onnx).unwrap();
    let bench = Bench::new(model);
    let (outcome, built) = bench.prepare(&open("tensorrt=11.0.0.1"));
    assert_eq!((outcome.unwrap(), built), (Precision::Fp32, vec![Precision::Fp32]));
    assert_built(&bench, &onnx);
}

#[test]
fn precisions_follow_the_model() {
    assert_eq!(precisions(false), [Precision::Fp16, Precision::Fp32]);
    assert_eq!(precisions(true), [Precision::Int8Qdq]);
}
