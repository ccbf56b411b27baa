//! A source's description to GStreamer's text form: one pure function a kind of source.

use gstreamer_video::VideoOrientationMethod;

use crate::{CaptureError, Delivery, SourceDescription};

/// The name of the element that [`Launch::settings`] apply to.
pub(crate) const SOURCE_ELEMENT: &str = "spotter_source";

/// The pixel formats that frames come in: what decoders deliver, so that nothing is converted on the way.
pub(crate) const FRAME_CAPS: &str = "video/x-raw,format={I420,NV12}";

/// The same in video memory.
pub(crate) const NVMM_CAPS: &str = "video/x-raw(memory:NVMM),format=NV12";

/// Decodes the video of a stream and leaves its sound alone. `ANY`: decoders may leave pictures in device memory.
const DECODE_VIDEO: &str = "decodebin caps=video/x-raw(ANY) expose-all-streams=false";

/// What to build: everything up to the sink.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Launch {
    /// GStreamer's text form.
    pub(crate) text: String,
    /// String properties of [`SOURCE_ELEMENT`], kept out of the text: no quoting, and no password in parser messages.
    pub(crate) settings: Vec<(&'static str, String)>,
    /// The formats that the sink takes.
    pub(crate) caps: &'static str,
}

/// What the machine offers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Platform {
    /// NVIDIA's `nvvidconv`, which fetches pictures from the Jetson's device memory.
    pub(crate) nvidia: bool,
    /// Frames shall stay in video memory where they go through `nvvidconv`.
    pub(crate) video_memory: bool,
}

impl Platform {
    /// What brings any raw picture to one of [`Self::caps`]; passes through what already is.
    fn to_frames(self) -> &'static str {
        match self {
            // It hands block-linear pictures through, which the CPU can't read, unless it is told to write pitch-linear ones.
            Self { nvidia: true, video_memory: true } => "nvvidconv bl-output=false",
            Self { nvidia: true, video_memory: false } => "nvvidconv ! videoconvert",
            Self { nvidia: false, .. } => "videoconvert",
        }
    }

    /// The formats that [`Self::to_frames`] ends in.
    fn caps(self) -> &'static str {
        if self.nvidia && self.video_memory { NVMM_CAPS } else { FRAME_CAPS }
    }
}

/// How frames leave a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SinkPolicy {
    /// A newer frame replaces the one that waits; otherwise the decoder waits for the reader.
    pub(crate) newest_wins: bool,
    /// Frames wait until they are due on the clock. A camera's never do: it sets the pace itself.
    pub(crate) paced: bool,
}

impl SinkPolicy {
    pub(crate) fn of(source: &SourceDescription, delivery: Delivery) -> Self {
        let newest_wins = delivery == Delivery::NewestWins;
        let paced = match source {
            SourceDescription::File { paced, .. } => *paced,
            _ => newest_wins,
        };
        Self { newest_wins, paced }
    }
}

/// The pipeline for a source, upright where `turn` says how its pictures lie.
pub(crate) fn launch(
    name: &str,
    source: &SourceDescription,
    platform: Platform,
    turn: Option<VideoOrientationMethod>,
) -> Result<Launch, CaptureError> {
    // A picture that is turned is written anew by the CPU.
    let platform = Platform { video_memory: platform.video_memory && turn.is_none(), ..platform };
    let mut launch = match source {
        SourceDescription::File { path, .. } => file(path, platform)?,
        SourceDescription::TestPattern { width, height, fps } => test_pattern(*width, *height, *fps),
        SourceDescription::V4l2 { device, width, height, fps } => {
            v4l2(device, *width, *height, *fps, platform)?
        }
        SourceDescription::Rtsp { url, latency_ms } => {
            let parts = url.parts();
            let refused = |message| CaptureError::Pipeline { source_name: name.to_owned(), message };
            rtsp(parts.map_err(refused)?, *latency_ms, platform)
        }
        SourceDescription::Csi { sensor_id, width, height, fps } => {
            csi(*sensor_id, *width, *height, *fps, platform)
        }
        SourceDescription::Gstreamer { description } => custom(description, platform),
    };
    if let Some(method) = turn.and_then(flip_method) {
        launch.text = format!("{} ! videoflip video-direction={method}", launch.text);
    }
    Ok(launch)
}

fn file(path: &std::path::Path, platform: Platform) -> Result<Launch, CaptureError> {
    let text = format!("filesrc name={SOURCE_ELEMENT} ! {DECODE_VIDEO} ! {}", platform.to_frames());
    Ok(Launch { text, settings: vec![("location", utf8(path)?)], caps: platform.caps() })
}

fn test_pattern(width: u32, height: u32, fps: u32) -> Launch {
    let text = format!(
        "videotestsrc is-live=true ! video/x-raw,format=I420,width={width},height={height},framerate={fps}/1"
    );
    Launch { text, settings: Vec::new(), caps: FRAME_CAPS }
}

fn v4l2(
    device: &std::path::Path,
    width: u32,
    height: u32,
    fps: u32,
    platform: Platform,
) -> Result<Launch, CaptureError> {
    // Raw first, for its latency; USB 2 cameras reach high rates only as JPEG, which negotiation then finds.
    let size = format!("width={width},height={height},framerate={fps}/1");
    let formats = format!("video/x-raw,{size};image/jpeg,{size};video/x-h264,{size}");
    let text = format!(
        "v4l2src name={SOURCE_ELEMENT} ! capsfilter caps=\"{formats}\" ! {DECODE_VIDEO} ! {}",
        platform.to_frames()
    );
    Ok(Launch { text, settings: vec![("device", utf8(device)?)], caps: platform.caps() })
}

fn rtsp(parts: crate::rtsp_url::RtspParts, latency_ms: u32, platform: Platform) -> Launch {
    // TCP: over UDP each lost packet smears the picture until the next key frame, and firewalls block the ports.
    let text = format!(
        "rtspsrc name={SOURCE_ELEMENT} protocols=tcp latency={latency_ms} ! application/x-rtp,media=video \
         ! {DECODE_VIDEO} ! {}",
        platform.to_frames()
    );
    let mut settings = vec![("location", parts.location)];
    settings.extend(parts.user.map(|user| ("user-id", user)));
    settings.extend(parts.password.map(|password| ("user-pw", password)));
    Launch { text, settings, caps: platform.caps() }
}

fn csi(sensor_id: u32, width: u32, height: u32, fps: u32, platform: Platform) -> Launch {
    let to_frames = if platform.video_memory { platform.to_frames() } else { "nvvidconv" };
    let text = format!(
        "nvarguscamerasrc sensor-id={sensor_id} \
         ! video/x-raw(memory:NVMM),format=NV12,width={width},height={height},framerate={fps}/1 \
         ! {to_frames}"
    );
    Launch { text, settings: Vec::new(), caps: platform.caps() }
}

fn custom(description: &str, platform: Platform) -> Launch {
    let text = format!("{} ! {}", description.trim(), platform.to_frames());
    Launch { text, settings: Vec::new(), caps: platform.caps() }
}

/// The value of `videoflip`'s `video-direction`; none for pictures that are upright.
fn flip_method(turn: VideoOrientationMethod) -> Option<&'static str> {
    match turn {
        VideoOrientationMethod::_90r => Some("90r"),
        VideoOrientationMethod::_180 => Some("180"),
        VideoOrientationMethod::_90l => Some("90l"),
        VideoOrientationMethod::Horiz => Some("horiz"),
        VideoOrientationMethod::Vert => Some("vert"),
        VideoOrientationMethod::UlLr => Some("ul-lr"),
        VideoOrientationMethod::UrLl => Some("ur-ll"),
        _ => None,
    }
}

fn utf8(path: &std::path::Path) -> Result<String, CaptureError> {
    path.to_str().map(str::to_owned).ok_or_else(|| CaptureError::File {
        path: path.display().to_string(),
        reason: "the name is not UTF-8: rename it".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PC: Platform = Platform { nvidia: false, video_memory: false };
    const JETSON: Platform = Platform { nvidia: true, video_memory: false };
    const JETSON_NVMM: Platform = Platform { nvidia: true, video_memory: true };

    fn text(source: &SourceDescription, platform: Platform) -> String {
        launch("station-1", source, platform, None).unwrap().text
    }

    #[test]
    fn a_file_is_decoded_and_its_path_needs_no_quoting() {
        let source = SourceDescription::File { path: "a \"b\" ! c.mp4".into(), repeat: false, paced: true };
        let launch = launch("x", &source, PC, None).unwrap();
        assert_eq!(
            launch.text,
            "filesrc name=spotter_source ! decodebin caps=video/x-raw(ANY) expose-all-streams=false ! videoconvert"
        );
        assert_eq!(launch.settings, [("location", "a \"b\" ! c.mp4".to_owned())]);
    }

    #[test]
    fn a_clip_that_lies_on_its_side_is_turned() {
        let source = SourceDescription::File { path: "a.mp4".into(), repeat: false, paced: true };
        let turned = launch("x", &source, PC, Some(VideoOrientationMethod::_90r)).unwrap();
        assert!(turned.text.ends_with("videoconvert ! videoflip video-direction=90r"), "{}", turned.text);
        let upright = launch("x", &source, PC, Some(VideoOrientationMethod::Identity)).unwrap();
        assert!(upright.text.ends_with("videoconvert"), "{}", upright.text);
    }

    #[test]
    fn a_camera_may_deliver_raw_or_compressed_pictures_of_the_size_asked_for() {
        let source =
            SourceDescription::V4l2 { device: "/dev/video2".into(), width: 1280, height: 720, fps: 60 };
        let launch = launch("x", &source, PC, None).unwrap();
        assert_eq!(
            launch.text,
            "v4l2src name=spotter_source ! capsfilter caps=\"video/x-raw,width=1280,height=720,framerate=60/1;\
             image/jpeg,width=1280,height=720,framerate=60/1;video/x-h264,width=1280,height=720,framerate=60/1\" \
             ! decodebin caps=video/x-raw(ANY) expose-all-streams=false ! videoconvert"
        );
        assert_eq!(launch.settings, [("device", "/dev/video2".to_owned())]);
    }

    #[test]
    fn a_network_cameras_password_is_not_in_the_text() {
        let source = SourceDescription::Rtsp { url: "rtsp://me:geheim@cam/1".into(), latency_ms: 40 };
        let launch = launch("x", &source, PC, None).unwrap();
        assert_eq!(
            launch.text,
            "rtspsrc name=spotter_source protocols=tcp latency=40 ! application/x-rtp,media=video \
             ! decodebin caps=video/x-raw(ANY) expose-all-streams=false ! videoconvert"
        );
        let setting =
            |name| launch.settings.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
        assert_eq!(setting("location"), Some("rtsp://cam/1"));
        assert_eq!((setting("user-id"), setting("user-pw")), (Some("me"), Some("geheim")));
    }

    #[test]
    fn a_jetsons_pictures_are_fetched_from_device_memory() {
        let camera = SourceDescription::Csi { sensor_id: 1, width: 1920, height: 1080, fps: 60 };
        assert_eq!(
            text(&camera, JETSON),
            "nvarguscamerasrc sensor-id=1 \
             ! video/x-raw(memory:NVMM),format=NV12,width=1920,height=1080,framerate=60/1 ! nvvidconv"
        );
        let file = SourceDescription::File { path: "a.mp4".into(), repeat: false, paced: true };
        assert!(text(&file, JETSON).ends_with("! nvvidconv ! videoconvert"));
    }

    #[test]
    fn a_jetsons_pictures_stay_in_video_memory_where_the_caller_asks_for_it() {
        let camera = SourceDescription::Csi { sensor_id: 0, width: 1280, height: 720, fps: 60 };
        let file = SourceDescription::File { path: "a.mp4".into(), repeat: false, paced: true };
        let own = SourceDescription::Gstreamer { description: "somesrc".to_owned() };
        for source in [&camera, &file, &own] {
            let kept = launch("x", source, JETSON_NVMM, None).unwrap();
            assert!(kept.text.ends_with("! nvvidconv bl-output=false"), "{}", kept.text);
            assert_eq!(kept.caps, "video/x-raw(memory:NVMM),format=NV12");
            let fetched = launch("x", source, JETSON, None).unwrap();
            assert_eq!((fetched.text.contains("bl-output"), fetched.caps), (false, FRAME_CAPS));
        }
    }

    #[test]
    fn video_memory_is_left_where_it_can_not_be_had() {
        let file = SourceDescription::File { path: "a.mp4".into(), repeat: false, paced: true };
        let pattern = SourceDescription::TestPattern { width: 320, height: 240, fps: 30 };
        let elsewhere = Platform { nvidia: false, video_memory: true };
        let turn = Some(VideoOrientationMethod::_180);
        for (source, platform, turn, end) in [
            (&file, elsewhere, None, "! videoconvert"),
            (&file, JETSON_NVMM, turn, "! nvvidconv ! videoconvert ! videoflip video-direction=180"),
            (&pattern, JETSON_NVMM, None, "framerate=30/1"),
        ] {
            let launch = launch("x", source, platform, turn).unwrap();
            assert!(launch.text.ends_with(end), "{}", launch.text);
            assert_eq!(launch.caps, FRAME_CAPS);
        }
    }

    #[test]
    fn a_description_of_ones_own_and_the_test_picture() {
        let own = SourceDescription::Gstreamer { description: " videotestsrc ! identity\n".to_owned() };
        assert_eq!(text(&own, PC), "videotestsrc ! identity ! videoconvert");
        let pattern = SourceDescription::TestPattern { width: 320, height: 240, fps: 30 };
        assert_eq!(
            text(&pattern, PC),
            "videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=240,framerate=30/1"
        );
    }
}
