//! The report as tables for people.

use spotter_movement::{Jump, JumpKind, JumpSeries, Measured, Quality, Rep, Report, Set};

use crate::commands::table::table;

/// The report as text.
pub(super) fn report(report: &Report) -> String {
    let source = report.source();
    let mut parts = vec![format!(
        "{}: {}×{}, {} frames, {:.1} s",
        source.file, source.width, source.height, source.frames, source.duration_s
    )];
    parts.extend(report.sets().map(|(set, reps)| set_table(set, reps)));
    let jumps = report.jumps().len() > 0;
    if jumps {
        parts.push(jump_table(report.jumps()));
    }
    parts.extend(report.jump_series().iter().map(series_line));
    if !jumps && report.sets().next().is_none() {
        parts.push("No repetition and no jump.".to_owned());
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

fn set_table(set: &Set, reps: &[Rep]) -> String {
    let header = [
        "rep",
        "start s",
        "down s",
        "pause s",
        "up s",
        "ROM m",
        "knee °",
        "mean velocity m/s",
        "quality",
        "",
    ];
    let rows: Vec<Vec<String>> = reps
        .iter()
        .map(|rep| {
            vec![
                rep.rep_number.map_or("–".to_owned(), |number| number.to_string()),
                plain(&rep.start_s, 2),
                plain(&rep.eccentric_s, 2),
                plain(&rep.pause_s, 2),
                plain(&rep.concentric_s, 2),
                with_u(&rep.rom_m, 3),
                with_u(&rep.knee_flexion_deg, 0),
                with_u(&rep.mean_concentric_velocity_m_s, 2),
                quality(rep.quality),
                if rep.counts() { String::new() } else { "not counted".to_owned() },
            ]
        })
        .collect();
    format!(
        "Set {}: {}, {} repetitions\n{}",
        set.set_number,
        set.exercise,
        set.rep_count,
        table(&header, &rows)
    )
}

fn series_line(series: &JumpSeries) -> String {
    let of = if series.complete { "" } else { ", fewer than ten" };
    format!(
        "Repeated jumps: {} hops ({} measured{of}), mean of the five best RSI {} m/s, contact {} s, height {} m, quality {}",
        series.hop_count,
        series.valid_count,
        with_u(&series.rsi_best_5_m_s, 2),
        with_u(&series.mean_contact_time_s, 3),
        with_u(&series.mean_height_m, 3),
        quality(series.quality)
    )
}

fn jump_table<'a>(jumps: impl Iterator<Item = &'a Jump>) -> String {
    let header = [
        "jump",
        "take-off s",
        "landing s",
        "flight s",
        "height m",
        "depth m",
        "to take-off s",
        "contact s",
        "RSI m/s",
        "quality",
    ];
    let rows: Vec<Vec<String>> = jumps
        .map(|jump| {
            vec![
                kind(jump.kind).to_owned(),
                plain(&jump.takeoff_s, 3),
                plain(&jump.landing_s, 3),
                with_u(&jump.flight_time_s, 3),
                with_u(&jump.height_m, 3),
                with_u(&jump.countermovement_depth_m, 3),
                with_u(&jump.time_to_takeoff_s, 2),
                with_u(&jump.contact_time_s, 3),
                with_u(&jump.rsi_m_s, 2),
                quality(jump.quality),
            ]
        })
        .collect();
    format!("Jumps\n{}", table(&header, &rows))
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

fn kind(kind: JumpKind) -> &'static str {
    match kind {
        JumpKind::Cmj => "counter-movement",
        JumpKind::SquatJump => "squat jump",
        JumpKind::DropJump => "drop jump",
        JumpKind::RepeatedJump => "repeated jump",
        _ => "unknown",
    }
}
