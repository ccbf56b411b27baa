//! Which Debian package carries a GStreamer element or decoder.

const GOOD: &str = "gstreamer1.0-plugins-good";
const BASE: &str = "gstreamer1.0-plugins-base";
const BAD: &str = "gstreamer1.0-plugins-bad";
const LIBAV: &str = "gstreamer1.0-libav";

/// The package of an element by its factory name.
pub(crate) fn of_element(element: &str) -> String {
    let package = match element {
        "appsink" | "appsrc" | "decodebin" | "videoconvert" | "videoscale" | "videorate" | "videotestsrc" => {
            BASE
        }
        "rtspsrc" | "v4l2src" | "videoflip" | "vp8dec" | "vp9dec" | "jpegdec" | "udpsrc" | "mp4mux" => GOOD,
        "openh264enc" | "h264parse" => BAD,
        "filesrc" | "filesink" | "capsfilter" | "queue" | "identity" => "libgstreamer1.0-0",
        "nvarguscamerasrc" | "nvvidconv" => {
            "nvidia-l4t-gstreamer (part of NVIDIA JetPack; CSI cameras work on Jetson only)"
        }
        _ if element.starts_with("avdec_") => LIBAV,
        other => {
            return format!("the package that carries it (apt-file search libgst; gst-inspect-1.0 {other})");
        }
    };
    package.to_owned()
}

/// The package of a decoder by the stream's format, such as `video/x-h264, profile=main`.
pub(crate) fn of_decoder(caps: &str) -> String {
    let format = caps.split([',', ' ', ';']).next().unwrap_or_default();
    match format {
        "video/x-vp8" | "video/x-vp9" | "image/jpeg" | "image/png" => GOOD,
        "video/x-theora" => BASE,
        "video/x-av1" => BAD,
        _ => LIBAV,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_package_for_what_the_sources_use() {
        assert_eq!(of_element("rtspsrc"), "gstreamer1.0-plugins-good");
        assert_eq!(of_element("decodebin"), "gstreamer1.0-plugins-base");
        assert!(of_element("nvarguscamerasrc").contains("nvidia-l4t-gstreamer"));
        assert!(of_element("no_such_thing").contains("gst-inspect-1.0 no_such_thing"));
        assert_eq!(of_element("openh264enc"), "gstreamer1.0-plugins-bad");
        assert_eq!(of_decoder("video/x-h264, profile=(string)main"), "gstreamer1.0-libav");
        assert_eq!(of_decoder("video/x-vp8"), "gstreamer1.0-plugins-good");
    }
}
