//! Where models and ONNX Runtime lie when nobody says: the installed place, else the checkout that the binary was built in.

use std::path::{Path, PathBuf};

/// Where packages and images put the models.
const INSTALLED_MODELS: &str = "/usr/share/spotter/models";

/// Where packages and images put ONNX Runtime's library.
const INSTALLED_ONNXRUNTIME: &[&str] = &[
    "/usr/lib/libonnxruntime.so",
    "/usr/lib/spotter/libonnxruntime.so",
    "/usr/lib/x86_64-linux-gnu/libonnxruntime.so",
    "/usr/lib/aarch64-linux-gnu/libonnxruntime.so",
    "/usr/local/lib/libonnxruntime.so",
];

/// Where packages and images put the TensorRT plug-in.
const INSTALLED_TENSORRT_PLUGIN: &str = "/usr/lib/spotter/libspotter_trt.so";

/// Folder of the models: as given, else the installed one if it is there, else the checkout's.
pub fn models_dir(given: Option<PathBuf>) -> PathBuf {
    let installed = PathBuf::from(INSTALLED_MODELS);
    given.unwrap_or_else(|| match checkout_cache() {
        Some(cache) if !installed.is_dir() => cache.join("models"),
        _ => installed,
    })
}

/// ONNX Runtime's library: as given, else the first installed one, else the checkout's.
pub fn onnxruntime(given: Option<PathBuf>) -> PathBuf {
    given.unwrap_or_else(|| {
        let installed = INSTALLED_ONNXRUNTIME.iter().map(PathBuf::from).find(|path| path.is_file());
        let checkout = || checkout_cache().map(|cache| cache.join("onnxruntime/libonnxruntime.so"));
        installed.or_else(checkout).unwrap_or_else(|| PathBuf::from(INSTALLED_ONNXRUNTIME[0]))
    })
}

/// The TensorRT plug-in: as given, else the installed one.
pub fn tensorrt_plugin(given: Option<PathBuf>) -> PathBuf {
    given.unwrap_or_else(|| PathBuf::from(INSTALLED_TENSORRT_PLUGIN))
}

/// The program that runs: it builds engines in a process of its own.
pub fn this_program() -> PathBuf {
    // The kernel's own name for it, which holds also after an update replaced the file.
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("/proc/self/exe"))
}

/// Where fetched packages are kept for the next time: in a checkout only, a unit keeps its disk free.
pub fn archives_dir() -> Option<PathBuf> {
    Some(checkout_cache()?.join("archives"))
}

/// `.cache` of the checkout, for a binary that lies in its `target/<profile>` (tests: `target/<profile>/deps`).
fn checkout_cache() -> Option<PathBuf> {
    let executable = std::env::current_exe().ok()?;
    let target =
        executable.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "target"))?;
    let checkout = target.parent()?;
    is_checkout(checkout).then(|| checkout.join(".cache"))
}

fn is_checkout(folder: &Path) -> bool {
    folder.join("models/manifests").is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_place_wins() {
        assert_eq!(models_dir(Some("/x".into())), Path::new("/x"));
        assert_eq!(onnxruntime(Some("/x.so".into())), Path::new("/x.so"));
    }
}
