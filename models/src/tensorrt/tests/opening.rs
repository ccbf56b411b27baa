//! A machine on which TensorRT can't be used says why, and what to do.

use std::path::Path;

use super::{library, onnxruntime, open};
use crate::tensorrt::{Plugin, TensorRtError, Version};

fn refusal(library: &Path, behaviour: &str) -> TensorRtError {
    Plugin::open(library, Some(Path::new(&format!("fake:{behaviour}")))).unwrap_err()
}

#[test]
fn what_is_there_is_told() {
    let plugin = open("tensorrt=10.16.2.10");
    let info = plugin.info();
    assert_eq!(info.tensorrt, Version([10, 16, 2, 10]));
    assert_eq!(info.to_string(), "TensorRT 10.16.2.10 on stand-in GPU (8.7)");
    assert_eq!((info.driver, info.integrated), (12060, true));
}

#[test]
fn each_reason_is_an_error_of_its_own() {
    assert!(matches!(refusal(&library(), "no-library"), TensorRtError::NoLibrary(_)));
    assert!(matches!(refusal(&library(), "wrong-version"), TensorRtError::WrongVersion(_)));
    assert!(matches!(refusal(&library(), "no-driver"), TensorRtError::NoDriver(_)));
    assert!(matches!(refusal(&library(), "no-device"), TensorRtError::NoDevice(_)));
    let message = refusal(&library(), "wrong-version").to_string();
    assert!(message.contains("install the plug-in"), "{message}");
}

#[test]
fn a_missing_or_useless_plugin_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("libspotter_trt.so");
    let message = |path: &Path| refusal(path, "ok").to_string();
    assert!(message(&path).contains("libspotter_trt.so can't be used: there is no such file"));
    std::fs::write(&path, "a text that is long enough to be read as a header").unwrap();
    assert!(message(&path).contains("no ELF file"));

    // A library of another machine: this one's, with the machine's number changed (ELF header, bytes 18 and 19).
    let mut bytes = std::fs::read(library()).unwrap();
    let other: u16 = if cfg!(target_arch = "aarch64") { 62 } else { 183 };
    bytes[18..20].copy_from_slice(&other.to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    assert!(message(&path).contains("it was built for"), "{}", message(&path));

    // A library of this machine that is no plug-in.
    let no_plugin = onnxruntime();
    if no_plugin.exists() {
        let message = message(&no_plugin);
        assert!(message.contains("spotter_trt_abi"), "{message}");
    }
}
