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
    /// NV12 in a Jetson's video memory, which takes NVIDIA's library to read ([`Memory::Video`](crate::Memory::Video)).
    Nvmm {
        /// What the buffer maps to, in its own place: NVIDIA's `NvBufSurface`.
        surface: &'a [u8],
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

/// What the stream's caps say of its pictures.
#[derive(Debug, Clone)]
pub(crate) struct Format {
    pub(crate) info: gst_video::VideoInfo,
    in_video_memory: bool,
}

impl Format {
    /// None when the caps are not those of raw pictures.
    pub(crate) fn of(caps: &gst::CapsRef) -> Option<Self> {
        let info = gst_video::VideoInfo::from_caps(caps).ok()?;
        let in_video_memory = caps.features(0).is_some_and(|features| features.contains("memory:NVMM"));
        Some(Self { info, in_video_memory })
    }

    fn colors(&self) -> Colors {
        let colorimetry = self.info.colorimetry();
        let matrix = match colorimetry.matrix() {
            gst_video::VideoColorMatrix::Bt709 => ColorMatrix::Bt709,
            _ => ColorMatrix::Bt601,
        };
        Colors { matrix, full_range: colorimetry.range() == gst_video::VideoColorRange::Range0_255 }
    }
}

/// A buffer, mapped as its format wants it.
enum Picture {
    I420(gst_video::VideoFrame<gst_video::video_frame::Readable>),
    Nv12(gst_video::VideoFrame<gst_video::video_frame::Readable>),
    Nvmm(gst::MappedBuffer<gst::buffer::Readable>),
}

impl Picture {
    fn map(buffer: gst::Buffer, format: &Format) -> Option<Self> {
        use gst_video::{VideoFormat, VideoFrame};
        if format.in_video_memory {
            // Several memories would be mapped as a copy of them all.
            let is_one = buffer.n_memory() == 1 && format.info.format() == VideoFormat::Nv12;
            return is_one.then(|| buffer.into_mapped_buffer_readable().ok()).flatten().map(Self::Nvmm);
        }
        let map = |buffer| VideoFrame::from_buffer_readable(buffer, &format.info).ok();
        match format.info.format() {
            VideoFormat::I420 => map(buffer).map(Self::I420),
            VideoFormat::Nv12 => map(buffer).map(Self::Nv12),
            _ => None,
        }
    }
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
    colors: Colors,
    picture: Picture,
}

impl Frame {
    /// Maps `buffer`. None when its format is not one of those that the sink accepts or it can't be read.
    pub(crate) fn map(
        buffer: gst::Buffer,
        format: &Format,
        stamp: crate::timeline::Stamp,
        captured_at: Instant,
    ) -> Option<Self> {
        Some(Self {
            pts: stamp.pts,
            captured_at,
            width: format.info.width(),
            height: format.info.height(),
            discontinuity: stamp.discontinuity,
            colors: format.colors(),
            picture: Picture::map(buffer, format)?,
        })
    }

    /// The picture's planes, borrowed from the mapped buffer.
    pub fn planes(&self) -> PixelPlanes<'_> {
        match &self.picture {
            Picture::I420(picture) => {
                PixelPlanes::I420 { y: plane(picture, 0), u: plane(picture, 1), v: plane(picture, 2) }
            }
            Picture::Nv12(picture) => PixelPlanes::Nv12 { y: plane(picture, 0), uv: plane(picture, 1) },
            Picture::Nvmm(buffer) => PixelPlanes::Nvmm { surface: buffer.as_slice() },
        }
    }

    /// How to read the planes' bytes as colours, as the stream states it; unstated, GStreamer decides by the picture's
    /// size.
    pub fn colors(&self) -> Colors {
        self.colors
    }
}

fn plane(picture: &gst_video::VideoFrame<gst_video::video_frame::Readable>, index: u32) -> Plane<'_> {
    // The format fixes the number of planes, so both look-ups succeed.
    let data = picture.plane_data(index).unwrap_or_default();
    let stride = picture.plane_stride().get(index as usize).copied().unwrap_or_default();
    Plane { data, stride: usize::try_from(stride).unwrap_or_default() }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("pts", &self.pts)
            .field("width", &self.width)
            .field("height", &self.height)
            .field("discontinuity", &self.discontinuity)
            .finish_non_exhaustive()
    }
}
