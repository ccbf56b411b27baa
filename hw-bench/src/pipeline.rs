//! The whole pipeline, as fast as it can: decode, estimate, movement, on every frame of a clip.

use std::path::Path;
use std::time::{Duration, Instant};

use spotter::analysis::Analysis;
use spotter_capture::{Delivery, Pull, SourceDescription};

/// Longest wait for a frame of a file.
const PULL_TIMEOUT: Duration = Duration::from_secs(10);

/// Times of each frame by stage.
#[derive(Debug, Default)]
pub(crate) struct StageLog {
    pub(crate) wait_for_decoder: Vec<Duration>,
    pub(crate) preprocess: Vec<Duration>,
    pub(crate) infer: Vec<Duration>,
    pub(crate) postprocess: Vec<Duration>,
    pub(crate) bar: Vec<Duration>,
    pub(crate) movement: Vec<Duration>,
    pub(crate) whole_frame: Vec<Duration>,
}

/// What one pass over the clip came to.
pub(crate) struct Pass {
    pub(crate) frames: usize,
    pub(crate) time: Duration,
}

/// Runs the clip once.
pub(crate) fn run(clip: &Path, analysis: &mut Analysis, log: &mut StageLog) -> anyhow::Result<Pass> {
    let description = SourceDescription::File { path: clip.to_owned(), repeat: false, paced: false };
    let mut source = spotter_capture::open("bench", &description, Delivery::EveryFrame)?;
    let mut events = Vec::new();
    let mut frames = 0;
    let started = Instant::now();
    loop {
        let frame_started = Instant::now();
        let Pull::Frame(frame) = source.pull(PULL_TIMEOUT)? else { break };
        log.wait_for_decoder.push(frame_started.elapsed());
        let times = analysis.frame(&frame, frame.pts, &mut events)?;
        log.preprocess.push(times.estimate.preprocess);
        log.infer.push(times.estimate.infer);
        log.postprocess.push(times.estimate.postprocess);
        log.bar.push(times.bar);
        log.movement.push(times.movement);
        log.whole_frame.push(frame_started.elapsed());
        frames += 1;
    }
    let time = started.elapsed();
    analysis.finish(&mut events);
    Ok(Pass { frames, time })
}
