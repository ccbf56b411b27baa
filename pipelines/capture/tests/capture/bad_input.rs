//! Each bad input gets one clear error that names the thing and the way out.

use spotter_capture::{CaptureError, Delivery, SourceDescription, open};

use crate::clips::{Clips, all_times_s, once, open_error, open_every, own, run};

#[test]
fn a_missing_file() {
    let path = Clips::new().path("no.mp4");
    assert_eq!(
        open_error(&once(&path)),
        format!("{}: no such file: give the path of a video file", path.display())
    );
}

#[test]
fn an_empty_file() {
    let clips = Clips::new();
    let path = clips.path("empty.mp4");
    std::fs::write(&path, b"").unwrap();
    assert_eq!(
        open_error(&once(&path)),
        format!("{}: is empty: copy or record the clip again", path.display())
    );
}

#[test]
fn a_file_that_is_text() {
    let clips = Clips::new();
    let path = clips.path("clip.mp4");
    std::fs::write(&path, "This is a note and not a film.\n".repeat(50)).unwrap();
    let error = open_error(&once(&path));
    assert!(error.starts_with(&format!("{}: not a video GStreamer can read (", path.display())), "{error}");
    assert!(error.ends_with("): give a video file such as MP4 with H.264"), "{error}");
    assert!(error.contains("text"), "{error}");
}

#[test]
fn a_file_of_noise() {
    let clips = Clips::new();
    let path = clips.path("noise.mp4");
    let noise: Vec<u8> = (0..20_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    std::fs::write(&path, noise).unwrap();
    let error = open_error(&once(&path));
    assert!(error.contains("noise.mp4: not a video GStreamer can read ("), "{error}");
}

#[test]
fn a_file_with_sound_only() {
    let clips = Clips::new();
    let path = clips.path("sound.mov");
    run(&format!(
        "audiotestsrc num-buffers=20 ! audio/x-raw,rate=44100,channels=1 ! qtmux ! filesink location={}",
        path.display()
    ));
    let error = open_error(&once(&path));
    assert_eq!(error, format!("{}: has no picture in it: give a file with video", path.display()));
}

#[test]
fn a_file_cut_off_before_its_index() {
    let clips = Clips::new();
    let whole = clips.record("whole.mov", 30, "30/1", "jpegenc ! qtmux");
    let bytes = std::fs::read(whole).unwrap();
    let path = clips.path("cut.mov");
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let error = open_error(&once(&path));
    assert!(error.starts_with(&format!("{}: is cut off (", path.display())), "{error}");
    assert!(error.ends_with(": copy or record the clip again"), "{error}");
}

#[test]
fn a_file_cut_off_behind_its_index_gives_what_is_there() {
    let clips = Clips::new();
    let whole = clips.record("whole.mkv", 60, "30/1", "vp8enc deadline=1 ! matroskamux");
    let bytes = std::fs::read(whole).unwrap();
    let path = clips.path("cut.mkv");
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let times = all_times_s(open_every(&once(&path)).as_mut());
    assert!(!times.is_empty() && times.len() < 60, "{} frames", times.len());
}

#[test]
fn a_missing_element_names_the_package() {
    let error = open("x", &own("nosuchsrc ! identity"), Delivery::NewestWins).err().unwrap();
    assert!(
        matches!(error, CaptureError::MissingElement { ref element, .. } if element == "nosuchsrc"),
        "{error}"
    );
}

#[test]
fn a_csi_camera_without_nvidias_plug_in() {
    let camera = SourceDescription::Csi { sensor_id: 0, width: 1280, height: 720, fps: 60 };
    if gstreamer::init().is_ok() && gstreamer::ElementFactory::find("nvarguscamerasrc").is_some() {
        return;
    }
    let error = open_error(&camera);
    assert!(
        error.starts_with("GStreamer element `nvarguscamerasrc` is missing: install nvidia-l4t"),
        "{error}"
    );
}

#[test]
fn a_missing_camera() {
    let camera = SourceDescription::V4l2 { device: "/dev/video97".into(), width: 640, height: 480, fps: 30 };
    let error = open_error(&camera);
    assert!(error.starts_with("/dev/video97: no such camera: plug it in"), "{error}");
}

#[test]
fn a_description_that_does_not_parse() {
    for text in ["videotestsrc ! ! identity", "videotestsrc !", "videotestsrc nosuchproperty=3", ""] {
        let error = open_error(&own(text));
        assert!(
            error.starts_with("station-1: the pipeline's description can't be used: "),
            "{text}: {error}"
        );
    }
}

#[test]
fn a_description_that_is_no_video() {
    let error = open_error(&own("audiotestsrc num-buffers=5"));
    assert!(error.starts_with("station-1: "), "{error}");
}

#[test]
fn a_description_without_time_stamps() {
    let mut source = open_every(&own("fakesrc num-buffers=2 sizetype=fixed sizemax=1536 filltype=zero \
         ! video/x-raw,format=I420,width=32,height=32,framerate=0/1 ! identity"));
    let error = source.pull(crate::clips::PATIENCE).unwrap_err().to_string();
    assert!(error.contains("no time stamps") && error.contains("do-timestamp=true"), "{error}");
}
