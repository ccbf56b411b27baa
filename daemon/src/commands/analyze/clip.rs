//! A clip: every frame of it, as fast as the machine can.

use std::path::Path;
use std::time::Duration;

use spotter_capture::{Delivery, Frame, FrameSource, Pull, SourceDescription};
use spotter_movement::{Event, Report, Source};

use super::input::Outputs;
use super::overlay::Overlay;
use super::pose_writer::PoseWriter;
use super::progress::Bar;
use super::{Outcome, batch, file_name, in_file, note_absence};
use crate::analysis::Analysis;
use crate::athlete::Athlete;
use crate::cli::AnalyzeArgs;
use crate::estimators::{self, OpenEngine};
use crate::exit::{Code, Failure, OrExit, model_code};
use crate::threads::capture_code;

/// A file that gives no frame for this long is damaged in a way that GStreamer did not notice.
const PULL_TIMEOUT: Duration = Duration::from_secs(10);
/// A file that ends this much before its stated duration was cut short; sound may outlast the picture by less.
const CUT_SHORT_BY: Duration = Duration::from_secs(1);
/// People tracked at the same time, as on a unit that says nothing of it.
const MAX_PEOPLE: usize = 3;

/// Analyses a clip, one of up to `workers` at once.
pub(super) fn analyze(
    path: &Path,
    outputs: &Outputs,
    args: &AnalyzeArgs,
    athlete: &Athlete,
    workers: usize,
    bar: &Bar,
) -> Result<Outcome, Failure> {
    let description = SourceDescription::File { path: path.to_owned(), repeat: false, paced: false };
    let name = file_name(path);
    let mut source = spotter_capture::open(&name, &description, Delivery::EveryFrame)
        .map_err(|error| opening(path, error))?;
    let opened = open_engine(args, workers)?;
    let model = opened.profile.name.clone();
    let fps = source.nominal_fps();
    let mut writers = Writers::create(outputs, fps, &model)?;
    let mut analysis = Analysis::new(opened.engine.estimator(MAX_PEOPLE), opened.profile, athlete.clone());
    bar.set_duration(source.duration());

    let mut events = Vec::new();
    let mut seen = Seen::default();
    let damage = read(path, source.as_mut(), &mut analysis, &mut events, &mut seen, &mut writers, bar).err();
    let mut problems = writers.finish();
    let mut quality = analysis.finish(&mut events);
    note_absence(&mut quality);
    if let Some(damage) = damage {
        if seen.frames == 0 {
            return Err(damage);
        }
        quality.warnings.push(format!("after {:.3} s: {damage}", seen.last.as_secs_f64()));
        problems.push(damage);
    } else if let Some(duration) = source.duration()
        && seen.last + CUT_SHORT_BY < duration
    {
        quality.warnings.push(format!(
            "the clip ends at {:.1} s of the {:.1} s that it states: it was cut short",
            seen.last.as_secs_f64(),
            duration.as_secs_f64()
        ));
    }
    let source = Source {
        file: name,
        width: seen.width,
        height: seen.height,
        fps,
        frames: seen.frames,
        duration_s: seen.last.saturating_sub(seen.first).as_secs_f64(),
        model: Some(model),
    };
    Ok(Outcome { report: Report::new(source, &events, quality), problems })
}

fn open_engine(args: &AnalyzeArgs, workers: usize) -> Result<OpenEngine, Failure> {
    estimators::open_offline(args.model.into(), &args.places, batch::inference_threads(workers))
        .map_err(|error| Failure::new(model_code(&error), error))
}

/// Who gives poses as a clip wants to hear of `--poses`.
fn opening(path: &Path, error: spotter_capture::CaptureError) -> Failure {
    let code = capture_code(&error);
    let looks_like_poses = path.extension().is_some_and(|end| end == "jsonl" || end == "json");
    if looks_like_poses {
        return Failure::new(code, anyhow::anyhow!("{error}; recorded poses are given with --poses"));
    }
    Failure::new(code, error)
}

/// Reads the clip to its end or to where it can't be read any further.
fn read(
    path: &Path,
    source: &mut dyn FrameSource,
    analysis: &mut Analysis,
    events: &mut Vec<Event>,
    seen: &mut Seen,
    writers: &mut Writers,
    bar: &Bar,
) -> Result<(), Failure> {
    loop {
        match source.pull(PULL_TIMEOUT).map_err(|error| Failure::new(capture_code(&error), error))? {
            Pull::Frame(frame) => {
                analysis.frame(&frame, frame.pts, events).or_exit(Code::Software)?;
                seen.count(&frame);
                bar.frame(frame.pts, seen.frames);
                writers.frame(&frame, analysis);
            }
            Pull::EndOfStream => return Ok(()),
            Pull::TimedOut => {
                let seconds = PULL_TIMEOUT.as_secs();
                let text = format!("no frame for {seconds} s: the file is damaged");
                return Err(in_file(path, Code::Data, &text));
            }
        }
    }
}

/// What was seen of the clip.
#[derive(Default)]
struct Seen {
    frames: u64,
    width: u32,
    height: u32,
    first: Duration,
    last: Duration,
}

impl Seen {
    fn count(&mut self, frame: &Frame) {
        if self.frames == 0 {
            self.first = frame.pts;
            (self.width, self.height) = (frame.width, frame.height);
        }
        self.last = frame.pts;
        self.frames += 1;
    }
}

/// The further outputs. One that fails is given up; the analysis goes on.
struct Writers {
    poses: Option<PoseWriter>,
    overlay: Option<Overlay>,
    failures: Vec<Failure>,
}

impl Writers {
    fn create(outputs: &Outputs, fps: Option<f64>, model: &str) -> Result<Self, Failure> {
        let poses = outputs.poses.as_deref().map(|path| PoseWriter::create(path, fps, model)).transpose()?;
        let overlay = outputs.overlay.as_deref().map(|path| Overlay::create(path, fps)).transpose()?;
        Ok(Self { poses, overlay, failures: Vec::new() })
    }

    fn frame(&mut self, frame: &Frame, analysis: &Analysis) {
        if let Some(poses) = &mut self.poses
            && let Err(failure) = poses.frame(frame, analysis.people())
        {
            self.poses = None;
            self.failures.push(failure);
        }
        if let Some(overlay) = &mut self.overlay
            && let Err(failure) = overlay.frame(frame, analysis)
        {
            self.overlay = None;
            self.failures.push(failure);
        }
    }

    /// Completes the files; what went wrong with them.
    fn finish(mut self) -> Vec<Failure> {
        let finished = [self.poses.map(PoseWriter::finish), self.overlay.map(Overlay::finish)];
        self.failures.extend(finished.into_iter().flatten().filter_map(Result::err));
        self.failures
    }
}
