use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use super::*;
use crate::image::{ColorMatrix, Plane, Planes};
use crate::tensorrt::tests::{Model, model, onnxruntime};

const SIDE: usize = 96;
/// Landmarks, presence and heatmap, as bits: the same to the last one, or not.
type Answer = Vec<Vec<u32>>;

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
    for name in ["blazepose_landmark_lite", "blazepose_landmark_full"] {
        if let Some(model) = model(name) {
            see_alike(model);
        }
    }
}

fn see_alike(Model { path, spec, .. }: Model) {
    let runtime = Runtime::load(&onnxruntime()).unwrap();
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
    let (tell, told) = mpsc::channel();
    std::thread::scope(|scope| {
        // Who is not alone needs no session that somebody else has.
        let _wide = network.sessions.session(true);
        for set in [0, 1] {
            let (network, tell) = (&network, tell.clone());
            scope.spawn(move || tell.send(run(network, set)));
        }
        for _ in [0, 1] {
            let answer = told.recv_timeout(Duration::from_secs(10)).expect("a session of its own");
            assert!(answer == alone, "other bits on one thread");
        }
    });
}

#[test]
fn a_model_that_was_swapped_is_not_opened_again() {
    let Some(Model { path, spec, .. }) = model("blazepose_landmark_lite") else { return };
    let runtime = Runtime::load(&onnxruntime()).unwrap();
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
