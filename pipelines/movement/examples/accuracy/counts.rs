//! How many analyses counted and named everything rightly.

use spotter_movement::Report;

use crate::clips::Named;
use crate::found;
use crate::table::{Met, Table};

/// Analyses that were right, and what was wrong with the others.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    all: usize,
    nameable: usize,
    miscounted: Vec<String>,
    mistaken: Vec<String>,
    /// Clips in which nothing is to be found, and what was found in them.
    quiet: usize,
    invented: Vec<String>,
}

impl Counts {
    pub(crate) fn add(&mut self, named: &Named, report: &Report, label: &str) {
        let wrong = found::miscount(named, report);
        if named.kind() == "none" {
            self.quiet += 1;
            self.invented.extend(wrong.map(|wrong| format!("`{}`{label}: {wrong}", named.name)));
            return;
        }
        self.all += 1;
        self.miscounted.extend(wrong.map(|wrong| format!("`{}`{label}: {wrong}", named.name)));
        self.nameable += 1;
        let mistaken = found::mistaken(named, report);
        self.mistaken.extend(mistaken.map(|as_what| format!("`{}`{label}: {as_what}", named.name)));
    }

    pub(crate) fn counted(&self) -> String {
        format!("{} of {}", self.all - self.miscounted.len(), self.all)
    }

    pub(crate) fn recognised(&self) -> String {
        format!("{} of {}", self.nameable - self.mistaken.len(), self.nameable)
    }

    pub(crate) fn rows(&self, table: &mut Table) {
        let (counted, named) = (self.miscounted.is_empty(), self.mistaken.is_empty());
        table.row("repetitions, jumps, bouts of gait", "exact", self.counted(), Met::of(counted));
        table.row("exercise recognised by itself", "every clip", self.recognised(), Met::of(named));
        list(table, "Counts", &self.miscounted);
        list(table, "Names", &self.mistaken);
    }

    pub(crate) fn quiet_row(&self, what: &str, table: &mut Table) {
        let reached = format!("{} of {}", self.quiet - self.invented.len(), self.quiet);
        let met = if self.quiet == 0 { Met::Absent } else { Met::of(self.invented.is_empty()) };
        table.row(what, "no repetition, no jump", reached, met);
        list(table, "Invented", &self.invented);
    }
}

fn list(table: &mut Table, what: &str, wrong: &[String]) {
    if !wrong.is_empty() {
        table.note(format!("{what} that are not right: {}.", wrong.join("; ")));
    }
}
