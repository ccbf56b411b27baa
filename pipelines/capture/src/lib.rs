//! Cameras, network streams and video files to [`Frame`]s. The only crate that knows GStreamer.
//!
//! A [`FrameSource`] makes one attempt at its source; whoever owns it decides about retries.

mod error;
mod frame;
mod source;

pub use error::CaptureError;
pub use frame::{Frame, PixelPlanes, Plane};
pub use source::{CaptureCounters, Delivery, FrameSource, Pull, SourceDescription, open};
