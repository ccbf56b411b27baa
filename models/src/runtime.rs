//! ONNX Runtime's shared library: loaded once a process.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ort::environment::Environment;

use crate::ModelError;

/// The loaded library.
#[derive(Debug, Clone)]
pub(crate) struct Runtime {
    /// What sessions are made in.
    pub(crate) environment: Environment,
    /// Name and version, such as `onnxruntime 1.24.2`.
    pub(crate) name: String,
    library: PathBuf,
}

/// A process can have only one environment, so it is made once and kept.
static LOADED: Mutex<Option<Runtime>> = Mutex::new(None);

impl Runtime {
    /// Loads the library, or hands out the one that is loaded.
    pub(crate) fn load(library: &Path) -> Result<Self, ModelError> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = loaded.as_ref() {
            return runtime.if_loaded_from(library);
        }
        let runtime = Self::load_first(library)?;
        *loaded = Some(runtime.clone());
        Ok(runtime)
    }

    fn if_loaded_from(&self, library: &Path) -> Result<Self, ModelError> {
        if self.library == library {
            return Ok(self.clone());
        }
        Err(ModelError::Runtime(format!(
            "ONNX Runtime is already loaded from {}: one process can't load {} too",
            self.library.display(),
            library.display()
        )))
    }

    fn load_first(library: &Path) -> Result<Self, ModelError> {
        if !library.is_file() {
            return Err(ModelError::Runtime(format!(
                "ONNX Runtime's library {} is missing: run `make setup`, or name the library in the configuration",
                library.display()
            )));
        }
        let refused = |error: &dyn Display| {
            ModelError::Runtime(format!(
                "ONNX Runtime's library {} can't be used: {error}: run `make setup`",
                library.display()
            ))
        };
        let environment = ort::init_from(library)
            .map_err(|error| refused(&error))?
            .with_name("spotter")
            .with_telemetry(false)
            .build()
            .map_err(|error| refused(&error))?;
        let name = match version(library) {
            Some(version) => format!("onnxruntime {version}"),
            None => "onnxruntime".to_owned(),
        };
        Ok(Self { environment, name, library: library.to_owned() })
    }
}

/// The release, from the version of the library's symbols (`OrtGetApiBase@VERS_1.24.2`): the bindings do not tell it.
fn version(library: &Path) -> Option<String> {
    let found = find_version(File::open(library).ok()?);
    found
        .inspect_err(|error| tracing::warn!(library = %library.display(), %error, "version not read"))
        .ok()?
}

fn find_version(mut file: impl Read) -> io::Result<Option<String>> {
    const MARK: &[u8] = b"VERS_";
    const LONGEST: usize = 32;
    let mut window = Vec::new();
    let mut block = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut block)?;
        window.extend_from_slice(&block[..count]);
        let ended = count == 0;
        let complete = if ended { window.len() } else { window.len().saturating_sub(MARK.len() + LONGEST) };
        let version = window[..]
            .windows(MARK.len())
            .take(complete)
            .enumerate()
            .filter(|(_, bytes)| *bytes == MARK)
            .find_map(|(at, _)| version_at(&window[at + MARK.len()..]));
        if ended || version.is_some() {
            return Ok(version);
        }
        window.drain(..complete);
    }
}

/// Digits and dots up to the end of the symbol.
fn version_at(bytes: &[u8]) -> Option<String> {
    let text: String =
        bytes.iter().map(|&b| char::from(b)).take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    (text.contains('.') && bytes.get(text.len()) == Some(&0)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_found_across_blocks() {
        let mut bytes = vec![b'x'; (1 << 16) - 7];
        bytes.extend_from_slice(b"VERS_\0VERS_1.24.2\0more");
        assert_eq!(find_version(&bytes[..]).unwrap().as_deref(), Some("1.24.2"));
        assert_eq!(find_version(&b"VERS_1.2"[..]).unwrap(), None);
        assert_eq!(find_version(&b""[..]).unwrap(), None);
    }

    #[test]
    fn missing_and_useless_libraries_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libonnxruntime.so");
        let message = |path: &Path| Runtime::load_first(path).unwrap_err().to_string();
        assert!(message(&path).contains("libonnxruntime.so is missing: run `make setup`"));
        std::fs::write(&path, "text").unwrap();
        assert!(message(&path).contains("libonnxruntime.so can't be used"));
    }
}
