//! GStreamer's error messages to errors that name the source and the way out.

use gstreamer as gst;

use crate::gst_source::OPEN_TIMEOUT;
use crate::monitor::State;
use crate::pipeline::NoPicture;
use crate::rtsp_url::without_passwords;
use crate::{CaptureError, SourceDescription, packages};

/// An error that an element reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    /// Element, message and what its debug text adds.
    pub(crate) text: String,
}

/// As far as the way out differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The data is no video, or broken.
    Unreadable,
    /// No installed plug-in decodes it.
    MissingDecoder,
    /// User name or password refused.
    Unauthorized,
    /// The other side does not know this path.
    NotFound,
    /// The device is in use by somebody else.
    Busy,
    /// The other side or the device did not open.
    NotOpened,
    Other,
}

impl Failure {
    pub(crate) fn other(text: &str) -> Self {
        Self { kind: FailureKind::Other, text: text.to_owned() }
    }

    pub(crate) fn of_message(message: &gst::message::Error) -> Self {
        let error = message.error();
        Self { kind: kind(&error), text: message_text(message.src(), &error, message.debug().as_deref()) }
    }
}

/// An element's message on one line: `element: message (what its debug text adds)`, without passwords.
pub(crate) fn message_text(src: Option<&gst::Object>, error: &glib::Error, debug: Option<&str>) -> String {
    use gst::prelude::*;
    let element = src.map_or_else(|| "pipeline".into(), GstObjectExt::name);
    let text = match debug.map(detail).filter(|detail| !detail.is_empty()) {
        Some(detail) => format!("{element}: {} ({detail})", error.message().trim_end_matches('.')),
        None => format!("{element}: {}", error.message()),
    };
    without_passwords(&text)
}

/// The part of a debug text that was written for people: it follows the line that names the place in GStreamer's code.
fn detail(debug: &str) -> String {
    let lines: Vec<&str> = debug.lines().skip(1).map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

fn kind(error: &glib::Error) -> FailureKind {
    if let Some(error) = error.kind::<gst::StreamError>() {
        return match error {
            gst::StreamError::CodecNotFound => FailureKind::MissingDecoder,
            _ => FailureKind::Unreadable,
        };
    }
    if let Some(gst::CoreError::MissingPlugin) = error.kind::<gst::CoreError>() {
        return FailureKind::MissingDecoder;
    }
    match error.kind::<gst::ResourceError>() {
        Some(gst::ResourceError::NotAuthorized) => FailureKind::Unauthorized,
        Some(gst::ResourceError::NotFound) => FailureKind::NotFound,
        Some(gst::ResourceError::Busy) => FailureKind::Busy,
        Some(
            gst::ResourceError::OpenRead | gst::ResourceError::OpenReadWrite | gst::ResourceError::OpenWrite,
        ) => FailureKind::NotOpened,
        _ => FailureKind::Other,
    }
}

/// The error for a source whose pipeline failed, with the way out that fits the kind of source.
pub(crate) fn explain(name: &str, source: &SourceDescription, state: &State) -> CaptureError {
    let fallback = Failure::other("the pipeline stopped without giving a reason");
    let failure = state.failure.as_ref().unwrap_or(&fallback);
    if failure.kind == FailureKind::MissingDecoder
        && let Some((decoder, caps)) = &state.missing_decoder
    {
        return CaptureError::MissingElement {
            element: decoder.clone(),
            package: packages::of_decoder(caps),
        };
    }
    match source {
        SourceDescription::File { path, .. } => {
            CaptureError::File { path: path.display().to_string(), reason: file_reason(failure) }
        }
        SourceDescription::V4l2 { device, .. } => {
            CaptureError::Device { device: device.display().to_string(), reason: device_reason(failure) }
        }
        SourceDescription::Rtsp { url, .. } => CaptureError::Pipeline {
            source_name: name.to_owned(),
            message: format!("{url}: {}: {}", failure.text, rtsp_way_out(failure.kind)),
        },
        _ => CaptureError::Pipeline { source_name: name.to_owned(), message: failure.text.clone() },
    }
}

/// The error for a source that showed no first picture.
pub(crate) fn no_picture(
    name: &str,
    source: &SourceDescription,
    reason: NoPicture,
    state: &State,
) -> CaptureError {
    let message = match (reason, source) {
        (NoPicture::Failed, _) => return explain(name, source, state),
        (NoPicture::Ended, SourceDescription::File { path, .. }) => {
            let reason = "has no picture in it: give a file with video".to_owned();
            return CaptureError::File { path: path.display().to_string(), reason };
        }
        (NoPicture::TimedOut, SourceDescription::File { path, .. }) => {
            let seconds = OPEN_TIMEOUT.as_secs();
            let reason = format!("no picture within {seconds} s: the file is damaged or the disk too slow");
            return CaptureError::File { path: path.display().to_string(), reason };
        }
        (NoPicture::Ended, _) => "the stream ended before its first picture".to_owned(),
        (NoPicture::TimedOut, SourceDescription::Rtsp { url, .. }) => {
            format!(
                "{url}: no picture within {} s: {}",
                OPEN_TIMEOUT.as_secs(),
                rtsp_way_out(FailureKind::NotOpened)
            )
        }
        (NoPicture::TimedOut, _) => {
            format!("no picture within {} s: check the source and its cable", OPEN_TIMEOUT.as_secs())
        }
    };
    CaptureError::Pipeline { source_name: name.to_owned(), message }
}

fn file_reason(failure: &Failure) -> String {
    match failure.kind {
        // No decoder for a picture was missed, so it was one for sound.
        FailureKind::MissingDecoder => "has no picture in it: give a file with video".to_owned(),
        FailureKind::Unreadable => {
            format!(
                "not a video GStreamer can read ({}): give a video file such as MP4 with H.264",
                failure.text
            )
        }
        _ => failure.text.clone(),
    }
}

fn device_reason(failure: &Failure) -> String {
    let way_out = match failure.kind {
        FailureKind::Busy => "another program uses the camera: stop it",
        FailureKind::NotOpened => {
            "check that the user is in the group `video` and no other program uses the camera"
        }
        FailureKind::Unreadable => {
            "the camera does not offer this size and rate: v4l2-ctl --list-formats-ext lists what it does"
        }
        _ => "unplug the camera and plug it in again",
    };
    format!("{}: {way_out}", failure.text)
}

fn rtsp_way_out(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Unauthorized => "check user name and password in the address",
        FailureKind::NotFound => "check the path in the address",
        FailureKind::NotOpened => "check host and port in the address and that the camera is on",
        _ => "check that the camera is on and sends video",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(kind: FailureKind, text: &str) -> State {
        State { failure: Some(Failure { kind, text: text.to_owned() }), ..State::default() }
    }

    #[test]
    fn the_place_in_gstreamers_code_is_left_out() {
        let debug = "../gst/rtsp/gstrtspsrc.c(8001): gst_rtspsrc_retrieve_sdp (): /GstPipeline:p/GstRTSPSrc:s:\n\
                     Failed to connect. (Generic error)";
        assert_eq!(detail(debug), "Failed to connect. (Generic error)");
        assert_eq!(detail("../x.c(1): f ():"), "");
    }

    #[test]
    fn messages_keep_no_password() {
        let error = glib::Error::new(gst::ResourceError::OpenRead, "Could not open rtsp://u:geheim@cam/1.");
        let text = message_text(None, &error, Some("x.c(1): f ():\nrtsp://u:geheim@cam/1"));
        assert_eq!(text, "pipeline: Could not open rtsp://u:***@cam/1 (rtsp://u:***@cam/1)");
        assert_eq!(kind(&error), FailureKind::NotOpened);
    }

    #[test]
    fn a_missing_decoder_names_the_package() {
        let clip = SourceDescription::File { path: "a.mp4".into(), repeat: false, paced: true };
        let mut state = state(FailureKind::MissingDecoder, "decodebin0: missing");
        state.missing_decoder =
            Some(("H.264 decoder".to_owned(), "video/x-h264, level=(string)4".to_owned()));
        let error = explain("x", &clip, &state).to_string();
        assert_eq!(error, "GStreamer element `H.264 decoder` is missing: install gstreamer1.0-libav");
    }

    #[test]
    fn a_network_camera_that_refuses_names_address_and_way_out() {
        let camera = SourceDescription::Rtsp { url: "rtsp://u:geheim@cam/1".into(), latency_ms: 100 };
        let error =
            explain("rack", &camera, &state(FailureKind::Unauthorized, "s: Unauthorized")).to_string();
        assert_eq!(
            error,
            "rack: rtsp://u:***@cam/1: s: Unauthorized: check user name and password in the address"
        );
    }

    #[test]
    fn a_camera_that_lacks_the_size_says_how_to_list_sizes() {
        let camera = SourceDescription::V4l2 { device: "/dev/video0".into(), width: 9, height: 9, fps: 1 };
        let error =
            explain("rack", &camera, &state(FailureKind::Unreadable, "s: not-negotiated")).to_string();
        assert!(
            error.starts_with("/dev/video0: s: not-negotiated: ") && error.contains("v4l2-ctl"),
            "{error}"
        );
    }
}
