//! Reports to stdout, in the format that was asked for.

use spotter_movement::Report;

use super::rows::Rows;
use super::{Outcome, show};
use crate::cli::Format;
use crate::commands;
use crate::exit::{Code, Failure, OrExit};

/// Prints reports one after the other.
pub(super) struct Printer {
    format: Format,
    printed: usize,
    /// All rows, since the columns are those of all reports.
    rows: Rows,
}

impl Printer {
    pub(super) fn new(format: Format) -> Self {
        Self { format, printed: 0, rows: Rows::default() }
    }

    /// Prints the report of an outcome; gives back what went wrong.
    pub(super) fn take(&mut self, outcome: Result<Outcome, Failure>) -> Vec<Failure> {
        match outcome {
            Ok(Outcome { report, mut problems }) => {
                problems.extend(self.report(&report).err());
                problems
            }
            Err(failure) => vec![failure],
        }
    }

    fn report(&mut self, report: &Report) -> Result<(), Failure> {
        self.printed += 1;
        match self.format {
            Format::Json => commands::print(&serde_json::to_string(report).or_exit(Code::Software)?),
            Format::Table if self.printed > 1 => commands::print(&format!("\n{}", show::report(report))),
            Format::Table => commands::print(&show::report(report)),
            Format::Csv => {
                // A table of numbers has no place for them.
                for note in show::notes(report) {
                    eprintln!("spotter: {}: {note}", report.source().file);
                }
                self.rows.add(report).or_exit(Code::Software)
            }
        }
    }

    /// Prints what had to wait for the last report.
    pub(super) fn finish(self) -> Result<(), Failure> {
        if self.format != Format::Csv || self.printed == 0 {
            return Ok(());
        }
        let text = self.rows.text().or_exit(Code::Software)?;
        // The last line's end is written by `print`.
        commands::print(text.trim_end_matches('\n'))
    }
}
