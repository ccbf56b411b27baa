//! Speed, latency and memory of a Spotter unit, beside the limit that bare ONNX Runtime sets and beside its peers, in one run.
//!
//! Whatever is compared takes turns, so that a machine whose speed drifts moves both; ratios are taken turn by turn and stand first.

mod args;
mod backends;
mod cameras;
mod canvas;
mod compose;
mod contestant;
mod document;
mod duel;
mod estimation;
mod exposition;
mod gpu;
mod latency;
mod machine;
mod page;
mod parity;
mod part;
mod passes;
mod paths;
mod peers;
mod people;
mod plan;
mod processors;
mod report;
mod run_info;
mod soak;
mod stages;
mod stations;
mod stats;
mod targets;
mod turn;
mod usage;
mod worker;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use spotter_models::BUILD_ARGUMENT;

use args::{Args, PartName};
use part::attempt;
use plan::Plan;
use report::{Parts, Report};
use run_info::Started;

fn main() -> anyhow::Result<ExitCode> {
    // TensorRT's engines are built by the program that asks for them, started again.
    if std::env::args().nth(1).as_deref() == Some(BUILD_ARGUMENT) {
        return Ok(spotter_models::tensorrt::build_child::main());
    }
    let args = Args::parse();
    if let Some(kind) = args.worker {
        worker::serve(kind, &args)?;
        return Ok(ExitCode::SUCCESS);
    }
    if args.cores > 0 {
        processors::use_only(args.cores)?;
    }
    let backend = check(&args)?;
    let report = run(&args, Plan::of(&args), backend);
    put_out(&report, &args)?;
    Ok(if report.parts.any_failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What every part needs, before minutes are spent; tells what computes.
fn check(args: &Args) -> anyhow::Result<String> {
    anyhow::ensure!(args.clip.is_file(), "{} is missing: give a clip with one person", args.clip.display());
    stations::spotter_binary()?;
    Ok(estimation::open(args)?.backend())
}

fn run(args: &Args, plan: Plan, backend: String) -> Report {
    let started = Started::now();
    let models = estimation::config(args);
    let attempt_stages = || stages::measure(args, &plan);
    let parts = Parts {
        stages: attempt("stages, beside bare ONNX Runtime", args.wants(PartName::Stages), attempt_stages),
        mediapipe: attempt("MediaPipe", args.wants(PartName::Mediapipe), || peers::mediapipe(args, &plan)),
        kinemotion: attempt("kinemotion", args.wants(PartName::Kinemotion), || {
            peers::kinemotion(args, &plan)
        }),
        cameras: attempt("cameras", args.wants(PartName::Cameras), || {
            cameras::measure(&args.clip, &plan, &models)
        }),
        people: attempt("people", args.wants(PartName::People), || people::measure(args, &plan)),
        latency: attempt("latency", args.wants(PartName::Latency), || latency::measure(&plan, &models)),
        backends: attempt("backends", args.wants(PartName::Backends), || Ok(backends::measure(args, &plan))),
        gpu: attempt("GPU", args.wants(PartName::Gpu), || gpu::measure(args, &plan)),
        parity: attempt("keypoints", args.wants(PartName::Parity), || parity::measure(args, &plan)),
        soak: attempt("memory", args.wants(PartName::Soak), || soak::measure(&args.clip, &models, plan.soak)),
    };
    let run = started.finish();
    let model = estimation::model_name(args).to_owned();
    Report {
        schema: report::SCHEMA,
        targets: targets::of(&parts, &model, &run.machine),
        clip: args.clip.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        run,
        backend,
        plan,
        model,
        parts,
    }
}

/// The table, and the files that were asked for.
#[allow(clippy::print_stdout, clippy::print_stderr, reason = "what this program is for")]
fn put_out(report: &Report, args: &Args) -> anyhow::Result<()> {
    let page = page::of(report);
    let json = serde_json::to_string_pretty(report)?;
    if args.json.as_deref() == Some(Path::new("-")) {
        eprint!("{}", page.plain());
        println!("{json}");
    } else {
        print!("{}", page.plain());
        if let Some(path) = &args.json {
            write(path, &format!("{json}\n"))?;
        }
    }
    args.write.as_deref().map_or(Ok(()), |path| write(path, &page.markdown()))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("{} can't be written", path.display()))
}
