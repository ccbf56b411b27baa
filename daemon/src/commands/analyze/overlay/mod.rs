//! The clip again, with what was seen drawn in: skeletons, numbers of people, counts, phases, velocities.

mod canvas;
mod caption;
mod figure;

use std::path::Path;

use spotter_capture::{CaptureError, Frame, Mp4Writer, PictureFormat};

use self::canvas::Canvas;
use super::in_file;
use super::pending::Pending;
use crate::analysis::Analysis;
use crate::exit::{Code, Failure};
use crate::threads::capture_code;

/// Writes the overlay of a clip.
pub(super) struct Overlay {
    pending: Pending,
    fps: Option<f64>,
    film: Option<(Mp4Writer, Canvas)>,
}

impl Overlay {
    /// Makes the file.
    pub(super) fn create(path: &Path, fps: Option<f64>) -> Result<Self, Failure> {
        Mp4Writer::check().map_err(|error| Failure::new(capture_code(&error), error))?;
        Ok(Self { pending: Pending::create(path)?, fps, film: None })
    }

    /// Draws what the analysis says of this frame now: what a tablet beside the athlete would show.
    pub(super) fn frame(&mut self, frame: &Frame, analysis: &Analysis) -> Result<(), Failure> {
        let (writer, canvas) = match &mut self.film {
            Some(film) => film,
            None => self.film.insert(begin(&self.pending, frame, self.fps)?),
        };
        if !canvas.load(frame) {
            let text = "the clip changes the size of its pictures: an overlay keeps one size";
            return Err(in_file(self.pending.path(), Code::Data, &text));
        }
        let live = analysis.session().map_or(&[][..], spotter_movement::Session::live);
        for pose in analysis.poses() {
            figure::draw(canvas, pose);
        }
        caption::draw(canvas, frame.pts, live);
        writer.write(frame.pts, canvas.planes()).map_err(|error| unwritten(&self.pending, &error))
    }

    /// Gives the complete file its name.
    pub(super) fn finish(self) -> Result<(), Failure> {
        if let Some((writer, _)) = self.film {
            writer.finish().map_err(|error| unwritten(&self.pending, &error))?;
        }
        self.pending.complete()
    }
}

fn begin(pending: &Pending, frame: &Frame, fps: Option<f64>) -> Result<(Mp4Writer, Canvas), Failure> {
    let canvas = Canvas::of(frame);
    let (width, height) = canvas.size();
    let format = PictureFormat { width, height, fps, colors: frame.colors() };
    let writer =
        Mp4Writer::create(pending.partial_path(), &format).map_err(|error| unwritten(pending, &error))?;
    Ok((writer, canvas))
}

/// The writer knows the file by its name for the time being.
fn unwritten(pending: &Pending, error: &CaptureError) -> Failure {
    match error {
        CaptureError::File { reason, .. } => in_file(pending.path(), Code::Io, reason),
        error => in_file(pending.path(), capture_code(error), error),
    }
}
