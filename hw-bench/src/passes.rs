//! Passes over a clip in this process: the whole pipeline, and the decoder alone.

use std::path::Path;
use std::time::{Duration, Instant};

use spotter::analysis::{Analysis, FrameTimes};
use spotter_capture::{Delivery, Frame, FrameSource, Pull, SourceDescription};
use spotter_movement::Event;

use crate::turn::{Clock, StageTimes, Turn};

/// Longest wait for a frame of a file.
const PULL_TIMEOUT: Duration = Duration::from_secs(10);

/// The stages of a frame, in their order. `wait` is how long the estimating thread stood still for the decoder, which works ahead on its
/// own threads.
pub(crate) const STAGES: [&str; 8] = ["wait", "pre", "infer", "post", "track", "bar", "movement", "frame"];

/// Decode, estimate, bar, movement, on every frame of a clip as fast as it goes.
pub(crate) struct Pipeline {
    analysis: Analysis,
    events: Vec<Event>,
}

impl Pipeline {
    /// The pipeline of a station, without its camera.
    pub(crate) fn open(analysis: Analysis) -> Self {
        Self { analysis, events: Vec::new() }
    }

    /// One pass over at most `max_frames` frames of a clip, 0 is all of it; the first `skip` are seen before the clock starts.
    pub(crate) fn pass(&mut self, clip: &Path, skip: usize, max_frames: usize) -> anyhow::Result<Turn> {
        let mut source = open(clip)?;
        for _ in 0..skip {
            let Pull::Frame(frame) = source.pull(PULL_TIMEOUT)? else { break };
            self.analysis.frame(&frame, frame.pts, &mut self.events)?;
        }
        let mut times = STAGES.map(|name| StageTimes { name: name.to_owned(), ms: Vec::new() });
        let mut people = Vec::new();
        let clock = Clock::start();
        while max_frames == 0 || people.len() < max_frames {
            let started = Instant::now();
            let Pull::Frame(frame) = source.pull(PULL_TIMEOUT)? else { break };
            let waited = started.elapsed();
            let spent = self.analysis.frame(&frame, frame.pts, &mut self.events)?;
            for (stage, time) in times.iter_mut().zip(of_stages(waited, &spent, started.elapsed())) {
                stage.ms.push(1e3 * time.as_secs_f64());
            }
            people.push(self.analysis.poses().len());
        }
        let turn =
            clock.stop(Turn { frames: people.len(), stages: times.to_vec(), people, ..Turn::default() });
        self.analysis.finish(&mut self.events);
        self.events.clear();
        anyhow::ensure!(turn.frames > 0, "{}: no frame in it after the first {skip}", clip.display());
        Ok(turn)
    }
}

/// In the order of [`STAGES`].
fn of_stages(waited: Duration, spent: &FrameTimes, frame: Duration) -> [Duration; STAGES.len()] {
    let FrameTimes { estimate, bar, movement } = spent;
    [
        waited,
        estimate.preprocess,
        estimate.infer,
        estimate.postprocess,
        estimate.track,
        *bar,
        *movement,
        frame,
    ]
}

/// Decodes at most `max_frames` frames of a clip and does nothing with them; the stage `decode` is the time to each frame.
pub(crate) fn decode(clip: &Path, max_frames: usize) -> anyhow::Result<Turn> {
    let clock = Clock::start();
    let mut source = open(clip)?;
    let mut ms = Vec::new();
    while max_frames == 0 || ms.len() < max_frames {
        let started = Instant::now();
        let Pull::Frame(_) = source.pull(PULL_TIMEOUT)? else { break };
        ms.push(1e3 * started.elapsed().as_secs_f64());
    }
    let stages = vec![StageTimes { name: "decode".to_owned(), ms }];
    Ok(clock.stop(Turn { frames: stages[0].ms.len(), stages, ..Turn::default() }))
}

/// The first picture of a clip.
pub(crate) fn first_frame(clip: &Path) -> anyhow::Result<Frame> {
    match open(clip)?.pull(PULL_TIMEOUT)? {
        Pull::Frame(frame) => Ok(frame),
        _ => anyhow::bail!("{}: no frame in it", clip.display()),
    }
}

fn open(clip: &Path) -> anyhow::Result<Box<dyn FrameSource>> {
    let description = SourceDescription::File { path: clip.to_owned(), repeat: false, paced: false };
    Ok(spotter_capture::open("bench", &description, Delivery::EveryFrame)?)
}
