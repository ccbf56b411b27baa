//! Estimates the poses of a clip and prints what it costs by stage, as a table; with `--poses FILE` also writes the pose file.
//!
//! `cargo run --release -p spotter-models --example estimate_clip -- CLIP [--poses FILE] [--people N] [--threads N]`

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for developers")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use spotter_models::{KEYPOINT_NAMES, Pose, StageTimes};
use support::{Clip, Format};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| arguments.iter().position(|a| a == name).map(|at| arguments[at + 1].clone());
    let number = |name: &str, default| option(name).map_or(default, |value| value.parse().unwrap());
    let clip = PathBuf::from(arguments.first().unwrap());
    let settings = support::settings(number("--people", 1), number("--threads", 2)).unwrap();
    let opening = Instant::now();
    let mut estimator = spotter_models::open(&settings).unwrap();
    println!("{}: opened in {:.0} ms", estimator.backend(), opening.elapsed().as_secs_f64() * 1e3);

    let mut clip = Clip::open(&clip, Format::I420).unwrap();
    let mut file = format!(
        "{{\"spotter_poses\":1,\"keypoints\":{KEYPOINT_NAMES:?},\"width\":{},\"height\":{},\"fps\":{:?}}}\n",
        clip.width, clip.height, clip.fps
    );
    let mut poses = Vec::new();
    let mut times = Vec::new();
    let mut total = Duration::ZERO;
    while let Some((image, pts)) = clip.next_frame() {
        let started = Instant::now();
        times.push(estimator.estimate(&image, pts, &mut poses).unwrap());
        total += started.elapsed();
        write_poses(&mut file, pts, &poses);
    }
    print_table(&times, total);
    if let Some(path) = option("--poses") {
        std::fs::write(path, file).unwrap();
    }
}

fn write_poses(file: &mut String, pts: Duration, poses: &[Pose]) {
    let people: Vec<String> = poses
        .iter()
        .map(|pose| {
            let keypoints: Vec<String> = pose
                .keypoints
                .iter()
                .map(|k| format!("[{:.2},{:.2},{:.4}]", k.x_px, k.y_px, k.confidence))
                .collect();
            format!("{{\"id\":{},\"presence\":{:.3},\"kp\":[{}]}}", pose.id, pose.presence, keypoints.join(","))
        })
        .collect();
    writeln!(file, "{{\"t\":{:.6},\"people\":[{}]}}", pts.as_secs_f64(), people.join(",")).unwrap();
}

fn print_table(times: &[StageTimes], total: Duration) {
    let frames = times.len() as f64;
    let mean_ms = |stage: fn(&StageTimes) -> Duration| {
        times.iter().map(stage).sum::<Duration>().as_secs_f64() * 1e3 / frames
    };
    let searches = times.iter().filter(|t| t.detector_ran).count();
    println!("frames {frames}, detector ran on {searches}");
    println!("{:>12} {:>9}", "stage", "ms/frame");
    println!("{:>12} {:>9.3}", "preprocess", mean_ms(|t| t.preprocess));
    println!("{:>12} {:>9.3}", "infer", mean_ms(|t| t.infer));
    println!("{:>12} {:>9.3}", "postprocess", mean_ms(|t| t.postprocess));
    println!("{:>12} {:>9.3}", "all", total.as_secs_f64() * 1e3 / frames);
}
