//! What can be said about a source before GStreamer is asked, in better words than GStreamer's.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use crate::{CaptureError, SourceDescription, mp4};

/// Refuses what is missing or plainly wrong.
pub(crate) fn check(source: &SourceDescription) -> Result<(), CaptureError> {
    match source {
        SourceDescription::File { path, .. } => {
            check_file(path).map_err(|reason| CaptureError::File { path: path.display().to_string(), reason })
        }
        SourceDescription::V4l2 { device, .. } => check_device(device)
            .map_err(|reason| CaptureError::Device { device: device.display().to_string(), reason }),
        _ => Ok(()),
    }
}

fn check_file(path: &Path) -> Result<(), String> {
    let file = File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => "no such file: give the path of a video file".to_owned(),
        ErrorKind::PermissionDenied => "can't be read: give this user permission to read it".to_owned(),
        _ => format!("can't be opened: {error}"),
    })?;
    let metadata = file.metadata().map_err(|error| format!("can't be read: {error}"))?;
    if metadata.is_dir() {
        return Err("is a folder: give the path of a video file".to_owned());
    }
    if metadata.is_file() && metadata.len() == 0 {
        return Err("is empty: copy or record the clip again".to_owned());
    }
    if metadata.is_file() && mp4::lacks_index(&file) {
        return Err(
            "is cut off (the index that MP4 keeps is missing): copy or record the clip again".to_owned()
        );
    }
    Ok(())
}

fn check_device(device: &Path) -> Result<(), String> {
    let metadata = std::fs::metadata(device).map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("no such camera: plug it in{}", other_cameras(device)),
        _ => format!("can't be read: {error}"),
    })?;
    if metadata.file_type().is_char_device() {
        Ok(())
    } else {
        Err(format!("is not a camera device{}", other_cameras(device)))
    }
}

/// The device nodes that do exist, as the way out.
fn other_cameras(device: &Path) -> String {
    let folder = device.parent().unwrap_or(Path::new("/dev"));
    let mut cameras: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("video"))
        .map(|entry| entry.path().display().to_string())
        .collect();
    cameras.sort();
    if cameras.is_empty() { String::new() } else { format!(", or choose one of {}", cameras.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_error(path: &Path) -> String {
        let source = SourceDescription::File { path: path.to_owned(), repeat: false, paced: true };
        check(&source).unwrap_err().to_string()
    }

    #[test]
    fn missing_empty_and_folder_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let clip = folder.path().join("clip.mp4");
        assert_eq!(
            file_error(&clip),
            format!("{}: no such file: give the path of a video file", clip.display())
        );
        std::fs::write(&clip, b"").unwrap();
        assert!(file_error(&clip).ends_with("clip.mp4: is empty: copy or record the clip again"));
        assert!(file_error(folder.path()).ends_with("is a folder: give the path of a video file"));
    }

    #[test]
    fn a_missing_camera_names_the_ones_that_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("video7");
        let error = || check_device(&missing).unwrap_err();
        assert_eq!(error(), "no such camera: plug it in");
        let other = folder.path().join("video0");
        std::fs::write(&other, b"").unwrap();
        assert_eq!(error(), format!("no such camera: plug it in, or choose one of {}", other.display()));
        assert!(check_device(&other).unwrap_err().starts_with("is not a camera device"));
    }
}
