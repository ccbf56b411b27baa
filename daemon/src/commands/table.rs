//! Tables for people: columns as wide as their widest cell.

/// Lays out rows under a header; numbers to the right, text to the left.
pub(super) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = header.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let header: Vec<String> = header.iter().map(|&cell| cell.to_owned()).collect();
    let lines = std::iter::once(&header).chain(rows).map(|row| line(row, &widths));
    lines.collect::<Vec<_>>().join("\n")
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let cells = cells.iter().zip(widths).map(|(cell, &width)| {
        let is_number = cell.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '–');
        if is_number { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
    });
    cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let text = super::table(
            &["rep", "tempo"],
            &[vec!["1".into(), "a".into()], vec!["1000".into(), "bb".into()]],
        );
        assert_eq!(text, "rep   tempo\n   1  a\n1000  bb");
    }
}
