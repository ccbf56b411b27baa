//! What the estimator does beside inference: a region of a picture to a model's input, and the models' outputs to people.
//!
//! `cargo bench -p spotter-models --bench tensor` prints at its end the fastest and the median of each stage: on a machine that does
//! other work, the fastest is what the code costs.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "a benchmark")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion};
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

/// Measures a stage by criterion, and once more for the table.
fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    table: &mut Vec<String>,
    name: &str,
    mut stage: impl FnMut(),
) {
    const RUNS: usize = 400;
    group.bench_function(BenchmarkId::from_parameter(name), |b| b.iter(&mut stage));
    let mut us: Vec<f64> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            stage();
            started.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    us.sort_by(f64::total_cmp);
    table.push(format!("{name:<44} {:>9.0} {:>9.0}", us[0], us[RUNS / 2]));
}

fn regions(criterion: &mut Criterion, table: &mut Vec<String>) {
    let mut group = criterion.benchmark_group("region_to_tensor");
    for (width, height) in [(1280, 720), (1920, 1080)] {
        let picture = Picture::new(width, height);
        let side_px = 0.9 * height as f32;
        let (x_px, y_px) = (0.5 * width as f32, 0.5 * height as f32);
        let turned = Square { x_px, y_px, side_px, rotation_rad: 5_f32.to_radians() };
        let at_edge = Square { x_px: 0.2 * side_px, ..turned };
        for (format, nv12) in [("i420", false), ("nv12", true)] {
            let image = picture.image(nv12);
            let name = |what: &str| format!("{what}, {format} {width}x{height}");
            let mut input = Input::of_landmarks();
            measure(&mut group, table, &name("landmarks 256, 5°"), || {
                black_box(input.fill(black_box(&image), turned).unwrap());
            });
            measure(&mut group, table, &name("landmarks 256, a third outside"), || {
                black_box(input.fill(black_box(&image), at_edge).unwrap());
            });
            let mut input = Input::of_detector();
            measure(&mut group, table, &name("detector 224, whole"), || {
                black_box(input.fill_whole(black_box(&image)).unwrap());
            });
        }
    }
    // More pictures than caches hold: each is as if it had just arrived.
    let pictures: Vec<Picture> = (0..40).map(|_| Picture::new(1280, 720)).collect();
    let turned = Square { x_px: 640.0, y_px: 360.0, side_px: 648.0, rotation_rad: 5_f32.to_radians() };
    let (mut input, mut turn) = (Input::of_landmarks(), 0);
    measure(&mut group, table, "landmarks 256, 5°, fresh i420 1280x720", || {
        turn = (turn + 1) % pictures.len();
        black_box(input.fill(black_box(&pictures[turn].image(false)), turned).unwrap());
    });
    group.finish();
}

fn outputs(criterion: &mut Criterion, table: &mut Vec<String>) {
    let mut group = criterion.benchmark_group("outputs_to_people");
    let (mut points, mut logits) = (Random(2), Random(3));
    let landmarks = LandmarkOutputs::new(|| points.between(0.0, 256.0), || logits.between(-12.0, 4.0));
    measure(&mut group, table, "landmarks with heatmap refinement", || {
        black_box(black_box(&landmarks).decode());
    });
    // About as many boxes above one half as four people give.
    let mut detector = DetectorOutputs::new(|| points.between(-40.0, 80.0), || logits.between(-20.0, 0.4));
    measure(&mut group, table, "detector, 2254 anchors", || {
        black_box(black_box(&mut detector).decode());
    });
    group.finish();
}

fn main() {
    let mut criterion =
        Criterion::default().measurement_time(Duration::from_secs(1)).sample_size(20).configure_from_args();
    let mut table = Vec::new();
    regions(&mut criterion, &mut table);
    outputs(&mut criterion, &mut table);
    criterion.final_summary();
    println!("{:<44} {:>9} {:>9}  µs", "stage", "fastest", "median");
    for line in table {
        println!("{line}");
    }
}
