//! A clip: every frame of it, as fast as the machine can.

use std::path::Path;
use std::time::Duration;

use spotter_capture::{Delivery, Frame, Pull, SourceDescription};
use spotter_movement::{Report, Source};

use super::progress::Progress;
use super::{file_name, must_be_a_file, poses::PoseWriter};
use crate::analysis::{Analysis, Athlete};
use crate::cli::AnalyzeArgs;
use crate::estimators;
use crate::exit::{Code, Failure, OrExit, model_code};
use crate::threads::capture_code;

/// A file that gives no frame for this long is damaged in a way that GStreamer did not notice.
const PULL_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) fn analyze(path: &Path, args: &AnalyzeArgs, athlete: Athlete) -> Result<Report, Failure> {
    must_be_a_file(path)?;
    let description = SourceDescription::File { path: path.to_owned(), repeat: false, paced: false };
    let refused = |error| Failure::new(capture_code(&error), error);
    let mut source = spotter_capture::open("clip", &description, Delivery::EveryFrame).map_err(refused)?;
    let opened = estimators::open_offline(args.model.into(), &args.places)
        .map_err(|error| Failure::new(model_code(&error), error))?;
    let model = opened.profile.name.clone();
    let mut writer = args.poses_out.as_deref().map(PoseWriter::create).transpose()?;
    let mut analysis = Analysis::new(opened.estimator, opened.profile, athlete);

    let progress = Progress::new(source.duration());
    let fps = source.nominal_fps();
    let mut events = Vec::new();
    let mut seen = Seen::default();
    loop {
        match source.pull(PULL_TIMEOUT).map_err(refused)? {
            Pull::Frame(frame) => {
                analysis.frame(&frame, frame.pts, &mut events).or_exit(Code::Software)?;
                seen.count(&frame);
                progress.frame(frame.pts, seen.frames);
                if let Some(writer) = &mut writer {
                    writer.frame(&frame, fps, &model, analysis.poses())?;
                }
            }
            Pull::EndOfStream => break,
            Pull::TimedOut => {
                let text = format!(
                    "{}: no frame for {} s: the file is damaged",
                    path.display(),
                    PULL_TIMEOUT.as_secs()
                );
                return Err(Failure::new(Code::Data, anyhow::anyhow!(text)));
            }
        }
    }
    drop(progress);
    if let Some(writer) = writer {
        writer.finish()?;
    }
    let quality = analysis.finish(&mut events);
    let source = Source {
        file: file_name(path),
        width: seen.width,
        height: seen.height,
        fps,
        frames: seen.frames,
        duration_s: seen.last.saturating_sub(seen.first).as_secs_f64(),
        model: Some(model),
    };
    Ok(Report::new(source, &events, quality))
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
