//! Recorded poses: read for analysis, written beside one.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use spotter_capture::Frame;
use spotter_models::Pose;
use spotter_movement::{
    Keypoint, ModelProfile, PersonPose, PoseFrame, PoseHeader, PosePerson, PoseReader, Report, Session,
    Settings, Source,
};

use super::{file_name, must_be_a_file};
use crate::analysis::{Athlete, keypoint_names, movement_keypoints};
use crate::estimators;
use crate::exit::{Code, Failure, model_code};

/// Analyses a pose file.
pub(super) fn analyze(path: &Path, athlete: &Athlete) -> Result<Report, Failure> {
    must_be_a_file(path)?;
    let file = File::open(path).map_err(|error| in_file(path, Code::NoInput, &error))?;
    let damaged = |error| in_file(path, Code::Data, &error);
    let mut reader = PoseReader::new(BufReader::new(file)).map_err(damaged)?;
    let header = reader.header().clone();
    let mut session = Session::new(settings(path, &header, athlete)?);
    let mut events = Vec::new();
    let mut frames = 0;
    let (mut first, mut last) = (None, Duration::ZERO);
    while let Some(frame) = reader.next_frame().map_err(damaged)? {
        let people: Vec<PersonPose<'_>> = frame
            .people
            .iter()
            .map(|person| PersonPose { id: person.id, keypoints: &person.keypoints, bar: None })
            .collect();
        session.push(frame.pts, &people, &mut events);
        frames += 1;
        first.get_or_insert(frame.pts);
        last = last.max(frame.pts);
    }
    session.finish(&mut events);
    let source = Source {
        file: file_name(path),
        width: header.width,
        height: header.height,
        fps: header.fps,
        frames,
        duration_s: last.saturating_sub(first.unwrap_or_default()).as_secs_f64(),
        model: header.model,
    };
    Ok(Report::new(source, &events, session.quality()))
}

fn settings(path: &Path, header: &PoseHeader, athlete: &Athlete) -> Result<Settings, Failure> {
    let layout =
        header.layout().map_err(|problem| in_file(path, Code::Data, &format!("line 1: {problem}")))?;
    Ok(Settings {
        athlete_height_m: athlete.height_m,
        exercise: athlete.exercise,
        view: athlete.view,
        model: model_profile(header.model.as_deref())?,
        ..Settings::new(layout, header.width, header.height)
    })
}

/// Known biases of the model that a pose file names; none for a model that is not ours.
fn model_profile(model: Option<&str>) -> Result<ModelProfile, Failure> {
    let known = model.map(estimators::profile_of_model).transpose();
    let known = known.map_err(|error| Failure::new(model_code(&error), error))?;
    Ok(known.flatten().unwrap_or_default())
}

fn in_file(path: &Path, code: Code, problem: &dyn std::fmt::Display) -> Failure {
    Failure::new(code, anyhow::anyhow!("{}: {problem}", path.display()))
}

/// Writes the poses of a clip. The file appears under its name only when it is complete.
pub(super) struct PoseWriter {
    path: PathBuf,
    partial: tempfile::NamedTempFile,
    writer: Option<spotter_movement::PoseWriter<BufWriter<File>>>,
}

impl PoseWriter {
    /// Makes the file.
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // As readable as any file that the user makes; the umask takes its part.
        let partial = tempfile::Builder::new()
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666))
            .tempfile_in(folder)
            .map_err(|error| in_file(path, Code::CantCreate, &error))?;
        Ok(Self { path: path.to_owned(), partial, writer: None })
    }

    /// Writes one frame; the first one gives the header its picture size.
    pub(super) fn frame(
        &mut self,
        frame: &Frame,
        fps: Option<f64>,
        model: &str,
        poses: &[Pose],
    ) -> Result<(), Failure> {
        let failed = |error: std::io::Error| in_file(&self.path, Code::Io, &error);
        if self.writer.is_none() {
            let header = PoseHeader {
                spotter_poses: 1,
                keypoints: keypoint_names().iter().map(|&name| name.to_owned()).collect(),
                width: frame.width,
                height: frame.height,
                fps,
                model: Some(model.to_owned()),
            };
            let file = BufWriter::new(self.partial.reopen().map_err(failed)?);
            self.writer = Some(spotter_movement::PoseWriter::new(file, &header).map_err(failed)?);
        }
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let people =
            poses.iter().map(|pose| PosePerson { id: pose.id, keypoints: keypoints(pose) }).collect();
        writer.write(&PoseFrame { pts: frame.pts, people }).map_err(failed)
    }

    /// Gives the complete file its name.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let path = self.path;
        let failed = |error: &dyn std::fmt::Display| in_file(&path, Code::Io, error);
        if let Some(writer) = self.writer {
            writer.into_inner().flush().map_err(|error| failed(&error))?;
        }
        self.partial.persist(&path).map_err(|error| failed(&error.error))?;
        Ok(())
    }
}

fn keypoints(pose: &Pose) -> Vec<Keypoint> {
    movement_keypoints(pose).to_vec()
}
