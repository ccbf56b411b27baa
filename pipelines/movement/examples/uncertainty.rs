//! Prints how often the stated uncertainties hold, by metric: `cargo run --release -p spotter-movement --example uncertainty
//! [FOLDER]`. From the joints of the rendered clips with 0, 1 and 2 px of noise (three seeds each), and, where FOLDER holds them
//! (`CLIP.full.jsonl`, as `spotter analyze CLIP --poses-out` writes them), from the pose model's keypoints of the same clips.
#![allow(clippy::print_stdout)] // Printing is all it does.

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::Path;

use common::coverage::{self, Coverage, within};

fn main() {
    let folder = std::env::args().nth(1);
    let clips = coverage::all_clips();
    let mut joints = Coverage::default();
    for (_, clip) in &clips {
        coverage::of_joints(clip, &mut joints);
    }
    show("joints with 0, 1 and 2 px of noise", &joints);
    let Some(folder) = folder else { return };
    let mut seen = Coverage::default();
    for (name, clip) in &clips {
        let path = Path::new(&folder).join(format!("{name}.full.jsonl"));
        if path.exists() {
            let (recording, model) = coverage::recorded(&path);
            let table = if model.ends_with("refined") { "movement_refined" } else { "movement" };
            coverage::of_recording(clip, &recording, &common::profile_of("full", table), &mut seen);
        }
    }
    show("keypoints of the pose model", &seen);
    let mut pooled = joints.all();
    pooled.extend(seen.all());
    line("all of both", &pooled);
}

fn show(of: &str, coverage: &Coverage) {
    println!("{of}: share of errors within 1 u (60–75 % wanted) and 2 u (≥ 93 %), mean and spread in u");
    for (name, errors) in coverage.metrics() {
        line(name, errors);
    }
    line("all", &coverage.all());
}

fn line(name: &str, errors: &[f64]) {
    let n = errors.len().max(1) as f64;
    let mean = errors.iter().sum::<f64>() / n;
    let spread = (errors.iter().map(|error| (error - mean).powi(2)).sum::<f64>() / n).sqrt();
    println!(
        "  {name:36} n {:5}  {:5.1} %  {:5.1} %  {mean:+.2} ± {spread:.2}",
        errors.len(),
        100.0 * within(errors, 1.0),
        100.0 * within(errors, 2.0)
    );
}
