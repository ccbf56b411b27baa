//! The report as tables for people.

mod gait;
mod jumps;
mod sets;

use spotter_movement::{Measured, Quality, Report};

/// The report as text.
pub(super) fn report(report: &Report) -> String {
    let source = report.source();
    let mut parts = vec![format!(
        "{}: {}×{}, {} frames, {:.1} s",
        source.file, source.width, source.height, source.frames, source.duration_s
    )];
    parts.extend(report.sets().map(|(set, reps)| sets::of_set(set, reps)));
    if report.jumps().len() > 0 {
        parts.push(jumps::all(report));
    }
    parts.extend(report.jump_series().iter().map(jumps::series));
    parts.extend(report.gait().map(gait::bout));
    if parts.len() == 1 {
        parts.push("No repetition, no jump and no gait.".to_owned());
    }
    parts.extend(notes(report));
    parts.join("\n\n")
}

/// What was seen and not measured, and what a reader must know.
pub(super) fn notes(report: &Report) -> Vec<String> {
    let quality = report.quality();
    let refused = quality.refused.iter().map(|refused| format!("not measured: {refused}"));
    refused.chain(quality.warnings.iter().map(|warning| format!("note: {warning}"))).collect()
}

/// The header and the rows without the columns in which no row has anything.
fn filled<const N: usize>(header: [&str; N], rows: Vec<[String; N]>) -> String {
    let keep: Vec<usize> =
        (0..N).filter(|&column| rows.iter().any(|row| !matches!(row[column].as_str(), "" | "–"))).collect();
    let header: Vec<&str> = keep.iter().map(|&column| header[column]).collect();
    let rows: Vec<Vec<String>> =
        rows.into_iter().map(|row| keep.iter().map(|&column| row[column].clone()).collect()).collect();
    crate::commands::table::table(&header, &rows)
}

fn plain(measured: &Measured, decimals: usize) -> String {
    measured.value().map_or("–".to_owned(), |value| format!("{value:.decimals$}"))
}

fn with_u(measured: &Measured, decimals: usize) -> String {
    match (measured.value(), measured.u()) {
        (Some(value), Some(u)) => format!("{value:.decimals$} ± {u:.decimals$}"),
        _ => plain(measured, decimals),
    }
}

fn quality(quality: Quality) -> String {
    match quality {
        Quality::High => "high",
        Quality::Medium => "medium",
        Quality::Low => "low",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn columns_without_anything_are_left_out() {
        let rows = vec![["1".into(), "–".into(), String::new()], ["2".into(), "–".into(), "a".into()]];
        assert_eq!(filled(["rep", "load kg", "note"], rows), "rep  note\n  1\n  2  a");
    }
}
