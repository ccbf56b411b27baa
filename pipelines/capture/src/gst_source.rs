//! A [`FrameSource`] on a GStreamer pipeline.

use std::time::{Duration, Instant};

use gstreamer as gst;

use crate::failure::{explain, no_picture};
use crate::frame::Format;
use crate::launch::{Launch, Platform, SinkPolicy, launch};
use crate::pipeline::{Epoch, Pipeline, create_pipeline};
use crate::timeline::Timeline;
use crate::{
    CaptureCounters, CaptureError, Delivery, Frame, FrameSource, Memory, Pull, SourceDescription, checks,
};

/// How long a source may take to its first picture. A camera answers within 1–3 s, also with a key frame every 2 s;
/// beyond this an installer wants to hear that it does not. It must stay well below the time after which the unit takes a
/// station that shows no progress for hung.
pub(crate) const OPEN_TIMEOUT: Duration = Duration::from_secs(6);

/// How far a camera's frames may lag behind the clock. What lags waits in the network's buffers, which grow without
/// bound when decoding is slower than the camera.
const MAX_LIVE_LAG: Duration = Duration::from_secs(5);

/// A file that ends this much before its stated duration is called cut short; sound may outlast the picture by less.
const CUT_SHORT_BY: Duration = Duration::from_secs(1);

/// One camera, stream or file that runs.
struct GstSource {
    name: String,
    description: SourceDescription,
    policy: SinkPolicy,
    pipeline: Pipeline,
    /// A camera, which sets the pace itself.
    live: bool,
    format: Format,
    /// The caps that `format` was read from.
    format_caps: Option<gst::Caps>,
    duration: Option<Duration>,
    timeline: Timeline,
    epoch: Option<Epoch>,
    /// Running time of this pass's newest frame.
    position: Duration,
    pulled: u64,
    /// Pulled, but not later than the frame before.
    refused: u64,
    /// Frames that had arrived when the sink was last known to be empty.
    empty_at: u64,
}

/// Opens a source and waits until it has negotiated its format. `name` is the source's name in the configuration;
/// errors carry it. A file holds its first frame until this returns.
///
/// # Errors
/// [`CaptureError`] when the file, the device or an element is missing, when the stream has no video, or when no
/// picture comes within 6 s.
pub fn open(
    name: &str,
    description: &SourceDescription,
    delivery: Delivery,
) -> Result<Box<dyn FrameSource>, CaptureError> {
    open_in(name, description, delivery, Memory::Main)
}

/// As [`open`], with frames in this memory where it can be had.
///
/// # Errors
/// As [`open`].
pub fn open_in(
    name: &str,
    description: &SourceDescription,
    delivery: Delivery,
    memory: Memory,
) -> Result<Box<dyn FrameSource>, CaptureError> {
    gst::init().map_err(|error| CaptureError::Pipeline {
        source_name: name.to_owned(),
        message: format!("GStreamer does not start: {error}"),
    })?;
    checks::check(description)?;
    let platform = Platform {
        nvidia: gst::ElementFactory::find("nvvidconv").is_some(),
        video_memory: memory == Memory::Video,
    };
    let policy = SinkPolicy::of(description, delivery);
    let deadline = Instant::now() + OPEN_TIMEOUT;
    let start =
        |turn| start(name, description, &launch(name, description, platform, turn)?, policy, deadline);
    let (mut pipeline, mut live) = start(None)?;
    if let Some(turn) = pipeline.turn() {
        // videoflip copies each picture even where it has nothing to turn, so it is built in only where it has.
        drop(pipeline);
        (pipeline, live) = start(Some(turn))?;
    }
    GstSource::play(name, description, policy, pipeline, live)
        .map(|source| Box::new(source) as Box<dyn FrameSource>)
}

/// Builds the pipeline and waits for its first picture; tells whether it is live.
fn start(
    name: &str,
    description: &SourceDescription,
    launch: &Launch,
    policy: SinkPolicy,
    deadline: Instant,
) -> Result<(Pipeline, bool), CaptureError> {
    tracing::debug!(source = name, pipeline = launch.text, "opening");
    let pipeline = create_pipeline(name, launch, policy)?;
    match pipeline.start(deadline) {
        Ok(live) => Ok((pipeline, live)),
        Err(reason) => Err(pipeline.monitor.read(|state| no_picture(name, description, reason, state))),
    }
}

impl GstSource {
    fn play(
        name: &str,
        description: &SourceDescription,
        policy: SinkPolicy,
        pipeline: Pipeline,
        live: bool,
    ) -> Result<Self, CaptureError> {
        let format = pipeline.format().ok_or_else(|| CaptureError::Pipeline {
            source_name: name.to_owned(),
            message: "the stream does not state the format of its pictures".to_owned(),
        })?;
        let source = Self {
            name: name.to_owned(),
            description: description.clone(),
            policy,
            live,
            format,
            format_caps: None,
            duration: if live { None } else { pipeline.duration() },
            timeline: Timeline::new(),
            epoch: None,
            position: Duration::ZERO,
            pulled: 0,
            refused: 0,
            empty_at: 0,
            pipeline,
        };
        source.pipeline.play().map_err(|()| source.failed())?;
        Ok(source)
    }

    /// The frame that waits in the sink, if any.
    fn take(&mut self) -> Result<Option<Frame>, CaptureError> {
        let arrived = self.pipeline.monitor.seen().arrived;
        let sample = self.pipeline.sink.try_pull_sample(gst::ClockTime::ZERO);
        if self.pipeline.monitor.seen().arrived == arrived {
            self.empty_at = arrived;
        }
        let Some(sample) = sample else { return Ok(None) };
        self.pulled += 1;
        self.frame(&sample)
    }

    /// None for a frame that is not later than the one before it.
    fn frame(&mut self, sample: &gst::Sample) -> Result<Option<Frame>, CaptureError> {
        self.follow_format(sample)?;
        let buffer = sample.buffer_owned().ok_or_else(|| self.error("the decoder delivered no picture"))?;
        let running_time = running_time(sample, &buffer).ok_or_else(|| {
            self.error("the frames carry no time stamps: let the source stamp them (do-timestamp=true)")
        })?;
        let step = buffer
            .duration()
            .map(Duration::from)
            .or_else(|| self.nominal_fps().map(|fps| Duration::from_secs_f64(1.0 / fps)));
        let Some(stamp) = self.timeline.stamp(running_time, step) else {
            self.refused += 1;
            return Ok(None);
        };
        self.position = running_time;
        let captured_at = self.captured_at(running_time)?;
        let frame = Frame::map(buffer, &self.format, stamp, captured_at);
        frame.map(Some).ok_or_else(|| self.error("a picture of the decoder can't be read"))
    }

    /// Reads the format again where the stream changed it (a camera that was set to another size).
    fn follow_format(&mut self, sample: &gst::Sample) -> Result<(), CaptureError> {
        let caps = sample.caps_owned();
        if caps != self.format_caps {
            let format = caps.as_ref().and_then(|caps| Format::of(caps));
            self.format =
                format.ok_or_else(|| self.error("the stream does not state the format of its pictures"))?;
            self.format_caps = caps;
        }
        Ok(())
    }

    fn captured_at(&mut self, running_time: Duration) -> Result<Instant, CaptureError> {
        let now = Instant::now();
        if !self.live && !self.policy.paced {
            return Ok(now);
        }
        if !self.epoch.is_some_and(|epoch| self.pipeline.is_current(&epoch)) {
            self.epoch = self.pipeline.epoch();
        }
        let due = self.epoch.map_or(now, |epoch| now.min(epoch.start + running_time));
        let lag = now.saturating_duration_since(due);
        if self.live && self.policy.newest_wins && lag > MAX_LIVE_LAG {
            let lag = lag.as_secs();
            return Err(self.error(&format!(
                "decoding is {lag} s behind the camera: choose a stream of smaller size or rate"
            )));
        }
        Ok(due)
    }

    /// The sink is empty and the stream at its end: the next pass, or the end.
    fn end_of_pass(&mut self) -> Result<Option<Pull>, CaptureError> {
        match &self.description {
            SourceDescription::File { repeat, .. } => {
                let repeat = *repeat;
                self.warn_if_cut_short();
                if !repeat {
                    return Ok(Some(Pull::EndOfStream));
                }
                if self.pipeline.rewind(self.timeline.begin_pass()) {
                    return Ok(None);
                }
                Err(self.error(
                    "this file can't be played again from its start: give it in a container such as MP4",
                ))
            }
            SourceDescription::Gstreamer { .. } => Ok(Some(Pull::EndOfStream)),
            _ => {
                let cause = self.pipeline.monitor.read(|state| state.warning.clone());
                let cause = cause.map(|cause| format!(" ({cause})")).unwrap_or_default();
                Err(self
                    .error(&format!("the camera ended its stream{cause}: check that it is on and connected")))
            }
        }
    }

    /// Once a file: on its first pass.
    fn warn_if_cut_short(&mut self) {
        if let Some(duration) = self.duration
            && self.position + CUT_SHORT_BY < duration
            && !self.timeline.is_repeating()
        {
            let (position_s, duration_s) = (self.position.as_secs_f64(), duration.as_secs_f64());
            tracing::warn!(
                source = self.name,
                position_s,
                duration_s,
                "the file ends before its stated duration: it was cut short"
            );
        }
    }

    fn failed(&self) -> CaptureError {
        self.pipeline.monitor.read(|state| explain(&self.name, &self.description, state))
    }

    fn error(&self, message: &str) -> CaptureError {
        CaptureError::Pipeline { source_name: self.name.clone(), message: message.to_owned() }
    }
}

/// The buffer's presentation time on the pipeline's time line: edit lists and the order of decoding are undone there.
fn running_time(sample: &gst::Sample, buffer: &gst::Buffer) -> Option<Duration> {
    let segment = sample.segment()?.downcast_ref::<gst::ClockTime>()?;
    segment.to_running_time(buffer.pts()?).map(Duration::from)
}

impl FrameSource for GstSource {
    fn pull(&mut self, timeout: Duration) -> Result<Pull, CaptureError> {
        let deadline = Instant::now() + timeout;
        loop {
            // Looked at before the sink is: what it tells then holds for an empty sink.
            let seen = self.pipeline.monitor.seen();
            if let Some(frame) = self.take()? {
                return Ok(Pull::Frame(frame));
            }
            if seen.failed {
                return Err(self.failed());
            }
            if seen.ended {
                if let Some(end) = self.end_of_pass()? {
                    return Ok(end);
                }
            } else if !self.pipeline.monitor.wait_for_more_than(seen, deadline) {
                return Ok(Pull::TimedOut);
            }
        }
    }

    fn counters(&self) -> CaptureCounters {
        let arrived = self.pipeline.monitor.seen().arrived;
        // The newest frame may still wait in the sink; it is not lost.
        let waiting = u64::from(arrived != self.empty_at);
        let replaced = arrived.saturating_sub(self.pulled).saturating_sub(waiting);
        CaptureCounters { frames: arrived, dropped: replaced + self.refused }
    }

    fn nominal_fps(&self) -> Option<f64> {
        let fps = self.format.info.fps();
        (fps.numer() > 0).then(|| f64::from(fps.numer()) / f64::from(fps.denom()))
    }

    fn duration(&self) -> Option<Duration> {
        self.duration
    }
}

#[cfg(test)]
mod tests;
