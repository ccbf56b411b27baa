//! What one frame costs: the median per frame and person, on a figure with known physics and on recorded poses.
//!
//! `cargo bench -p spotter-movement` prints it. The bound is 20 µs (issue of the movement crate; METRICS §0.5 allows 1 ms).
// Helpers of a benchmark.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;
use std::time::{Duration, Instant};

use common::physics::{Figure, Squats};
use common::{Recording, profile, settings, truth};
use criterion::{BenchmarkId, Criterion, Throughput};
use spotter_movement::{ModelProfile, PersonPose, Session};

/// A recording as a session takes it.
struct Input {
    name: String,
    recording: Recording,
    model: ModelProfile,
}

fn inputs() -> Vec<Input> {
    let squats = Squats::new(8);
    let mut inputs = Vec::new();
    for (people, fps) in [(1_u32, 30.0), (1, 60.0), (1, 120.0), (10, 60.0)] {
        let figure = Figure { fps, noise_px: 1.0, ..Figure::default() };
        let mut recording = figure.film(squats.end() + 4.0, |t| squats.posture(t));
        for frame in &mut recording.frames {
            let first = frame.people[0].clone();
            frame.people.extend((1..people).map(|more| {
                let moved = first.keypoints.iter().map(|point| {
                    let mut point = *point;
                    point.x_px += 900.0 * f64::from(more);
                    point
                });
                common::person(1 + more, moved.collect())
            }));
        }
        let name = format!("figure, {people} in view, {fps} fps");
        inputs.push(Input { name, recording, model: ModelProfile::default() });
    }
    if truth::folder().is_some() {
        for name in ["squat_sag_60", "cmj_sag_60", "run_sag_60", "squat_passby_30"] {
            let recording = truth::poses(name, "full");
            inputs.push(Input { name: name.to_owned(), recording, model: profile("full") });
        }
    }
    inputs
}

impl Input {
    /// Runs it through a session; hands the time of each frame and its number of people to `note`.
    fn run(&self, mut note: impl FnMut(Duration, usize)) {
        let mut session = Session::new(settings(&self.recording, Some(1.80), self.model.clone()));
        let mut events = Vec::new();
        for frame in &self.recording.frames {
            let people: Vec<PersonPose<'_>> = frame
                .people
                .iter()
                .map(|p| PersonPose { id: p.id, keypoints: &p.keypoints, bar: None })
                .collect();
            let begun = Instant::now();
            session.push(frame.pts, black_box(&people), &mut events);
            note(begun.elapsed(), people.len());
        }
        session.finish(&mut events);
        black_box(&events);
    }

    /// Median, 99th percentile and greatest over all frames of the time by person, microseconds.
    fn times_us(&self) -> [f64; 3] {
        let mut times = Vec::new();
        self.run(|time, people| {
            if people > 0 {
                times.push(time / people as u32);
            }
        });
        times.sort_unstable();
        let last = times.len() - 1;
        [last / 2, last * 99 / 100, last].map(|place| times[place].as_secs_f64() * 1e6)
    }

    fn people(&self) -> u64 {
        self.recording.frames.iter().map(|frame| frame.people.len() as u64).sum()
    }
}

fn main() {
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    let inputs = inputs();
    let mut group = criterion.benchmark_group("frame");
    for input in &inputs {
        // Elements are people in frames: the inverse of the throughput is the time of one.
        group.throughput(Throughput::Elements(input.people()));
        group.bench_with_input(BenchmarkId::from_parameter(&input.name), input, |bencher, input| {
            bencher.iter(|| input.run(|_, _| {}));
        });
    }
    group.finish();
    criterion.final_summary();
    for input in &inputs {
        let [median, most, worst] = input.times_us();
        println!(
            "a frame and person: median {median:.1} µs, 99 % within {most:.1}, worst {worst:.0} ({})",
            input.name
        );
    }
}
