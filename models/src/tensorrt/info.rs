//! What the plug-in found: the library, the driver and the GPU.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::abi;

/// A version of TensorRT: major, minor, patch, build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version(pub [i32; 4]);

impl Version {
    /// Whether every type of an engine is the model's, as from version 11 on: before, 16 bits are the builder's choice.
    pub(super) fn takes_types_from_model(self) -> bool {
        self.0[0] >= 11
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch, build] = self.0;
        write!(formatter, "{major}.{minor}.{patch}.{build}")
    }
}

/// What an engine depends on beside its model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// The TensorRT that is loaded.
    pub tensorrt: Version,
    /// The highest CUDA that the driver knows: 12060 is 12.6.
    pub driver: i32,
    /// 87 is 8.7.
    pub compute_capability: i32,
    /// The GPU's name.
    pub gpu: String,
    /// Whether CPU and GPU share their memory (Jetson).
    pub integrated: bool,
    /// Version of the plug-in's own code.
    pub plugin: String,
}

impl Info {
    pub(super) fn from_raw(info: &abi::Info) -> Self {
        Self {
            tensorrt: Version(info.tensorrt),
            driver: info.driver,
            compute_capability: info.compute_capability,
            gpu: text(&info.gpu),
            integrated: info.integrated != 0,
            plugin: text(&info.plugin),
        }
    }
}

impl Info {
    /// Whether this is no GPU but what stands in for one in tests, which says so by its name: its figures are those of a CPU.
    pub fn is_stand_in(&self) -> bool {
        self.gpu.starts_with("stand-in")
    }
}

impl fmt::Display for Info {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let capability = (self.compute_capability / 10, self.compute_capability % 10);
        write!(formatter, "TensorRT {} on {} ({}.{})", self.tensorrt, self.gpu, capability.0, capability.1)
    }
}

/// Up to the first zero.
pub(super) fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// What an engine computes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// 32 bits.
    Fp32,
    /// 16 bits: wherever they are faster; from TensorRT 11 on everywhere between inputs and outputs.
    Fp16,
    /// 8 bits, by the model's own calibrated quantisation nodes (QDQ). Never calibrated here.
    Int8Qdq,
}

impl Precision {
    pub(super) fn raw(self) -> i32 {
        match self {
            Self::Fp32 => 0,
            Self::Fp16 => 1,
            Self::Int8Qdq => 2,
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Fp32 => "fp32",
            Self::Fp16 => "fp16",
            Self::Int8Qdq => "int8",
        })
    }
}
