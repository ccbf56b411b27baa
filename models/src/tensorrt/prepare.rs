//! From a model to an engine that may be used: from the cache or built, loaded, and compared with the CPU.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use super::build::{Build, BuildRequest, Canceller, Probe, Progress};
use super::cache::{self, Cache, Key, Recipe};
use super::engine::SLOTS;
use super::{Agreement, Engine, Plugin, Precision, TensorRtError, parity};
use crate::backend::{Network, NetworkSpec};
use crate::convert::REWRITING;
use crate::manifest::Role;

/// What to prepare, and with what.
pub(crate) struct Preparation<'a> {
    /// TensorRT.
    pub(crate) plugin: &'a Plugin,
    /// Where engines are kept.
    pub(crate) cache: &'a Cache,
    /// Name of the model's manifest.
    pub(crate) name: &'a str,
    /// The ONNX file, whose checksum was compared with its manifest's.
    pub(crate) onnx: &'a Path,
    /// That checksum.
    pub(crate) onnx_sha256: &'a str,
    /// What the model does.
    pub(crate) role: Role,
    /// What it takes and gives.
    pub(crate) spec: &'a NetworkSpec,
    /// The same model on the CPU.
    pub(crate) reference: &'a dyn Network,
    /// What may be computed in, best first: the next one is taken when an engine does not agree with the CPU.
    pub(crate) precisions: &'a [Precision],
    /// Core of the deep-learning accelerator; none: the GPU.
    pub(crate) dla_core: Option<u32>,
    /// Limit of the builder's memory, bytes; 0: none.
    pub(crate) workspace_bytes: u64,
    /// This program with its hidden subcommand.
    pub(crate) child: &'a dyn Fn() -> Command,
    /// Ends a build.
    pub(crate) cancellation: &'a Cancellation,
}

/// An engine that may be used.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The engine.
    pub(crate) engine: Engine,
    /// What it computes in.
    pub(crate) precision: Precision,
    /// How far it is from the CPU.
    pub(crate) agreement: Agreement,
}

/// What is being done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// An engine is loaded.
    Loading(Precision),
    /// An engine is built.
    Building(Precision, Progress),
    /// An engine is compared with the CPU.
    Comparing(Precision),
}

/// Cancels builds from another thread, also those that have not begun.
#[derive(Debug, Clone, Default)]
pub struct Cancellation(Arc<Mutex<(bool, Option<Canceller>)>>);

impl Cancellation {
    /// Cancels the build that is under way, and every later one.
    pub fn cancel(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = true;
        if let Some(canceller) = state.1.take() {
            canceller.cancel();
        }
    }

    fn watch(&self, build: &Build) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.1 = Some(build.canceller());
        if state.0 {
            build.canceller().cancel();
        }
    }
}

/// What a model may be computed in, best first. `quantized`: it holds calibrated quantisation nodes.
pub(crate) fn precisions(quantized: bool) -> Vec<Precision> {
    if quantized { vec![Precision::Int8Qdq] } else { vec![Precision::Fp16, Precision::Fp32] }
}

impl Preparation<'_> {
    /// An engine that agrees with the CPU. `tell` gets each stage.
    ///
    /// # Errors
    /// The last reason, when no precision gives an engine that agrees with the CPU.
    pub(crate) fn run(&self, tell: &mut dyn FnMut(Stage)) -> Result<Prepared, TensorRtError> {
        let mut refusal = None;
        for &precision in self.precisions {
            let key = self.key(precision);
            if let Some(reason) = self.cache.refusal(self.name, &key) {
                refusal = Some(TensorRtError::Parity(reason));
                continue;
            }
            let engine = match self.load_or_build(precision, &key, tell) {
                Ok(engine) => engine,
                // That is found out before anything is built, so it need not be remembered.
                Err(error @ TensorRtError::Unsupported(_)) => {
                    tracing::warn!(model = self.name, %precision, %error, "no engine of this precision");
                    refusal = Some(error);
                    continue;
                }
                Err(error) => return Err(error),
            };
            tell(Stage::Comparing(precision));
            match parity::check(&engine, self.reference, self.role) {
                Ok(agreement) => {
                    self.tidy(&key);
                    return Ok(Prepared { engine, precision, agreement });
                }
                Err(TensorRtError::Parity(reason)) => {
                    tracing::warn!(model = self.name, %precision, reason, "engine refused: it does not agree with the CPU");
                    drop(engine);
                    self.cache.refuse(self.name, &key, &reason)?;
                    refusal = Some(TensorRtError::Parity(reason));
                }
                Err(error) => return Err(error),
            }
        }
        Err(refusal.unwrap_or_else(|| TensorRtError::Unsupported("no precision was asked for".to_owned())))
    }

    fn key(&self, precision: Precision) -> Key {
        let recipe = Recipe {
            onnx_sha256: self.onnx_sha256,
            precision,
            dla_core: self.dla_core,
            input: [3, self.spec.input.height, self.spec.input.width],
            max_batch: SLOTS,
            rewriting: REWRITING,
        };
        cache::key(&recipe, self.plugin.info())
    }

    /// An engine that can't be loaded is built again once.
    fn load_or_build(
        &self,
        precision: Precision,
        key: &Key,
        tell: &mut dyn FnMut(Stage),
    ) -> Result<Engine, TensorRtError> {
        if let Some(plan) = self.cache.read(self.name, key)? {
            tell(Stage::Loading(precision));
            match Engine::load(self.plugin, &plan, self.spec) {
                Ok(engine) => return Ok(engine),
                Err(error @ TensorRtError::Lost(_)) => return Err(error),
                Err(error) => {
                    tracing::warn!(model = self.name, %error, "engine deleted: it is built again");
                    self.cache.remove(self.name, key)?;
                }
            }
        }
        self.build(precision, key, tell)?;
        let plan = self.cache.read(self.name, key)?;
        let plan =
            plan.ok_or_else(|| TensorRtError::Child("the engine that was built is not there".to_owned()))?;
        tell(Stage::Loading(precision));
        Engine::load(self.plugin, &plan, self.spec)
    }

    fn build(
        &self,
        precision: Precision,
        key: &Key,
        tell: &mut dyn FnMut(Stage),
    ) -> Result<(), TensorRtError> {
        let request = BuildRequest {
            plugin: self.plugin.library().to_owned(),
            nvinfer: self.plugin.nvinfer().map(Path::to_owned),
            onnx: self.onnx.to_owned(),
            onnx_sha256: self.onnx_sha256.to_owned(),
            target: self.cache.path(self.name, key),
            key: key.text().to_owned(),
            precision,
            dla_core: self.dla_core,
            max_batch: SLOTS,
            workspace_bytes: self.workspace_bytes,
            probe: Probe {
                size: [self.spec.input.width, self.spec.input.height],
                range: self.spec.input.range,
                outputs: self.spec.outputs.iter().map(|&(name, values)| (name.to_owned(), values)).collect(),
            },
        };
        let build = Build::start((self.child)(), &request)?;
        self.cancellation.watch(&build);
        build.wait(&mut |progress| tell(Stage::Building(precision, progress)))
    }

    /// Engines of replaced drivers and models go. That they stay for now does no harm.
    fn tidy(&self, key: &Key) {
        if let Err(error) = self.cache.keep_only(self.name, key) {
            tracing::warn!(%error, "old engines stay");
        }
    }
}
