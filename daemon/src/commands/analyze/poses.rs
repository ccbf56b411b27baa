//! Recorded poses: read and analysed.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Duration;

use spotter_movement::{
    Event, ModelProfile, PersonPose, PoseFileError, PoseFrame, PoseHeader, PoseReader, Report, Session,
    SessionQuality, Source,
};

use super::progress::Bar;
use super::{Outcome, file_name, in_file, note_absence};
use crate::athlete::Athlete;
use crate::estimators;
use crate::exit::{Code, Failure, model_code};

/// Frame rates of header and lines differ for no good reason beyond this factor.
const SAME_RATE: f64 = 1.2;

/// Analyses a pose file.
pub(super) fn analyze(path: &Path, athlete: &Athlete, bar: &Bar) -> Result<Outcome, Failure> {
    let file = File::open(path).map_err(|error| in_file(path, Code::NoInput, &error))?;
    let mut reader =
        PoseReader::new(BufReader::new(file)).map_err(|error| in_file(path, Code::Data, &error))?;
    let header = reader.header().clone();
    let layout =
        header.layout().map_err(|problem| in_file(path, Code::Data, &format!("line 1: {problem}")))?;
    let model = model_profile(header.model.as_deref())?;
    let mut session = Session::new(athlete.settings(layout, (header.width, header.height), model));
    let mut events = Vec::new();
    let mut seen = Seen::default();
    let damage = read(&mut reader, &mut session, &mut events, &mut seen, bar).err();
    session.finish(&mut events);

    let mut quality = session.quality();
    quality.warnings.extend(reader.faults().warnings(&header));
    quality.warnings.extend(other_rate(&header, &quality));
    note_absence(&mut quality);
    if let Some(problem) = reader.faults().not_pixels(&header) {
        return Err(in_file(path, Code::Data, &format!("line 1: {problem}")));
    }
    let mut problems = Vec::new();
    if let Some(damage) = damage {
        if seen.frames == 0 {
            return Err(in_file(path, Code::Data, &damage));
        }
        quality.warnings.push(format!("{damage}: what follows was not analysed"));
        problems.push(in_file(
            path,
            Code::Data,
            &format!("{damage}: only what comes before it was analysed"),
        ));
    }
    let source = Source {
        file: file_name(path),
        width: header.width,
        height: header.height,
        fps: header.fps,
        frames: seen.frames,
        duration_s: seen.last.saturating_sub(seen.first.unwrap_or_default()).as_secs_f64(),
        model: header.model,
    };
    Ok(Outcome { report: Report::new(source, &events, quality), problems })
}

#[derive(Default)]
struct Seen {
    frames: u64,
    first: Option<Duration>,
    last: Duration,
}

/// Feeds the session up to the end of the file or to the first line that can't be read.
fn read(
    reader: &mut PoseReader<BufReader<File>>,
    session: &mut Session,
    events: &mut Vec<Event>,
    seen: &mut Seen,
    bar: &Bar,
) -> Result<(), PoseFileError> {
    while let Some(frame) = reader.next_frame()? {
        push(session, &frame, events);
        seen.frames += 1;
        seen.first.get_or_insert(frame.pts);
        seen.last = seen.last.max(frame.pts);
        bar.frame(frame.pts, seen.frames);
    }
    Ok(())
}

fn push(session: &mut Session, frame: &PoseFrame, events: &mut Vec<Event>) {
    let people: Vec<PersonPose<'_>> = frame
        .people
        .iter()
        .map(|person| PersonPose { id: person.id, keypoints: &person.keypoints, bar: person.bar })
        .collect();
    for person in &frame.people {
        session.bar_past(person.id, &person.bar_past);
    }
    session.push(frame.pts, &people, events);
}

/// Times that were written in another unit show as another rate.
fn other_rate(header: &PoseHeader, quality: &SessionQuality) -> Option<String> {
    let (stated, seen) = (header.fps?, quality.median_fps);
    let differs = quality.frames > 2 && seen > 0.0 && (seen / stated).max(stated / seen) > SAME_RATE;
    differs.then(|| {
        format!("line 1: \"fps\" is {stated}, but the times say {seen:.1} frames a second: are they seconds?")
    })
}

/// Known biases of the model that a pose file names; none for a model that is not ours.
fn model_profile(model: Option<&str>) -> Result<ModelProfile, Failure> {
    let known = model.map(estimators::profile_of_model).transpose();
    let known = known.map_err(|error| Failure::new(model_code(&error), error))?;
    Ok(known.flatten().unwrap_or_default())
}
