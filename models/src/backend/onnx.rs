//! A graph in ONNX Runtime: loaded and checked once, then run on buffers that are reused.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use arrayvec::ArrayVec;
use ort::ep::{self, ExecutionProviderDispatch};
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::{Outlet, Tensor, TensorElementType};

use super::{BackendError, Network, NetworkSpec};
use crate::ModelError;
use crate::image::Image;
use crate::region::Region;
use crate::runtime::Runtime;
use crate::tensor::fill_tensor;

/// More outputs than any model of ours has.
const MAX_OUTPUTS: usize = 4;
/// One region is filled while another runs.
const SETS: usize = 2;

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
    session: Mutex<Session>,
    /// Positions of the outputs that are read.
    outputs: Vec<usize>,
    inputs: [Mutex<Tensor<f32>>; SETS],
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
        let input = || {
            Tensor::from_array((shape, vec![0.0_f32; spec.input.len()]))
                .map(Mutex::new)
                .map_err(|error| refused(error.to_string()))
        };
        let inputs = [input()?, input()?];
        Ok(Self { spec, session: Mutex::new(session), outputs, inputs })
    }
}

impl Network for OnnxNetwork {
    fn sets(&self) -> usize {
        SETS
    }

    fn slots(&self) -> usize {
        1
    }

    fn put(&self, set: usize, _slot: usize, image: &Image<'_>, region: Region) -> Result<(), BackendError> {
        let mut input = lock(&self.inputs[set]);
        fill_tensor(image, region, self.spec.border, &self.spec.input, input.extract_tensor_mut().1);
        Ok(())
    }

    fn run(
        &self,
        set: usize,
        _count: usize,
        read: &mut dyn FnMut(usize, &[&[f32]]),
    ) -> Result<(), BackendError> {
        let failed = |error: ort::Error| BackendError::Run(error.to_string());
        let input = lock(&self.inputs[set]);
        let mut session = lock(&self.session);
        let outputs = session.run(ort::inputs![&*input]).map_err(failed)?;
        let mut values = ArrayVec::<&[f32], MAX_OUTPUTS>::new();
        for &position in &self.outputs {
            values.push(outputs[position].try_extract_tensor::<f32>().map_err(failed)?.1);
        }
        read(0, &values);
        Ok(())
    }
}

/// A panic elsewhere leaves buffers whose values are overwritten before they are read.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
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
        // Spinning threads take the core that capture and publishing need: up to twice as slow on a busy box.
        .with_intra_op_spinning(false)?;
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
