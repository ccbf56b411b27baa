//! Frames in video memory. No element of NVIDIA's is needed: an `appsrc` says that it delivers such buffers.

use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use super::*;
use crate::PixelPlanes;
use crate::launch::NVMM_CAPS;

/// What a buffer of `memory:NVMM` maps to has this size at least; capture does not look into it.
const SURFACE_BYTES: usize = 64;

fn caps(colorimetry: &str) -> gst::Caps {
    let text = format!(
        "video/x-raw(memory:NVMM),format=NV12,width=1280,height=721,framerate=50/1,colorimetry={colorimetry}"
    );
    text.parse().unwrap()
}

/// A source whose pipeline ends as that of a Jetson's camera does, and what feeds it.
fn source(sink_caps: &'static str) -> (Pipeline, gst_app::AppSrc, SinkPolicy) {
    gst::init().unwrap();
    let launch =
        Launch { text: "appsrc name=feed format=time".to_owned(), settings: Vec::new(), caps: sink_caps };
    let policy = SinkPolicy { newest_wins: false, paced: false };
    let pipeline = create_pipeline("rack", &launch, policy).unwrap();
    let feed = pipeline.element("feed").and_then(|feed| feed.downcast::<gst_app::AppSrc>().ok()).unwrap();
    (pipeline, feed, policy)
}

fn open(
    feed: &gst_app::AppSrc,
    pipeline: Pipeline,
    policy: SinkPolicy,
    buffers: Vec<gst::Buffer>,
) -> GstSource {
    feed.set_caps(Some(&caps("bt709")));
    for buffer in buffers {
        feed.push_buffer(buffer).unwrap();
    }
    feed.end_of_stream().unwrap();
    let live = pipeline.start(Instant::now() + OPEN_TIMEOUT).unwrap();
    let own = SourceDescription::Gstreamer { description: String::new() };
    GstSource::play("rack", &own, policy, pipeline, live).unwrap()
}

fn buffer(surface: impl AsRef<[u8]> + Send + 'static, frame: u64) -> gst::Buffer {
    let mut buffer = gst::Buffer::from_slice(surface);
    buffer.get_mut().unwrap().set_pts(gst::ClockTime::from_mseconds(20 * frame));
    buffer
}

/// Tells when the buffer's memory is given back.
struct Tracked(std::sync::Arc<[u8]>);

impl AsRef<[u8]> for Tracked {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

#[test]
fn a_frame_in_video_memory_carries_the_very_surface_and_holds_it() {
    let (pipeline, feed, policy) = source(NVMM_CAPS);
    let surfaces: Vec<std::sync::Arc<[u8]>> = (1..4).map(|byte| [byte; SURFACE_BYTES].into()).collect();
    let buffers = surfaces.iter().zip(0..).map(|(surface, frame)| buffer(Tracked(surface.clone()), frame));
    let mut source = open(&feed, pipeline, policy, buffers.collect());
    assert_eq!(source.nominal_fps(), Some(50.0));
    let mut last = None;
    for (index, expected) in surfaces.iter().enumerate() {
        let Pull::Frame(frame) = source.pull(OPEN_TIMEOUT).unwrap() else { panic!("no frame {index}") };
        assert_eq!((frame.width, frame.height, frame.pts.as_millis()), (1280, 721, 20 * index as u128));
        assert_eq!(frame.colors().matrix, crate::ColorMatrix::Bt709);
        let PixelPlanes::Nvmm { surface } = frame.planes() else { panic!("{frame:?}") };
        assert!(std::ptr::eq(surface, &raw const **expected), "the surface itself, not a copy");
        last = Some(frame);
    }
    assert!(matches!(source.pull(OPEN_TIMEOUT), Ok(Pull::EndOfStream)));
    // The feed's reference to the last buffer goes with the pipeline; the frame's own is left.
    drop((source, feed));
    let holders = || surfaces.iter().map(std::sync::Arc::strong_count).collect::<Vec<_>>();
    assert_eq!(holders(), [1, 1, 2]);
    drop(last);
    assert_eq!(holders(), [1, 1, 1]);
}

#[test]
fn a_buffer_of_several_memories_is_refused() {
    let (pipeline, feed, policy) = source(NVMM_CAPS);
    let mut two = buffer([1; SURFACE_BYTES], 0);
    two.get_mut().unwrap().append_memory(gst::Memory::from_slice([2; SURFACE_BYTES]));
    let mut source = open(&feed, pipeline, policy, vec![two]);
    let error = source.pull(OPEN_TIMEOUT).unwrap_err().to_string();
    assert!(error.contains("can't be read"), "{error}");
}

#[test]
fn video_memory_that_nobody_asked_for_is_not_let_in() {
    let (pipeline, feed, _) = source(crate::launch::FRAME_CAPS);
    feed.set_caps(Some(&caps("bt709")));
    // Refused by the sink: the buffer may not be taken any more.
    let _ = feed.push_buffer(buffer([1; SURFACE_BYTES], 0));
    assert!(pipeline.start(Instant::now() + OPEN_TIMEOUT).is_err());
}
