//! What a station opens next: its camera again and again, or the clips of a folder in turn.

use std::path::{Path, PathBuf};

use spotter_capture::SourceDescription;

/// Endings of clips that are played from a folder.
const CLIP_ENDINGS: &[&str] = &["mp4", "mkv", "webm", "mov", "avi"];

/// The sources of a station, in the order in which they are opened.
#[derive(Debug)]
pub(super) struct Playlist {
    sources: Vec<SourceDescription>,
    next: usize,
    repeat: bool,
}

/// Nothing to play.
#[derive(Debug, thiserror::Error)]
pub enum PlaylistError {
    /// The folder can't be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No clip in it.
    #[error("{path}: no clip in this folder: put files ending in .mp4, .mkv, .webm, .mov or .avi there")]
    Empty {
        /// The folder.
        path: PathBuf,
    },
}

impl Playlist {
    /// The sources that a description stands for. A camera is its own and only entry, for ever; one clip repeats by itself.
    pub(super) fn new(description: &SourceDescription) -> Result<Self, PlaylistError> {
        match description {
            SourceDescription::File { path, repeat, paced } if path.is_dir() => {
                let play = |path| SourceDescription::File { path, repeat: false, paced: *paced };
                let sources = clips_in(path)?.into_iter().map(play).collect();
                Ok(Self { sources, next: 0, repeat: *repeat })
            }
            SourceDescription::File { .. } => {
                Ok(Self { sources: vec![description.clone()], next: 0, repeat: false })
            }
            _ => Ok(Self { sources: vec![description.clone()], next: 0, repeat: true }),
        }
    }

    /// The source to open now; none when the last clip has been played.
    pub(super) fn current(&self) -> Option<&SourceDescription> {
        self.sources.get(self.next)
    }

    /// Goes on to the next source after this one has ended.
    pub(super) fn advance(&mut self) {
        self.next += 1;
        if self.repeat && self.next == self.sources.len() {
            self.next = 0;
        }
    }

    /// Whether the sources are files: they do not come back when they fail.
    pub(super) fn is_files(&self) -> bool {
        matches!(self.sources.first(), Some(SourceDescription::File { .. }))
    }
}

fn clips_in(folder: &Path) -> Result<Vec<PathBuf>, PlaylistError> {
    let unreadable = |source| PlaylistError::Unreadable { path: folder.to_owned(), source };
    let mut clips = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if CLIP_ENDINGS.contains(&ending) {
            clips.push(path);
        }
    }
    clips.sort();
    if clips.is_empty() { Err(PlaylistError::Empty { path: folder.to_owned() }) } else { Ok(clips) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &Path, repeat: bool) -> SourceDescription {
        SourceDescription::File { path: path.to_owned(), repeat, paced: true }
    }

    fn played(playlist: &mut Playlist) -> Option<String> {
        let SourceDescription::File { path, .. } = playlist.current()?.clone() else { return None };
        playlist.advance();
        path.file_name().map(|name| name.to_string_lossy().into_owned())
    }

    #[test]
    fn a_folder_is_played_by_name_and_starts_again() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.mp4", "a.mp4", "a.truth.json"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let mut playlist = Playlist::new(&file(folder.path(), true)).unwrap();
        let order: Vec<_> = (0..3).filter_map(|_| played(&mut playlist)).collect();
        assert_eq!(order, ["a.mp4", "b.mp4", "a.mp4"]);

        let mut once = Playlist::new(&file(folder.path(), false)).unwrap();
        assert_eq!((0..3).filter_map(|_| played(&mut once)).count(), 2);
    }

    #[test]
    fn an_empty_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = Playlist::new(&file(folder.path(), false)).unwrap_err().to_string();
        assert!(error.contains(folder.path().to_str().unwrap()), "{error}");
    }
}
