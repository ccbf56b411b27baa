//! One model in ONNX Runtime: loaded and checked once, then run on buffers that are reused.

use std::path::Path;

use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::{Outlet, Tensor, TensorElementType};

use crate::ModelError;
use crate::tensor::TensorSpec;

/// What a model must look like for us to read it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExpectedModel<const OUTPUTS: usize> {
    /// The picture that it takes.
    pub(crate) input: TensorSpec,
    /// Name and number of values of each output that is read.
    pub(crate) outputs: [(&'static str, usize); OUTPUTS],
}

/// A loaded model of which `OUTPUTS` outputs are read.
pub(crate) struct Model<const OUTPUTS: usize> {
    session: Session,
    input: Tensor<f32>,
    /// Positions of the outputs that are read.
    outputs: [usize; OUTPUTS],
}

impl<const OUTPUTS: usize> Model<OUTPUTS> {
    /// Loads the model and checks its input and outputs.
    pub(crate) fn open(
        environment: &Environment,
        path: &Path,
        threads: usize,
        expected: &ExpectedModel<OUTPUTS>,
    ) -> Result<Self, ModelError> {
        let refused = |what: String| ModelError::Runtime(format!("model {}: {what}", path.display()));
        let session = load(environment, path, threads).map_err(|error| refused(error.to_string()))?;
        let shape = [1, 3, expected.input.height as i64, expected.input.width as i64];
        match session.inputs() {
            [input] if is_float_tensor(input, &shape) => {}
            inputs => {
                return Err(refused(format!(
                    "expected one f32 input of shape {shape:?}, found {}",
                    describe(inputs)
                )));
            }
        }
        let mut outputs = [0; OUTPUTS];
        for (position, (name, len)) in outputs.iter_mut().zip(expected.outputs) {
            *position = session
                .outputs()
                .iter()
                .position(|output| output.name() == name && has_len(output, len))
                .ok_or_else(|| {
                    refused(format!(
                        "expected an f32 output `{name}` of {len} values, found {}",
                        describe(session.outputs())
                    ))
                })?;
        }
        let input = Tensor::from_array((shape, vec![0.0_f32; expected.input.len()]))
            .map_err(|error| refused(error.to_string()))?;
        Ok(Self { session, input, outputs })
    }

    /// The input's values, to be written before [`Model::run`].
    pub(crate) fn input_mut(&mut self) -> &mut [f32] {
        self.input.extract_tensor_mut().1
    }

    /// Runs the model on its input and hands the outputs to `read`.
    pub(crate) fn run<R>(&mut self, read: impl FnOnce([&[f32]; OUTPUTS]) -> R) -> ort::Result<R> {
        let outputs = self.session.run(ort::inputs![&self.input])?;
        let mut values: [&[f32]; OUTPUTS] = [&[]; OUTPUTS];
        for (values, position) in values.iter_mut().zip(self.outputs) {
            *values = outputs[position].try_extract_tensor::<f32>()?.1;
        }
        Ok(read(values))
    }
}

pub(crate) fn load(environment: &Environment, path: &Path, threads: usize) -> ort::Result<Session> {
    Session::builder(environment)?
        // `Level3` is refused by some releases; `All` means the same everywhere.
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_intra_threads(threads.max(1))?
        .with_inter_threads(1)?
        // Spinning threads take the core that capture and publishing need: up to twice as slow on a busy box.
        .with_intra_op_spinning(false)?
        .commit_from_file(path)
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
