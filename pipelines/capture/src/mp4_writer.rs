//! Pictures to an MP4 file with H.264, for people to look at.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gstreamer::{self as gst, prelude::*};
use gstreamer_app as gst_app;
use gstreamer_video as gst_video;

use crate::failure::Failure;
use crate::monitor::Monitor;
use crate::{CaptureError, ColorMatrix, Colors, Plane, packages};

/// The encoder: BSD, in `gst-plugins-bad`, which reading cameras needs as well.
const ENCODER: &str = "openh264enc";
/// Pictures that may wait for the encoder.
const WAITING: u64 = 4;
/// An encoder that takes no picture for this long hangs.
const STALLED_AFTER: Duration = Duration::from_secs(30);
/// By when the pictures that wait are encoded; the film ends anyway then.
const LAST_PICTURES_WITHIN: Duration = Duration::from_secs(10);
/// Enough for a moving person before a gym without blocks being seen.
const BITS_PER_PIXEL: f64 = 0.12;
/// For the encoder's rate control where the source states no rate; the file's times are those of the pictures.
const ASSUMED_FPS: f64 = 30.0;

/// What the pictures of a film are like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PictureFormat {
    /// Width in pixels, even.
    pub width: u32,
    /// Height in pixels, even.
    pub height: u32,
    /// Nominal frames a second, where known.
    pub fps: Option<f64>,
    /// How their bytes stand for colours.
    pub colors: Colors,
}

/// Writes an MP4 file, picture by picture. Without [`Mp4Writer::finish`] the file can't be played.
#[derive(Debug)]
pub struct Mp4Writer {
    path: String,
    elements: gst::Pipeline,
    source: gst_app::AppSrc,
    /// What follows the encoder.
    parser: gst::Element,
    format: gst_video::VideoInfo,
    monitor: Arc<Monitor>,
    first: Option<Duration>,
    pushed: u64,
}

impl Mp4Writer {
    /// Whether all that writing needs is installed.
    ///
    /// # Errors
    /// [`CaptureError::MissingElement`] names the package of what is not.
    pub fn check() -> Result<(), CaptureError> {
        gst::init().map_err(|error| CaptureError::Pipeline {
            source_name: "overlay".to_owned(),
            message: format!("GStreamer does not start: {error}"),
        })?;
        ["appsrc", "videoconvert", ENCODER, "h264parse", "mp4mux", "filesink"]
            .into_iter()
            .try_for_each(|name| element(name).map(drop))
    }

    /// Makes the file, or overwrites it.
    ///
    /// # Errors
    /// [`CaptureError::MissingElement`] names the package when the encoder or the container's writer is not installed;
    /// [`CaptureError::File`] when the file can't be written or the encoder refuses the pictures' size.
    pub fn create(path: &Path, format: &PictureFormat) -> Result<Self, CaptureError> {
        let in_file = |reason: String| CaptureError::File { path: path.display().to_string(), reason };
        gst::init().map_err(|error| in_file(format!("GStreamer does not start: {error}")))?;
        let info = video_info(format).map_err(|error| in_file(error.to_string()))?;
        let caps = info.to_caps().map_err(|error| in_file(error.to_string()))?;

        let source = element("appsrc")?;
        let (encoder, parser) = (element(ENCODER)?, element("h264parse")?);
        let fps = format.fps.unwrap_or(ASSUMED_FPS);
        let bits_a_second = BITS_PER_PIXEL * f64::from(format.width) * f64::from(format.height) * fps;
        encoder.set_property_from_str("rate-control", "bitrate");
        encoder.set_property("bitrate", bits_a_second as u32);
        let sink = element("filesink")?;
        sink.set_property("location", path);

        let elements = gst::Pipeline::new();
        let (convert, mux) = (element("videoconvert")?, element("mp4mux")?);
        let chain = [&source, &convert, &encoder, &parser, &mux, &sink];
        elements.add_many(chain).map_err(|error| in_file(error.to_string()))?;
        gst::Element::link_many(chain).map_err(|error| in_file(error.to_string()))?;
        let source = source
            .downcast::<gst_app::AppSrc>()
            .map_err(|_| in_file("GStreamer's appsrc is another element".to_owned()))?;
        source.set_caps(Some(&caps));
        source.set_format(gst::Format::Time);

        let monitor = Arc::new(Monitor::default());
        watch(&elements, &source, &parser, &monitor);
        let path = path.display().to_string();
        let writer = Self { path, elements, source, parser, format: info, monitor, first: None, pushed: 0 };
        writer.elements.set_state(gst::State::Playing).map_err(|_| writer.failed())?;
        Ok(writer)
    }

    /// Adds a picture of three planes: luma, blue chroma, red chroma. `pts` strictly increases; the first one is the
    /// film's beginning. Waits while the encoder is behind.
    ///
    /// # Errors
    /// When the encoder or the disk fails.
    pub fn write(&mut self, pts: Duration, planes: [Plane<'_>; 3]) -> Result<(), CaptureError> {
        let buffer = self.buffer(pts, planes).ok_or_else(|| self.error("no memory for a picture"))?;
        let free = self.monitor.wait_until(Instant::now() + STALLED_AFTER, |state| {
            state.failure.is_some() || self.source.current_level_buffers() < WAITING
        });
        if !free {
            return Err(self.error("the encoder stands still"));
        }
        if self.monitor.seen().failed {
            return Err(self.failed());
        }
        self.pushed += 1;
        self.source.push_buffer(buffer).map(drop).map_err(|_| self.failed())
    }

    /// Ends the film: afterwards the file can be played.
    ///
    /// # Errors
    /// When the encoder or the disk fails.
    pub fn finish(self) -> Result<(), CaptureError> {
        // The encoder holds no picture back, so the end is told to what follows it once all pictures are out: told itself,
        // it encodes a picture that is none and complains about it on stderr. Should it have left a picture out, the
        // wait ends by its deadline.
        self.monitor.wait_until(Instant::now() + LAST_PICTURES_WITHIN, |state| {
            state.failure.is_some() || state.arrived >= self.pushed
        });
        if let Some(pad) = self.parser.static_pad("sink") {
            pad.send_event(gst::event::Eos::new());
        }
        let decided = self
            .monitor
            .wait_until(Instant::now() + STALLED_AFTER, |state| state.ended || state.failure.is_some());
        match decided {
            _ if self.monitor.seen().failed => Err(self.failed()),
            true => Ok(()),
            false => Err(self.error("the encoder stands still")),
        }
    }

    fn buffer(&mut self, pts: Duration, planes: [Plane<'_>; 3]) -> Option<gst::Buffer> {
        let first = *self.first.get_or_insert(pts);
        let mut buffer = gst::Buffer::with_size(self.format.size()).ok()?;
        {
            let buffer = buffer.get_mut()?;
            buffer.set_pts(gst::ClockTime::try_from(pts.saturating_sub(first)).ok()?);
            let fps = self.format.fps();
            if fps.numer() > 0 {
                let step_s = f64::from(fps.denom()) / f64::from(fps.numer());
                buffer.set_duration(gst::ClockTime::from_nseconds((step_s * 1e9) as u64));
            }
        }
        let mut picture = gst_video::VideoFrame::from_buffer_writable(buffer, &self.format).ok()?;
        for (index, plane) in planes.into_iter().enumerate() {
            let stride = usize::try_from(*self.format.stride().get(index)?).ok()?;
            let halved = if index == 0 { 1 } else { 2 };
            let row_bytes = self.format.width().div_ceil(halved) as usize;
            let rows = self.format.height().div_ceil(halved) as usize;
            let to = picture.plane_data_mut(index as u32).ok()?;
            for (to, from) in to.chunks_mut(stride).zip(plane.data.chunks(plane.stride)).take(rows) {
                to.get_mut(..row_bytes)?.copy_from_slice(from.get(..row_bytes)?);
            }
        }
        Some(picture.into_buffer())
    }

    fn failed(&self) -> CaptureError {
        let reason = self.monitor.read(|state| state.failure.as_ref().map(|failure| failure.text.clone()));
        self.error(&reason.unwrap_or_else(|| "the encoder stopped without giving a reason".to_owned()))
    }

    fn error(&self, reason: &str) -> CaptureError {
        CaptureError::File { path: self.path.clone(), reason: reason.to_owned() }
    }
}

impl Drop for Mp4Writer {
    fn drop(&mut self) {
        // Nothing can be done about an element that does not stop.
        let _ = self.elements.set_state(gst::State::Null);
    }
}

fn element(name: &str) -> Result<gst::Element, CaptureError> {
    gst::ElementFactory::make(name).build().map_err(|_| CaptureError::MissingElement {
        element: name.to_owned(),
        package: packages::of_element(name),
    })
}

fn video_info(format: &PictureFormat) -> Result<gst_video::VideoInfo, glib::BoolError> {
    let (range, matrix) = (
        if format.colors.full_range {
            gst_video::VideoColorRange::Range0_255
        } else {
            gst_video::VideoColorRange::Range16_235
        },
        format.colors.matrix,
    );
    let (matrix, transfer, primaries) = match matrix {
        ColorMatrix::Bt601 => (
            gst_video::VideoColorMatrix::Bt601,
            gst_video::VideoTransferFunction::Bt601,
            gst_video::VideoColorPrimaries::Smpte170m,
        ),
        ColorMatrix::Bt709 => (
            gst_video::VideoColorMatrix::Bt709,
            gst_video::VideoTransferFunction::Bt709,
            gst_video::VideoColorPrimaries::Bt709,
        ),
    };
    let fps = gst::Fraction::approximate_f64(format.fps.unwrap_or(ASSUMED_FPS));
    gst_video::VideoInfo::builder(gst_video::VideoFormat::I420, format.width, format.height)
        .fps(fps.unwrap_or(gst::Fraction::new(ASSUMED_FPS as i32, 1)))
        .colorimetry(&gst_video::VideoColorimetry::new(range, matrix, transfer, primaries))
        .build()
}

/// Tells the monitor what was taken from the queue and what has left the parser, the end, and the first error. (Behind the
/// encoder a picture could still be overtaken by the end, which waits for the parser's lock.)
fn watch(elements: &gst::Pipeline, source: &gst_app::AppSrc, parser: &gst::Element, monitor: &Arc<Monitor>) {
    if let (Some(taken), Some(given)) = (source.static_pad("src"), parser.static_pad("src")) {
        let (at_take, at_give) = (monitor.clone(), monitor.clone());
        taken.add_probe(gst::PadProbeType::BUFFER, move |_, _| {
            at_take.report(|_| {});
            gst::PadProbeReturn::Ok
        });
        given.add_probe(gst::PadProbeType::BUFFER, move |_, _| {
            at_give.report(|state| state.arrived += 1);
            gst::PadProbeReturn::Ok
        });
    }
    let Some(bus) = elements.bus() else { return };
    let monitor = monitor.clone();
    bus.set_sync_handler(move |_, message| {
        match message.view() {
            gst::MessageView::Error(error) => {
                let failure = Failure::of_message(error);
                monitor.report(|state| {
                    state.failure.get_or_insert(failure);
                });
            }
            gst::MessageView::Eos(_) => monitor.report(|state| state.ended = true),
            _ => {}
        }
        gst::BusSyncReply::Drop
    });
}
