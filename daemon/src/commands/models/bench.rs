//! `spotter models bench`: how long the installed landmark models take on this machine.

use serde::Serialize;
use spotter_models::{LandmarkModel, ModelError};

use crate::cli::{ModelsBenchArgs, TextFormat};
use crate::commands::{print, table};
use crate::config::ModelsConfig;
use crate::exit::{Code, Failure, OrExit, model_code};
use crate::landmarks::{Measured, Setup, measure_one};
use crate::places;

/// Time of one model.
#[derive(Debug, Serialize)]
struct Row {
    model: LandmarkModel,
    threads: usize,
    run_ms: f64,
    frames_per_s: f64,
}

/// Measures the models on the CPU and prints the times of one person in one frame.
///
/// # Errors
/// When a named model or the runtime can't be used, or no landmark model is installed.
pub(super) fn run(args: &ModelsBenchArgs) -> Result<(), Failure> {
    let config = ModelsConfig { threads: args.threads, ..ModelsConfig::default() };
    let setup = Setup {
        models_dir: places::models_dir(args.places.models_dir.clone()),
        onnxruntime: places::onnxruntime(args.places.onnxruntime.clone()),
        threads: config.inference_threads(),
    };
    let mut rows = Vec::new();
    for model in [LandmarkModel::Lite, LandmarkModel::Full, LandmarkModel::Heavy] {
        match measure_one(&setup, model) {
            Ok(measured) => rows.push(row(measured, setup.threads)),
            Err(ModelError::Missing { name, .. }) => eprintln!("models: {name} is not installed"),
            Err(error) => return Err(Failure::new(model_code(&error), error)),
        }
    }
    if rows.is_empty() {
        let missing = anyhow::anyhow!("no landmark model is installed: run `spotter models fetch`");
        return Err(Failure::new(Code::Unavailable, missing));
    }
    match args.format {
        TextFormat::Json => print(&serde_json::to_string_pretty(&rows).or_exit(Code::Software)?),
        TextFormat::Table => print(&as_table(&rows)),
    }
}

fn row(measured: Measured, threads: usize) -> Row {
    let run_ms = measured.run_s * 1e3;
    Row { model: measured.model, threads, run_ms, frames_per_s: 1.0 / measured.run_s }
}

fn as_table(rows: &[Row]) -> String {
    let cells = |row: &Row| {
        let (ms, rate) = (format!("{:.1}", row.run_ms), format!("{:.0}", row.frames_per_s));
        vec![row.model.name().to_owned(), row.threads.to_string(), ms, rate]
    };
    table::table(&["model", "threads", "ms", "runs/s"], &rows.iter().map(cells).collect::<Vec<_>>())
}
