#![allow(clippy::float_cmp, reason = "answers are handed through unchanged")]

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::backend::Network;
use crate::image::{ColorMatrix, Plane, Planes};
use crate::networks::ModelFile;
use crate::tensor::{Border, TensorSpec};

/// A device that answers with values of one kind until it fails.
struct Device {
    answer: f32,
    outputs: [usize; 3],
    runs_left: AtomicUsize,
}

impl Network for Device {
    fn sets(&self) -> usize {
        2
    }

    fn slots(&self) -> usize {
        4
    }

    fn put(&self, _: usize, _: usize, _: &Image<'_>, _: Region) -> Result<(), BackendError> {
        Ok(())
    }

    fn run(
        &self,
        _: usize,
        count: usize,
        read: &mut dyn FnMut(usize, &[&[f32]]),
    ) -> Result<(), BackendError> {
        let left =
            self.runs_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if left.is_err() {
            return Err(BackendError::Run("error 700".to_owned()));
        }
        let outputs = self.outputs.map(|len| vec![self.answer; len]);
        for slot in 0..count {
            read(slot, &[&outputs[0], &outputs[1], &outputs[2]]);
        }
        Ok(())
    }
}

fn networks(name: &str, answer: f32, runs: usize) -> Networks {
    let file = ModelFile::for_test(TensorSpec { width: 256, height: 256, range: [0.0, 1.0] });
    let models = Models { detector: file.clone(), landmarks: file };
    let device = |[a, b, c]: [usize; 3]| {
        Box::new(Device { answer, outputs: [a, b, c], runs_left: AtomicUsize::new(runs) })
    };
    let lens = |spec: &crate::backend::NetworkSpec| {
        std::array::from_fn(|index| spec.outputs.get(index).map_or(0, |output| output.1))
    };
    assert_eq!(models.landmarks_spec().border, Border::Replicate);
    let (detector, landmarks) = (lens(&models.detector_spec()), lens(&models.landmarks_spec()));
    Networks::new(name.to_owned(), &models, device(detector), device(landmarks))
}

/// An engine whose CPU always works and answers 1.
fn engine() -> Engine {
    let cpu = networks("cpu", 1.0, usize::MAX);
    Engine {
        shared: Arc::new(Shared {
            status: Mutex::new(BackendStatus::on_cpu(&cpu.name)),
            cpu,
            device: Mutex::new(None),
            accelerating: Mutex::new(None),
            cancellation: Cancellation::default(),
        }),
    }
}

fn image() -> Image<'static> {
    let plane = Plane { data: &[0; 300], stride: 30 };
    Image { width: 10, height: 10, planes: Planes::Rgb(plane), color: ColorMatrix::Bt601 }
}

/// Presence of the body that the engine sees: the answer of what computed it.
fn presence(engine: &Engine) -> f32 {
    let region = Region::square_around(10.0, 10.0);
    let mut bodies = Vec::new();
    engine.bodies(&image(), &[region], &mut bodies, &mut StageTimes::default()).unwrap();
    bodies[0].unwrap().presence
}

#[test]
fn a_gpu_that_fails_costs_no_frame_and_is_not_asked_again() {
    let engine = engine();
    engine.shared.use_device(networks("gpu", 0.5, 2));
    assert_eq!([presence(&engine), presence(&engine)], [0.5, 0.5]);
    assert_eq!(engine.status().running, "gpu");
    assert!(engine.status().gpu);

    assert_eq!(presence(&engine), 1.0, "the frame of the failure");
    let status = engine.status();
    assert_eq!((status.running.as_str(), status.gpu, status.gpu_errors), ("cpu", false, 1));
    assert!(status.problem.unwrap().contains("gpu failed while running: error 700"));
    assert_eq!(presence(&engine), 1.0);
    assert_eq!(engine.status().gpu_errors, 1);
}

#[test]
fn cameras_that_fail_together_report_one_failure() {
    let engine = engine();
    engine.shared.use_device(networks("gpu", 0.5, 0));
    let failed = lock(&engine.shared.device).clone().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| engine.shared.device_failed(&failed, &BackendError::Run("error 719".to_owned())));
        }
    });
    assert_eq!(engine.status().gpu_errors, 1);
}

#[test]
fn the_failure_of_an_old_device_does_not_take_the_new_one_away() {
    let engine = engine();
    engine.shared.use_device(networks("old", 0.5, 0));
    let old = lock(&engine.shared.device).clone().unwrap();
    engine.shared.use_device(networks("new", 0.25, 9));
    engine.shared.device_failed(&old, &BackendError::Run("late".to_owned()));
    assert_eq!(presence(&engine), 0.25);
    assert_eq!(engine.status().gpu_errors, 0);
}
