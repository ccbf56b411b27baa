//! The models take any batch once it is freed: two pictures at once give what each gives alone.

use ort::session::Session;
use ort::value::Tensor;

use super::{Model, detector, lite, model, onnxruntime};
use crate::convert::{with_any_batch, with_fp16};
use crate::runtime::Runtime;

/// Outputs of a batch, each with the values of one picture behind those of the other.
fn outputs(model: &Model, onnx: &[u8], batch: usize, input: &[f32]) -> Vec<Vec<f32>> {
    let runtime = Runtime::load(&onnxruntime()).unwrap();
    let mut session = Session::builder(&runtime.environment).unwrap().commit_from_memory(onnx).unwrap();
    let size = &model.spec.input;
    let shape = [batch as i64, 3, size.height as i64, size.width as i64];
    let input = Tensor::from_array((shape, input.to_vec())).unwrap();
    let found = session.run(ort::inputs![&input]).unwrap();
    let values = |&(name, _): &(&str, usize)| found[name].try_extract_tensor::<f32>().unwrap().1.to_vec();
    model.spec.outputs.iter().map(values).collect()
}

#[test]
fn a_batch_of_two_gives_what_each_gives_alone() {
    for model in [detector(), lite(), model("blazepose_landmark_full")] {
        let Some(model) = model else { return };
        let onnx = std::fs::read(&model.path).unwrap();
        let halves = with_fp16(&onnx).unwrap();
        for onnx in [onnx, halves] {
            compare(&model, &onnx);
        }
    }
}

fn compare(model: &Model, onnx: &[u8]) {
    let length = model.spec.input.len();
    let noise: Vec<f32> = (0..2 * length as u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 8) as f32 / 16_777_216.0)
        .collect();
    let together = outputs(model, &with_any_batch(onnx).unwrap(), 2, &noise);
    for picture in 0..2 {
        let alone = outputs(model, onnx, 1, &noise[picture * length..(picture + 1) * length]);
        for (alone, together) in alone.iter().zip(&together) {
            let same = &together[picture * alone.len()..(picture + 1) * alone.len()];
            let worst = alone.iter().zip(same).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-2, "{}: {worst}", model.manifest.name);
        }
    }
}
