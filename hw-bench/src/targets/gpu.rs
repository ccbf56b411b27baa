//! The target of a GPU: three figures in one row, with what computed them.

use super::{FLAT_OVER_MIN, FLAT_WITHIN_PCT, Target};
use crate::gpu::GpuFigures;
use crate::machine::Machine;
use crate::part::Outcome;
use crate::report::Parts;

/// Regions a second through the daemon's code over those of the bare engine.
const RATIO: f64 = 0.95;

pub(super) fn of(parts: &Parts, machine: &Machine) -> Target {
    let (reached, met) = match &parts.gpu {
        Outcome::Measured(seen) => (reached(seen), met(seen)),
        Outcome::Failed(_) => ("failed: see below".to_owned(), None),
        Outcome::Absent(reason) => (not_measured(reason, machine), None),
    };
    Target {
        figure: "on a GPU: engine throughput through the daemon's code against the bare engine; device memory; parity with the CPU"
            .to_owned(),
        limit: format!("≥ {RATIO}; ≤ {FLAT_WITHIN_PCT} % growth in {FLAT_OVER_MIN} min; as above"),
        reached,
        met,
    }
}

fn not_measured(reason: &str, machine: &Machine) -> String {
    match &machine.gpu {
        Some(gpu) => format!("not measured: {gpu} is there, but: {reason}"),
        None => format!("not measured: no GPU ({reason})"),
    }
}

fn reached(seen: &GpuFigures) -> String {
    let ratio = seen.fullest().map_or_else(String::new, |case| {
        format!(
            "{:.2} with {} stations of {} people, {:.1} regions a run; ",
            case.ratio, case.stations, case.people, case.regions_per_run
        )
    });
    let (memory, parity, limits) = (&seen.memory, seen.agreement, seen.agreement_limits);
    let beginning = if seen.stand_in { "**no GPU, a stand-in on the CPU**: " } else { "" };
    format!(
        "{beginning}{ratio}memory {:+.1} MB ({:+.1} %) at most in {:.1} min; points {:.2} px off on average (limit {}), {:.2} px at most (limit {}), on \
         golden frames; {}",
        memory.growth_mb,
        memory.growth_pct(),
        memory.minutes,
        parity.points_mean_px,
        limits.points_mean_px,
        parity.points_worst_px,
        limits.points_worst_px,
        seen.computed
    )
}

/// All three. Parity is met by whatever was measured: an engine beyond its limits is not used. A stand-in meets and misses nothing.
fn met(seen: &GpuFigures) -> Option<bool> {
    let is_fast = seen.fullest()?.ratio >= RATIO;
    // A shorter look can show growth, but not that there is none.
    let is_flat =
        (seen.memory.minutes >= FLAT_OVER_MIN - 0.1).then_some(seen.memory.growth_pct() <= FLAT_WITHIN_PCT);
    let all = if is_fast { is_flat } else { Some(false) };
    all.filter(|_| !seen.stand_in)
}
