//! Engines on disk: a file each, told apart by all that an engine depends on.
//!
//! A file is written beside its place, synced and renamed: it is whole or not there, and a disk that is full leaves the old one. It carries
//! its own checksum and the text of its key, so a damaged or swapped one is found before TensorRT sees it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Info, Precision, TensorRtError};

/// First line of every file; a number for each form of it.
const MAGIC: &str = "spotter-engine 1";

/// What an engine is built from, with and for, beside the [`Info`] of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe<'a> {
    /// Checksum of the ONNX file, in hexadecimal.
    pub onnx_sha256: &'a str,
    /// What it computes in.
    pub precision: Precision,
    /// The deep-learning accelerator's core that it runs on; none: the GPU.
    pub dla_core: Option<u32>,
    /// Sizes of the input: channels, height, width.
    pub input: [usize; 3],
    /// Regions of its largest run.
    pub max_batch: usize,
    /// Number of what is made of the file before TensorRT reads it: [`crate::convert::REWRITING`].
    pub rewriting: u32,
}

/// What tells engines apart: two engines of one key are interchangeable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    text: String,
    digest: String,
}

impl Key {
    /// Every part by name, in one line.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// The key of an engine: all that it depends on.
pub fn key(recipe: &Recipe<'_>, info: &Info) -> Key {
    let [channels, height, width] = recipe.input;
    let dla = recipe.dla_core.map_or_else(|| "none".to_owned(), |core| core.to_string());
    let text = format!(
        "onnx={} tensorrt={} capability={} gpu={:?} driver={} precision={} dla={dla} input={channels}x{height}x{width} batch={} rewriting={} plugin={}",
        recipe.onnx_sha256,
        info.tensorrt,
        info.compute_capability,
        info.gpu,
        info.driver,
        recipe.precision,
        recipe.max_batch,
        recipe.rewriting,
        info.plugin
    );
    let digest = sha256(text.as_bytes());
    Key { text, digest }
}

/// SHA-256.
pub(super) fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a text can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The folder of the engines.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// A cache in `folder`, which is made when the first engine is written.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where the engine of a key lies.
    pub fn path(&self, model: &str, key: &Key) -> PathBuf {
        self.file(model, key, "engine")
    }

    fn file(&self, model: &str, key: &Key, kind: &str) -> PathBuf {
        self.folder.join(format!("{model}-{}.{kind}", &key.digest[..16]))
    }

    /// The plan of a key. None when there is none; a damaged file is deleted and said so, and there is none then.
    ///
    /// # Errors
    /// When a file is there and can't be read or deleted.
    pub fn read(&self, model: &str, key: &Key) -> Result<Option<Vec<u8>>, TensorRtError> {
        let path = self.path(model, key);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(TensorRtError::io(&path, "read the engine")(error)),
        };
        match unpack(bytes, key) {
            Ok(plan) => Ok(Some(plan)),
            Err(complaint) => {
                tracing::warn!(file = %path.display(), complaint, "engine deleted: it is built again");
                self.remove(model, key)?;
                Ok(None)
            }
        }
    }

    /// Deletes the engine of a key, if there is one.
    ///
    /// # Errors
    /// When it is there and can't be deleted.
    pub fn remove(&self, model: &str, key: &Key) -> Result<(), TensorRtError> {
        let path = self.path(model, key);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(TensorRtError::io(&path, "delete the engine")(error))
            }
            _ => Ok(()),
        }
    }

    /// Remembers that engines of this key do not agree with the CPU, so that no start builds one again.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn refuse(&self, model: &str, key: &Key, reason: &str) -> Result<(), TensorRtError> {
        self.remove(model, key)?;
        let path = self.file(model, key, "refused");
        write_whole(&path, &[reason.as_bytes(), b"\n", key.text.as_bytes(), b"\n"])
    }

    /// Why engines of this key are refused, if they are.
    pub fn refusal(&self, model: &str, key: &Key) -> Option<String> {
        let text = fs::read_to_string(self.file(model, key, "refused")).ok()?;
        let (reason, rest) = text.split_once('\n')?;
        (rest.trim_end() == key.text).then(|| reason.to_owned())
    }

    /// Deletes a model's engines of all other keys: of drivers, TensorRT versions and files that were replaced.
    ///
    /// # Errors
    /// When one can't be deleted.
    pub fn keep_only(&self, model: &str, key: &Key) -> Result<(), TensorRtError> {
        let kept = self.path(model, key);
        let entries =
            fs::read_dir(&self.folder).map_err(TensorRtError::io(&self.folder, "list the engines"))?;
        let others = entries.flatten().map(|entry| entry.path()).filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let digest = name.strip_prefix(model).and_then(|rest| rest.strip_prefix('-'));
            *path != kept
                && digest.is_some_and(|digest| digest.len() == 16 + 7 && digest.ends_with(".engine"))
        });
        for path in others {
            fs::remove_file(&path).map_err(TensorRtError::io(&path, "delete an old engine"))?;
        }
        Ok(())
    }
}

/// Writes a plan to its place in a cache, with the text of its key. In the process that builds.
pub(super) fn write(path: &Path, key_text: &str, plan: &[u8]) -> Result<(), TensorRtError> {
    let header = format!("{MAGIC}\n{key_text}\n{}\n", sha256(plan));
    write_whole(path, &[header.as_bytes(), plan])
}

fn write_whole(path: &Path, parts: &[&[u8]]) -> Result<(), TensorRtError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(TensorRtError::io(folder, "make the folder of the engines"))?;
    let partial = partial(path);
    let written = File::create(&partial).and_then(|mut file| {
        parts.iter().try_for_each(|part| file.write_all(part))?;
        file.sync_all()
    });
    if let Err(error) = written {
        // What was written so far only takes room; the error that matters is the first.
        let _ = fs::remove_file(&partial);
        return Err(TensorRtError::io(&partial, "write the engine")(error));
    }
    fs::rename(&partial, path).map_err(TensorRtError::io(path, "put the engine in its place"))?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(TensorRtError::io(folder, "sync the folder"))
}

/// Where a file is written before it is whole: one place, so that what a killed process left is written over.
pub(super) fn partial(path: &Path) -> PathBuf {
    path.with_extension("partial")
}

/// The plan in a file, or what is wrong with it.
fn unpack(mut bytes: Vec<u8>, key: &Key) -> Result<Vec<u8>, &'static str> {
    let mut start = 0;
    let mut line = || {
        let rest = &bytes[start..];
        let length = rest.iter().position(|&byte| byte == b'\n').ok_or("it ends in its header")?;
        start += length + 1;
        std::str::from_utf8(&rest[..length]).map_err(|_| "its header is no text")
    };
    let (magic, text, checksum) = (line()?, line()?, line()?.to_owned());
    if magic != MAGIC {
        return Err("it is no engine of this form");
    }
    if text != key.text {
        return Err("it is the engine of something else");
    }
    bytes.drain(..start);
    if sha256(&bytes) != checksum {
        return Err("its checksum is wrong");
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
