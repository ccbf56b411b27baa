//! Tables: aligned on a terminal, as Markdown in the report.

/// Whether a figure is what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Met {
    Yes,
    No,
    /// Nothing was asked.
    Open,
    /// What it takes is absent.
    Absent,
}

impl Met {
    pub(crate) fn of(met: bool) -> Self {
        if met { Self::Yes } else { Self::No }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "**no**",
            Self::Open => "–",
            Self::Absent => "not at hand",
        }
    }
}

/// A titled table with remarks.
pub(crate) struct Table {
    title: String,
    intro: String,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Table {
    pub(crate) fn new(title: &str, intro: &str, header: &[&str]) -> Self {
        Self {
            title: title.to_owned(),
            intro: intro.to_owned(),
            header: header.iter().map(ToString::to_string).collect(),
            rows: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// A table of what was asked for and what was reached.
    pub(crate) fn of_targets(title: &str, intro: &str) -> Self {
        Self::new(title, intro, &["what", "target", "reached", "met"])
    }

    pub(crate) fn row(&mut self, what: &str, target: &str, reached: String, met: Met) {
        self.rows.push(vec![what.to_owned(), target.to_owned(), reached, met.text().to_owned()]);
    }

    pub(crate) fn cells(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub(crate) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// How many rows are met, and how many are not.
    pub(crate) fn count(&self) -> (usize, usize) {
        let last = |text: &str| self.rows.iter().filter(|row| row.last().is_some_and(|c| c == text)).count();
        (last(Met::Yes.text()), last(Met::No.text()))
    }

    pub(crate) fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
        let rule = format!("|{}", "---|".repeat(self.header.len()));
        let mut lines = vec![format!("## {}\n\n{}\n", self.title, self.intro), line(&self.header), rule];
        lines.extend(self.rows.iter().map(|row| line(row)));
        if !self.notes.is_empty() {
            lines.push(String::new());
            lines.extend(self.notes.iter().map(|note| format!("- {note}")));
        }
        lines.join("\n") + "\n"
    }

    pub(crate) fn plain(&self) -> String {
        let cell = |text: &String| text.replace("**", "").replace('`', "");
        let rows: Vec<Vec<String>> = std::iter::once(&self.header)
            .chain(&self.rows)
            .map(|row| row.iter().map(cell).collect())
            .collect();
        let width = |column: usize| {
            rows.iter().filter_map(|row| row.get(column)).map(|c| c.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.header.len()).map(width).collect();
        let mut lines = vec![format!("== {}\n{}", self.title, self.intro)];
        lines.extend(rows.iter().map(|row| {
            let padded: Vec<String> =
                row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            padded.join("  ").trim_end().to_owned()
        }));
        lines.extend(self.notes.iter().map(|note| format!("  - {}", note.replace('`', ""))));
        lines.join("\n") + "\n"
    }
}
