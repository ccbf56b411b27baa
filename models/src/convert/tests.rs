//! The converter on models made by hand: structure, arithmetic, and damaged files.

use proptest::prelude::*;
use prost::Message as _;

use super::testing::{
    Field, TestOperator, TestTensor, activation, conv_options, file, floats, integers, relu_model,
};
use super::*;

const ADD: i32 = 0;
const CONCATENATION: i32 = 2;
const CONV: i32 = 3;
const DEPTHWISE: i32 = 4;
const DEPTH_TO_SPACE: i32 = 5;
const DEQUANTIZE: i32 = 6;
const MAX_POOL: i32 = 17;
const RESHAPE: i32 = 22;
const RESIZE_BILINEAR: i32 = 23;
const PAD: i32 = 34;
const DENSIFY: i32 = 124;

fn convert(file: &[u8]) -> Result<Vec<u8>, ConvertError> {
    tflite_to_onnx(file, &ConvertOptions::default())
}

fn graph(file: &[u8]) -> onnx::Graph {
    onnx::Model::decode(&convert(file).unwrap()[..]).unwrap().graph.unwrap()
}

fn operators(graph: &onnx::Graph) -> Vec<&str> {
    graph.node.iter().map(|node| node.op_type.as_deref().unwrap()).collect()
}

fn ints(node: &onnx::Node, name: &str) -> Vec<i64> {
    node.attribute.iter().find(|attribute| attribute.name.as_deref() == Some(name)).unwrap().ints.clone()
}

fn constant(graph: &onnx::Graph, name: &str) -> Vec<f32> {
    let tensor = graph.initializer.iter().find(|tensor| tensor.name.as_deref() == Some(name)).unwrap();
    let bytes = tensor.raw_data.as_ref().unwrap();
    bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect()
}

/// Runs a converted model in ONNX Runtime; none where the library is absent.
fn run(file: &[u8], shape: &[usize], input: &[f32]) -> Option<Vec<f32>> {
    testing::run(&convert(file).unwrap(), shape, input)
}

#[test]
fn a_convolution_by_arithmetic() {
    // Pixels (a, b) = (3, 1) and (1, 3), as planes a a b b. relu(3 - 2 + 0.5) = 1.5, relu(1 - 6 + 0.5) = 0.
    let Some(output) = run(&relu_model(), &[1, 2, 1, 2], &[3.0, 1.0, 1.0, 3.0]) else { return };
    assert_eq!(output, [1.5, 0.0]);
}

/// PAD by one around 2×2, then a 3×3 convolution of ones that pads nothing, then RELU6.
fn padded_model(second_reader: bool) -> Vec<u8> {
    let tensors = vec![
        activation("in", &[1, 2, 2, 1]),
        integers(&[4, 2], &[0, 0, 1, 1, 1, 1, 0, 0]),
        activation("padded", &[1, 4, 4, 1]),
        floats(&[1, 3, 3, 1], &[1.0; 9]),
        floats(&[1], &[0.0]),
        activation("out", &[1, 2, 2, 1]),
        activation("more", &[1, 4, 4, 1]),
    ];
    let mut operators = vec![
        TestOperator(PAD, vec![0, 1], vec![2], vec![]),
        TestOperator(CONV, vec![2, 3, 4], vec![5], conv_options(1, 1, 3)),
    ];
    let mut outputs = vec![5];
    if second_reader {
        operators.push(TestOperator(ADD, vec![2, 2], vec![6], vec![]));
        outputs.push(6);
    }
    file(tensors, operators, &[0], &outputs)
}

#[test]
fn padding_becomes_the_convolutions_own() {
    let graph = graph(&padded_model(false));
    assert_eq!(operators(&graph), ["Conv", "Clip", "Transpose"]);
    assert_eq!(ints(&graph.node[0], "pads"), [1, 1, 1, 1]);
    let Some(output) = run(&padded_model(false), &[1, 1, 2, 2], &[0.5, 1.0, 1.5, 0.25]) else { return };
    // Every 3×3 window sees all four values: 3.25.
    assert_eq!(output, [3.25; 4]);
    let Some(output) = run(&padded_model(false), &[1, 1, 2, 2], &[5.0, 5.0, 5.0, 5.0]) else { return };
    assert_eq!(output, [6.0; 4], "RELU6");
}

#[test]
fn padding_that_others_read_too_stays() {
    let graph = graph(&padded_model(true));
    assert_eq!(operators(&graph), ["Pad", "Conv", "Clip", "Add", "Transpose", "Transpose"]);
    assert_eq!(ints(&graph.node[1], "pads"), [0, 0, 0, 0]);
}

/// `RESIZE_BILINEAR` 1×2 to 1×4 ahead of a 1×1 convolution y = 2 x + 1 (RELU6).
fn enlarged_model() -> Vec<u8> {
    let tensors = vec![
        activation("in", &[1, 1, 2, 1]),
        integers(&[2], &[1, 4]),
        activation("large", &[1, 1, 4, 1]),
        floats(&[1, 1, 1, 1], &[2.0]),
        floats(&[1], &[1.0]),
        activation("out", &[1, 1, 4, 1]),
    ];
    let half_pixel = vec![Field::None, Field::None, Field::None, Field::U8(1)];
    let operators = vec![
        TestOperator(RESIZE_BILINEAR, vec![0, 1], vec![2], half_pixel),
        TestOperator(CONV, vec![2, 3, 4], vec![5], conv_options(1, 1, 3)),
    ];
    file(tensors, operators, &[0], &[5])
}

#[test]
fn a_pointwise_convolution_goes_before_the_enlargement() {
    let graph = graph(&enlarged_model());
    assert_eq!(operators(&graph), ["Conv", "Resize", "Clip", "Transpose"]);
    // Half-pixel centres at 1/4 and 3/4 between 1 and 3: 1, 1.5, 2.5, 3; then 2 x + 1, at most 6.
    let Some(output) = run(&enlarged_model(), &[1, 1, 1, 2], &[1.0, 3.0]) else { return };
    assert_eq!(output, [3.0, 4.0, 6.0, 6.0]);
}

/// DEPTHWISE 1×1 (×1, ×10), `DEPTH_TO_SPACE` needs 4 channels: CONCATENATION of it with itself first; RESHAPE to 1×8.
fn shuffled_model() -> Vec<u8> {
    let tensors = vec![
        activation("in", &[1, 1, 2, 2]),
        floats(&[1, 1, 1, 2], &[1.0, 10.0]),
        floats(&[2], &[0.0, 0.0]),
        activation("scaled", &[1, 1, 2, 2]),
        activation("twice", &[1, 1, 2, 4]),
        activation("spread", &[1, 2, 4, 1]),
        integers(&[2], &[1, 8]),
        activation("out", &[1, 8]),
    ];
    let depthwise = vec![Field::U8(1), Field::I32(1), Field::I32(1), Field::I32(1)];
    let operators = vec![
        TestOperator(DEPTHWISE, vec![0, 1, 2], vec![3], depthwise),
        TestOperator(CONCATENATION, vec![3, 3], vec![4], vec![Field::I32(-1)]),
        TestOperator(DEPTH_TO_SPACE, vec![4], vec![5], vec![Field::I32(2)]),
        TestOperator(RESHAPE, vec![5, 6], vec![7], vec![]),
    ];
    file(tensors, operators, &[0], &[7])
}

#[test]
fn channels_keep_tflites_order_through_shuffles() {
    // Pixels (1, 2), (3, 4): scaled (1, 20), (3, 40); twice (1, 20, 1, 20), (3, 40, 3, 40). A pixel's four channels are
    // the block's rows: 1 20 | 3 40 above 1 20 | 3 40.
    let Some(output) = run(&shuffled_model(), &[1, 2, 1, 2], &[1.0, 3.0, 2.0, 4.0]) else { return };
    assert_eq!(output, [1.0, 20.0, 3.0, 40.0, 1.0, 20.0, 3.0, 40.0]);
}

#[test]
fn a_reshape_reads_rows_of_pixels_not_planes() {
    let tensors =
        vec![activation("in", &[1, 1, 2, 2]), integers(&[3], &[1, 4, 1]), activation("out", &[1, 4, 1])];
    let model = file(tensors, vec![TestOperator(RESHAPE, vec![0, 1], vec![2], vec![])], &[0], &[2]);
    assert_eq!(operators(&graph(&model)), ["Transpose", "Reshape"]);
    let Some(output) = run(&model, &[1, 2, 1, 2], &[1.0, 2.0, 3.0, 4.0]) else { return };
    assert_eq!(output, [1.0, 3.0, 2.0, 4.0]);
}

#[test]
fn pooling_and_same_padding() {
    let tensors = vec![activation("in", &[1, 2, 2, 1]), activation("out", &[1, 1, 1, 1])];
    let options =
        vec![Field::U8(1), Field::I32(2), Field::I32(2), Field::I32(2), Field::I32(2), Field::U8(0)];
    let model = file(tensors, vec![TestOperator(MAX_POOL, vec![0], vec![1], options)], &[0], &[1]);
    let Some(output) = run(&model, &[1, 1, 2, 2], &[1.0, -2.0, 7.0, 3.0]) else { return };
    assert_eq!(output, [7.0]);
}

/// Float16 weights (1, 0, 0, 2) of which two are stored, for a convolution from two channels to two.
fn sparse_model() -> Vec<u8> {
    let dense = |size| vec![Field::U8(0), Field::I32(size)];
    let list = |values: &[u8]| Field::Table(vec![Field::Bytes(values.to_vec())]);
    let compressed =
        vec![Field::U8(1), Field::I32(0), Field::U8(3), list(&[0, 1, 2]), Field::U8(3), list(&[0, 1])];
    let sparsity = vec![
        Field::Ints(vec![0, 1, 2, 3]),
        Field::None,
        Field::Tables(vec![dense(2), dense(1), dense(1), compressed]),
    ];
    let stored = [0x3c00_u16, 0x4000].iter().flat_map(|half| half.to_le_bytes()).collect();
    let half = |data, sparsity| TestTensor { element: 1, data, sparsity, ..activation("w", &[2, 1, 1, 2]) };
    let tensors = vec![
        activation("in", &[1, 1, 1, 2]),
        half(stored, Some(sparsity)),
        half(Vec::new(), None),
        activation("w32", &[2, 1, 1, 2]),
        floats(&[2], &[0.25, 0.5]),
        activation("out", &[1, 1, 1, 2]),
    ];
    let operators = vec![
        TestOperator(DENSIFY, vec![1], vec![2], vec![]),
        TestOperator(DEQUANTIZE, vec![2], vec![3], vec![]),
        TestOperator(CONV, vec![0, 3, 4], vec![5], conv_options(1, 1, 0)),
    ];
    file(tensors, operators, &[0], &[5])
}

#[test]
fn sparse_halves_become_dense_floats() {
    let graph = graph(&sparse_model());
    assert_eq!(operators(&graph), ["Conv", "Transpose"]);
    assert_eq!(constant(&graph, "weights3"), [1.0, 0.0, 0.0, 2.0]);
}

#[test]
fn what_only_unwanted_outputs_need_is_dropped() {
    let options = ConvertOptions { outputs: vec!["more".to_owned()] };
    let bytes = tflite_to_onnx(&padded_model(true), &options).unwrap();
    let graph = onnx::Model::decode(&bytes[..]).unwrap().graph.unwrap();
    assert_eq!(operators(&graph), ["Pad", "Add", "Transpose"]);
    let options = ConvertOptions { outputs: vec!["none".to_owned()] };
    let error = tflite_to_onnx(&padded_model(true), &options).unwrap_err();
    assert_eq!(error, ConvertError::UnknownOutput("none".to_owned()));
}

#[test]
fn the_same_bytes_give_the_same_bytes() {
    assert_eq!(convert(&shuffled_model()), convert(&shuffled_model()));
}

#[test]
fn an_unknown_operator_is_named() {
    let tensors = vec![activation("in", &[1, 1, 1, 1]), activation("out", &[1, 1, 1, 1])];
    let model = file(tensors, vec![TestOperator(77, vec![0], vec![1], vec![])], &[0], &[1]);
    let error = convert(&model).unwrap_err().to_string();
    assert!(error.contains("operator 0") && error.contains("77"), "{error}");
}

#[test]
fn operators_out_of_order_are_refused() {
    let tensors =
        vec![activation("in", &[1, 1, 1, 1]), activation("a", &[1, 1, 1, 1]), activation("b", &[1, 1, 1, 1])];
    let circle =
        vec![TestOperator(ADD, vec![0, 2], vec![1], vec![]), TestOperator(ADD, vec![0, 1], vec![2], vec![])];
    let error = convert(&file(tensors, circle, &[0], &[2])).unwrap_err().to_string();
    assert!(error.contains("operator 0 reads"), "{error}");
}

#[test]
fn every_truncation_is_an_error_or_a_model() {
    for model in [shuffled_model(), sparse_model(), enlarged_model()] {
        for length in 0..model.len() {
            let _ = convert(&model[..length]);
        }
    }
    assert!(convert(b"").is_err());
    assert!(convert(b"just some text, long enough").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// No panic, no endless loop, no memory without bounds: damaged bytes anywhere in files with every operator.
    #[test]
    fn damaged_bytes_never_panic(
        which in 0_usize..4,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut model = match which {
            0 => shuffled_model(),
            1 => sparse_model(),
            2 => enlarged_model(),
            _ => padded_model(true),
        };
        for (place, value) in damage {
            let place = place.index(model.len());
            model[place] = value;
        }
        let _ = convert(&model);
    }

    /// Whole 32-bit numbers at once: offsets, lengths, sizes.
    #[test]
    fn damaged_numbers_never_panic(
        sparse in any::<bool>(),
        place in any::<prop::sample::Index>(),
        value in prop_oneof![any::<i32>(), Just(i32::MAX), Just(-1), Just(1 << 24), 0..64_i32],
    ) {
        let mut model = if sparse { sparse_model() } else { shuffled_model() };
        let place = place.index(model.len() - 4);
        model[place..place + 4].copy_from_slice(&value.to_le_bytes());
        let _ = convert(&model);
    }
}
