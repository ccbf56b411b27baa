//! What 16 bits change in what the models see on the golden frames, on the CPU. With `--nocapture` it is printed.

use super::super::*;
use crate::convert::testing::rounded_at_every_node;
use crate::convert::with_fp16;
use crate::tensorrt::tests::{Model, cpu, model};

#[test]
fn models_of_16_bits_see_what_those_of_32_do() {
    let landmarks = ["lite", "full", "heavy"].map(|size| format!("blazepose_landmark_{size}"));
    for name in [crate::manifest::DETECTOR].into_iter().chain(landmarks.iter().map(String::as_str)) {
        let Some(whole) = model(name) else { continue };
        let folder = tempfile::tempdir().unwrap();
        let onnx = with_fp16(&std::fs::read(&whole.path).unwrap()).unwrap();
        let path = folder.path().join("halves.onnx");
        std::fs::write(&path, rounded_at_every_node(&onnx)).unwrap();
        let reference = cpu(&whole);
        let role = whole.manifest.role;
        let agreement = check(&cpu(&Model { path, ..whole }), &reference, role).unwrap();
        println!("{name}: {agreement:?}");
        // A half has 11 bits: where nothing was rounded, nothing was measured.
        assert!(agreement.output_rms > 0.0001, "{name}: {agreement:?}");
    }
}
