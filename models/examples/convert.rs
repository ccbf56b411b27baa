//! scratch
use spotter_models::convert::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let o = ConvertOptions { outputs: a[3].split(',').filter(|s| !s.is_empty()).map(String::from).collect()};
    let r = tflite_to_onnx(&std::fs::read(&a[1]).unwrap(), &o).unwrap();
    std::fs::write(&a[2], r).unwrap();
}
