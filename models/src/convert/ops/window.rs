//! Windows that slide over a picture: strides, dilations, padding; and pooling.

use super::super::error::ConvertError;
use super::super::graph::Value;
use super::super::layout::Nhwc;
use super::super::lower::{Activation, Lowering};
use super::super::tflite::Operator;

/// A window's geometry; pairs are height, width.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub kernel: [usize; 2],
    pub strides: [usize; 2],
    pub dilations: [usize; 2],
    /// Rows and columns of zeros: top, left, bottom, right.
    pub pads: [usize; 4],
}

/// TFLite's padding modes.
const SAME: u8 = 0;
pub(super) const VALID: u8 = 1;

impl Window {
    /// Resolves the padding mode for one input size.
    pub(super) fn new(
        operator: &Operator<'_>,
        input: Nhwc,
        kernel: [usize; 2],
        strides: [usize; 2],
        dilations: [usize; 2],
    ) -> Result<Self, ConvertError> {
        let pads = match operator.option_u8(0)? {
            SAME => {
                let (top, bottom) = same(input.height, kernel[0], strides[0], dilations[0]);
                let (left, right) = same(input.width, kernel[1], strides[1], dilations[1]);
                [top, left, bottom, right]
            }
            VALID => [0; 4],
            other => return Err(operator.unsupported(format!("padding mode {other}"))),
        };
        Ok(Self { kernel, strides, dilations, pads })
    }

    /// Whether it looks at one element at a time and at all of them.
    pub(super) fn is_pointwise(&self) -> bool {
        self.kernel == [1, 1] && self.strides == [1, 1] && self.pads == [0; 4]
    }

    pub(super) fn attributes(&self) -> WindowAttributes {
        WindowAttributes {
            kernel: self.kernel.map(|size| size as i64),
            strides: self.strides.map(|size| size as i64),
            dilations: self.dilations.map(|size| size as i64),
            pads: self.pads.map(|size| size as i64),
        }
    }
}

/// A window's numbers as ONNX attributes.
pub(super) struct WindowAttributes {
    kernel: [i64; 2],
    strides: [i64; 2],
    dilations: [i64; 2],
    pads: [i64; 4],
}

impl WindowAttributes {
    pub(super) fn list(&self) -> Vec<(&'static str, Value<'_>)> {
        vec![
            ("kernel_shape", Value::Ints(&self.kernel)),
            ("strides", Value::Ints(&self.strides)),
            ("dilations", Value::Ints(&self.dilations)),
            ("pads", Value::Ints(&self.pads)),
        ]
    }
}

/// Padding in front and behind for an output of `ceil(input / stride)`; the odd one goes behind.
fn same(input: usize, kernel: usize, stride: usize, dilation: usize) -> (usize, usize) {
    let output = input.div_ceil(stride);
    let reach = (output - 1) * stride + (kernel - 1) * dilation + 1;
    let total = reach.saturating_sub(input);
    (total / 2, total - total / 2)
}

/// A pair of positive numbers (height, width) among an operator's options.
pub(super) fn pair(
    operator: &Operator<'_>,
    [height, width]: [usize; 2],
    default: i32,
) -> Result<[usize; 2], ConvertError> {
    const LARGEST: i32 = 1 << 12;
    let positive = |field| match operator.option_i32(field, default)? {
        size @ 1..=LARGEST => Ok(size as usize),
        other => Err(operator.unsupported(format!("a window's size, stride or dilation of {other}"))),
    };
    Ok([positive(height)?, positive(width)?])
}

/// `MAX_POOL_2D`. Options: padding, stride width, stride height, filter width, filter height, activation.
pub(super) fn max_pool(lowering: &mut Lowering<'_, '_>, operator: &Operator<'_>) -> Result<(), ConvertError> {
    let (input, output) = (lowering.activation_input(operator, 0)?, operator.output()?);
    let function = Activation::of(operator, 5)?;
    let picture = lowering.picture(operator, input)?;
    let (strides, kernel) = (pair(operator, [2, 1], 0)?, pair(operator, [4, 3], 0)?);
    let window = Window::new(operator, picture, kernel, strides, [1, 1])?;
    let (from, to) = (lowering.value(input), lowering.before_activation(function, output));
    lowering.graph.node("MaxPool", &[&from], &to, &window.attributes().list());
    lowering.activate(function, output);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn same_padding_by_the_definition() {
        // input, kernel, stride, dilation -> front, behind
        assert_eq!(same(8, 3, 1, 1), (1, 1));
        assert_eq!(same(8, 3, 2, 1), (0, 1));
        assert_eq!(same(7, 3, 2, 1), (1, 1));
        assert_eq!(same(8, 5, 1, 1), (2, 2));
        assert_eq!(same(8, 3, 1, 2), (2, 2));
        assert_eq!(same(8, 1, 2, 1), (0, 0));
    }
}
