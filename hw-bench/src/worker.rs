//! One of the programs that take turns: loads, warms up, says hello, then does a pass over the clip for each line that it reads.
//!
//! A process of its own, so that its processor time and memory are its own and it can be kept on one processor.

use std::io::{BufRead, Write};

use anyhow::Context;
use spotter_models::BareModel;

use crate::args::{Args, WorkerKind};
use crate::estimation;
use crate::gpu;
use crate::passes::{self, Pipeline};
use crate::processors;
use crate::turn::{Clock, Hello, Turn};
use crate::usage;

/// Runs of the bare model before it says hello.
const WARM_UP_RUNS: usize = 20;
/// Frames that pipeline and decoder see before they say hello.
const WARM_UP_FRAMES: usize = 40;

/// What a worker computes with.
enum Work {
    Pipeline(Box<Pipeline>),
    Bare(BareModel),
    Decode,
}

/// Serves turns until stdin ends.
pub(crate) fn serve(kind: WorkerKind, args: &Args) -> anyhow::Result<()> {
    if let Some(processor) = args.processor {
        processors::stay_on([processor])?;
    }
    let plain = |backend: &str| Hello { backend: backend.to_owned(), problem: None };
    let (mut work, hello) = match kind {
        // Its orders are others.
        WorkerKind::Gpu => return gpu::serve(args),
        WorkerKind::Pipeline => {
            let opened = estimation::open(args)?;
            let hello = Hello { backend: opened.backend(), problem: opened.problem() };
            (Work::Pipeline(Box::new(Pipeline::open(opened.analysis))), hello)
        }
        WorkerKind::Bare => (Work::Bare(estimation::bare_model(args)?), plain("bare ONNX Runtime")),
        WorkerKind::Decode => (Work::Decode, plain("decoder")),
    };
    let frames = if matches!(work, Work::Bare(_)) { WARM_UP_RUNS } else { WARM_UP_FRAMES };
    take_turn(&mut work, args, 0, frames).context("warm-up")?;
    say(&hello)?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let frames = line.trim().parse().with_context(|| format!("`{line}` is no number of frames"))?;
        say(&take_turn(&mut work, args, args.skip, frames)?)?;
    }
    Ok(())
}

/// One pass over at most `frames` frames, after `skip` others; 0 is the whole clip.
fn take_turn(work: &mut Work, args: &Args, skip: usize, frames: usize) -> anyhow::Result<Turn> {
    let mut turn = match work {
        Work::Pipeline(pipeline) => pipeline.pass(&args.clip, skip, frames)?,
        Work::Decode => passes::decode(&args.clip, frames)?,
        Work::Bare(model) => {
            let clock = Clock::start();
            model.run(frames)?;
            clock.stop(Turn { frames, ..Turn::default() })
        }
    };
    turn.peak_rss_bytes = usage::of_process(std::process::id())?.peak_rss_bytes;
    Ok(turn)
}

/// Writes a line of the workers' protocol.
#[allow(clippy::print_stdout, reason = "the protocol")]
pub(crate) fn say(line: &impl serde::Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(line)?);
    Ok(std::io::stdout().flush()?)
}
