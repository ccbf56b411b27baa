//! The seam: what a camera, a stream or a file looks like to the unit.

use std::path::PathBuf;
use std::time::Duration;

use crate::{CaptureError, Frame, RtspUrl};

/// What happens to frames that nobody has pulled yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// A queue of one: a newer frame replaces the older one, which is counted as dropped. For the live unit.
    NewestWins,
    /// Every frame is delivered; the source waits for the reader. For offline analysis.
    EveryFrame,
}

/// Where the pixels of frames shall lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// Where the CPU reads them.
    Main,
    /// In a Jetson's video memory (NVMM), as pitch-linear NV12, where the machine has NVIDIA's elements and the source's pictures go through
    /// them; elsewhere as [`Memory::Main`].
    Video,
}

/// Where frames come from, as configured.
#[derive(Debug, Clone, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum SourceDescription {
    /// A video file.
    File {
        /// Path of the clip.
        path: PathBuf,
        /// Start again at the end (PTS goes on increasing).
        #[serde(default)]
        repeat: bool,
        /// Deliver at the clip's own pace rather than as fast as possible.
        #[serde(default = "default_true")]
        paced: bool,
    },
    /// GStreamer's test picture: an endless live source.
    TestPattern {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Frames a second.
        fps: u32,
    },
    /// A USB or built-in camera.
    V4l2 {
        /// Device node, such as `/dev/video0`.
        device: PathBuf,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Frames a second.
        fps: u32,
    },
    /// A network camera.
    Rtsp {
        /// `rtsp://user:password@host/path`; the password never reaches a log.
        url: RtspUrl,
        /// Jitter buffer, ms.
        #[serde(default = "default_rtsp_latency_ms")]
        latency_ms: u32,
    },
    /// A CSI camera of a Jetson (`nvarguscamerasrc`).
    Csi {
        /// Sensor index.
        sensor_id: u32,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Frames a second.
        fps: u32,
    },
    /// Any GStreamer description that ends in raw video, such as `videotestsrc ! video/x-raw,width=640`.
    Gstreamer {
        /// The description, without a sink.
        description: String,
    },
}

fn default_true() -> bool {
    true
}

fn default_rtsp_latency_ms() -> u32 {
    100
}

/// What a pull came to.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "moved once a frame; a box would be an allocation a frame")]
pub enum Pull {
    /// The newest (or next) frame.
    Frame(Frame),
    /// Nothing came within the time given. Not an error: the caller decides when that is too long.
    TimedOut,
    /// The source is at its end (a file that does not repeat).
    EndOfStream,
}

/// Counts since the source was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CaptureCounters {
    /// Frames that the decoder delivered.
    pub frames: u64,
    /// Frames that were never pulled because a newer one replaced them, or that came without a later time stamp
    /// than the frame before.
    pub dropped: u64,
}

/// A source of frames: one attempt at one camera, stream or file.
pub trait FrameSource: Send {
    /// Waits up to `timeout` for a frame.
    ///
    /// # Errors
    /// When the pipeline failed; the source is then of no further use.
    fn pull(&mut self, timeout: Duration) -> Result<Pull, CaptureError>;

    /// What was delivered and dropped so far.
    fn counters(&self) -> CaptureCounters;

    /// Nominal frames a second, where the source states it.
    fn nominal_fps(&self) -> Option<f64>;

    /// How long one pass of the source takes, where it states it (files do, cameras do not).
    fn duration(&self) -> Option<Duration> {
        None
    }
}

/// All frames of a source up to its end, for offline analysis. Ends after the first error.
pub struct EveryFrame<'a> {
    source: &'a mut dyn FrameSource,
    finished: bool,
}

impl<'a> EveryFrame<'a> {
    /// A file on a slow disk under load answers within this; beyond it the decoder hangs.
    const STALLED_AFTER: Duration = Duration::from_secs(30);

    /// Iterates over what `source` still has to deliver; open it with [`Delivery::EveryFrame`] and without `repeat`.
    pub fn of(source: &'a mut dyn FrameSource) -> Self {
        Self { source, finished: false }
    }
}

impl Iterator for EveryFrame<'_> {
    type Item = Result<Frame, CaptureError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.finished {
            return None;
        }
        match self.source.pull(Self::STALLED_AFTER) {
            Ok(Pull::Frame(frame)) => Some(Ok(frame)),
            Ok(Pull::EndOfStream) => {
                self.finished = true;
                None
            }
            Ok(Pull::TimedOut) => {
                self.finished = true;
                let message = format!("no frame for {} s: decoding hangs", Self::STALLED_AFTER.as_secs());
                Some(Err(CaptureError::Pipeline { source_name: "source".to_owned(), message }))
            }
            Err(error) => {
                self.finished = true;
                Some(Err(error))
            }
        }
    }
}
