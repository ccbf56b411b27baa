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

/// With so many decimals more, two at most, that the uncertainty does not read as none.
fn with_u(measured: &Measured, decimals: usize) -> String {
    let (Some(value), Some(u)) = (measured.value(), measured.u()) else { return plain(measured, decimals) };
    let shows = |decimals: &usize| u >= 0.5 * 0.1f64.powi(*decimals as i32);
    let decimals =
        (decimals..decimals + 2).find(shows).unwrap_or(if u > 0.0 { decimals + 2 } else { decimals });
    format!("{value:.decimals$} ± {u:.decimals$}")
}

/// `1 repetition`, `2 repetitions`.
fn counted(count: u32, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// A name of the report as people read it.
fn words(name: &str) -> String {
    name.replace('_', " ")
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
    use spotter_movement::Measured;

    use super::{counted, filled, with_u};

    #[test]
    fn a_small_uncertainty_does_not_read_as_none() {
        let shown = |u| with_u(&Measured::new(0.35671, u, "clock"), 3);
        assert_eq!(shown(0.011), "0.357 ± 0.011");
        assert_eq!(shown(0.0004), "0.3567 ± 0.0004");
        assert_eq!(shown(1e-9), "0.35671 ± 0.00000");
        assert_eq!(shown(0.0), "0.357 ± 0.000");
        assert_eq!(with_u(&Measured::unavailable("clock", "no_feet"), 3), "–");
    }

    #[test]
    fn one_is_not_several() {
        assert_eq!((counted(1, "hop"), counted(10, "hop")), ("1 hop".to_owned(), "10 hops".to_owned()));
    }

    #[test]
    fn columns_without_anything_are_left_out() {
        let rows = vec![["1".into(), "–".into(), String::new()], ["2".into(), "–".into(), "a".into()]];
        assert_eq!(filled(["rep", "load kg", "note"], rows), "rep  note\n  1\n  2  a");
    }
}
