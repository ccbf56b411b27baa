//! TensorRT on NVIDIA's GPUs, through the plug-in `models/tensorrt` that is loaded at run time: a unit without a GPU needs nothing of it.
//!
//! An engine is built from an ONNX model in a child process ([`build`]), kept in a cache ([`cache`]) and compared with the CPU
//! ([`parity`]) before it is used. [`prepare`] is all of that in order; what it hands back is a [`Network`](crate::backend::Network).

#[allow(dead_code, reason = "each side of the ABI uses its part")]
mod abi;
mod build;
pub mod build_child;
pub mod cache;
mod elf;
mod engine;
mod error;
mod info;
mod parity;
mod plugin;
mod prepare;
mod raw;
mod status;
mod view;

#[cfg(test)]
pub(crate) mod tests;

pub use build::{Build, BuildRequest, Canceller, Probe, Progress};
pub use error::TensorRtError;
pub use info::{Info, Precision, Version};
pub use parity::Agreement;
pub use plugin::{DeviceMemory, Plugin};
pub use prepare::{Cancellation, Stage};
pub use raw::{Surface, VideoMemory};

pub(crate) use engine::Engine;
pub(crate) use parity::check as agrees_with_cpu;
pub(crate) use prepare::{Preparation, Prepared, precisions};
