//! Putting a file in place as a whole: at any moment there is the old one or the new one.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::ModelError;

/// Writes `bytes` to `folder/name`. The folder is locked by the caller, so the name in between is ours alone.
pub(super) fn install(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, ModelError> {
    let (partial, path) = (partial(folder, name), folder.join(name));
    let written = File::create(&partial).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    if let Err(error) = written {
        // What is left is no use and may fill the disk; the next run would write over it anyway.
        let _ = fs::remove_file(&partial);
        return Err(ModelError::io(&partial, "writing")(error));
    }
    fs::rename(&partial, &path).map_err(ModelError::io(&path, "putting the new file in place"))?;
    sync_folder(folder)?;
    Ok(path)
}

/// Makes renames in a folder last through a power cut.
pub(super) fn sync_folder(folder: &Path) -> Result<(), ModelError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(ModelError::io(folder, "syncing the folder"))
}

/// Where a file is written before it is whole.
pub(super) fn partial(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!(".{name}.partial"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_interrupted_write_left_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("m.onnx"), "old").unwrap();
        fs::write(partial(folder.path(), "m.onnx"), "a longer text that was cut o").unwrap();
        let path = install(folder.path(), "m.onnx", b"new").unwrap();
        assert_eq!(fs::read_to_string(path).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("m.onnx"), "old").unwrap();
        // A folder in place of the partial file makes creating it fail.
        fs::create_dir(partial(folder.path(), "m.onnx")).unwrap();
        let error = install(folder.path(), "m.onnx", b"new").unwrap_err().to_string();
        assert!(error.contains(".m.onnx.partial"), "{error}");
        assert_eq!(fs::read_to_string(folder.path().join("m.onnx")).unwrap(), "old");
    }
}
