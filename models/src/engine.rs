//! What all cameras share: the models on the best backend that there is, and on the CPU for when it fails.
//!
//! The CPU can compute from the start. A better backend is opened by a thread of its own, which may take minutes (TensorRT builds its
//! engine first); then the next frame goes there. When it fails, the CPU takes the very frame.

mod accelerate;
mod status;
mod tensorrt;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use tensorrt::{BUILD_ARGUMENT, OpenError, TensorRtSettings, prepare};

pub use status::{Backend, BackendStatus, Building, RefusedBackend};

use crate::backend::BackendError;
use crate::backend::onnx::Provider;
use crate::blazepose::BlazePose;
use crate::detection::FoundPerson;
use crate::landmarks::Body;
use crate::networks::{Models, Networks};
use crate::region::Region;
use crate::runtime::Runtime;
use crate::tensorrt::Cancellation;
use crate::{EngineSettings, EstimateError, Image, ModelError, PoseEstimator, StageTimes};

/// Loaded models, for any number of cameras; clones share them.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    cpu: Networks,
    device: Mutex<Option<Arc<Networks>>>,
    status: Mutex<BackendStatus>,
    accelerating: Mutex<Option<accelerate::Accelerating>>,
    /// Ends a build that is under way.
    cancellation: Cancellation,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.cancellation.cancel();
    }
}

impl Engine {
    /// Loads detector and landmark model on the CPU, after their checksums were verified against the manifests, and begins to open the
    /// better backends that the settings allow.
    ///
    /// # Errors
    /// [`ModelError`] naming the file and the way out. A better backend that can't be used is no error: [`BackendStatus::refused`] says why.
    pub fn open(settings: &EngineSettings) -> Result<Self, ModelError> {
        let models = Models::resolve(settings)?;
        let runtime = Runtime::load(&settings.onnxruntime)?;
        let cpu = Networks::onnx(&runtime, &models, settings.threads.max(1), Provider::Cpu)?;
        let status = BackendStatus::on_cpu(&cpu.name);
        let shared = Arc::new(Shared {
            cpu,
            device: Mutex::new(None),
            status: Mutex::new(status),
            accelerating: Mutex::new(None),
            cancellation: Cancellation::default(),
        });
        let accelerating = accelerate::start(&shared, settings, models, runtime);
        *lock(&shared.accelerating) = accelerating;
        Ok(Self { shared })
    }

    /// An estimator for one camera that tracks so many people at the same time.
    pub fn estimator(&self, max_people: usize) -> Box<dyn PoseEstimator> {
        Box::new(BlazePose::new(self.clone(), max_people.max(1)))
    }

    /// What computes, and why nothing better does.
    pub fn status(&self) -> BackendStatus {
        lock(&self.shared.status).clone()
    }

    /// Waits until no better backend is being opened, so that all frames that follow run on the same one.
    pub fn settle(&self) {
        let accelerating = lock(&self.shared.accelerating).take();
        if let Some(accelerating) = accelerating {
            accelerating.join();
        }
    }

    /// What computes on a device now; none while the CPU does.
    pub(crate) fn device(&self) -> Option<Arc<Networks>> {
        lock(&self.shared.device).clone()
    }

    /// The people that the detector finds in a region.
    pub(crate) fn find(
        &self,
        image: &Image<'_>,
        region: Region,
        found: &mut Vec<FoundPerson>,
        times: &mut StageTimes,
    ) -> Result<(), EstimateError> {
        self.shared.on_the_best(|networks| networks.find(image, region, found, times))
    }

    /// The body in each region, none where the model's answer is not a number.
    pub(crate) fn bodies(
        &self,
        image: &Image<'_>,
        regions: &[Region],
        bodies: &mut Vec<Option<Body>>,
        times: &mut StageTimes,
    ) -> Result<(), EstimateError> {
        self.shared.on_the_best(|networks| networks.bodies(image, regions, bodies, times))
    }
}

impl Shared {
    fn on_the_best(
        &self,
        mut run: impl FnMut(&Networks) -> Result<(), BackendError>,
    ) -> Result<(), EstimateError> {
        let device = lock(&self.device).clone();
        if let Some(device) = device {
            match run(&device) {
                Ok(()) => return Ok(()),
                Err(error) => self.device_failed(&device, &error),
            }
        }
        run(&self.cpu).map_err(|error| EstimateError::Runtime(error.to_string()))
    }

    /// From now on all cameras run on the CPU. Cameras that fail together report one failure.
    fn device_failed(&self, failed: &Arc<Networks>, error: &BackendError) {
        let mut device = lock(&self.device);
        if !device.as_ref().is_some_and(|device| Arc::ptr_eq(device, failed)) {
            return;
        }
        *device = None;
        tracing::error!(backend = failed.name, %error, "failed while running: the CPU goes on");
        lock(&self.status).fall_back(&self.cpu.name, &failed.name, &error.to_string());
    }

    /// A better backend is ready: the next frame goes there.
    fn use_device(&self, networks: Networks) {
        tracing::info!(backend = networks.name, "in use");
        lock(&self.status).use_device(&networks.name);
        *lock(&self.device) = Some(Arc::new(networks));
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("status", &self.status()).finish_non_exhaustive()
    }
}

/// What a panicking thread leaves is whole: every value is replaced in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
