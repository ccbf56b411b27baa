//! Graphs made by hand: what becomes of each part, arithmetic, and damaged files.

use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::super::graph::Graph as Writer;
use super::super::onnx::INT64;
use super::super::testing::{rounded_at_every_node, run};
use super::super::{REWRITING, with_any_batch};
use super::*;

/// Every operator that the converter writes, on a picture of 1×2: ends at one output that nothing else reads, and one that the rest goes on
/// from.
fn writer() -> Writer {
    let mut graph = Writer::default();
    graph.input("in", &[1, 1, 1, 2]);
    // A third is no half: the nearest is 0x3555.
    graph.floats("weights", &[2, 1, 1, 1], &[1.0, 1.0 / 3.0]);
    graph.floats("bias", &[2], &[0.0, 0.5]);
    graph.floats("zero", &[], &[0.0]);
    graph.floats("six", &[], &[6.0]);
    graph.floats("scales", &[4], &[1.0, 1.0, 1.0, 2.0]);
    graph.integers("pads", &[0, 0, 1, 0, 0, 0, 0, 0]);
    graph.integers("shape", &[0, 16]);
    let kernel = [("kernel_shape", Value::Ints(&[1, 1]))];
    graph.node("Conv", &["in", "weights", "bias"], "conv", &kernel);
    graph.node("Clip", &["conv", "zero", "six"], "clip", &[]);
    let resize =
        [("mode", Value::Text("linear")), ("coordinate_transformation_mode", Value::Text("half_pixel"))];
    graph.node("Resize", &["clip", "", "scales"], "large", &resize);
    graph.node("Pad", &["large", "pads"], "padded", &[]);
    graph.node("Relu", &["padded"], "relu", &[]);
    graph.node("Add", &["relu", "relu"], "twice", &[]);
    graph.node("MaxPool", &["twice"], "pooled", &kernel);
    graph.node("Transpose", &["pooled"], "turned", &[("perm", Value::Ints(&[0, 2, 3, 1]))]);
    graph.node("Reshape", &["turned", "shape"], "flat", &[]);
    graph.node("Sigmoid", &["flat"], "half", &[]);
    graph.node("Concat", &["flat", "half"], "both", &[("axis", Value::Int(1))]);
    graph.output("flat", &[1, 16]);
    graph.output("both", &[1, 32]);
    graph
}

fn decoded(onnx: &[u8]) -> Graph {
    Model::read(onnx).unwrap().graph.unwrap()
}

#[test]
fn floats_become_halves_where_they_are_computed_with_and_the_ends_stay() {
    let before = decoded(&writer().encode());
    let graph = decoded(&with_fp16(&writer().encode()).unwrap());
    let kinds: Vec<_> = graph
        .initializer
        .iter()
        .map(|tensor| (tensor.name.as_deref().unwrap(), tensor.data_type.unwrap()))
        .collect();
    let halves = ["weights", "bias", "zero", "six"].map(|name| (name, FLOAT16));
    assert_eq!(kinds[..4], halves);
    assert_eq!(kinds[4..], [("scales", FLOAT), ("pads", INT64), ("shape", INT64)]);
    assert_eq!(
        graph.initializer[4..],
        before.initializer[4..],
        "what is not computed with stays to the byte"
    );
    // 1 and 1/3, little-endian.
    assert_eq!(graph.initializer[0].raw_data.as_deref(), Some(&[0x00, 0x3c, 0x55, 0x35][..]));
    let shapes =
        |graph: &Graph| graph.initializer.iter().map(|tensor| tensor.dims.clone()).collect::<Vec<_>>();
    assert_eq!(shapes(&graph), shapes(&before));
    assert_eq!((&graph.input, &graph.output), (&before.input, &before.output), "name, type and shape");

    let nodes: Vec<_> = graph.node.iter().map(|node| (node.op_type.as_deref().unwrap(), node)).collect();
    let ends = |at: usize| (nodes[at].0, nodes[at].1.input[0].as_str(), nodes[at].1.output[0].as_str());
    assert_eq!(nodes.len(), before.node.len() + 3);
    assert_eq!(ends(0), ("Cast", "in", "in_fp16"));
    assert_eq!(nodes[0].1.attribute[0].i, Some(i64::from(FLOAT16)));
    assert_eq!(ends(1), ("Conv", "in_fp16", "conv"));
    let last = nodes.len() - 1;
    assert_eq!(ends(last - 3), ("Sigmoid", "flat_fp16", "half"));
    assert_eq!(
        nodes[last - 2].1.input,
        ["flat_fp16", "half"],
        "an output that others read is read in 16 bits"
    );
    assert_eq!(ends(last - 1), ("Cast", "flat_fp16", "flat"));
    assert_eq!(ends(last), ("Cast", "both_fp16", "both"));
    assert_eq!(nodes[last].1.attribute[0].i, Some(i64::from(FLOAT)));
}

#[test]
fn all_operators_by_arithmetic() {
    // Pixels 3 and 9. The first channel takes them as they are, cut at 6; the second a third and 0.5: 1.5 and 3.5 (the nearest half to a third
    // is 2⁻¹³ / 3 off, and its products round to 1 and 3). Enlarged at quarters: 3 3.75 5.25 6 and 1.5 2 3 3.5. A row of zeros above, and
    // all of it twice; every step is a half.
    let Some(values) = run(&with_fp16(&writer().encode()).unwrap(), &[1, 1, 1, 2], &[3.0, 9.0]) else {
        return;
    };
    let mut expected = vec![0.0; 8];
    expected.extend([6.0, 3.0, 7.5, 4.0, 10.5, 6.0, 12.0, 7.0]);
    assert_eq!(values, expected);
}

#[test]
fn numbers_are_rounded_to_halves_on_the_way() {
    let mut graph = Writer::default();
    graph.input("in", &[1, 2]);
    graph.floats("one", &[], &[1.0]);
    graph.node("Add", &["in", "one"], "out", &[]);
    graph.output("out", &[1, 2]);
    // Above 2048 halves are the even numbers: the input 2049 lies in the middle and goes to 2048, the sum 2051 to 2052.
    let onnx = graph.encode();
    let Some(whole) = run(&onnx, &[1, 2], &[2049.0, 2050.0]) else { return };
    assert_eq!(whole, [2050.0, 2051.0]);
    let halves = rounded_at_every_node(&with_fp16(&onnx).unwrap());
    assert_eq!(run(&halves, &[1, 2], &[2049.0, 2050.0]).unwrap(), [2048.0, 2052.0]);
}

#[test]
fn a_batch_of_two_gives_what_each_gives_alone() {
    let halves = with_fp16(&writer().encode()).unwrap();
    let freed = with_any_batch(&halves).unwrap();
    let pictures = [0.1, -2.7, 5.3, 1.9];
    let Some(together) = run(&freed, &[2, 1, 1, 2], &pictures) else { return };
    let alone = |picture: &[f32]| run(&halves, &[1, 1, 1, 2], picture).unwrap();
    assert_eq!(together, [alone(&pictures[..2]), alone(&pictures[2..])].concat());
    // In the other order it is the same file.
    assert_eq!(with_fp16(&with_any_batch(&writer().encode()).unwrap()).unwrap(), freed);
}

/// Why a graph is refused.
fn complaint(change: impl FnOnce(&mut Writer)) -> String {
    let mut graph = writer();
    change(&mut graph);
    with_fp16(&graph.encode()).unwrap_err().to_string()
}

type Change = fn(&mut Writer);

#[test]
fn what_can_not_be_done_is_named() {
    let cases: [(&str, Change); 9] = [
        ("operator `Cos` is not known", |graph| graph.node("Cos", &["flat"], "cos", &[])),
        ("operator `Constant` is not known", |graph| graph.node("Constant", &[], "made", &[])),
        ("Reshape takes `half`, which is no constant", |graph| {
            graph.node("Reshape", &["flat", "half"], "x", &[]);
        }),
        ("constant `scales` is wanted in 16 bits and as it is", |graph| {
            graph.node("Add", &["large", "scales"], "x", &[]);
        }),
        ("constant `pads` is wanted in 16 bits", |graph| graph.node("Add", &["flat", "pads"], "x", &[])),
        ("constant `huge` holds 65520", |graph| {
            graph.floats("huge", &[1], &[65520.0]);
            graph.node("Add", &["flat", "huge"], "x", &[]);
        }),
        ("constant `torn` is not of floats, or does not fill its shape", |graph| {
            graph.floats("torn", &[2], &[1.0]);
            graph.node("Add", &["flat", "torn"], "x", &[]);
        }),
        ("the name `in_fp16` is taken", |graph| graph.node("Relu", &["flat"], "in_fp16", &[])),
        ("nothing writes output `nowhere`", |graph| graph.output("nowhere", &[1])),
    ];
    for (words, change) in cases {
        let message = complaint(change);
        assert!(message.contains(words), "{message}");
    }
    // One that it wrote itself: its constants are halves, its casts are not known.
    assert!(with_fp16(&with_fp16(&writer().encode()).unwrap()).unwrap_err().to_string().contains("`Cast`"));
}

#[test]
fn another_operator_set_is_refused() {
    let mut model = Model::read(&writer().encode()).unwrap();
    model.opset_import[0].version = Some(9);
    assert!(with_fp16(&model.encode_to_vec()).is_err());
    model.opset_import.clear();
    assert!(with_fp16(&model.encode_to_vec()).is_err());
}

#[test]
fn every_truncation_is_an_error() {
    let whole = writer().encode();
    for length in 0..whole.len() {
        assert!(with_fp16(&whole[..length]).is_err(), "{length} bytes");
    }
}

/// An engine in the cache is that of a rewriting with this number. When this fails on purpose, [`REWRITING`] must be raised with it.
#[test]
fn another_result_has_another_number() {
    let freed = with_any_batch(&with_fp16(&writer().encode()).unwrap()).unwrap();
    let digest = Sha256::digest(&freed);
    let start = digest.iter().take(8).fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    assert_eq!((REWRITING, start.as_str()), (1, "ab6ec3cdef714ce9"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// No panic, no endless loop; what passes is a graph whose ends are as they were.
    #[test]
    fn damaged_bytes_never_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut model = writer().encode();
        for (place, value) in damage {
            let place = place.index(model.len());
            model[place] = value;
        }
        if let Ok(halves) = with_fp16(&model) {
            let (before, after) = (decoded(&model), decoded(&halves));
            prop_assert_eq!((before.input, before.output), (after.input, after.output));
        }
    }
}
