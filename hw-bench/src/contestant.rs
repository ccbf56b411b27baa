//! A worker seen from the bench: a child process that takes a turn when it is told to.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use anyhow::Context;
use serde::de::DeserializeOwned;

use crate::args::{Args, BackendArg, WorkerKind};
use crate::turn::{Hello, Turn};

/// Lines of a program's errors that are shown when it fails.
const LAST_WORDS: usize = 8;

/// A worker that is loaded and warm.
pub(crate) struct Contestant {
    name: String,
    /// What it says it computes with.
    pub(crate) backend: String,
    /// Why that is not what was asked for.
    pub(crate) problem: Option<String>,
    child: Child,
    /// None once it shall end.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    last_words: Option<JoinHandle<String>>,
}

/// How one of our own workers shall run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setup {
    /// What shall compute.
    pub(crate) backend: BackendArg,
    /// Inference threads; 0 as the unit would choose.
    pub(crate) threads: usize,
    /// The one processor to stay on.
    pub(crate) processor: Option<usize>,
    /// People to track.
    pub(crate) max_people: usize,
    /// Frames of a turn before its clock starts.
    pub(crate) skip: usize,
}

impl Setup {
    /// The unit's own number of threads on the CPU, one person.
    pub(crate) fn on_cpu(args: &Args) -> Self {
        Self { backend: BackendArg::Cpu, threads: args.threads, processor: None, max_people: 1, skip: 0 }
    }
}

impl Contestant {
    /// Starts this program again as a worker on `clip`.
    pub(crate) fn ours(kind: WorkerKind, clip: &Path, setup: Setup, args: &Args) -> anyhow::Result<Self> {
        let name = format!("{kind:?}").to_lowercase();
        let program = std::env::current_exe().context("this program can't be found")?;
        let mut command = Command::new(program);
        command.arg(clip).args(["--worker", &name]).args(["--model", crate::estimation::model_name(args)]);
        command.args(["--backend", &setup.backend.name(), "--skip", &setup.skip.to_string()]);
        command.args(["--threads", &setup.threads.to_string()]);
        command.args(["--max-people", &setup.max_people.to_string()]);
        if let Some(processor) = setup.processor {
            command.args(["--processor", &processor.to_string()]);
        }
        command.arg("--engines-dir").arg(&args.engines_dir);
        for (option, path) in [
            ("--models-dir", &args.places.models_dir),
            ("--onnxruntime", &args.places.onnxruntime),
            ("--tensorrt-plugin", &args.tensorrt_plugin),
            ("--tensorrt-library", &args.tensorrt_library),
        ] {
            if let Some(path) = path {
                command.arg(option).arg(path);
            }
        }
        Self::start(&name, command)
    }

    /// Starts a program that speaks the workers' protocol and waits for its hello.
    pub(crate) fn start(name: &str, mut command: Command) -> anyhow::Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{name} can't be started"))?;
        let (Some(orders), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            anyhow::bail!("{name} has no pipes");
        };
        let last_words = keep_last_words(&mut child);
        let mut contestant = Self {
            name: name.to_owned(),
            backend: String::new(),
            problem: None,
            child,
            orders: Some(orders),
            answers: BufReader::new(answers),
            last_words,
        };
        let hello: Hello = contestant.answer()?;
        (contestant.backend, contestant.problem) = (hello.backend, hello.problem);
        Ok(contestant)
    }

    /// Lets it take a turn of `frames` frames; 0 is the whole clip.
    pub(crate) fn take_turn(&mut self, frames: usize) -> anyhow::Result<Turn> {
        self.ask(&frames.to_string())
    }

    /// Gives it an order, a line, and waits for the answer.
    pub(crate) fn ask<T: DeserializeOwned>(&mut self, order: &str) -> anyhow::Result<T> {
        let orders = self.orders.as_mut().with_context(|| format!("{} has ended", self.name))?;
        writeln!(orders, "{order}").with_context(|| format!("{} does not listen", self.name))?;
        self.answer()
    }

    fn answer<T: DeserializeOwned>(&mut self) -> anyhow::Result<T> {
        let mut line = String::new();
        self.answers.read_line(&mut line).with_context(|| format!("{} does not answer", self.name))?;
        if line.is_empty() {
            self.orders = None;
            let last_words = self.last_words.take().and_then(|words| words.join().ok()).unwrap_or_default();
            anyhow::bail!("{} ended without an answer: {last_words}", self.name);
        }
        serde_json::from_str(&line).with_context(|| format!("{} answered `{}`", self.name, line.trim_end()))
    }
}

/// Keeps the end of what a program writes to stderr, so that it can't block there (MediaPipe logs all the time).
fn keep_last_words(child: &mut Child) -> Option<JoinHandle<String>> {
    let errors = child.stderr.take()?;
    Some(std::thread::spawn(move || {
        let mut last = VecDeque::new();
        for line in BufReader::new(errors).lines().map_while(Result::ok) {
            if last.len() == LAST_WORDS {
                last.pop_front();
            }
            last.push_back(line);
        }
        Vec::from(last).join("\n")
    }))
}

impl Drop for Contestant {
    fn drop(&mut self) {
        // It ends when its orders do; waited for, so that its processor time is counted as ours.
        self.orders = None;
        let _ = self.child.wait();
    }
}
