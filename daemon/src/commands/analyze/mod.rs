//! `spotter analyze`: a clip or a pose file through the code of the live unit, offline.

mod clip;
mod poses;
mod progress;
mod show;

use std::path::Path;

use spotter_movement::Report;

use crate::analysis::Athlete;
use crate::cli::{AnalyzeArgs, Format};
use crate::exit::{Code, Failure, OrExit};

/// Analyses the input and prints the report.
///
/// # Errors
/// The file, and the line where there is one, that can't be analysed.
pub fn run(args: &AnalyzeArgs) -> Result<(), Failure> {
    let athlete = Athlete {
        exercise: args.exercise.into(),
        height_m: args.athlete_height,
        view: args.view.map(Into::into),
        ..Athlete::default()
    };
    let report = match (&args.clip, &args.poses) {
        (Some(path), _) => clip::analyze(path, args, athlete)?,
        (None, Some(path)) => poses::analyze(path, &athlete)?,
        // The command line demands one of them.
        (None, None) => {
            return Err(Failure::new(Code::Usage, anyhow::anyhow!("give a clip or --poses FILE")));
        }
    };
    print(&report, args.format)
}

fn print(report: &Report, format: Format) -> Result<(), Failure> {
    let text = match format {
        Format::Json => serde_json::to_string(report).or_exit(Code::Software)?,
        Format::Table => show::report(report),
    };
    super::print(&text)
}

/// Fails clearly when an input is not there or is no file.
fn must_be_a_file(path: &Path) -> Result<(), Failure> {
    let problem = match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => "is a folder: give one file",
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
