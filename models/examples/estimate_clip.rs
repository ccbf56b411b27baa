//! Estimates the poses of a clip and prints what it costs by stage, beside the landmark model alone (`bare`); with `--poses FILE` also
//! writes the pose file.
//!
//! `cargo run --release -p spotter-models --example estimate_clip -- CLIP [--poses FILE] [--people N] [--threads N]
//! [--rgb] [--frame-s SECONDS]`

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for developers")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use spotter_models::{BareModel, Engine, KEYPOINT_NAMES, Pose, StageTimes};
use support::{Clip, Format};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| arguments.iter().position(|a| a == name).map(|at| arguments[at + 1].clone());
    let number = |name: &str, default| option(name).map_or(default, |value| value.parse().unwrap());
    let clip = PathBuf::from(arguments.first().unwrap());
    let settings = support::settings(number("--threads", 2)).unwrap();
    let opening = Instant::now();
    let engine = Engine::open(&settings).unwrap();
    let mut estimator = engine.estimator(number("--people", 1));
    println!("{}: opened in {:.0} ms", engine.status().running, opening.elapsed().as_secs_f64() * 1e3);

    let frame_time = option("--frame-s").map(|s| Duration::from_secs_f64(s.parse().unwrap()));
    let format = if arguments.iter().any(|a| a == "--rgb") { Format::Rgb } else { Format::I420 };
    let mut clip = Clip::open(&clip, format).unwrap();
    let mut file = format!(
        "{{\"spotter_poses\":1,\"keypoints\":{KEYPOINT_NAMES:?},\"width\":{},\"height\":{},\"fps\":{:?}}}\n",
        clip.width, clip.height, clip.fps
    );
    let mut poses = Vec::new();
    let mut times = Vec::new();
    while let Some((image, pts)) = clip.next_frame() {
        let pts = frame_time.map_or(pts, |time| time * times.len() as u32);
        times.push(estimator.estimate(&image, pts, &mut poses).unwrap());
        write_poses(&mut file, pts, &poses);
    }
    print_table(&times);
    let landmarks =
        spotter_models::store::resolve(&settings.models_dir, settings.landmarks.manifest_name()).unwrap();
    let mut bare = BareModel::open(&settings.onnxruntime, &landmarks, settings.threads).unwrap();
    print_row("bare", (0..times.len().min(300)).map(|_| bare.run(1).unwrap()));
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
            format!(
                "{{\"id\":{},\"presence\":{:.3},\"kp\":[{}]}}",
                pose.id,
                pose.presence,
                keypoints.join(",")
            )
        })
        .collect();
    writeln!(file, "{{\"t\":{:.6},\"people\":[{}]}}", pts.as_secs_f64(), people.join(",")).unwrap();
}

fn print_table(times: &[StageTimes]) {
    let searches = times.iter().filter(|t| t.detector_ran).count();
    println!("frames {}, detector ran on {searches}", times.len());
    println!("{:>12} {:>9} {:>9} {:>9}  ms", "stage", "mean", "median", "least");
    print_row("preprocess", times.iter().map(|t| t.preprocess));
    print_row("infer", times.iter().map(|t| t.infer));
    print_row("postprocess", times.iter().map(|t| t.postprocess));
    print_row("track", times.iter().map(|t| t.track));
    print_row("all", times.iter().map(|t| t.preprocess + t.infer + t.postprocess + t.track));
}

fn print_row(stage: &str, times: impl Iterator<Item = Duration>) {
    let mut ms: Vec<f64> = times.map(|time| time.as_secs_f64() * 1e3).collect();
    ms.sort_by(f64::total_cmp);
    let mean = ms.iter().sum::<f64>() / ms.len() as f64;
    println!("{stage:>12} {mean:>9.3} {:>9.3} {:>9.3}", ms[ms.len() / 2], ms[0]);
}
