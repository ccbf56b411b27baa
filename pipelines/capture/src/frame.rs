//! A decoded picture in memory.

use std::fmt;
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer_video::{self as gst_video, prelude::*};

/// One plane of a picture: rows of bytes, `stride` apart.
#[derive(Debug, Clone, Copy)]
pub struct Plane<'a> {
    /// The bytes, at least `stride * (rows - 1) + row_bytes`.
    pub data: &'a [u8],
    /// Bytes from one row to the next; can be larger than the row.
    pub stride: usize,
}

/// The planes of a picture in the pixel format that the decoder delivered; [`Frame::colors`] says how to read them.
/// Chroma planes have half the luma's rows and columns, rounded up.
#[derive(Debug, Clone, Copy)]
pub enum PixelPlanes<'a> {
    /// Three planes.
    I420 {
        /// Luma.
        y: Plane<'a>,
        /// Blue chroma.
        u: Plane<'a>,
        /// Red chroma.
        v: Plane<'a>,
    },
    /// Two planes.
    Nv12 {
        /// Luma.
        y: Plane<'a>,
        /// Blue and red chroma by turns.
        uv: Plane<'a>,
    },
}

/// Which weights turn YUV into RGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorMatrix {
    /// Standard definition, JPEG.
    Bt601,
    /// High definition.
    Bt709,
}

/// How a picture's bytes stand for colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colors {
    /// The weights of red, green and blue.
    pub matrix: ColorMatrix,
    /// Bytes use 0–255 (JPEG cameras) rather than 16–235 for luma and 16–240 for chroma.
    pub full_range: bool,
}

#[derive(Debug, Clone, Copy)]
enum Layout {
    I420,
    Nv12,
}

/// A decoded picture with its time, in the decoder's own memory: nothing is copied. Holding one holds a buffer of the
/// decoder's pool, so keep few.
pub struct Frame {
    /// Presentation time: the source's running time, strictly increasing, also across loops of a file.
    pub pts: Duration,
    /// When the frame was due on the clock, so that all time spent in decoding counts as latency: for a camera when it
    /// was captured (RTSP: when its data came in), for a paced file when its PTS fell due, for an unpaced file when it
    /// was pulled.
    pub captured_at: Instant,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// True where the picture does not continue the one before it: the first of a source and of each pass of a file.
    pub discontinuity: bool,
    layout: Layout,
    picture: gst_video::VideoFrame<gst_video::video_frame::Readable>,
}

impl Frame {
    /// Maps `buffer`. None when its format is not one of those that the sink accepts or it can't be read.
    pub(crate) fn map(
        buffer: gst::Buffer,
        info: &gst_video::VideoInfo,
        stamp: crate::timeline::Stamp,
        captured_at: Instant,
    ) -> Option<Self> {
        let layout = match info.format() {
            gst_video::VideoFormat::I420 => Layout::I420,
            gst_video::VideoFormat::Nv12 => Layout::Nv12,
            _ => return None,
        };
        let picture = gst_video::VideoFrame::from_buffer_readable(buffer, info).ok()?;
        Some(Self {
            pts: stamp.pts,
            captured_at,
            width: picture.width(),
            height: picture.height(),
            discontinuity: stamp.discontinuity,
            layout,
            picture,
        })
    }

    /// The picture's planes, borrowed from the mapped buffer.
    pub fn planes(&self) -> PixelPlanes<'_> {
        match self.layout {
            Layout::I420 => PixelPlanes::I420 { y: self.plane(0), u: self.plane(1), v: self.plane(2) },
            Layout::Nv12 => PixelPlanes::Nv12 { y: self.plane(0), uv: self.plane(1) },
        }
    }

    /// How to read the planes' bytes as colours, as the stream states it; unstated, GStreamer decides by the picture's
    /// size.
    pub fn colors(&self) -> Colors {
        let colorimetry = self.picture.info().colorimetry();
        let matrix = match colorimetry.matrix() {
            gst_video::VideoColorMatrix::Bt709 => ColorMatrix::Bt709,
            _ => ColorMatrix::Bt601,
        };
        Colors { matrix, full_range: colorimetry.range() == gst_video::VideoColorRange::Range0_255 }
    }

    fn plane(&self, index: u32) -> Plane<'_> {
        // The layout fixes the number of planes, so both look-ups succeed.
        let data = self.picture.plane_data(index).unwrap_or_default();
        let stride = self.picture.plane_stride().get(index as usize).copied().unwrap_or_default();
        Plane { data, stride: usize::try_from(stride).unwrap_or_default() }
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("pts", &self.pts)
            .field("width", &self.width)
            .field("height", &self.height)
            .field("layout", &self.layout)
            .field("discontinuity", &self.discontinuity)
            .finish_non_exhaustive()
    }
}
