//! Building an engine in a child process: TensorRT may take minutes, take all memory, or crash, and the unit goes on.
//!
//! The child is this program with a hidden subcommand ([`super::build_child`]). It reads a [`BuildRequest`] as one line of JSON, tells its
//! progress as lines of JSON, and cancels when its standard input ends, so also when this process dies.

use std::io::{BufRead, BufReader, Lines, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::status::{error_of, status_of};
use super::{Precision, TensorRtError};

/// What to build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuildRequest {
    /// The plug-in's file.
    pub plugin: PathBuf,
    /// TensorRT's library; none: the one that the dynamic linker finds.
    pub nvinfer: Option<PathBuf>,
    /// The model.
    pub onnx: PathBuf,
    /// Its checksum: another file is not built.
    pub onnx_sha256: String,
    /// Where the engine goes.
    pub target: PathBuf,
    /// Text of the engine's key, which is kept in it.
    pub key: String,
    /// What it computes in.
    pub precision: Precision,
    /// Core of the deep-learning accelerator; none: the GPU.
    pub dla_core: Option<u32>,
    /// Regions of the largest run, if the model takes more than one.
    pub max_batch: usize,
    /// Most memory that the builder may take for trying layers, in bytes; 0: TensorRT's own limit.
    pub workspace_bytes: u64,
    /// What the engine must take and give: it is loaded and run once before it is kept.
    pub probe: Probe,
}

/// What an engine must take and give.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Width and height of the input.
    pub size: [usize; 2],
    /// Values of black and of full intensity.
    pub range: [f32; 2],
    /// Name and number of values of each output.
    pub outputs: Vec<(String, usize)>,
}

/// How far a build is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What TensorRT does, in its own words. Phases nest.
    pub phase: String,
    /// Steps done of this phase.
    pub step: i32,
    /// Steps of this phase.
    pub total: i32,
}

/// A line that the child writes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Event {
    Progress(Progress),
    /// The engine is in its place.
    Built,
    /// A status of the ABI, and why.
    Failed {
        status: i32,
        reason: String,
    },
}

impl Event {
    pub(super) fn failed(error: &TensorRtError) -> Self {
        let (status, reason) = status_of(error);
        Self::Failed { status, reason }
    }
}

/// A build that is under way. Dropped, it ends the child.
#[derive(Debug)]
pub struct Build {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    canceller: Canceller,
}

/// Ends a build from another thread.
#[derive(Debug, Clone)]
pub struct Canceller(Arc<Mutex<Option<ChildStdin>>>);

impl Canceller {
    /// Asks the child to stop. It does at TensorRT's next step, and [`Build::wait`] then says [`TensorRtError::Cancelled`].
    pub fn cancel(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Build {
    /// Starts `command`, which must run [`super::build_child::main`].
    ///
    /// # Errors
    /// [`TensorRtError::Child`] when it can't be started.
    pub fn start(mut command: Command, request: &BuildRequest) -> Result<Self, TensorRtError> {
        let unstartable = |error: &dyn std::fmt::Display| TensorRtError::Child(error.to_string());
        let mut line = serde_json::to_vec(request).map_err(|error| unstartable(&error))?;
        line.push(b'\n');
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| unstartable(&format!("{}: {error}", command.get_program().display())))?;
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(unstartable(&"the child has no standard input or output"));
        };
        // A child that ended already says why on its own; the pipe's error says less.
        if let Err(error) = stdin.write_all(&line) {
            tracing::debug!(%error, "the build's request was not read");
        }
        let canceller = Canceller(Arc::new(Mutex::new(Some(stdin))));
        Ok(Self { child, lines: BufReader::new(stdout).lines(), canceller })
    }

    /// What another thread cancels the build with.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// Hands each progress to `progress` until the child ends.
    ///
    /// # Errors
    /// What the child said, or [`TensorRtError::Crashed`] when it ended without a word.
    pub fn wait(mut self, progress: &mut dyn FnMut(Progress)) -> Result<(), TensorRtError> {
        let mut outcome = None;
        for line in self.lines.by_ref().map_while(Result::ok).filter(|line| !line.is_empty()) {
            match serde_json::from_str(&line) {
                Ok(Event::Progress(step)) => progress(step),
                Ok(Event::Built) => outcome = Some(Ok(())),
                Ok(Event::Failed { status, reason }) => outcome = Some(Err(error_of(status, reason))),
                // Libraries print what they like.
                Err(_) => tracing::debug!(line, "printed by the process that builds"),
            }
        }
        let status = self.child.wait().map_err(|error| TensorRtError::Child(error.to_string()))?;
        outcome.unwrap_or_else(|| Err(ended_silently(status)))
    }
}

fn ended_silently(status: ExitStatus) -> TensorRtError {
    match status.signal() {
        Some(signal) => TensorRtError::Crashed(format!("signal {signal}")),
        None => TensorRtError::Child(format!("the child ended without a result ({status})")),
    }
}

impl Drop for Build {
    fn drop(&mut self) {
        self.canceller.cancel();
        // After `wait` both are refused: the child is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
