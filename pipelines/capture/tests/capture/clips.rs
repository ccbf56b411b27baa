//! Clips made for the tests, with encoders from GStreamer's base, good and libav sets, and helpers to read them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use gstreamer::{self as gst, prelude::*};
use gstreamer_app as gst_app;
use spotter_capture::{Delivery, EveryFrame, Frame, FrameSource, Pull, SourceDescription, open};
use tempfile::TempDir;

/// Longer than any step takes on a loaded machine; no test waits for it to pass.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A folder for clips.
pub(crate) struct Clips(TempDir);

impl Clips {
    pub(crate) fn new() -> Self {
        gst::init().unwrap();
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs `launch`, which reads `videotestsrc`, into a file.
    pub(crate) fn record(&self, name: &str, frames: u32, fps: &str, encode: &str) -> PathBuf {
        let path = self.path(name);
        let caps = format!("video/x-raw,format=I420,width=160,height=120,framerate={fps}");
        run(&format!(
            "videotestsrc num-buffers={frames} ! {caps} ! {encode} ! filesink location={}",
            path.display()
        ));
        path
    }

    /// Motion JPEG in a Matroska file with frames at exactly these times.
    pub(crate) fn record_at(&self, name: &str, times_ms: &[u64]) -> PathBuf {
        let path = self.path(name);
        let text = format!(
            "appsrc name=in format=time ! jpegenc ! matroskamux ! filesink location={}",
            path.display()
        );
        let pipeline = gst::parse::launch(&text).unwrap().downcast::<gst::Pipeline>().unwrap();
        let source = pipeline.by_name("in").unwrap().downcast::<gst_app::AppSrc>().unwrap();
        let caps = "video/x-raw,format=I420,width=64,height=48,framerate=0/1,max-framerate=120/1";
        source.set_caps(Some(&caps.parse().unwrap()));
        pipeline.set_state(gst::State::Playing).unwrap();
        for pair in times_ms.windows(2) {
            let mut buffer = gst::Buffer::from_slice(vec![128_u8; 64 * 48 * 3 / 2]);
            let fields = buffer.get_mut().unwrap();
            fields.set_pts(gst::ClockTime::from_mseconds(pair[0]));
            fields.set_duration(gst::ClockTime::from_mseconds(pair[1] - pair[0]));
            source.push_buffer(buffer).unwrap();
        }
        source.end_of_stream().unwrap();
        finish(&pipeline);
        path
    }
}

/// Runs a pipeline to its end.
pub(crate) fn run(launch: &str) {
    let pipeline = gst::parse::launch(launch).unwrap().downcast::<gst::Pipeline>().unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    finish(&pipeline);
}

fn finish(pipeline: &gst::Pipeline) {
    let ends = [gst::MessageType::Eos, gst::MessageType::Error];
    let message =
        pipeline.bus().unwrap().timed_pop_filtered(gst::ClockTime::from_seconds(60), &ends).unwrap();
    pipeline.set_state(gst::State::Null).unwrap();
    assert_eq!(message.type_(), gst::MessageType::Eos, "{message:?}");
}

pub(crate) fn once(path: &Path) -> SourceDescription {
    SourceDescription::File { path: path.to_owned(), repeat: false, paced: false }
}

pub(crate) fn repeated(path: &Path) -> SourceDescription {
    SourceDescription::File { path: path.to_owned(), repeat: true, paced: false }
}

pub(crate) fn own(description: &str) -> SourceDescription {
    SourceDescription::Gstreamer { description: description.to_owned() }
}

pub(crate) fn open_every(source: &SourceDescription) -> Box<dyn FrameSource> {
    open("clip", source, Delivery::EveryFrame).unwrap()
}

/// The error that opening comes to.
pub(crate) fn open_error(source: &SourceDescription) -> String {
    match open("station-1", source, Delivery::NewestWins) {
        Ok(_) => panic!("{source:?} opened"),
        Err(error) => error.to_string(),
    }
}

/// Times of all frames up to the end, seconds.
pub(crate) fn all_times_s(source: &mut dyn FrameSource) -> Vec<f64> {
    EveryFrame::of(source).map(|frame| frame.unwrap().pts.as_secs_f64()).collect()
}

/// The next frame of a source that has one.
pub(crate) fn next(source: &mut dyn FrameSource) -> Frame {
    match source.pull(PATIENCE).unwrap() {
        Pull::Frame(frame) => frame,
        other => panic!("no frame but {other:?}"),
    }
}

pub(crate) fn assert_times(actual_s: &[f64], expected_s: impl IntoIterator<Item = f64>, tolerance_s: f64) {
    let expected_s: Vec<f64> = expected_s.into_iter().collect();
    assert_eq!(actual_s.len(), expected_s.len(), "frames: {actual_s:?}");
    for (index, (actual, expected)) in actual_s.iter().zip(&expected_s).enumerate() {
        assert!(
            (actual - expected).abs() <= tolerance_s,
            "frame {index}: {actual} s instead of {expected} s"
        );
    }
}
