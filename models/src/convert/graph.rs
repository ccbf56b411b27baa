//! Building an ONNX graph, node by node.

use std::collections::BTreeSet;

use prost::Message as _;

use super::onnx;

/// ONNX operator set of all graphs.
pub const OPSET: u32 = 17;
/// The file format's version that goes with [`OPSET`] (ONNX 1.12).
const IR_VERSION: i64 = 8;

/// An attribute's value.
pub(super) enum Value<'a> {
    Int(i64),
    Ints(&'a [i64]),
    Text(&'a str),
}

/// A graph under construction. Nodes are added in the order of execution.
#[derive(Default)]
pub(super) struct Graph {
    graph: onnx::Graph,
    constants: BTreeSet<String>,
}

impl Graph {
    /// Adds a [`node`].
    pub(super) fn node(&mut self, op: &str, inputs: &[&str], output: &str, attributes: &[(&str, Value<'_>)]) {
        self.graph.node.push(node(op, inputs, output, attributes));
    }

    /// Adds a constant of floats once; later ones of the same name are the same constant.
    pub(super) fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(name, shape, onnx::FLOAT, bytes);
    }

    /// Adds a constant vector of integers once.
    pub(super) fn integers(&mut self, name: &str, values: &[i64]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(name, &[values.len()], onnx::INT64, bytes);
    }

    fn constant(&mut self, name: &str, shape: &[usize], data_type: i32, bytes: Vec<u8>) {
        if !self.constants.insert(name.to_owned()) {
            return;
        }
        self.graph.initializer.push(onnx::Tensor {
            dims: shape.iter().map(|size| *size as i64).collect(),
            data_type: Some(data_type),
            name: Some(name.to_owned()),
            raw_data: Some(bytes),
        });
    }

    /// Declares an input of floats.
    pub(super) fn input(&mut self, name: &str, shape: &[usize]) {
        self.graph.input.push(value_info(name, shape));
    }

    /// Declares an output of floats.
    pub(super) fn output(&mut self, name: &str, shape: &[usize]) {
        self.graph.output.push(value_info(name, shape));
    }

    /// The bytes of the ONNX file. They depend on nothing but the graph.
    pub(super) fn encode(mut self) -> Vec<u8> {
        self.graph.name = Some("pose".to_owned());
        let model = onnx::Model {
            ir_version: Some(IR_VERSION),
            producer_name: Some("spotter".to_owned()),
            graph: Some(self.graph),
            opset_import: vec![onnx::OperatorSet {
                domain: Some(String::new()),
                version: Some(i64::from(OPSET)),
            }],
        };
        model.encode_to_vec()
    }
}

/// A node with one output. An empty input name stands for one that is left out.
pub(super) fn node(op: &str, inputs: &[&str], output: &str, attributes: &[(&str, Value<'_>)]) -> onnx::Node {
    onnx::Node {
        input: inputs.iter().map(ToString::to_string).collect(),
        output: vec![output.to_owned()],
        name: Some(format!("{op}:{output}")),
        op_type: Some(op.to_owned()),
        attribute: attributes.iter().map(|(name, value)| attribute(name, value)).collect(),
    }
}

fn attribute(name: &str, value: &Value<'_>) -> onnx::Attribute {
    let mut attribute = onnx::Attribute { name: Some(name.to_owned()), ..Default::default() };
    match value {
        Value::Int(number) => {
            attribute.i = Some(*number);
            attribute.r#type = Some(onnx::ATTRIBUTE_INT);
        }
        Value::Ints(numbers) => {
            attribute.ints = numbers.to_vec();
            attribute.r#type = Some(onnx::ATTRIBUTE_INTS);
        }
        Value::Text(text) => {
            attribute.s = Some(text.as_bytes().to_vec());
            attribute.r#type = Some(onnx::ATTRIBUTE_STRING);
        }
    }
    attribute
}

fn value_info(name: &str, shape: &[usize]) -> onnx::ValueInfo {
    let dimension = |size: &usize| onnx::Dimension { dim_value: Some(*size as i64), dim_param: None };
    let shape = onnx::Shape { dim: shape.iter().map(dimension).collect() };
    let tensor_type = onnx::TensorType { elem_type: Some(onnx::FLOAT), shape: Some(shape) };
    onnx::ValueInfo {
        name: Some(name.to_owned()),
        r#type: Some(onnx::Type { tensor_type: Some(tensor_type) }),
    }
}
