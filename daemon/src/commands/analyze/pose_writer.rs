//! The poses of a clip as a pose file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use spotter_capture::Frame;
use spotter_movement::{PoseFrame, PoseHeader, PosePerson};

use super::in_file;
use super::pending::Pending;
use crate::analysis::keypoint_names;
use crate::exit::{Code, Failure};

/// Writes the poses of a clip.
pub(super) struct PoseWriter {
    pending: Pending,
    fps: Option<f64>,
    model: String,
    writer: Option<spotter_movement::PoseWriter<BufWriter<File>>>,
}

impl PoseWriter {
    /// Makes the file.
    pub(super) fn create(path: &Path, fps: Option<f64>, model: &str) -> Result<Self, Failure> {
        Ok(Self { pending: Pending::create(path)?, fps, model: model.to_owned(), writer: None })
    }

    /// Writes one frame; the first one gives the header its picture size.
    pub(super) fn frame(&mut self, frame: &Frame, people: Vec<PosePerson>) -> Result<(), Failure> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            None => self.writer.insert(begin(&self.pending, frame, self.fps, &self.model)?),
        };
        writer
            .write(&PoseFrame { pts: frame.pts, people })
            .map_err(|error| in_file(self.pending.path(), Code::Io, &error))
    }

    /// Gives the complete file its name.
    pub(super) fn finish(self) -> Result<(), Failure> {
        if let Some(writer) = self.writer {
            let flushed = writer.into_inner().flush();
            flushed.map_err(|error| in_file(self.pending.path(), Code::Io, &error))?;
        }
        self.pending.complete()
    }
}

fn begin(
    pending: &Pending,
    frame: &Frame,
    fps: Option<f64>,
    model: &str,
) -> Result<spotter_movement::PoseWriter<BufWriter<File>>, Failure> {
    let header = PoseHeader {
        spotter_poses: 1,
        keypoints: keypoint_names().iter().map(|&name| name.to_owned()).collect(),
        width: frame.width,
        height: frame.height,
        fps,
        model: Some(model.to_owned()),
    };
    let file = BufWriter::new(pending.open()?);
    spotter_movement::PoseWriter::new(file, &header)
        .map_err(|error| in_file(pending.path(), Code::Io, &error))
}
