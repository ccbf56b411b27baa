//! What the estimator does beside inference: a region of a picture to a model's input, and the models' outputs to people.
//!
//! `cargo bench -p spotter-models --bench tensor`

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion};

use spotter_models::stages::{DetectorOutputs, Input, LandmarkOutputs, Square};
use spotter_models::{ColorMatrix, Image, Plane, Planes};

/// A picture of noise: its content does not change what reading it costs.
struct Picture {
    width: usize,
    height: usize,
    bytes: Vec<u8>,
}

impl Picture {
    fn new(width: usize, height: usize) -> Self {
        let mut random = Random(1);
        let bytes = (0..width * height * 3 / 2).map(|_| random.next() as u8).collect();
        Self { width, height, bytes }
    }

    fn image(&self, nv12: bool) -> Image<'_> {
        let (y, chroma) = self.bytes.split_at(self.width * self.height);
        let plane = |data, stride| Plane { data, stride };
        let (y, half) = (plane(y, self.width), self.width / 2);
        let (u, v) = chroma.split_at(chroma.len() / 2);
        let planes = if nv12 {
            Planes::Nv12 { y, uv: plane(chroma, self.width) }
        } else {
            Planes::I420 { y, u: plane(u, half), v: plane(v, half) }
        };
        Image { width: self.width as u32, height: self.height as u32, planes, color: ColorMatrix::Bt709 }
    }
}

/// A generator of numbers that every run repeats.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 40
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.next() as f32 / (1_u64 << 24) as f32
    }
}

fn regions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("region_to_tensor");
    for (width, height) in [(1280, 720), (1920, 1080)] {
        let picture = Picture::new(width, height);
        let side_px = 0.9 * height as f32;
        let (x_px, y_px) = (0.5 * width as f32, 0.5 * height as f32);
        let turned = Square { x_px, y_px, side_px, rotation_rad: 5_f32.to_radians() };
        let at_edge = Square { x_px: 0.2 * side_px, ..turned };
        for (format, nv12) in [("i420", false), ("nv12", true)] {
            let image = picture.image(nv12);
            let name = |what: &str| BenchmarkId::new(what, format!("{format} {width}x{height}"));
            let mut input = Input::of_landmarks();
            group.bench_function(name("landmarks 256, 5 degrees"), |b| {
                b.iter(|| input.fill(black_box(&image), turned).unwrap()[0]);
            });
            group.bench_function(name("landmarks 256, a third outside"), |b| {
                b.iter(|| input.fill(black_box(&image), at_edge).unwrap()[0]);
            });
            let mut input = Input::of_detector();
            group.bench_function(name("detector 224, whole"), |b| {
                b.iter(|| input.fill_whole(black_box(&image)).unwrap()[0]);
            });
        }
    }
    group.finish();
}

fn outputs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("outputs_to_people");
    let (mut points, mut logits) = (Random(2), Random(3));
    let landmarks = LandmarkOutputs::new(|| points.between(0.0, 256.0), || logits.between(-12.0, 4.0));
    group.bench_function("landmarks with heatmap", |b| b.iter(|| black_box(&landmarks).decode()));
    // About as many boxes above one half as four people give.
    let mut detector = DetectorOutputs::new(|| points.between(-40.0, 80.0), || logits.between(-20.0, 0.4));
    group.bench_function("detector", |b| b.iter(|| black_box(&mut detector).decode()));
    group.finish();
}

fn main() {
    let mut criterion =
        Criterion::default().measurement_time(Duration::from_secs(2)).sample_size(30).configure_from_args();
    regions(&mut criterion);
    outputs(&mut criterion);
    criterion.final_summary();
}
