//! What the unit tests share.

use std::path::{Path, PathBuf};

/// A file of the truth folder, or none after saying so.
pub(crate) fn truth(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SPOTTER_TRUTH_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    let path = root.join(name);
    if !path.exists() {
        println!("skipped: {} is absent", path.display());
        return None;
    }
    Some(path)
}
