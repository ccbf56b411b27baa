//! What computes, and why nothing better does.

use serde::{Deserialize, Serialize};

/// What shall estimate poses. Whatever is chosen, the CPU goes on when it can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Backend {
    /// The best that the machine has: TensorRT, then ONNX Runtime's CUDA provider, then the CPU.
    #[default]
    Auto,
    /// ONNX Runtime on the CPU, and nothing else.
    Cpu,
    /// TensorRT through our plug-in.
    Tensorrt,
    /// ONNX Runtime's TensorRT provider.
    OnnxruntimeTensorrt,
    /// ONNX Runtime's CUDA provider.
    OnnxruntimeCuda,
}

/// What computes, and why nothing better does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct BackendStatus {
    /// What computes now, such as `onnxruntime 1.24.2 cpu, 2 threads`.
    pub running: String,
    /// Whether that is a GPU.
    pub gpu: bool,
    /// The better ones that do not run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedBackend>,
    /// A better one that is being built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub building: Option<Building>,
    /// What an operator should look into: a GPU that failed while it ran, or a chosen backend that can't be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// How often a GPU failed while it ran.
    pub gpu_errors: u64,
}

/// A backend that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedBackend {
    /// Its name.
    pub backend: String,
    /// Why it can't be used.
    pub reason: String,
}

/// How far a backend's engine is built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Building {
    /// The model.
    pub model: String,
    /// What the builder does.
    pub phase: String,
    /// Steps of this phase that are done.
    pub step: u32,
    /// Steps of this phase.
    pub steps: u32,
}

impl BackendStatus {
    pub(super) fn on_cpu(name: &str) -> Self {
        Self { running: name.to_owned(), ..Self::default() }
    }

    pub(super) fn refuse(&mut self, backend: &str, reason: &str) {
        self.refused.retain(|refused| refused.backend != backend);
        self.refused.push(RefusedBackend { backend: backend.to_owned(), reason: reason.to_owned() });
    }

    /// A backend that the configuration asks for by name can't be used.
    pub(super) fn miss(&mut self, backend: &str, reason: &str) {
        self.problem = Some(format!("backend {backend} can't be used: {reason}; the CPU goes on"));
    }

    pub(super) fn use_device(&mut self, name: &str) {
        name.clone_into(&mut self.running);
        self.gpu = true;
        self.building = None;
        self.problem = None;
    }

    pub(super) fn fall_back(&mut self, cpu: &str, failed: &str, reason: &str) {
        cpu.clone_into(&mut self.running);
        self.gpu = false;
        self.gpu_errors += 1;
        self.refuse(failed, &format!("failed while running: {reason}"));
        self.problem = Some(format!("backend {failed} failed while running: {reason}; the CPU goes on"));
    }
}
