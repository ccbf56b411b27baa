//! Opens the backends that are better than the CPU, best first, while the CPU already works.

use std::sync::{Arc, Weak};
use std::thread::JoinHandle;

use super::tensorrt::{self, OpenError};
use super::{Backend, Building, Shared, lock};
use crate::EngineSettings;
use crate::backend::onnx::Provider;
use crate::networks::{Models, Networks};
use crate::runtime::Runtime;
use crate::tensorrt::Cancellation;

/// The thread that opens better backends. It ends by itself.
pub(super) struct Accelerating(JoinHandle<()>);

impl Accelerating {
    pub(super) fn join(self) {
        if self.0.join().is_err() {
            tracing::error!("the thread that opens the GPU panicked: the CPU goes on");
        }
    }
}

/// A way to compute on a GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Candidate {
    TensorRt,
    Onnx(Provider),
}

impl Candidate {
    /// The ones that may be tried, best first.
    fn of(backend: Backend) -> &'static [Self] {
        match backend {
            Backend::Cpu => &[],
            Backend::Auto => &[Self::TensorRt, Self::Onnx(Provider::Cuda)],
            Backend::Tensorrt => &[Self::TensorRt],
            Backend::OnnxruntimeCuda => &[Self::Onnx(Provider::Cuda)],
            Backend::OnnxruntimeTensorrt => &[Self::Onnx(Provider::TensorRt)],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::TensorRt => "tensorrt",
            Self::Onnx(Provider::Cuda) => "onnxruntime_cuda",
            Self::Onnx(Provider::TensorRt) => "onnxruntime_tensorrt",
            Self::Onnx(Provider::Cpu) => "cpu",
        }
    }
}

/// Starts the thread; none when there is nothing to try.
pub(super) fn start(
    shared: &Arc<Shared>,
    settings: &EngineSettings,
    models: Models,
    runtime: Runtime,
) -> Option<Accelerating> {
    let candidates = Candidate::of(settings.backend);
    if candidates.is_empty() {
        return None;
    }
    let cancellation = shared.cancellation.clone();
    let opener = Opener {
        shared: Arc::downgrade(shared),
        candidates,
        models,
        runtime,
        settings: settings.clone(),
        cancellation,
        is_chosen: settings.backend != Backend::Auto,
    };
    match std::thread::Builder::new().name("gpu-opener".to_owned()).spawn(move || opener.run()) {
        Ok(thread) => Some(Accelerating(thread)),
        Err(error) => {
            lock(&shared.status).refuse("gpu", &format!("no thread to open it: {error}"));
            None
        }
    }
}

struct Opener {
    /// Whoever dropped the engine does not wait for a backend.
    shared: Weak<Shared>,
    candidates: &'static [Candidate],
    models: Models,
    runtime: Runtime,
    settings: EngineSettings,
    cancellation: Cancellation,
    /// The configuration asks for this one by name.
    is_chosen: bool,
}

impl Opener {
    fn run(&self) {
        for &candidate in self.candidates {
            let opened = self.open(candidate);
            let Some(shared) = self.shared.upgrade() else { return };
            match opened {
                Ok(networks) => return shared.use_device(networks),
                Err(error) => {
                    lock(&shared.status).building = None;
                    tracing::info!(backend = candidate.name(), %error, "not used");
                    let mut status = lock(&shared.status);
                    status.refuse(candidate.name(), &error.to_string());
                    if self.is_chosen {
                        status.miss(candidate.name(), &error.to_string());
                    }
                }
            }
        }
    }

    fn open(&self, candidate: Candidate) -> Result<Networks, OpenError> {
        match candidate {
            Candidate::TensorRt => {
                let settings = &self.settings.tensorrt;
                let mut tell = |building: &Building| self.tell(building);
                tensorrt::open(settings, &self.models, &self.runtime, &self.cancellation, &mut tell)
            }
            Candidate::Onnx(provider) => {
                let networks = Networks::onnx(&self.runtime, &self.models, self.settings.threads, provider)?;
                // A CPU of its own: the one that cameras use may be running.
                networks.agree_with(&Networks::onnx(&self.runtime, &self.models, 1, Provider::Cpu)?)?;
                Ok(networks)
            }
        }
    }

    fn tell(&self, building: &Building) {
        if let Some(shared) = self.shared.upgrade() {
            lock(&shared.status).building = Some(building.clone());
        }
    }
}
