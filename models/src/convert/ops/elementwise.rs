//! Operators that work element by element.

use super::super::error::ConvertError;
use super::super::lower::{Activation, Lowering};
use super::super::tflite::Operator;

/// ADD of two activations of the same shape. Options: activation.
pub(super) fn add(lowering: &mut Lowering<'_, '_>, operator: &Operator<'_>) -> Result<(), ConvertError> {
    let (a, b) = (lowering.activation_input(operator, 0)?, lowering.activation_input(operator, 1)?);
    let output = operator.output()?;
    if lowering.shape(a) != lowering.shape(b) {
        return Err(operator.unsupported("operands of different shapes"));
    }
    let function = Activation::of(operator, 0)?;
    let to = lowering.before_activation(function, output);
    let (a, b) = (lowering.value(a), lowering.value(b));
    lowering.graph.node("Add", &[&a, &b], &to, &[]);
    lowering.activate(function, output);
    Ok(())
}

/// LOGISTIC.
pub(super) fn logistic(lowering: &mut Lowering<'_, '_>, operator: &Operator<'_>) -> Result<(), ConvertError> {
    let (input, output) = (lowering.activation_input(operator, 0)?, operator.output()?);
    let (from, to) = (lowering.value(input), lowering.value(output));
    lowering.graph.node("Sigmoid", &[&from], &to, &[]);
    Ok(())
}
