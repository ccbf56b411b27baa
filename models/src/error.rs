//! What can go wrong with a model and with one frame's estimation.

use std::path::PathBuf;

/// A model can't be used. The text names the file and the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The file is not there.
    #[error("model `{name}`: {path} is missing: run `spotter models fetch`")]
    Missing {
        /// Model name of the manifest.
        name: String,
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file is not the one that the manifest pins.
    #[error(
        "model `{name}`: {path} has sha256 {found}, the manifest says {expected}: run `spotter models fetch`"
    )]
    Checksum {
        /// Model name of the manifest.
        name: String,
        /// The file.
        path: PathBuf,
        /// What the manifest pins.
        expected: String,
        /// What the file has.
        found: String,
    },
    /// The inference runtime could not be loaded or refused the model.
    #[error("{0}")]
    Runtime(String),
}

/// One frame could not be estimated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EstimateError {
    /// The inference runtime failed.
    #[error("inference: {0}")]
    Runtime(String),
    /// The picture can't be used (zero size, planes too short).
    #[error("picture: {0}")]
    Image(String),
}
