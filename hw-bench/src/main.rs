//! Latency, throughput and memory of a Spotter unit, beside the limit that bare ONNX Runtime sets, in one run.
//!
//! Pipeline and bare runtime take turns, so that a machine whose speed drifts moves both; the ratio is taken turn by turn.

mod machine;
mod pipeline;
mod report;
mod stats;
mod unit;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use spotter::analysis::Analysis;
use spotter::athlete::Athlete;
use spotter::cli::{ModelArg, PlaceArgs};
use spotter::config::ModelsConfig;
use spotter::{estimators, places};
use spotter_models::{BareModel, LandmarkModel};

use report::{Report, Turn};

/// Frames a second and latency by stage on a clip, beside bare ONNX Runtime on the same model
#[derive(Debug, Parser)]
#[command(name = "spotter-hw-bench", version)]
struct Args {
    /// Clip with one person
    #[arg(default_value = "tests/clips/squat_set.mp4")]
    clip: PathBuf,
    /// Landmark model
    #[arg(long, value_enum, default_value = "full")]
    model: ModelArg,
    /// Inference threads; 0 takes one for each processor, four at most
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Turns of pipeline and bare runtime
    #[arg(long, default_value_t = 3)]
    turns: usize,
    /// Seconds to run the whole unit for; 0 leaves that part out
    #[arg(long, value_name = "S", default_value_t = 45)]
    unit_seconds: u64,
    /// Also write the figures to this file
    #[arg(long, value_name = "FILE.json")]
    json: Option<PathBuf>,
    #[command(flatten)]
    places: PlaceArgs,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let landmarks = LandmarkModel::from(args.model);
    let config = ModelsConfig {
        dir: args.places.models_dir.clone(),
        onnxruntime: args.places.onnxruntime.clone(),
        threads: args.threads,
        ..ModelsConfig::default()
    };
    let opened = estimators::open(&config, landmarks)?;
    opened.engine.settle();
    let estimator = opened.engine.estimator(config.max_people);
    let mut analysis = Analysis::new(estimator, opened.profile, Athlete::default());
    let library = places::onnxruntime(args.places.onnxruntime.clone());
    let model = estimators::landmark_model_path(landmarks, &args.places)?;
    let mut bare = BareModel::open(&library, &model, config.inference_threads())?;

    let mut stages = pipeline::StageLog::default();
    pipeline::run(&args.clip, &mut analysis, &mut stages).context("warm-up")?;
    bare.run(20)?;
    stages = pipeline::StageLog::default();
    let mut turns = Vec::new();
    for _ in 0..args.turns.max(1) {
        let pass = pipeline::run(&args.clip, &mut analysis, &mut stages)?;
        let bare_time = bare.run(pass.frames)?;
        turns.push(Turn {
            pipeline_fps: pass.frames as f64 / pass.time.as_secs_f64(),
            bare_fps: pass.frames as f64 / bare_time.as_secs_f64(),
        });
    }
    let backend = opened.engine.status().running;
    drop((analysis, bare));
    let unit =
        (args.unit_seconds > 0).then(|| unit::measure(&args.clip, Duration::from_secs(args.unit_seconds)));

    let report = Report::new(machine::describe(), &args.clip, backend, &turns, &stages, unit);
    report.print();
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(&report)?;
        std::fs::write(path, text).with_context(|| format!("{} can't be written", path.display()))?;
    }
    Ok(())
}
