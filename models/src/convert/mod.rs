//! TFLite models to ONNX: a pure function from bytes to bytes.
//!
//! It knows the operators of the pose models that Spotter uses and refuses all others. Activations become N, C, H, W;
//! float16 and sparse weights become plain float32; what only unwanted outputs need is left out. See
//! `docs/design/models.md`.

mod batch;
mod constants;
mod error;
mod flatbuffer;
mod fp16;
mod graph;
mod half;
mod layout;
mod lower;
mod onnx;
mod ops;
mod plan;
mod sparse;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tflite;

pub use batch::with_any_batch;
pub use error::ConvertError;
pub use fp16::{Fp16Error, with_fp16};
pub use graph::OPSET;

use lower::Lowering;
use plan::Plan;
use tflite::Model;

/// Number of what [`with_any_batch`] and [`with_fp16`] make of a model. It is part of an engine's key, so that no engine of another rewriting
/// is taken for one of this: whenever either gives other bytes, it must be raised.
pub const REWRITING: u32 = 1;

/// What to keep of a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConvertOptions {
    /// Names of the outputs to keep, in this order; empty keeps all. Nodes that only others need are dropped.
    pub outputs: Vec<String>,
}

/// Converts a TFLite model to an ONNX model of operator set [`OPSET`].
///
/// The input is a picture of the file's size in N, C, H, W order; its range is the file's. Outputs keep name and shape;
/// those of rank 4 keep TFLite's N, H, W, C order. The same bytes and options give the same result.
///
/// # Errors
/// [`ConvertError`] when the file is damaged, uses what is not known, or lacks a wanted output.
pub fn tflite_to_onnx(bytes: &[u8], options: &ConvertOptions) -> Result<Vec<u8>, ConvertError> {
    let model = Model::parse(bytes)?;
    let plan = Plan::new(&model, &options.outputs)?;
    let mut lowering = Lowering::new(&model, &plan);
    for operator in &model.operators {
        if plan.live[operator.index] {
            ops::lower(&mut lowering, operator)?;
        }
    }
    lowering.declare()?;
    Ok(lowering.graph.encode())
}
