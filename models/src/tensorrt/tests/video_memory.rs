//! Pictures in video memory: read by GPU and CPU where they lie, and copied where the GPU can't read them.

use super::running::{plan, run};
use super::{library, lite, open};
use crate::EstimateError;
use crate::backend::Network;
use crate::bar::BarTracker;
use crate::image::{ColorMatrix, Image, Plane, Planes};
use crate::region::Region;
use crate::tensor::{Border, TensorSpec, fill_tensor};
use crate::tensorrt::{Engine, VideoMemory};

const SIZE: [u32; 2] = [63, 47];
const STRIDE: usize = 80;

/// A picture of NV12 with padded rows.
fn pixels(seed: u32) -> Vec<u8> {
    let bytes = STRIDE * (47 + 24);
    (0..bytes as u32).map(|at| (at.wrapping_add(seed).wrapping_mul(2_654_435_761) >> 23) as u8).collect()
}

/// The stand-in's surface: see its `nvmm.rs`. CPU and GPU see other pictures.
fn surface(layout: u32, cpu: &[u8], gpu: &[u8]) -> Vec<u8> {
    let mut bytes = b"FAKENVMM".to_vec();
    for number in [SIZE[0], SIZE[1], STRIDE as u32, layout] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(cpu);
    bytes.extend(gpu);
    bytes
}

/// The same picture in main memory.
fn nv12(pixels: &[u8]) -> Image<'_> {
    let (y, uv) = pixels.split_at(STRIDE * 47);
    let plane = |data| Plane { data, stride: STRIDE };
    Image {
        width: SIZE[0],
        height: SIZE[1],
        planes: Planes::Nv12 { y: plane(y), uv: plane(uv) },
        color: ColorMatrix::Bt709,
    }
}

fn region() -> Region {
    Region { x_px: 30.0, y_px: 20.0, width_px: 40.0, height_px: 40.0, rotation_rad: 0.2 }
}

fn memory() -> VideoMemory {
    VideoMemory::load(&library()).unwrap()
}

#[test]
fn the_gpu_reads_the_surface_and_the_cpu_its_planes() {
    let Some(model) = lite() else { return };
    let (cpu, gpu) = (pixels(1), pixels(2));
    let bytes = surface(0, &cpu, &gpu);
    let image = memory().image(&bytes, SIZE, ColorMatrix::Bt709).unwrap();
    for (behaviour, expected) in [("nvmm", &gpu), ("ok", &cpu)] {
        let plugin = open(behaviour);
        let engine = Engine::load(&plugin, &plan(&model, &plugin), &model.spec).unwrap();
        for _ in 0..2 {
            engine.put(0, 0, &image, region()).unwrap();
            engine.put(0, 1, &nv12(expected), region()).unwrap();
            let found = run(&engine, 0, 2).unwrap();
            assert_eq!(found[0], found[1], "{behaviour}");
        }
        let (cpu, gpu) = (nv12(&cpu), nv12(&gpu));
        for (slot, image) in [&cpu, &gpu].into_iter().enumerate() {
            engine.put(0, slot, image, region()).unwrap();
        }
        let found = run(&engine, 0, 2).unwrap();
        assert_ne!(found[0], found[1], "the two pictures are told apart");
    }
}

#[test]
fn what_the_cpu_makes_of_it_is_what_it_makes_of_ordinary_planes() {
    let cpu = pixels(1);
    let bytes = surface(0, &cpu, &pixels(2));
    let image = memory().image(&bytes, SIZE, ColorMatrix::Bt709).unwrap();
    assert!(image.check().is_ok());
    let spec = TensorSpec { width: 32, height: 24, range: [0.0, 1.0] };
    let tensor = |image: &Image<'_>| {
        let mut tensor = vec![f32::NAN; spec.len()];
        fill_tensor(image, region(), Border::Replicate, &spec, &mut tensor);
        tensor
    };
    assert_eq!(tensor(&image), tensor(&nv12(&cpu)));
    assert!(BarTracker::new().observe(&image, std::time::Duration::ZERO, &[]).unwrap().is_empty());
}

#[test]
fn what_can_not_be_read_is_refused_and_named() {
    let (cpu, gpu) = (pixels(1), pixels(2));
    let memory = memory();
    let refusal = |bytes: &[u8], size: [u32; 2]| match memory.image(bytes, size, ColorMatrix::Bt709) {
        Err(EstimateError::VideoMemory(reason)) => reason,
        other => panic!("{other:?}"),
    };
    let whole = surface(0, &cpu, &gpu);
    for bytes in [&[][..], &whole[..20], &whole[..whole.len() - 1], &cpu] {
        assert!(refusal(bytes, SIZE).contains("no surface"));
    }
    assert!(refusal(&surface(1, &cpu, &gpu), SIZE).contains("block-linear"));
    let other_size = refusal(&whole, [64, 48]);
    assert!(other_size.contains("63×47") && other_size.contains("64×48"), "{other_size}");
}

#[test]
fn there_is_none_without_the_plug_in() {
    let error = VideoMemory::load(std::path::Path::new("/nowhere/libspotter_trt.so")).unwrap_err();
    assert!(error.to_string().contains("/nowhere/libspotter_trt.so"), "{error}");
}
