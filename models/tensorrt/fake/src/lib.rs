//! Stands in for the TensorRT plug-in in tests: the same C ABI, but it computes on the CPU. Its plan holds the ONNX model, which ONNX Runtime
//! runs; its regions are sampled by the plug-in's own kernel, compiled for the CPU. So what comes out is right, unless it is told to
//! misbehave: see [`behaviour::Behaviour`].

#![allow(unsafe_code, reason = "it is the other side of a C ABI")]
#![allow(clippy::missing_safety_doc, reason = "safety is the ABI's, which the header states")]

#[path = "../../../src/tensorrt/abi.rs"]
#[allow(dead_code, reason = "each side of the ABI uses its part")]
mod abi;
mod behaviour;
mod engine;
mod exports;
mod kernel;
mod nvmm;
mod plan;

#[cfg(test)]
mod tests;
