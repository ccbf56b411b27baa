//! `spotter analyze`: clips or pose files through the code of the live unit, offline.

mod batch;
mod clip;

mod input;
mod overlay;
mod pending;
mod pose_writer;
mod poses;
mod print;
mod progress;
mod rows;
mod show;

use std::path::Path;

use spotter_movement::{Report, SessionQuality};

use self::input::{Input, Kind};
use self::print::Printer;
use self::progress::{Bar, Progress};
use crate::athlete::Athlete;
use crate::cli::AnalyzeArgs;
use crate::exit::{Code, Failure};

/// What came of one input.
struct Outcome {
    /// What was measured.
    report: Report,
    /// What else went wrong: the file turned out damaged, a further output could not be written.
    problems: Vec<Failure>,
}

/// Analyses the inputs and prints their reports.
///
/// # Errors
/// The file, and the line where there is one, that can't be analysed.
pub fn run(args: &AnalyzeArgs) -> Result<(), Failure> {
    let inputs = input::inputs(args)?;
    let athlete = Athlete {
        exercise: args.exercise,
        height_m: args.athlete_height,
        mass_kg: args.mass,
        load_kg: args.load,
        speed_m_s: args.speed,
        plate_diameter_m: args.plate_diameter,
        view: args.view.map(Into::into),
        ..Athlete::default()
    };
    let workers = batch::workers(inputs.len());
    let progress = Progress::new(inputs.len());
    let mut printer = Printer::new(args.format);
    let mut failures = Vec::new();
    let work = |input: &Input| {
        let bar = progress.begin(&input.path);
        analyze(input, args, &athlete, workers, &bar)
    };
    let each = |input: &Input, outcome: Result<Outcome, Failure>| {
        progress.pause(|| {
            failures.extend(printer.take(outcome).into_iter().map(|failure| naming(&input.path, failure)));
        });
    };
    batch::run(&inputs, workers, work, each);
    drop(progress);
    printer.finish()?;
    end(failures)
}

fn analyze(
    input: &Input,
    args: &AnalyzeArgs,
    athlete: &Athlete,
    workers: usize,
    bar: &Bar,
) -> Result<Outcome, Failure> {
    must_be_a_file(&input.path)?;
    match &input.kind {
        Kind::Clip(outputs) => clip::analyze(&input.path, outputs, args, athlete, workers, bar),
        Kind::Poses => poses::analyze(&input.path, athlete, bar),
    }
}

/// One failure is the command's; of several each is told, and the command ends with the greatest of their codes.
fn end(mut failures: Vec<Failure>) -> Result<(), Failure> {
    failures.sort_by_key(|failure| failure.code() as u8);
    let Some(greatest) = failures.pop() else { return Ok(()) };
    for failure in failures {
        eprintln!("spotter: {failure}");
    }
    Err(greatest)
}

/// A failure whose text names the file.
fn naming(path: &Path, failure: Failure) -> Failure {
    let path = path.display().to_string();
    if failure.to_string().contains(&path) {
        return failure;
    }
    Failure::new(failure.code(), anyhow::anyhow!("{path}: {failure}"))
}

/// What a reader of the report must know about where it comes from.
fn note_absence(quality: &mut SessionQuality) {
    if quality.frames > 0 && quality.people == 0 {
        quality.warnings.push("nobody was seen".to_owned());
    }
}

/// Fails clearly when an input is not there or is no file.
fn must_be_a_file(path: &Path) -> Result<(), Failure> {
    let problem = match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => "is a folder: give the files in it",
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => "is missing",
        Err(error) => {
            return Err(Failure::new(Code::NoInput, anyhow::anyhow!("{}: {error}", path.display())));
        }
    };
    Err(Failure::new(Code::NoInput, anyhow::anyhow!("{} {problem}", path.display())))
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn in_file(path: &Path, code: Code, problem: &dyn std::fmt::Display) -> Failure {
    Failure::new(code, anyhow::anyhow!("{}: {problem}", path.display()))
}
