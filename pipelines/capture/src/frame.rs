//! A decoded picture in memory.

use std::time::{Duration, Instant};

/// One plane of a picture: rows of bytes, `stride` apart.
#[derive(Debug, Clone, Copy)]
pub struct Plane<'a> {
    /// The bytes, at least `stride * (rows - 1) + row_bytes`.
    pub data: &'a [u8],
    /// Bytes from one row to the next; can be larger than the row.
    pub stride: usize,
}

/// The planes of a picture in the pixel format that the decoder delivered (BT.601/709 limited range unless said).
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub enum PixelPlanes<'a> {
    I420 {
        y: Plane<'a>,
        u: Plane<'a>,
        v: Plane<'a>,
    },
    Nv12 {
        y: Plane<'a>,
        uv: Plane<'a>,
    },
}

/// A decoded picture with its time. Contract stub: to be backed by a mapped GStreamer buffer without a copy.
#[derive(Debug)]
pub struct Frame {
    /// Presentation time: the source's running time, strictly increasing, also across loops of a file.
    pub pts: Duration,
    /// When the frame left the source (a live camera: now minus its pipeline latency; a paced file: when its PTS fell due).
    pub captured_at: Instant,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// True where the picture does not continue the one before it (a file's loop, a reconnect).
    pub discontinuity: bool,
}

impl Frame {
    /// The picture's planes, borrowed from the mapped buffer.
    pub fn planes(&self) -> PixelPlanes<'_> {
        todo!()
    }
}
