//! What can go wrong between a camera and a frame.

/// An error of a source. Its text names the source and the way out, and never holds a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// The file does not exist, can't be read or is no video.
    #[error("{path}: {reason}")]
    File {
        /// The file as configured.
        path: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The camera's device node does not exist or can't be used.
    #[error("{device}: {reason}")]
    Device {
        /// The device as configured.
        device: String,
        /// Why, and what to do.
        reason: String,
    },
    /// A GStreamer element that the source needs is not installed.
    #[error("GStreamer element `{element}` is missing: install {package}")]
    MissingElement {
        /// The element's factory name, or what it is for (`H.264 decoder`).
        element: String,
        /// The Debian package that carries it.
        package: String,
    },
    /// The pipeline reported an error while opening or running.
    #[error("{source_name}: {message}")]
    Pipeline {
        /// The source's name in the configuration.
        source_name: String,
        /// GStreamer's message with the element's name.
        message: String,
    },
}
