//! A clip whose decoder is not installed. A process of its own: it takes decoders away from GStreamer.

use gstreamer::{self as gst, prelude::*};
use spotter_capture::{Delivery, SourceDescription, open};

#[test]
fn a_missing_decoder_names_the_package() {
    gst::init().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.webm");
    let launch = format!(
        "videotestsrc num-buffers=3 ! video/x-raw,width=64,height=48 ! vp8enc deadline=1 ! webmmux \
         ! filesink location={}",
        path.display()
    );
    let pipeline = gst::parse::launch(&launch).unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    pipeline.bus().unwrap().timed_pop_filtered(None, &[gst::MessageType::Eos]);
    pipeline.set_state(gst::State::Null).unwrap();

    let decoders =
        gst::ElementFactory::factories_with_type(gst::ElementFactoryType::DECODER, gst::Rank::MARGINAL);
    for decoder in decoders.iter().filter(|factory| factory.name().contains("vp8")) {
        decoder.set_rank(gst::Rank::NONE);
    }

    let clip = SourceDescription::File { path, repeat: false, paced: false };
    let error = open("clip", &clip, Delivery::EveryFrame).err().unwrap().to_string();
    assert!(error.contains("VP8 decoder` is missing: install gstreamer1.0-plugins-good"), "{error}");
}
