//! What a unit says of what computes its poses, and how it leaves a GPU alone that takes it down.

use std::time::Duration;

use serde_json::Value;
use spotter_tests::{SpotterProcess, Subscription, tensorrt_fake};

const PICTURE: &str =
    "[[station]]\nname = \"rack\"\nsource = { type = \"test_pattern\", width = 320, height = 240, fps = 10 }";
const DEADLINE: Duration = Duration::from_secs(20);

fn is_one(value: f64) -> bool {
    (value - 1.0).abs() < 0.5
}

fn problem(health: &Value) -> String {
    health["backend"]["problem"].as_str().unwrap_or_default().to_owned()
}

/// The tests' library computes on the CPU only, so the provider that the configuration names can't run.
#[test]
fn a_named_backend_that_can_not_run_is_said_everywhere_and_the_cpu_works() {
    let unit = SpotterProcess::start(PICTURE, "[models]\nbackend = \"onnxruntime_cuda\"");
    unit.wait_ready();
    let health = unit.wait_for_health(DEADLINE, |health| !problem(health).is_empty());
    assert_eq!(health["status"], "degraded");
    assert!(problem(&health).contains("onnxruntime_cuda"), "{health}");
    assert_eq!(health["backend"]["gpu"], false);
    let running = health["backend"]["running"].as_str().unwrap().to_owned();
    assert!(running.starts_with("onnxruntime") && running.contains("cpu"), "{running}");
    unit.wait_for_metric("spotter_frames_total", DEADLINE, |frames| frames > 3.0);
    unit.wait_for_metric(&format!("spotter_backend_info{{backend=\"{running}\"}}"), DEADLINE, is_one);
    let subscription = Subscription::new(unit.mqtt_port, "spotter/v1/gym/unit-1/health");
    subscription.wait_for(DEADLINE, |_, payload| problem(payload).contains("onnxruntime_cuda"));
}

#[test]
fn after_three_crashes_the_next_start_is_on_the_cpu_and_says_so() {
    let mut unit = SpotterProcess::start(PICTURE, "");
    for crash in 1..=3 {
        unit.wait_ready();
        let health = unit.wait_for_health(DEADLINE, |health| health["ready"] == true);
        assert_eq!(problem(&health), "", "after {} crashes", crash - 1);
        unit = SpotterProcess::start_in(unit.kill(), PICTURE, "");
    }
    unit.wait_ready();
    let health = unit.wait_for_health(DEADLINE, |health| !problem(health).is_empty());
    assert!(problem(&health).contains("the last 3 starts did not end cleanly"), "{health}");
    assert_eq!(health["backend"].get("refused"), None, "the GPU was not even tried");

    unit.signal("TERM");
    assert!(unit.wait_end(DEADLINE).is_some_and(|status| status.success()));
    let unit = SpotterProcess::start_in(unit.kill(), PICTURE, "");
    unit.wait_ready();
    assert_eq!(problem(&unit.wait_for_health(DEADLINE, |health| health["ready"] == true)), "");
}

/// A stand-in for the plug-in that computes on the CPU: what a GPU does well or badly, without one. `behaviour`: see
/// models/tensorrt/fake/src/behaviour.rs.
fn with_tensorrt(behaviour: &str) -> String {
    format!(
        "[models]\nbackend = \"tensorrt\"\n[models.tensorrt]\nplugin = {:?}\nlibrary = \"fake:{behaviour}\"",
        tensorrt_fake()
    )
}

fn is_on_gpu(health: &Value) -> bool {
    health["backend"]["gpu"] == true
}

/// Building takes seconds: both engines are built, loaded and compared with the CPU.
const BUILD_DEADLINE: Duration = Duration::from_mins(2);

#[test]
fn tensorrt_takes_over_when_its_engines_are_ready_and_the_next_start_finds_them() {
    let unit = SpotterProcess::start(PICTURE, &with_tensorrt("ok"));
    unit.wait_ready();
    let health = unit.wait_for_health(BUILD_DEADLINE, is_on_gpu);
    let running = health["backend"]["running"].as_str().unwrap();
    assert!(running.starts_with("TensorRT 10.3.0"), "{running}");
    assert_eq!(health["backend"].get("building"), None);
    unit.wait_for_metric("spotter_backend_gpu", DEADLINE, is_one);

    // The stand-in can't build any more, so what runs was kept.
    let unit = SpotterProcess::start_in(unit.kill(), PICTURE, &with_tensorrt("build-fails"));
    unit.wait_ready();
    unit.wait_for_health(BUILD_DEADLINE, is_on_gpu);
}

#[test]
fn a_gpu_that_is_lost_hands_over_to_the_cpu_and_frames_go_on() {
    let unit = SpotterProcess::start(PICTURE, &with_tensorrt("run-loses=20"));
    unit.wait_ready();
    let health = unit.wait_for_health(BUILD_DEADLINE, |health| health["backend"]["gpu_errors"] == 1);
    assert!(!is_on_gpu(&health));
    assert!(problem(&health).contains("failed while running"), "{health}");
    let (_, metrics) = unit.get("/metrics");
    let frames = |metrics: &str| -> f64 {
        let line = metrics.lines().find(|line| line.starts_with("spotter_frames_total")).unwrap();
        line.rsplit(' ').next().unwrap().parse().unwrap()
    };
    let so_far = frames(&metrics);
    unit.wait_for_metric("spotter_frames_total", DEADLINE, |frames| frames > so_far + 5.0);
    unit.wait_for_metric("spotter_backend_gpu_errors_total", DEADLINE, is_one);
    let errors = metrics.lines().find(|line| line.starts_with("spotter_estimate_errors_total"));
    assert!(errors.is_none_or(|line| line.ends_with(" 0")), "a frame was lost: {errors:?}");
}

#[test]
fn a_build_is_seen_everywhere_and_does_not_hold_up_the_end() {
    let mut unit = SpotterProcess::start(PICTURE, &with_tensorrt("build-endless"));
    unit.wait_ready();
    let health = unit
        .wait_for_health(BUILD_DEADLINE, |health| health["backend"]["building"]["steps"].as_u64() > Some(0));
    assert_eq!(health["backend"]["building"]["model"], "blazepose_detector");
    assert!(!is_on_gpu(&health));
    let subscription = Subscription::new(unit.mqtt_port, "spotter/v1/gym/unit-1/health");
    subscription.wait_for(DEADLINE, |_, payload| payload["backend"].get("building").is_some());
    unit.wait_for_metric("spotter_frames_total", DEADLINE, |frames| frames > 3.0);
    unit.signal("TERM");
    assert!(unit.wait_end(DEADLINE).is_some_and(|status| status.success()), "{}", unit.log());
}

#[test]
fn whatever_tensorrt_can_not_do_is_named_and_the_cpu_works() {
    for (behaviour, reason) in [
        ("no-library", "no TensorRT"),
        ("no-driver", "no NVIDIA driver"),
        ("no-device", "no GPU"),
        ("wrong-version", "wrong TensorRT"),
        ("build-fails", "TensorRT refuses it"),
        ("build-crashes", "crashed while it built"),
        ("nan", "does not agree with the CPU"),
    ] {
        let unit = SpotterProcess::start(PICTURE, &with_tensorrt(behaviour));
        unit.wait_ready();
        let health = unit.wait_for_health(BUILD_DEADLINE, |health| !problem(health).is_empty());
        assert!(problem(&health).contains(reason), "{behaviour}: {health}");
        assert!(!is_on_gpu(&health));
        unit.wait_for_metric("spotter_frames_total", DEADLINE, |frames| frames > 3.0);
    }
}
