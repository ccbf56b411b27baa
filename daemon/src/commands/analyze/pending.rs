//! A file that appears under its name only when it is complete.

use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::in_file;
use crate::exit::{Code, Failure};

/// A file that is being written beside its place.
#[derive(Debug)]
pub(super) struct Pending {
    path: PathBuf,
    partial: NamedTempFile,
}

impl Pending {
    /// Makes the file under another name, in the same folder.
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // As readable as any file that the user makes; the umask takes its part.
        let partial = tempfile::Builder::new()
            .permissions(std::fs::Permissions::from_mode(0o666))
            .tempfile_in(folder)
            .map_err(|error| in_file(path, Code::CantCreate, &error))?;
        Ok(Self { path: path.to_owned(), partial })
    }

    /// Its final name, for errors.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where it lies until it is complete.
    pub(super) fn partial_path(&self) -> &Path {
        self.partial.path()
    }

    /// The file to write to.
    pub(super) fn open(&self) -> Result<File, Failure> {
        self.partial.reopen().map_err(|error| in_file(&self.path, Code::Io, &error))
    }

    /// Gives the complete file its name.
    pub(super) fn complete(self) -> Result<(), Failure> {
        self.partial.persist(&self.path).map_err(|error| in_file(&self.path, Code::Io, &error.error))?;
        Ok(())
    }
}
