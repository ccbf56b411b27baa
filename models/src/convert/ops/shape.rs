//! Operators that move or repeat elements.

use super::super::error::ConvertError;
use super::super::graph::Value;
use super::super::layout::{NCHW_AXIS, Nhwc, TO_NHWC};
use super::super::lower::{Activation, Deferred, Lowering};
use super::super::tflite::Operator;
use super::conv;

/// PAD with zeros. Inputs: the picture, and rows of (in front, behind), one a dimension.
///
/// Padding of height and width ahead of convolutions becomes theirs; any other is a node of its own.
pub(super) fn pad(lowering: &mut Lowering<'_, '_>, operator: &Operator<'_>) -> Result<(), ConvertError> {
    let (input, output) = (lowering.activation_input(operator, 0)?, operator.output()?);
    lowering.picture(operator, input)?;
    let amounts = lowering.integers(operator, operator.input(1)?)?;
    let sizes = amounts.iter().map(|amount| usize::try_from(*amount)).collect::<Result<Vec<_>, _>>();
    let [n0, n1, top, bottom, left, right, c0, c1] = sizes.unwrap_or_default()[..] else {
        return Err(operator.unsupported("padding that is negative or not of rank 4"));
    };
    let convolved = lowering
        .readers(output)
        .is_some_and(|readers| readers.iter().all(|reader| conv::takes_padding(reader, output)));
    if [n0, n1, c0, c1] == [0; 4] && convolved {
        lowering.defer(output, Deferred::Pad { source: input, pads: [top, left, bottom, right] });
        return Ok(());
    }
    let pads = format!("pads{output}");
    lowering.graph.integers(&pads, &[n0, c0, top, left, n1, c1, bottom, right].map(|size| size as i64));
    let (from, to) = (lowering.value(input), lowering.value(output));
    lowering.graph.node("Pad", &[&from, &pads], &to, &[]);
    Ok(())
}

/// `RESIZE_BILINEAR` by a whole factor. Options: (two that are no more), align corners, half-pixel centres.
pub(super) fn resize_bilinear(
    lowering: &mut Lowering<'_, '_>,
    operator: &Operator<'_>,
) -> Result<(), ConvertError> {
    let (input, output) = (lowering.activation_input(operator, 0)?, operator.output()?);
    let from = lowering.picture(operator, input)?;
    let to = lowering.picture(operator, output)?;
    if operator.option_u8(2)? != 0 || operator.option_u8(3)? == 0 {
        return Err(operator.unsupported("other than half-pixel centres"));
    }
    if to.height % from.height != 0 || to.width % from.width != 0 {
        return Err(operator.unsupported("not an enlargement by a whole factor"));
    }
    let scales = [to.height / from.height, to.width / from.width];
    if let Some([reader]) = lowering.readers(output).as_deref()
        && conv::is_pointwise(lowering, reader, output)?
    {
        lowering.defer(output, Deferred::Resize { source: input, scales });
        return Ok(());
    }
    let (from, to) = (lowering.value(input), lowering.value(output));
    resize(lowering, &from, &to, scales);
    Ok(())
}

/// Writes a bilinear enlargement by whole factors of height and width.
pub(super) fn resize(lowering: &mut Lowering<'_, '_>, from: &str, to: &str, [height, width]: [usize; 2]) {
    let scales = format!("scales{height}x{width}");
    lowering.graph.floats(&scales, &[4], &[1.0, 1.0, height as f32, width as f32]);
    let attributes =
        [("mode", Value::Text("linear")), ("coordinate_transformation_mode", Value::Text("half_pixel"))];
    lowering.graph.node("Resize", &[from, "", &scales], to, &attributes);
}

/// `DEPTH_TO_SPACE`; TFLite's order of a block's channels is ONNX's "DCR". Options: block size.
pub(super) fn depth_to_space(
    lowering: &mut Lowering<'_, '_>,
    operator: &Operator<'_>,
) -> Result<(), ConvertError> {
    let (input, output) = (lowering.activation_input(operator, 0)?, operator.output()?);
    lowering.picture(operator, input)?;
    let block = operator.option_i32(0, 0)?;
    let (from, to) = (lowering.value(input), lowering.value(output));
    let attributes = [("blocksize", Value::Int(i64::from(block))), ("mode", Value::Text("DCR"))];
    lowering.graph.node("DepthToSpace", &[&from], &to, &attributes);
    Ok(())
}

/// RESHAPE of a picture to rank 3 or less. The elements' order is TFLite's, so the picture is transposed back first.
pub(super) fn reshape(lowering: &mut Lowering<'_, '_>, operator: &Operator<'_>) -> Result<(), ConvertError> {
    let (input, output) = (lowering.activation_input(operator, 0)?, operator.output()?);
    let (from_shape, to_shape) = (lowering.shape(input), lowering.shape(output));
    if to_shape.len() == 4 || to_shape.first() != from_shape.first() {
        return Err(operator.unsupported("a result of rank 4, or one that mixes the batch"));
    }
    let mut from = lowering.value(input);
    if let [batch, height, width, channels] = *from_shape
        && !(Nhwc { batch, height, width, channels }).same_order()
    {
        let transposed = format!("{from}_nhwc");
        lowering.graph.node("Transpose", &[&from], &transposed, &[("perm", Value::Ints(&TO_NHWC))]);
        from = transposed;
    }
    // Zero keeps the size of the input's dimension: any batch size works.
    let sizes =
        std::iter::once(0).chain(to_shape.iter().skip(1).map(|size| *size as i64)).collect::<Vec<_>>();
    let shape = format!("shape{output}");
    lowering.graph.integers(&shape, &sizes);
    let to = lowering.value(output);
    lowering.graph.node("Reshape", &[&from, &shape], &to, &[]);
    Ok(())
}

/// CONCATENATION. Options: axis, activation.
pub(super) fn concatenation(
    lowering: &mut Lowering<'_, '_>,
    operator: &Operator<'_>,
) -> Result<(), ConvertError> {
    let output = operator.output()?;
    let function = Activation::of(operator, 1)?;
    let rank = lowering.shape(output).len();
    let axis = match operator.option_i32(0, 0)? {
        axis if axis < 0 => i64::from(axis) + rank as i64,
        axis => i64::from(axis),
    };
    let Some(axis) = usize::try_from(axis).ok().filter(|axis| *axis < rank) else {
        return Err(operator.unsupported("an axis out of range"));
    };
    let axis = if rank == 4 { NCHW_AXIS[axis] } else { axis };
    let inputs = (0..operator.inputs.len())
        .map(|place| Ok(lowering.value(lowering.activation_input(operator, place)?)))
        .collect::<Result<Vec<_>, ConvertError>>()?;
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let to = lowering.before_activation(function, output);
    lowering.graph.node("Concat", &inputs, &to, &[("axis", Value::Int(axis as i64))]);
    lowering.activate(function, output);
    Ok(())
}
