//! One function per operator.

mod conv;
mod elementwise;
mod shape;
mod window;

use super::error::ConvertError;
use super::lower::Lowering;
use super::tflite::{Code, Operator};

/// Writes the ONNX nodes of one operator.
pub(super) fn lower(lowering: &mut Lowering<'_, '_>, operator: &Operator<'_>) -> Result<(), ConvertError> {
    match operator.code {
        Code::Conv2d => conv::conv(lowering, operator),
        Code::DepthwiseConv2d => conv::depthwise(lowering, operator),
        Code::MaxPool2d => window::max_pool(lowering, operator),
        Code::Add => elementwise::add(lowering, operator),
        Code::Logistic => elementwise::logistic(lowering, operator),
        Code::Pad => shape::pad(lowering, operator),
        Code::ResizeBilinear => shape::resize_bilinear(lowering, operator),
        Code::DepthToSpace => shape::depth_to_space(lowering, operator),
        Code::Reshape => shape::reshape(lowering, operator),
        Code::Concatenation => shape::concatenation(lowering, operator),
        // Read where the constant is used.
        Code::Dequantize | Code::Densify => Ok(()),
        Code::Other(code) => Err(operator.unsupported(format!("builtin operator {code}"))),
    }
}
