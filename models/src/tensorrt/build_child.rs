//! The process that builds an engine: `main` of the daemon's hidden subcommand. See [`super::build`] for what it reads and writes.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::build::{BuildRequest, Event, Progress};
use super::engine::SLOTS;
use super::raw::{Loaded, Usage};
use super::{Info, Plugin, Precision, TensorRtError, abi, cache};
use crate::convert;

/// Builds the engine that a line on standard input asks for, and tells of it on standard output.
pub fn main() -> ExitCode {
    // Whatever was printed before, without the end of a line perhaps, is not part of the first line.
    print_line("");
    let mut input = BufReader::new(std::io::stdin());
    let request = match read_request(&mut input) {
        Ok(request) => request,
        Err(reason) => return end(&Event::failed(&TensorRtError::Child(reason))),
    };
    be_nice();
    let cancelled = Arc::new(AtomicBool::new(false));
    watch(input, Arc::clone(&cancelled));
    end(&match build(&request, &cancelled) {
        Ok(()) => Event::Built,
        Err(error) => Event::failed(&error),
    })
}

fn read_request(input: &mut impl BufRead) -> Result<BuildRequest, String> {
    let mut line = String::new();
    input.read_line(&mut line).map_err(|error| error.to_string())?;
    serde_json::from_str(&line).map_err(|error| format!("the request can't be read: {error}"))
}

/// Whatever else the box does goes first.
fn be_nice() {
    const LOWEST: i32 = 19;
    if let Err(error) = rustix::process::nice(LOWEST) {
        tracing::warn!(%error, "the build keeps its priority");
    }
}

/// Cancels when standard input ends.
fn watch(mut input: impl Read + Send + 'static, cancelled: Arc<AtomicBool>) {
    let waiting = move || {
        // Nothing more is sent, so this returns at the end, or with an error that means the same.
        let _ = input.read_to_end(&mut Vec::new());
        cancelled.store(true, Ordering::Relaxed);
    };
    if let Err(error) = std::thread::Builder::new().name("cancel".to_owned()).spawn(waiting) {
        tracing::warn!(%error, "this build can't be cancelled");
    }
}

fn build(request: &BuildRequest, cancelled: &AtomicBool) -> Result<(), TensorRtError> {
    let onnx = read_model(&request.onnx, &request.onnx_sha256)?;
    let plugin = Plugin::open(&request.plugin, request.nvinfer.as_deref())?;
    let onnx = rewritten(onnx, request.precision, plugin.info())?;
    let settings = abi::BuildSettings {
        onnx: onnx.as_ptr().cast(),
        onnx_length: onnx.len(),
        precision: request.precision.raw(),
        dla_core: request.dla_core.map_or(-1, |core| core as i32),
        max_batch: request.max_batch as i32,
        workspace_bytes: request.workspace_bytes,
    };
    let mut plan = Vec::new();
    let mut last = None;
    plugin.opened.build(
        &settings,
        &mut |phase, step, total| {
            let progress = Progress { phase: phase.to_owned(), step, total };
            if last.as_ref() != Some(&progress) {
                say(&Event::Progress(progress.clone()));
                last = Some(progress);
            }
            !cancelled.load(Ordering::Relaxed)
        },
        &mut |bytes| {
            plan.extend_from_slice(bytes);
            true
        },
    )?;
    probe(&plugin, &plan, request)?;
    cache::write(&request.target, &request.key, &plan)
}

fn read_model(path: &Path, sha256: &str) -> Result<Vec<u8>, TensorRtError> {
    let onnx = fs::read(path).map_err(TensorRtError::io(path, "read the model"))?;
    if cache::sha256(&onnx) == sha256 {
        return Ok(onnx);
    }
    Err(TensorRtError::Refused(format!("{} is not the model that was asked for", path.display())))
}

/// The model as TensorRT is to build it. A change of this is a change of [`convert::REWRITING`].
fn rewritten(onnx: Vec<u8>, precision: Precision, info: &Info) -> Result<Vec<u8>, TensorRtError> {
    let onnx = if precision == Precision::Fp16 && info.tensorrt.takes_types_from_model() {
        convert::with_fp16(&onnx).map_err(|error| TensorRtError::Unsupported(error.to_string()))?
    } else {
        onnx
    };
    // A batch is worth having on a GPU; a model whose batch can't be freed runs one region after the other.
    Ok(convert::with_any_batch(&onnx).unwrap_or(onnx))
}

/// Loads the engine and runs it once: what crashes TensorRT shall do it here.
fn probe(plugin: &Plugin, plan: &[u8], request: &BuildRequest) -> Result<(), TensorRtError> {
    let [low, high] = request.probe.range;
    let outputs: Vec<(&str, usize)> =
        request.probe.outputs.iter().map(|(name, values)| (name.as_str(), *values)).collect();
    let usage = Usage {
        width: request.probe.size[0],
        height: request.probe.size[1],
        low,
        gain: (high - low) / 255.0,
        sets: 1,
        slots: SLOTS,
        outputs: &outputs,
    };
    let engine = Loaded::load(&plugin.opened, plan, &usage)?;
    engine.run(0, SLOTS)
}

fn end(event: &Event) -> ExitCode {
    say(event);
    if matches!(event, Event::Built) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn say(event: &Event) {
    match serde_json::to_string(event) {
        Ok(line) => print_line(&line),
        Err(error) => tracing::error!(%error, "an event that can't be written"),
    }
}

/// A parent that is gone ends the build by the end of standard input.
fn print_line(line: &str) {
    let mut output = std::io::stdout().lock();
    if let Err(error) = writeln!(output, "{line}").and_then(|()| output.flush()) {
        tracing::debug!(%error, "nobody reads the build's progress");
    }
}
