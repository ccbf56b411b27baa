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
        let halves = cpu(&Model { path, ..whole });
        check(&halves, &reference, role).unwrap();
        for golden in &GOLDEN {
            let region = match role {
                Role::Detector => Region::square_around(WIDTH as f32, HEIGHT as f32),
                Role::Landmarks => golden.region,
            };
            let seen = |network| outputs(network, 0, &golden.image(), region).unwrap().remove(0);
            tell(&format!("{name}, {}", golden.name), role, &seen(&reference), &seen(&halves));
        }
    }
}

/// Distances as [`check`] judges them, which says only whether they are too large.
fn tell(what: &str, role: Role, expected: &[Vec<f32>], found: &[Vec<f32>]) {
    let outputs: Vec<f32> = expected.iter().zip(found).map(|(a, b)| 100.0 * relative_rms(a, b)).collect();
    let worst = |of: &mut dyn Iterator<Item = f32>| of.fold(0.0, f32::max);
    match role {
        Role::Detector => {
            let people: Vec<usize> = (0..expected[1].len())
                .filter(|&anchor| expected[1][anchor].max(found[1][anchor]) >= 0.0)
                .collect();
            let probability = |logit: f32| 1.0 / (1.0 + (-logit).exp());
            let probability = worst(
                &mut people
                    .iter()
                    .map(|&at| (probability(expected[1][at]) - probability(found[1][at])).abs()),
            );
            let values = people.iter().flat_map(|&at| at * BOX_VALUES..(at + 1) * BOX_VALUES);
            let box_px = worst(&mut values.map(|at| (expected[0][at] - found[0][at]).abs()));
            println!("{what}: boxes {box_px:.3} px, probabilities {probability:.4}, outputs {outputs:.3?} %");
        }
        Role::Landmarks => {
            let points =
                expected[0].chunks(POINT_VALUES).zip(found[0].chunks(POINT_VALUES)).take(BODY_POINTS);
            let px: Vec<f32> = points.map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1])).collect();
            let (mean, worst) = (px.iter().sum::<f32>() / px.len() as f32, worst(&mut px.iter().copied()));
            let presence = (expected[1][0] - found[1][0]).abs();
            println!(
                "{what}: points {mean:.3} px, {worst:.3} at most, probability {presence:.4}, outputs {outputs:.3?} %"
            );
        }
    }
    // A half has 11 bits: where nothing was rounded, nothing was measured.
    assert!(outputs.iter().any(|percent| *percent > 0.01), "{what}: {outputs:?} %");
}
