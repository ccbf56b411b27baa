//! TFLite files by hand, for tests: small models whose results follow from arithmetic; and ONNX Runtime to run what they become.

use prost::Message as _;

use super::{graph, onnx};

/// Field of a FlatBuffers table.
pub(crate) enum Field {
    None,
    U8(u8),
    I32(i32),
    Table(Vec<Field>),
    Tables(Vec<Vec<Field>>),
    Bytes(Vec<u8>),
    Ints(Vec<i32>),
}
use Field::{Bytes, I32, Ints, None as Default, Table, Tables, U8};

/// A tensor to write: constant when it has data.
pub(crate) struct TestTensor {
    pub name: &'static str,
    pub shape: Vec<i32>,
    /// 0 float32, 1 float16, 2 int32.
    pub element: u8,
    pub data: Vec<u8>,
    pub sparsity: Option<Vec<Field>>,
}

/// An operator to write: builtin code, inputs, outputs, options.
pub(crate) struct TestOperator(pub i32, pub Vec<i32>, pub Vec<i32>, pub Vec<Field>);

pub(crate) fn activation(name: &'static str, shape: &[i32]) -> TestTensor {
    TestTensor { name, shape: shape.to_vec(), element: 0, data: Vec::new(), sparsity: None }
}

pub(crate) fn floats(shape: &[i32], values: &[f32]) -> TestTensor {
    let data = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    TestTensor { data, ..activation("constant", shape) }
}

pub(crate) fn integers(shape: &[i32], values: &[i32]) -> TestTensor {
    let data = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    TestTensor { element: 2, data, ..activation("constant", shape) }
}

/// A file of these tensors and operators.
pub(crate) fn file(
    tensors: Vec<TestTensor>,
    operators: Vec<TestOperator>,
    inputs: &[i32],
    outputs: &[i32],
) -> Vec<u8> {
    let mut buffers = vec![Vec::new()];
    let mut tensor_tables = Vec::new();
    for tensor in tensors {
        let mut buffer = 0;
        if !tensor.data.is_empty() {
            buffer = buffers.len() as i32;
            buffers.push(vec![Bytes(tensor.data)]);
        }
        tensor_tables.push(vec![
            Ints(tensor.shape),
            U8(tensor.element),
            I32(buffer),
            Bytes(tensor.name.as_bytes().to_vec()),
            Default,
            Default,
            tensor.sparsity.map_or(Default, Table),
        ]);
    }
    let mut codes = Vec::new();
    let mut operator_tables = Vec::new();
    for TestOperator(code, inputs, outputs, options) in operators {
        operator_tables.push(vec![
            I32(codes.len() as i32),
            Ints(inputs),
            Ints(outputs),
            U8(1),
            Table(options),
        ]);
        codes.push(vec![U8(code.min(127) as u8), Default, I32(1), I32(code)]);
    }
    let graph =
        vec![Tables(tensor_tables), Ints(inputs.to_vec()), Ints(outputs.to_vec()), Tables(operator_tables)];
    write(&vec![I32(3), Tables(codes), Tables(vec![graph]), Default, Tables(buffers)])
}

/// A 1×1 convolution from two channels to one, y = relu(a - 2 b + 0.5), of a picture 1×2.
pub(crate) fn relu_model() -> Vec<u8> {
    let tensors = vec![
        activation("in", &[1, 1, 2, 2]),
        floats(&[1, 1, 1, 2], &[1.0, -2.0]),
        floats(&[1], &[0.5]),
        activation("out", &[1, 1, 2, 1]),
    ];
    let convolution = TestOperator(3, vec![0, 1, 2], vec![3], conv_options(0, 1, 1));
    file(tensors, vec![convolution], &[0], &[3])
}

/// Padding mode (0 same, 1 valid), stride, activation (0 none, 1 relu, 3 relu6).
pub(crate) fn conv_options(padding: u8, stride: i32, function: u8) -> Vec<Field> {
    vec![U8(padding), I32(stride), I32(stride), U8(function)]
}

fn write(root: &Vec<Field>) -> Vec<u8> {
    let mut file = b"\0\0\0\0TFL3".to_vec();
    let position = write_table(&mut file, root);
    file[..4].copy_from_slice(&(position as u32).to_le_bytes());
    file
}

/// Writes vtable, table, and then what the fields point to; every field takes four bytes. Returns the table's place.
fn write_table(file: &mut Vec<u8>, fields: &Vec<Field>) -> usize {
    let vtable = file.len();
    let (vtable_size, table_size) = (4 + 2 * fields.len(), 4 + 4 * fields.len());
    file.extend((vtable_size as u16).to_le_bytes());
    file.extend((table_size as u16).to_le_bytes());
    for (number, field) in fields.iter().enumerate() {
        let offset = if matches!(field, Default) { 0 } else { 4 + 4 * number };
        file.extend((offset as u16).to_le_bytes());
    }
    let table = file.len();
    file.extend(((table - vtable) as i32).to_le_bytes());
    for field in fields {
        file.extend(match field {
            U8(value) => i32::from(*value).to_le_bytes(),
            I32(value) => value.to_le_bytes(),
            _ => [0; 4],
        });
    }
    for (number, field) in fields.iter().enumerate() {
        let place = match field {
            Table(table) => write_table(file, table),
            Tables(tables) => {
                let place = write_vector(file, tables.len(), &vec![0; 4 * tables.len()]);
                for (index, table) in tables.iter().enumerate() {
                    let target = write_table(file, table);
                    point(file, place + 4 + 4 * index, target);
                }
                place
            }
            Bytes(bytes) => write_vector(file, bytes.len(), bytes),
            Ints(values) => {
                let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                write_vector(file, values.len(), &bytes)
            }
            Default | U8(_) | I32(_) => continue,
        };
        point(file, table + 4 + 4 * number, place);
    }
    table
}

fn write_vector(file: &mut Vec<u8>, count: usize, bytes: &[u8]) -> usize {
    let place = file.len();
    file.extend((count as u32).to_le_bytes());
    file.extend(bytes);
    place
}

fn point(file: &mut [u8], from: usize, to: usize) {
    file[from..from + 4].copy_from_slice(&((to - from) as u32).to_le_bytes());
}

/// A model of 16 bits that ONNX Runtime's CPU rounds wherever a device of 16 bits would. Left to itself it computes in 32 and drops every cast
/// in between, also one that the model asks for; `Max` is what it has an implementation in 16 bits of.
pub(crate) fn rounded_at_every_node(onnx: &[u8]) -> Vec<u8> {
    let mut model = onnx::Model::read(onnx).unwrap();
    let written = model.graph.as_mut().unwrap();
    for mut node in std::mem::take(&mut written.node) {
        let name = node.output[0].clone();
        if written.output.iter().any(|output| output.name.as_ref() == Some(&name)) {
            written.node.push(node);
            continue;
        }
        let raw = format!("{name}_raw");
        node.output[0].clone_from(&raw);
        written.node.extend([node, graph::node("Max", &[&raw], &name, &[])]);
    }
    model.encode_to_vec()
}

/// First output of an ONNX model in ONNX Runtime; none, after saying so, where the library is absent.
pub(crate) fn run(onnx: &[u8], shape: &[usize], input: &[f32]) -> Option<Vec<f32>> {
    let library = std::env::var_os("ORT_DYLIB_PATH").map_or_else(
        || concat!(env!("CARGO_MANIFEST_DIR"), "/../.cache/onnxruntime/libonnxruntime.so").into(),
        std::path::PathBuf::from,
    );
    if !library.is_file() {
        println!("skipped: {} is absent: run `make setup`", library.display());
        return None;
    }
    let runtime = crate::runtime::Runtime::load(&library).unwrap();
    let mut session =
        ort::session::Session::builder(&runtime.environment).unwrap().commit_from_memory(onnx).unwrap();
    let input = ort::value::Tensor::from_array((shape.to_vec(), input.to_vec())).unwrap();
    let outputs = session.run(ort::inputs![input]).unwrap();
    Some(outputs[0].try_extract_tensor::<f32>().unwrap().1.to_vec())
}
