//! Engines that run: right outputs in every slot, and errors as what they are.

use super::{Model, child, cpu, lite, open};
use crate::backend::{BackendError, Network};
use crate::convert::REWRITING;
use crate::image::{ColorMatrix, Image, Plane, Planes};
use crate::region::Region;
use crate::tensorrt::build::Build;
use crate::tensorrt::cache::{self, Cache, Recipe};
use crate::tensorrt::{Engine, Plugin, Precision, TensorRtError};

/// The plan that the stand-in builds of a model.
pub(super) fn plan(model: &Model, plugin: &Plugin) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path());
    let recipe = Recipe {
        onnx_sha256: &model.manifest.converted.sha256,
        precision: Precision::Fp16,
        dla_core: None,
        input: [3, 256, 256],
        max_batch: 8,
        rewriting: REWRITING,
    };
    let key = cache::key(&recipe, plugin.info());
    let mut request = model.request("ok", cache.path("lite", &key));
    key.text().clone_into(&mut request.key);
    Build::start(child(), &request).unwrap().wait(&mut |_| {}).unwrap();
    cache.read("lite", &key).unwrap().unwrap()
}

fn picture(data: &[u8]) -> Image<'_> {
    let plane = Plane { data, stride: 3 * 64 };
    Image { width: 64, height: 48, planes: Planes::Rgb(plane), color: ColorMatrix::default() }
}

fn noise() -> Vec<u8> {
    (0..3 * 64 * 48_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 22) as u8).collect()
}

fn region(slot: usize) -> Region {
    Region {
        x_px: 20.0 + 3.0 * slot as f32,
        y_px: 24.0,
        width_px: 40.0,
        height_px: 40.0,
        rotation_rad: 0.1 * slot as f32,
    }
}

pub(super) fn run(network: &dyn Network, set: usize, count: usize) -> Result<Vec<Vec<f32>>, BackendError> {
    let mut all = Vec::new();
    network.run(set, count, &mut |slot, outputs| {
        assert_eq!(slot, all.len());
        all.push(outputs[0].to_vec());
    })?;
    Ok(all)
}

#[test]
fn every_slot_of_every_set_is_its_own() {
    let Some(model) = lite() else { return };
    let plugin = open("ok");
    let engine = Engine::load(&plugin, &plan(&model, &plugin), &model.spec).unwrap();
    let cpu = cpu(&model);
    let bytes = noise();
    let image = picture(&bytes);
    assert!(engine.sets() >= 2);
    for set in 0..engine.sets() {
        let regions: Vec<Region> = (0..engine.slots()).map(|slot| region(slot + set)).collect();
        for (slot, region) in regions.iter().enumerate() {
            engine.put(set, slot, &image, *region).unwrap();
        }
        let found = run(&engine, set, engine.slots()).unwrap();
        for (region, found) in regions.iter().zip(found) {
            cpu.put(0, 0, &image, *region).unwrap();
            let expected = run(&cpu, 0, 1).unwrap().remove(0);
            let worst = expected.iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-3, "set {set}: {worst}");
        }
    }
}

#[test]
fn memory_of_the_device_is_told_and_a_leak_shows_in_it() {
    let Some(model) = lite() else { return };
    let plugin = open("leaks=1000");
    let before = plugin.memory().unwrap();
    assert!(0 < before.free_bytes && before.free_bytes < before.total_bytes, "{before:?}");
    let engine = Engine::load(&plugin, &plan(&model, &plugin), &model.spec).unwrap();
    assert_eq!(plugin.memory().unwrap(), before);
    for set in [0, 1, 0] {
        run(&engine, set, 1).unwrap();
    }
    assert_eq!(before.free_bytes - plugin.memory().unwrap().free_bytes, 3000);
}

#[test]
fn a_failed_run_is_only_that_run() {
    let Some(model) = lite() else { return };
    let plugin = open("run-fails=2");
    let engine = Engine::load(&plugin, &plan(&model, &plugin), &model.spec).unwrap();
    assert!(run(&engine, 0, 1).is_ok());
    assert!(matches!(run(&engine, 0, 1), Err(BackendError::Run(_))));
    assert!(run(&engine, 0, 1).is_ok());
}

#[test]
fn a_lost_device_stays_lost() {
    let Some(model) = lite() else { return };
    let plugin = open("run-loses=2");
    let engine = Engine::load(&plugin, &plan(&model, &plugin), &model.spec).unwrap();
    let bytes = noise();
    assert!(run(&engine, 0, 1).is_ok());
    for set in [0, 1] {
        assert!(matches!(run(&engine, set, 1), Err(BackendError::Lost(reason)) if reason.contains("700")));
        assert!(matches!(engine.put(set, 0, &picture(&bytes), region(0)), Err(BackendError::Lost(_))));
    }
}

#[test]
fn what_is_no_plan_of_this_tensorrt_is_refused() {
    let Some(model) = lite() else { return };
    let plugin = open("ok");
    let plan = plan(&model, &plugin);
    let load = |plugin: &Plugin, plan: &[u8]| Engine::load(plugin, plan, &model.spec).unwrap_err();
    assert!(matches!(load(&open("tensorrt=10.9.0.34"), &plan), TensorRtError::Refused(_)));
    assert!(matches!(load(&plugin, b"anything"), TensorRtError::Refused(_)));
    assert!(matches!(load(&plugin, &[]), TensorRtError::Refused(_)));
    let mut spec = model.spec.clone();
    spec.outputs[0] = ("Identity_9", 195);
    assert!(matches!(Engine::load(&plugin, &plan, &spec).unwrap_err(), TensorRtError::Shape(_)));
}
