use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use super::*;
use crate::image::{ColorMatrix, Plane, Planes};
use crate::networks::ModelFile;
use crate::tensor::Border;

const SIDE: usize = 96;
/// Landmarks, presence and heatmap, as bits: the same to the last one, or not.
type Answer = Vec<Vec<u32>>;

/// A model of the unit and the library that runs it, or none after saying so.
fn lite() -> Option<(Runtime, PathBuf, NetworkSpec)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.cache");
    let folder = std::env::var_os("SPOTTER_MODELS_DIR").map_or_else(|| root.join("models"), PathBuf::from);
    let library = std::env::var_os("ORT_DYLIB_PATH")
        .map_or_else(|| root.join("onnxruntime/libonnxruntime.so"), PathBuf::from);
    let Ok(file) = ModelFile::resolve(&folder, "blazepose_landmark_lite") else {
        println!("skipped: no model in {}", folder.display());
        return None;
    };
    if !library.exists() {
        println!("skipped: {} is absent", library.display());
        return None;
    }
    let input = TensorSpec { width: 256, height: 256, range: [0.0, 1.0] };
    let outputs = vec![("Identity", 195), ("Identity_1", 1), ("Identity_3", 64 * 64 * 39)];
    let spec = NetworkSpec { input, border: Border::Replicate, outputs };
    Some((Runtime::load(&library).unwrap(), file.path, spec))
}

/// A picture without two equal rows.
fn pixels() -> Vec<u8> {
    (0..3 * SIDE * SIDE).map(|at| (at * at / 7 + at / SIDE) as u8).collect()
}

fn put(network: &OnnxNetwork, set: usize, pixels: &[u8]) {
    let planes = Planes::Rgb(Plane { data: pixels, stride: 3 * SIDE });
    let side = SIDE as u32;
    let image = Image { width: side, height: side, planes, color: ColorMatrix::Bt601 };
    network.put(set, 0, &image, Region::square_around(SIDE as f32, SIDE as f32)).unwrap();
}

fn run(network: &OnnxNetwork, set: usize) -> Answer {
    let mut answer = Vec::new();
    let mut keep = |_: usize, outputs: &[&[f32]]| {
        answer = outputs.iter().map(|values| values.iter().map(|value| value.to_bits()).collect()).collect();
    };
    network.run(set, 1, &mut keep).unwrap();
    answer
}

#[test]
fn a_region_is_seen_alike_on_all_threads_and_on_one() {
    let Some((runtime, path, spec)) = lite() else { return };
    let loads = Arc::new(AtomicUsize::new(0));
    let (again, by, counted) = (path.clone(), runtime.clone(), Arc::clone(&loads));
    let open = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        load(&by, &again, 1, Provider::Cpu).map_err(|error| ModelError::Runtime(error.to_string()))
    };
    let network = OnnxNetwork::open(&runtime, &path, 3, Provider::Cpu, spec).unwrap();
    let network = network.with_lanes(3, Box::new(open)).unwrap();
    assert_eq!((network.runs_at_once(), network.sets()), (3, 4));

    let pixels = pixels();
    put(&network, 0, &pixels);
    let alone = run(&network, 0);
    assert_eq!(loads.load(Ordering::SeqCst), 0, "who is alone needs no further session");

    // While they are being opened, two in a row on all threads.
    put(&network, 0, &pixels);
    put(&network, 1, &pixels);
    assert_eq!(run(&network, 0), alone);
    network.sessions.settle();
    assert_eq!(loads.load(Ordering::SeqCst), 3);

    put(&network, 0, &pixels);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| run(&network, 1));
        assert_eq!(run(&network, 0), alone, "on one thread");
        assert_eq!(other.join().unwrap(), alone);
    });
}

#[test]
fn a_model_that_was_swapped_is_not_opened_again() {
    let Some((runtime, path, spec)) = lite() else { return };
    let network = OnnxNetwork::open(&runtime, &path, 2, Provider::Cpu, spec).unwrap();
    let refuse = || Err(ModelError::Runtime("checksum".to_owned()));
    let network = network.with_lanes(2, Box::new(refuse)).unwrap();
    let pixels = pixels();
    let answers = [0, 1, 2].map(|turn| {
        put(&network, 0, &pixels);
        put(&network, 1, &pixels);
        let answers = [run(&network, 0), run(&network, 1)];
        assert_eq!(answers[0], answers[1], "turn {turn}");
        network.sessions.settle();
        answers
    });
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
}
