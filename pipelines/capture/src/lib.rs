//! Cameras, network streams and video files to [`Frame`]s. The only crate that knows GStreamer.
//!
//! A [`FrameSource`] makes one attempt at its source; whoever owns it decides about retries. Time is the frame's
//! [`pts`](Frame::pts) and nothing else, so a replay gives the same frames at the same times however fast it runs.
//!
//! ```no_run
//! use spotter_capture::{Delivery, EveryFrame, SourceDescription, open};
//!
//! let clip = SourceDescription::File { path: "squats.mp4".into(), repeat: false, paced: false };
//! let mut source = open("clip", &clip, Delivery::EveryFrame)?;
//! for frame in EveryFrame::of(source.as_mut()) {
//!     let frame = frame?;
//!     // frame.pts, frame.planes()
//! }
//! # Ok::<(), spotter_capture::CaptureError>(())
//! ```

mod checks;
mod error;
mod failure;
mod frame;
mod gst_source;
mod launch;
mod monitor;
mod mp4;
mod mp4_writer;
mod packages;
mod pipeline;
mod rtsp_url;
mod source;
mod timeline;

pub use error::CaptureError;
pub use frame::{ColorMatrix, Colors, Frame, PixelPlanes, Plane};
pub use gst_source::{open, open_in};
pub use mp4_writer::{Mp4Writer, PictureFormat};
pub use rtsp_url::RtspUrl;
pub use source::{CaptureCounters, Delivery, EveryFrame, FrameSource, Memory, Pull, SourceDescription};
