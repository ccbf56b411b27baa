//! What a report says, apart from how it looks: headings, paragraphs, tables.

/// A page.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) blocks: Vec<Block>,
}

/// A piece of a page.
#[derive(Debug, PartialEq)]
pub(crate) enum Block {
    /// A heading; 1 is the page's.
    Heading(usize, String),
    /// A paragraph.
    Text(String),
    /// A table; every row has as many cells as the head.
    Table { head: Vec<String>, rows: Vec<Vec<String>> },
}

impl Document {
    pub(crate) fn heading(&mut self, level: usize, text: &str) {
        self.blocks.push(Block::Heading(level, text.to_owned()));
    }

    pub(crate) fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text(text.into()));
    }

    pub(crate) fn table<const N: usize>(
        &mut self,
        head: [&str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) {
        let head = head.map(str::to_owned).to_vec();
        self.blocks.push(Block::Table { head, rows: rows.into_iter().map(Vec::from).collect() });
    }

    /// As Markdown.
    pub(crate) fn markdown(&self) -> String {
        let blocks: Vec<String> = self.blocks.iter().map(markdown_of).collect();
        format!("{}\n", blocks.join("\n\n"))
    }

    /// For a terminal.
    pub(crate) fn plain(&self) -> String {
        let blocks: Vec<String> = self.blocks.iter().map(plain_of).collect();
        format!("{}\n", blocks.join("\n\n"))
    }
}

fn markdown_of(block: &Block) -> String {
    match block {
        Block::Heading(level, text) => format!("{} {text}", "#".repeat(*level)),
        Block::Text(text) => text.clone(),
        Block::Table { head, rows } => {
            let line = |cells: &Vec<String>| {
                let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
                format!("| {} |", cells.join(" | "))
            };
            let rule = format!("|{}", "---|".repeat(head.len()));
            [line(head), rule].into_iter().chain(rows.iter().map(line)).collect::<Vec<_>>().join("\n")
        }
    }
}

fn plain_of(block: &Block) -> String {
    match block {
        Block::Heading(1, text) => format!("{text}\n{}", "=".repeat(text.chars().count())),
        Block::Heading(_, text) => format!("{text}\n{}", "-".repeat(text.chars().count())),
        // What Markdown needs for code is in the way here.
        Block::Text(text) => text.replace('`', ""),
        Block::Table { head, rows } => {
            let widths: Vec<usize> = (0..head.len()).map(|column| width_of(column, head, rows)).collect();
            let line = |cells: &Vec<String>| {
                let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
                padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
            };
            std::iter::once(head).chain(rows).map(line).collect::<Vec<_>>().join("\n")
        }
    }
}

fn width_of(column: usize, head: &[String], rows: &[Vec<String>]) -> usize {
    let cells = rows.iter().filter_map(|row| row.get(column)).chain(head.get(column));
    cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Document {
        let mut page = Document::default();
        page.heading(1, "Title");
        page.text("Run `make bench`.");
        page.heading(2, "Part");
        page.table(
            ["figure", "≥"],
            [["a|b".to_owned(), "1".to_owned()], ["long cell".to_owned(), "22 2".to_owned()]],
        );
        page
    }

    #[test]
    fn markdown_escapes_what_would_break_a_table() {
        let expected = "# Title\n\nRun `make bench`.\n\n## Part\n\n| figure | ≥ |\n|---|---|\n| a\\|b | 1 |\n| long cell | 22 2 |\n";
        assert_eq!(page().markdown(), expected);
    }

    #[test]
    fn plain_columns_are_aligned() {
        let expected =
            "Title\n=====\n\nRun make bench.\n\nPart\n----\n\nfigure     ≥\na|b        1\nlong cell  22 2\n";
        assert_eq!(page().plain(), expected);
    }
}
