//! Jumps, their landings, and series of them.

use spotter_movement::{Jump, JumpKind, JumpSeries, Landing, Report};

use super::{counted, filled, plain, quality, with_u, words};

const HEADER: [&str; 13] = [
    "jump",
    "take-off s",
    "landing s",
    "flight s",
    "height m",
    "depth m",
    "to take-off s",
    "RSI-mod m/s",
    "contact s",
    "RSI m/s",
    "steady after s",
    "quality",
    "remarks",
];

/// All jumps of a report.
pub(super) fn all(report: &Report) -> String {
    let rows = report.jumps().zip(report.landings()).map(|(jump, landing)| row(jump, landing));
    format!("Jumps\n{}", filled(HEADER, rows.collect()))
}

fn row(jump: &Jump, landing: Option<&Landing>) -> [String; 13] {
    [
        kind(jump.kind).to_owned(),
        plain(&jump.takeoff_s, 3),
        plain(&jump.landing_s, 3),
        with_u(&jump.flight_time_s, 3),
        with_u(&jump.height_m, 3),
        with_u(&jump.countermovement_depth_m, 3),
        with_u(&jump.time_to_takeoff_s, 2),
        with_u(&jump.rsi_modified_m_s, 2),
        with_u(&jump.contact_time_s, 3),
        with_u(&jump.rsi_m_s, 2),
        landing.map_or(String::new(), |landing| plain(&landing.time_to_stabilise_s, 2)),
        quality(jump.quality),
        jump.remarks.iter().map(|remark| words(remark)).collect::<Vec<_>>().join(", "),
    ]
}

/// A series of repeated jumps in a line.
pub(super) fn series(series: &JumpSeries) -> String {
    let of = if series.complete { "" } else { ", fewer than ten" };
    format!(
        "Repeated jumps: {} ({} measured{of}), mean of the five best RSI {} m/s, contact {} s, height {} m, quality {}",
        counted(series.hop_count, "hop"),
        series.valid_count,
        with_u(&series.rsi_best_5_m_s, 2),
        with_u(&series.mean_contact_time_s, 3),
        with_u(&series.mean_height_m, 3),
        quality(series.quality)
    )
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
