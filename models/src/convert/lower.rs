//! What the operators' translations share: names, shapes, constants, and work that is put off into the next operator.

use super::constants;
use super::error::ConvertError;
use super::graph::{Graph, Value};
use super::layout::{Nhwc, TO_NHWC};
use super::plan::Plan;
use super::tflite::{Model, Operator};

/// An operator that is not written by itself: the convolution behind it does its work.
#[derive(Debug, Clone, Copy)]
pub(super) enum Deferred {
    /// Zeros around the picture: top, left, bottom, right.
    Pad { source: usize, pads: [usize; 4] },
    /// Bilinear enlargement, by height and width. A 1×1 convolution gives the same before it as behind it (the weights of
    /// the interpolation add up to one) and is cheaper there.
    Resize { source: usize, scales: [usize; 2] },
}

/// The translation so far.
pub(super) struct Lowering<'m, 'a> {
    pub model: &'m Model<'a>,
    pub plan: &'m Plan,
    pub graph: Graph,
    deferred: Vec<Option<Deferred>>,
}

impl<'m, 'a> Lowering<'m, 'a> {
    pub(super) fn new(model: &'m Model<'a>, plan: &'m Plan) -> Self {
        Self { model, plan, graph: Graph::default(), deferred: vec![None; model.tensors.len()] }
    }

    /// ONNX name of an activation. Wanted outputs of rank 4 get their own name only behind the last transpose.
    pub(super) fn value(&self, tensor: usize) -> String {
        let own_name = self.model.inputs.contains(&tensor)
            || (self.plan.outputs.contains(&tensor) && self.model.tensors[tensor].shape.len() != 4);
        if own_name { self.model.tensors[tensor].name.to_owned() } else { format!("t{tensor}") }
    }

    pub(super) fn shape(&self, tensor: usize) -> &'m [usize] {
        &self.model.tensors[tensor].shape
    }

    /// Sizes of an activation of rank 4.
    pub(super) fn picture(&self, operator: &Operator<'_>, tensor: usize) -> Result<Nhwc, ConvertError> {
        match *self.shape(tensor) {
            [batch, height, width, channels] if constants::element_count(self.shape(tensor))? != 0 => {
                Ok(Nhwc { batch, height, width, channels })
            }
            _ => Err(operator.unsupported("an activation that is not of rank 4, or is empty")),
        }
    }

    /// Values of a constant input of floats.
    pub(super) fn floats(&self, operator: &Operator<'_>, tensor: usize) -> Result<Vec<f32>, ConvertError> {
        constants::stored(self.model, &self.plan.producers, tensor)
            .ok_or_else(|| operator.unsupported("weights that are not constant"))
            .and_then(constants::f32s)
    }

    /// Values of a constant input of integers.
    pub(super) fn integers(&self, operator: &Operator<'_>, tensor: usize) -> Result<Vec<i32>, ConvertError> {
        constants::stored(self.model, &self.plan.producers, tensor)
            .ok_or_else(|| operator.unsupported("a parameter that is not constant"))
            .and_then(constants::i32s)
    }

    /// Refuses a constant where an activation is expected.
    pub(super) fn activation_input(
        &self,
        operator: &Operator<'_>,
        place: usize,
    ) -> Result<usize, ConvertError> {
        let tensor = operator.input(place)?;
        match constants::stored(self.model, &self.plan.producers, tensor) {
            Some(_) => Err(operator.unsupported("a constant in place of an activation")),
            None => Ok(tensor),
        }
    }

    /// The operators that read a tensor, when these are all that need it.
    pub(super) fn readers(&self, tensor: usize) -> Option<Vec<&'m Operator<'a>>> {
        let wanted = self.plan.outputs.contains(&tensor);
        let operators = self.plan.consumers[tensor].iter().map(|index| &self.model.operators[*index]);
        (!wanted).then(|| operators.collect())
    }

    pub(super) fn defer(&mut self, tensor: usize, work: Deferred) {
        self.deferred[tensor] = Some(work);
    }

    pub(super) fn deferred(&self, tensor: usize) -> Option<Deferred> {
        self.deferred[tensor]
    }

    /// Name to write an operator's result to, ahead of its fused activation function.
    pub(super) fn before_activation(&self, function: Activation, output: usize) -> String {
        let name = self.value(output);
        if function == Activation::None { name } else { format!("{name}_linear") }
    }

    /// Writes the fused activation function of an operator.
    pub(super) fn activate(&mut self, function: Activation, output: usize) {
        let (from, to) = (self.before_activation(function, output), self.value(output));
        match function {
            Activation::None => {}
            Activation::Relu => self.graph.node("Relu", &[&from], &to, &[]),
            Activation::Relu6 => {
                self.graph.floats("zero", &[], &[0.0]);
                self.graph.floats("six", &[], &[6.0]);
                self.graph.node("Clip", &[&from, "zero", "six"], &to, &[]);
            }
        }
    }

    /// Declares the graph's inputs and outputs; outputs of rank 4 go back to TFLite's layout.
    pub(super) fn declare(&mut self) -> Result<(), ConvertError> {
        for input in &self.model.inputs {
            let name = self.model.tensors[*input].name;
            let [batch, height, width, channels] = *self.shape(*input) else {
                return Err(ConvertError::malformed(format!("input `{name}` is no picture (N, H, W, C)")));
            };
            self.graph.input(name, &Nhwc { batch, height, width, channels }.nchw());
        }
        for output in &self.plan.outputs {
            let name = self.model.tensors[*output].name;
            if self.plan.producers[*output].is_none() {
                return Err(ConvertError::malformed(format!("nothing writes output `{name}`")));
            }
            let shape = self.shape(*output);
            if shape.len() == 4 {
                let from = self.value(*output);
                self.graph.node("Transpose", &[&from], name, &[("perm", Value::Ints(&TO_NHWC))]);
            }
            self.graph.output(name, shape);
        }
        Ok(())
    }
}

/// Activation function that is fused into an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activation {
    None,
    Relu,
    Relu6,
}

impl Activation {
    pub(super) fn of(operator: &Operator<'_>, field: usize) -> Result<Self, ConvertError> {
        match operator.option_u8(field)? {
            0 => Ok(Self::None),
            1 => Ok(Self::Relu),
            3 => Ok(Self::Relu6),
            other => Err(operator.unsupported(format!("activation function {other}"))),
        }
    }
}
