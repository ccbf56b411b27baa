//! What can go wrong with TensorRT, in words that say what to do.

use std::path::PathBuf;

/// TensorRT can't be used, or an engine can't.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TensorRtError {
    /// The plug-in can't be loaded.
    #[error("the TensorRT plug-in {path} can't be used: {reason}")]
    Plugin {
        /// The plug-in's file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// TensorRT's own library is missing or can't be loaded.
    #[error("no TensorRT: {0}")]
    NoLibrary(String),
    /// TensorRT is of another version than the plug-in was built for.
    #[error("wrong TensorRT: {0}: install the plug-in that was built for it")]
    WrongVersion(String),
    /// NVIDIA's driver is missing or does not start.
    #[error("no NVIDIA driver: {0}")]
    NoDriver(String),
    /// There is no GPU.
    #[error("no GPU: {0}")]
    NoDevice(String),
    /// TensorRT refused the model, the settings or the plan.
    #[error("TensorRT refuses it: {0}")]
    Refused(String),
    /// The build was cancelled.
    #[error("the build was cancelled")]
    Cancelled,
    /// Inputs or outputs are not those of the model's manifest.
    #[error("the engine is not the one expected: {0}")]
    Shape(String),
    /// Not enough memory, here or on the GPU.
    #[error("not enough memory: {0}")]
    Memory(String),
    /// The engine can't be written to the disk.
    #[error("the engine can't be kept: {0}")]
    Write(String),
    /// One run failed.
    #[error("TensorRT failed: {0}")]
    Failed(String),
    /// The device can't be used by this process any more.
    #[error("the GPU is lost to this process: {0}")]
    Lost(String),
    /// The platform can't do it.
    #[error("not possible here: {0}")]
    Unsupported(String),
    /// The process that builds engines ended without a word: TensorRT crashed in it.
    #[error("TensorRT crashed while it built the engine ({0})")]
    Crashed(String),
    /// The process that builds engines can't be started, or is another program.
    #[error("engines can't be built: {0}")]
    Child(String),
    /// The engine's outputs are not those of the CPU.
    #[error("the engine does not agree with the CPU: {0}")]
    Parity(String),
    /// A file of the engine cache can't be read or written.
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

impl TensorRtError {
    /// For `map_err` on an operation on a path.
    pub(super) fn io(path: &std::path::Path, action: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), action, source }
    }
}
