//! The peers: MediaPipe in Python frame by frame, kinemotion as its users run it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context;

use crate::args::{Args, WorkerKind};
use crate::contestant::{Contestant, Setup};
use crate::duel::{self, Duel};
use crate::part::Absent;
use crate::plan::Plan;
use crate::processors;
use crate::stations::spotter_binary;
use crate::turn::Turn;
use crate::usage;

/// What is said where a peer is not there.
const NOT_INSTALLED: &str = "not installed: make setup-bench";
/// The clip of jumps that kinemotion and `spotter analyze` get.
const JUMPS: &str = "tests/clips/cmj_three.mp4";

/// Frames a second and processor time beside MediaPipe's Python solution: same model size, same clip, both on one processor.
pub(crate) fn mediapipe(args: &Args, plan: &Plan) -> anyhow::Result<Duel> {
    let python = peer(".cache/mediapipe-venv/bin/python")?;
    let processor = processors::first()?;
    let setup = Setup { threads: 1, processor: Some(processor), ..Setup::on_cpu(args) };
    let mut ours = Contestant::ours(WorkerKind::Pipeline, &args.clip, setup, args)?;
    let mut command = Command::new(python);
    command
        .arg(checkout().join("hw-bench/peers/mediapipe_pass.py"))
        .arg(processor.to_string())
        .arg(&args.clip);
    for threads in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"] {
        command.env(threads, "1");
    }
    let mut other = Contestant::start("MediaPipe", command)?;
    Ok(duel::fight(&mut ours, &mut other, plan.peer_turns, plan.frames)?.0)
}

/// `spotter analyze` beside `kinemotion cmj-analyze` on the same clip, from the start of the program to its end, on all processors.
pub(crate) fn kinemotion(args: &Args, plan: &Plan) -> anyhow::Result<Duel> {
    if !plan.slow_peers {
        return Err(Absent::because("left out by --quick").into());
    }
    let program = peer(".cache/kinemotion-venv/bin/kinemotion")?;
    let clip = checkout().join(JUMPS);
    anyhow::ensure!(clip.is_file(), "{JUMPS} is missing: it is part of the repository");
    let frames = Contestant::ours(WorkerKind::Decode, &clip, Setup::on_cpu(args), args)?.take_turn(0)?.frames;
    let (mut ours, mut other) = (Vec::new(), Vec::new());
    for _ in 0..plan.peer_turns {
        ours.push(run(analyze(args, &clip)?, frames)?);
        let mut peer = Command::new(&program);
        peer.arg("cmj-analyze").arg(&clip);
        other.push(run(peer, frames)?);
    }
    duel::decide("spotter analyze", &ours, "kinemotion 0.82.0 cmj-analyze (its own lite model)", &other)
        .context("no turn was taken")
}

fn analyze(args: &Args, clip: &Path) -> anyhow::Result<Command> {
    let mut command = Command::new(spotter_binary()?);
    command.arg("analyze").arg(clip).args([
        "--format",
        "json",
        "--model",
        crate::estimation::model_name(args),
    ]);
    let models = crate::estimation::config(args);
    for (option, path) in [("--models-dir", models.dir), ("--onnxruntime", models.onnxruntime)] {
        command.args(path.iter().flat_map(|path| [Path::new(option), path.as_path()]));
    }
    Ok(command)
}

/// Runs a program to its end.
fn run(mut command: Command, frames: usize) -> anyhow::Result<Turn> {
    let (started, cpu_before) = (Instant::now(), usage::cpu_time_of_children());
    let program = command.get_program().to_string_lossy().into_owned();
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("{program} can't be started"))?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    anyhow::ensure!(output.status.success(), "{program}: {}: {}", output.status, errors.trim_end());
    Ok(Turn {
        frames,
        wall_s: started.elapsed().as_secs_f64(),
        cpu_s: usage::cpu_time_of_children().saturating_sub(cpu_before).as_secs_f64(),
        ..Turn::default()
    })
}

fn peer(program: &str) -> anyhow::Result<PathBuf> {
    let program = checkout().join(program);
    if program.is_file() { Ok(program) } else { Err(Absent::because(NOT_INSTALLED).into()) }
}

fn checkout() -> PathBuf {
    spotter_tests::checkout()
}
