//! Convolutions, with the padding or enlargement in front of them and the activation function behind them.

use super::super::error::ConvertError;
use super::super::graph::Value;
use super::super::layout::{self, Nhwc};
use super::super::lower::{Activation, Deferred, Lowering};
use super::super::tflite::{Code, Operator};
use super::shape;
use super::window::{self, VALID, Window};

/// Weights in ONNX's order: name of the constant, groups, kernel size.
struct Weights {
    name: String,
    groups: usize,
    kernel: [usize; 2],
    outputs: usize,
}

/// `CONV_2D`. Options: padding, stride width, stride height, activation, dilation width, dilation height.
pub(super) fn conv(lowering: &mut Lowering<'_, '_>, operator: &Operator<'_>) -> Result<(), ConvertError> {
    let tensor = operator.input(1)?;
    let Nhwc { batch: outputs, height, width, channels } = lowering.picture(operator, tensor)?;
    let values =
        layout::last_axis_second(&lowering.floats(operator, tensor)?, [outputs, height, width, channels]);
    let name = format!("weights{tensor}");
    lowering.graph.floats(&name, &[outputs, channels, height, width], &values);
    let weights = Weights { name, groups: 1, kernel: [height, width], outputs };
    let function = Activation::of(operator, 3)?;
    convolve(lowering, operator, &weights, function, window::pair(operator, [5, 4], 1)?)
}

/// `DEPTHWISE_CONV_2D`. Options: padding, stride width, stride height, multiplier, activation, dilation width, height.
pub(super) fn depthwise(
    lowering: &mut Lowering<'_, '_>,
    operator: &Operator<'_>,
) -> Result<(), ConvertError> {
    let tensor = operator.input(1)?;
    let Nhwc { batch, height, width, channels } = lowering.picture(operator, tensor)?;
    let groups = lowering.picture(operator, operator.input(0)?)?.channels;
    if batch != 1 || channels % groups != 0 {
        return Err(operator.unsupported("weights that are not one kernel per channel"));
    }
    let values = layout::last_axis_second(&lowering.floats(operator, tensor)?, [1, height, width, channels]);
    let name = format!("depthwise{tensor}");
    lowering.graph.floats(&name, &[channels, 1, height, width], &values);
    let weights = Weights { name, groups, kernel: [height, width], outputs: channels };
    let function = Activation::of(operator, 4)?;
    convolve(lowering, operator, &weights, function, window::pair(operator, [6, 5], 1)?)
}

fn convolve(
    lowering: &mut Lowering<'_, '_>,
    operator: &Operator<'_>,
    weights: &Weights,
    function: Activation,
    dilations: [usize; 2],
) -> Result<(), ConvertError> {
    let (input, bias, output) =
        (lowering.activation_input(operator, 0)?, operator.input(2)?, operator.output()?);
    let picture = lowering.picture(operator, input)?;
    let strides = window::pair(operator, [2, 1], 0)?;
    let mut window = Window::new(operator, picture, weights.kernel, strides, dilations)?;

    let values = lowering.floats(operator, bias)?;
    if values.len() != weights.outputs {
        return Err(operator.unsupported("a bias that does not fit the weights"));
    }
    let bias = format!("bias{bias}");
    lowering.graph.floats(&bias, &[values.len()], &values);

    let to = lowering.before_activation(function, output);
    let (source, conv_output, enlarge) = match lowering.deferred(input) {
        Some(Deferred::Pad { source, pads }) => {
            window.pads = pads;
            (source, to.clone(), None)
        }
        Some(Deferred::Resize { source, scales }) => (source, format!("{to}_small"), Some(scales)),
        None => (input, to.clone(), None),
    };
    let attributes = window.attributes();
    let mut attributes = attributes.list();
    attributes.push(("group", Value::Int(weights.groups as i64)));
    let from = lowering.value(source);
    lowering.graph.node("Conv", &[&from, &weights.name, &bias], &conv_output, &attributes);
    if let Some(scales) = enlarge {
        shape::resize(lowering, &conv_output, &to, scales);
    }
    lowering.activate(function, output);
    Ok(())
}

/// Whether an operator is a convolution that pads nothing itself, so that a PAD in front can become its own.
pub(super) fn takes_padding(operator: &Operator<'_>, input: usize) -> bool {
    matches!(operator.code, Code::Conv2d | Code::DepthwiseConv2d)
        && operator.inputs.first() == Some(&input)
        && operator.option_u8(0) == Ok(VALID)
}

/// Whether an operator is a 1×1 convolution of a tensor, which may as well run before its enlargement.
pub(super) fn is_pointwise(
    lowering: &Lowering<'_, '_>,
    operator: &Operator<'_>,
    input: usize,
) -> Result<bool, ConvertError> {
    if operator.code != Code::Conv2d || operator.inputs.first() != Some(&input) {
        return Ok(false);
    }
    let kernel = lowering.picture(operator, operator.input(1)?)?;
    let strides = window::pair(operator, [2, 1], 0)?;
    let picture = lowering.picture(operator, input)?;
    Ok(Window::new(operator, picture, [kernel.height, kernel.width], strides, [1, 1])?.is_pointwise())
}
