//! A graph in ONNX Runtime: loaded and checked once, then run on buffers that are reused.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use arrayvec::ArrayVec;
use ort::ep::{self, ExecutionProviderDispatch};
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::{Outlet, Tensor, TensorElementType};

use super::lanes::{Lanes, OpenNarrow};
use super::{BackendError, Network, NetworkSpec};
use crate::ModelError;
use crate::image::Image;
use crate::region::Region;
use crate::runtime::Runtime;
use crate::tensor::{TensorSpec, fill_tensor};

/// More outputs than any model of ours has.
const MAX_OUTPUTS: usize = 4;

/// What ONNX Runtime computes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Provider {
    Cpu,
    Cuda,
    TensorRt,
}

impl Provider {
    /// The provider in the library, to be registered or to fail. None for the CPU, which is always there.
    fn dispatch(self) -> Option<ExecutionProviderDispatch> {
        // Without `error_on_failure` a provider that can't start leaves everything to the CPU and says nothing.
        match self {
            Self::Cpu => None,
            Self::Cuda => Some(ep::CUDA::default().build().error_on_failure()),
            Self::TensorRt => Some(ep::TensorRT::default().with_fp16(true).build().error_on_failure()),
        }
    }
}

/// A loaded graph.
pub(crate) struct OnnxNetwork {
    spec: NetworkSpec,
    sessions: Lanes,
    /// Positions of the outputs that are read.
    outputs: Vec<usize>,
    sets: Vec<Set>,
}

/// A region to be looked at.
struct Set {
    input: Mutex<Tensor<f32>>,
    /// From when it is put until it was looked at.
    in_use: AtomicBool,
}

impl OnnxNetwork {
    /// Loads the graph and checks its input and outputs.
    pub(crate) fn open(
        runtime: &Runtime,
        path: &Path,
        threads: usize,
        provider: Provider,
        spec: NetworkSpec,
    ) -> Result<Self, ModelError> {
        let refused = |what: String| ModelError::Runtime(format!("model {}: {what}", path.display()));
        let session = load(runtime, path, threads, provider).map_err(|error| refused(error.to_string()))?;
        let shape = [1, 3, spec.input.height as i64, spec.input.width as i64];
        match session.inputs() {
            [input] if is_float_tensor(input, &shape) => {}
            inputs => {
                return Err(refused(format!(
                    "expected one f32 input of shape {shape:?}, found {}",
                    describe(inputs)
                )));
            }
        }
        let position = |&(name, len): &(&str, usize)| {
            let is_it = |output: &Outlet| output.name() == name && has_len(output, len);
            session.outputs().iter().position(is_it).ok_or_else(|| {
                refused(format!(
                    "expected an f32 output `{name}` of {len} values, found {}",
                    describe(session.outputs())
                ))
            })
        };
        let outputs = spec.outputs.iter().map(position).collect::<Result<_, _>>()?;
        let mut network = Self { spec, sessions: Lanes::wide(session), outputs, sets: Vec::new() };
        network.make_sets().map_err(|error| refused(error.to_string()))?;
        Ok(network)
    }

    /// Lets as many regions be looked at at once as there are threads, each on a thread of its own.
    pub(crate) fn with_lanes(mut self, threads: usize, open: OpenNarrow) -> Result<Self, ModelError> {
        self.sessions = self.sessions.and_narrow(threads, open);
        self.make_sets().map_err(|error| ModelError::Runtime(error.to_string()))?;
        Ok(self)
    }

    /// One for each run that can go on, and one to be filled.
    fn make_sets(&mut self) -> ort::Result<()> {
        let TensorSpec { width, height, .. } = self.spec.input;
        while self.sets.len() <= self.sessions.at_once {
            let values = vec![0.0_f32; self.spec.input.len()];
            let input = Mutex::new(Tensor::from_array(([1, 3, height, width], values))?);
            self.sets.push(Set { input, in_use: AtomicBool::new(false) });
        }
        Ok(())
    }

    /// Runs the graph on a set and hands its outputs on.
    fn look(&self, set: usize, read: &mut dyn FnMut(usize, &[&[f32]])) -> ort::Result<()> {
        let input = lock(&self.sets[set].input);
        let mut session = self.sessions.session(self.is_alone(set));
        let outputs = session.run(ort::inputs![&*input])?;
        let mut values = ArrayVec::<&[f32], MAX_OUTPUTS>::new();
        for &position in &self.outputs {
            values.push(outputs[position].try_extract_tensor::<f32>()?.1);
        }
        read(0, &values);
        Ok(())
    }

    /// Whether no other region is being put or looked at.
    fn is_alone(&self, set: usize) -> bool {
        let mut others = self.sets.iter().enumerate().filter(|(other, _)| *other != set);
        others.all(|(_, other)| !other.in_use.load(Ordering::Relaxed))
    }
}

impl Network for OnnxNetwork {
    fn sets(&self) -> usize {
        self.sets.len()
    }

    fn slots(&self) -> usize {
        1
    }

    fn runs_at_once(&self) -> usize {
        self.sessions.at_once
    }

    fn put(&self, set: usize, _slot: usize, image: &Image<'_>, region: Region) -> Result<(), BackendError> {
        self.sets[set].in_use.store(true, Ordering::Relaxed);
        let mut input = lock(&self.sets[set].input);
        fill_tensor(image, region, self.spec.border, &self.spec.input, input.extract_tensor_mut().1);
        Ok(())
    }

    fn run(
        &self,
        set: usize,
        _count: usize,
        read: &mut dyn FnMut(usize, &[&[f32]]),
    ) -> Result<(), BackendError> {
        let outcome = self.look(set, read).map_err(|error| BackendError::Run(error.to_string()));
        self.sets[set].in_use.store(false, Ordering::Relaxed);
        outcome
    }
}

/// A panic elsewhere leaves buffers whose values are overwritten before they are read.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A session on exactly that provider: a graph of which a part would run on the CPU after all is refused.
pub(crate) fn load(
    runtime: &Runtime,
    path: &Path,
    threads: usize,
    provider: Provider,
) -> ort::Result<Session> {
    let builder = Session::builder(&runtime.environment)?
        // `Level3` is refused by some releases; `All` means the same everywhere.
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_intra_threads(threads.max(1))?
        .with_inter_threads(1)?
        // From one operator to the next a thread is waited for by spinning, which is a quarter faster; at the end of a run it stops, since
        // the core is wanted for decoding and publishing.
        .with_intra_op_spinning(true)?
        .with_config_entry("session.force_spinning_stop", "1")?;
    let mut builder = match provider.dispatch() {
        None => builder,
        Some(dispatch) => builder.with_execution_providers([dispatch])?.with_disable_cpu_fallback()?,
    };
    builder.commit_from_file(path)
}

fn is_float_tensor(outlet: &Outlet, shape: &[i64]) -> bool {
    outlet.dtype().tensor_type() == Some(TensorElementType::Float32)
        && outlet.dtype().tensor_shape().is_some_and(|found| found[..] == *shape)
}

fn has_len(outlet: &Outlet, len: usize) -> bool {
    outlet.dtype().tensor_type() == Some(TensorElementType::Float32)
        && outlet.dtype().tensor_shape().is_some_and(|shape| {
            shape.iter().all(|&side| side > 0) && shape.iter().product::<i64>() == len as i64
        })
}

fn describe(outlets: &[Outlet]) -> String {
    let all: Vec<_> =
        outlets.iter().map(|outlet| format!("`{}` {}", outlet.name(), outlet.dtype())).collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

#[cfg(test)]
mod tests;
