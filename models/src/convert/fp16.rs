//! A model of 32 bits as one of 16: TensorRT takes all types from the model from its version 11 on.

use std::collections::BTreeSet;

use prost::Message as _;

use super::graph::{OPSET, Value, node};
use super::half::f16_of_f32;
use super::onnx::{FLOAT, FLOAT16, Graph, Model, Tensor, ValueInfo};

/// The model can't be computed in 16 bits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the model can't be computed in 16 bits: {0}")]
pub struct Fp16Error(String);

/// The same model computed in 16 bits. Inputs and outputs keep name, shape and their 32 bits: a cast stands behind each input and before each
/// output. Constants that are computed with are rounded to the nearest half.
///
/// # Errors
/// [`Fp16Error`] when it is not a model that [`super::tflite_to_onnx`] wrote, or is damaged, or holds a number that 16 bits can't.
pub fn with_fp16(onnx: &[u8]) -> Result<Vec<u8>, Fp16Error> {
    let unknown = || refuse("it is none that was converted here");
    let mut model = Model::read(onnx).ok_or_else(unknown)?;
    // What an operator's inputs mean is said by the operator set.
    if !model.opset_import.iter().map(|set| set.version).eq([Some(i64::from(OPSET))]) {
        return Err(unknown());
    }
    let graph = model.graph.as_mut().ok_or_else(unknown)?;
    let computed = computed_with(graph)?;
    for constant in &mut graph.initializer {
        if constant.name.as_ref().is_some_and(|name| computed.contains(name)) {
            halve(constant)?;
        }
    }
    cast_ends(graph)?;
    Ok(model.encode_to_vec())
}

fn refuse(why: impl Into<String>) -> Fp16Error {
    Fp16Error(why.into())
}

/// Whether an operator computes with its input at `place`: then the input is of the type of its result. The others are whole numbers, and
/// Resize's scales, which ONNX wants in 32 bits whatever is resized. None: the operator is not known.
fn computes_with(operator: &str, place: usize) -> Option<bool> {
    match operator {
        "Add" | "Clip" | "Concat" | "Conv" | "DepthToSpace" | "MaxPool" | "Relu" | "Sigmoid"
        | "Transpose" => Some(true),
        // Its third input is what it pads with.
        "Pad" => Some(place != 1),
        "Reshape" | "Resize" => Some(place == 0),
        _ => None,
    }
}

/// Names of all that is computed with. What is read in another way must be a constant, which stays as it is.
fn computed_with(graph: &Graph) -> Result<BTreeSet<String>, Fp16Error> {
    let constants = constants(graph);
    let (mut computed, mut kept) = (BTreeSet::new(), BTreeSet::new());
    for node in &graph.node {
        let operator = node.op_type.as_deref().unwrap_or_default();
        if computes_with(operator, 0).is_none() {
            return Err(refuse(format!("operator `{operator}` is not known")));
        }
        for (place, name) in node.input.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            if computes_with(operator, place) == Some(true) {
                computed.insert(name.clone());
            } else if constants.contains(name.as_str()) {
                kept.insert(name.clone());
            } else {
                return Err(refuse(format!("{operator} takes `{name}`, which is no constant")));
            }
        }
    }
    match computed.intersection(&kept).next() {
        Some(name) => Err(refuse(format!("constant `{name}` is wanted in 16 bits and as it is"))),
        None => Ok(computed),
    }
}

fn constants(graph: &Graph) -> BTreeSet<&str> {
    graph.initializer.iter().filter_map(|tensor| tensor.name.as_deref()).collect()
}

/// Rounds a constant of floats.
fn halve(constant: &mut Tensor) -> Result<(), Fp16Error> {
    let name = constant.name.as_deref().unwrap_or_default();
    let bytes = constant.raw_data.as_deref().unwrap_or_default();
    let (floats, rest) = bytes.as_chunks();
    let size = |count: usize, size: &i64| count.checked_mul(usize::try_from(*size).ok()?);
    let count = constant.dims.iter().try_fold(1, size);
    if constant.data_type != Some(FLOAT) || !rest.is_empty() || count != Some(floats.len()) {
        return Err(refuse(format!("constant `{name}` is not of floats, or does not fill its shape")));
    }
    let mut halves = Vec::with_capacity(bytes.len() / 2);
    for four in floats {
        let value = f32::from_le_bytes(*four);
        let half = f16_of_f32(value).ok_or_else(|| refuse(format!("constant `{name}` holds {value}")))?;
        halves.extend_from_slice(&half.to_le_bytes());
    }
    constant.data_type = Some(FLOAT16);
    constant.raw_data = Some(halves);
    Ok(())
}

/// Gives inputs and outputs another name inside the graph, and puts a cast in between.
fn cast_ends(graph: &mut Graph) -> Result<(), Fp16Error> {
    let (inputs, outputs) = (names_of_floats(&graph.input)?, names_of_floats(&graph.output)?);
    let ends: BTreeSet<&str> = inputs.iter().chain(&outputs).map(String::as_str).collect();
    let written: BTreeSet<&str> =
        graph.node.iter().flat_map(|node| &node.output).map(String::as_str).collect();
    if let Some(name) = outputs.iter().find(|name| !written.contains(name.as_str())) {
        return Err(refuse(format!("nothing writes output `{name}`")));
    }
    let mut taken = constants(graph);
    taken.extend(&written);
    let named = inputs.iter().cloned().chain(ends.iter().map(|name| inner(name)));
    if let Some(name) = named.into_iter().find(|name| taken.contains(name.as_str())) {
        return Err(refuse(format!("the name `{name}` is taken")));
    }
    let cast =
        |from: &str, to: &str, kind: i32| node("Cast", &[from], to, &[("to", Value::Int(i64::from(kind)))]);
    let mut nodes: Vec<_> = inputs.iter().map(|name| cast(name, &inner(name), FLOAT16)).collect();
    for mut node in std::mem::take(&mut graph.node) {
        for name in node.input.iter_mut().chain(&mut node.output).filter(|name| ends.contains(name.as_str()))
        {
            *name = inner(name);
        }
        nodes.push(node);
    }
    nodes.extend(outputs.iter().map(|name| cast(&inner(name), name, FLOAT)));
    graph.node = nodes;
    Ok(())
}

/// Name of an input or output inside the graph.
fn inner(name: &str) -> String {
    format!("{name}_fp16")
}

fn names_of_floats(values: &[ValueInfo]) -> Result<Vec<String>, Fp16Error> {
    let element = |value: &ValueInfo| value.r#type.as_ref()?.tensor_type.as_ref()?.elem_type;
    values
        .iter()
        .map(|value| value.name.clone().filter(|_| element(value) == Some(FLOAT)))
        .collect::<Option<_>>()
        .ok_or_else(|| refuse("an input or output has no name or is not of floats"))
}

#[cfg(test)]
mod tests;
