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
