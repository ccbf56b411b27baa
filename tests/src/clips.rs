//! Truth that is not part of the project: there on the developers' machines, absent elsewhere.

use std::path::PathBuf;

use crate::checkout;

/// Folder of the truth data: `SPOTTER_TRUTH_DIR`, or `shared/data` beside the checkout.
pub fn truth_dir() -> PathBuf {
    std::env::var_os("SPOTTER_TRUTH_DIR").map_or_else(|| checkout().join("../shared/data"), PathBuf::from)
}

/// The path if it is there; otherwise says that the test is skipped.
pub fn unless_absent(path: PathBuf) -> Option<PathBuf> {
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is absent", path.display());
    None
}

/// Truth of a clip under `tests/clips`, as the generator wrote it.
///
/// # Panics
/// When it is not there.
pub fn truth_of(clip: &str) -> serde_json::Value {
    let path = checkout().join("tests/clips").join(format!("{clip}.truth.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("the truth is JSON")
}
