//! Building in a child process.

use std::path::Path;
use std::process::Command;

use super::{child, lite};
use crate::tensorrt::TensorRtError;
use crate::tensorrt::build::{Build, BuildRequest, Progress};
use crate::tensorrt::cache::{partial, sha256};

fn built(request: &BuildRequest) -> Result<Vec<Progress>, TensorRtError> {
    let mut steps = Vec::new();
    Build::start(child(), request)?.wait(&mut |step| steps.push(step))?;
    Ok(steps)
}

#[test]
fn an_engine_is_built_with_progress() {
    let Some(model) = lite() else { return };
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("engines").join("lite.engine");
    let steps = built(&model.request("ok", target.clone())).unwrap();
    let expected = (0..4).map(|step| Progress { phase: "Building".to_owned(), step, total: 4 });
    assert_eq!(steps, expected.collect::<Vec<_>>());
    assert!(target.is_file() && !partial(&target).exists());
}

/// What the child says, and what it leaves.
fn failure(behaviour: &str, change: impl FnOnce(&mut BuildRequest)) -> Option<TensorRtError> {
    let model = lite()?;
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("lite.engine");
    let mut request = model.request(behaviour, target.clone());
    change(&mut request);
    let error = built(&request).unwrap_err();
    assert!(!target.exists() && !partial(&target).exists(), "{behaviour} leaves a file");
    Some(error)
}

#[test]
fn what_fails_in_the_child_is_told_here() {
    let Some(error) = failure("build-fails", |_| {}) else { return };
    assert!(
        matches!(&error, TensorRtError::Refused(reason) if reason.contains("no implementation")),
        "{error}"
    );
    let error = failure("no-device", |_| {}).unwrap();
    assert!(matches!(error, TensorRtError::NoDevice(_)), "{error}");
    let error = failure("load-fails", |_| {}).unwrap();
    assert!(matches!(error, TensorRtError::Refused(_)), "{error}");
    let error = failure("run-fails=1", |_| {}).unwrap();
    assert!(matches!(error, TensorRtError::Failed(_)), "{error}");
    let error = failure("run-loses=1", |_| {}).unwrap();
    assert!(matches!(error, TensorRtError::Lost(_)), "{error}");
}

#[test]
fn a_library_that_crashes_takes_only_the_child() {
    for behaviour in ["build-crashes", "load-crashes", "run-crashes=1"] {
        let Some(error) = failure(behaviour, |_| {}) else { return };
        // SIGABRT is signal 6.
        assert!(matches!(&error, TensorRtError::Crashed(how) if how == "signal 6"), "{behaviour}: {error}");
    }
}

#[test]
fn a_truncated_model_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("truncated.onnx");
    let truncated = |request: &mut BuildRequest| {
        let whole = std::fs::read(&request.onnx).unwrap();
        let half = &whole[..whole.len() / 2];
        std::fs::write(&path, half).unwrap();
        request.onnx_sha256 = sha256(half);
        request.onnx.clone_from(&path);
    };
    let Some(error) = failure("ok", truncated) else { return };
    assert!(matches!(error, TensorRtError::Refused(_)), "{error}");
}

#[test]
fn another_model_than_asked_for_is_refused_by_name() {
    let Some(error) = failure("ok", |request| request.onnx_sha256 = "0".repeat(64)) else { return };
    assert!(error.to_string().contains("lite.onnx is not the model that was asked for"), "{error}");
}

#[test]
fn a_model_of_other_shapes_is_refused() {
    let Some(error) = failure("ok", |request| request.probe.size = [224, 224]) else { return };
    assert!(matches!(error, TensorRtError::Shape(_)), "{error}");
    let error = failure("ok", |request| request.probe.outputs[0].1 = 117).unwrap();
    assert!(matches!(&error, TensorRtError::Shape(reason) if reason.contains("Identity")), "{error}");
}

#[test]
fn a_cancelled_build_ends() {
    let Some(model) = lite() else { return };
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("lite.engine");
    let build = Build::start(child(), &model.request("build-endless", target.clone())).unwrap();
    let canceller = build.canceller();
    // It never ends on its own: cancelled in the middle, it does.
    let error = build
        .wait(&mut |step| {
            if step.step == 2 {
                canceller.cancel();
            }
        })
        .unwrap_err();
    assert!(matches!(error, TensorRtError::Cancelled), "{error}");
    assert!(!target.exists());
}

#[test]
fn a_full_disk_leaves_the_old_engine() {
    let Some(model) = lite() else { return };
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("lite.engine");
    std::fs::write(&target, "the old engine").unwrap();
    // What is written beside the target goes to the device that is always full.
    std::os::unix::fs::symlink("/dev/full", partial(&target)).unwrap();
    let error = built(&model.request("ok", target.clone())).unwrap_err();
    assert!(matches!(&error, TensorRtError::Write(reason) if reason.contains("No space left")), "{error}");
    assert_eq!(std::fs::read(&target).unwrap(), b"the old engine");
}

#[test]
fn a_child_that_is_no_builder_is_told() {
    let Some(model) = lite() else { return };
    let request = model.request("ok", Path::new("/nowhere/lite.engine").to_owned());
    let error = Build::start(Command::new("/nowhere/spotter"), &request).unwrap_err();
    assert!(error.to_string().contains("/nowhere/spotter"), "{error}");
    let error = Build::start(Command::new("false"), &request).unwrap().wait(&mut |_| {}).unwrap_err();
    assert!(matches!(&error, TensorRtError::Child(reason) if reason.contains("without a result")), "{error}");
}
