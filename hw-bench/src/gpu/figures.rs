//! What the turns of a GPU come to.

use std::time::Duration;

use serde::Serialize;

use super::GpuTurn;
use crate::stats::median;
use crate::usage::mb;

/// So many stations beside the bare engine.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct GpuCase {
    /// Stations that look at the same time, a thread each.
    pub(crate) stations: usize,
    /// People of each: regions that it puts and takes at once.
    pub(crate) people: usize,
    /// Regions that a run took on average.
    pub(crate) regions_per_run: f64,
    /// Regions a second through the daemon's code: the median of the turns.
    pub(crate) regions_per_s: f64,
    /// Regions a second of the bare engine in runs of the same sizes: the median of the turns.
    pub(crate) bare_regions_per_s: f64,
    /// The first over the second: the median of the turns' ratios.
    pub(crate) ratio: f64,
    /// Smallest and largest ratio of a turn.
    pub(crate) ratio_range: [f64; 2],
    /// Turns that both took.
    pub(crate) turns: usize,
}

impl GpuCase {
    /// None without a turn.
    pub(super) fn of(stations: usize, people: usize, turns: &[&GpuTurn]) -> Option<Self> {
        let each = |of: fn(&GpuTurn) -> f64| turns.iter().map(|turn| of(turn)).collect::<Vec<_>>();
        let ratios = each(|turn| turn.bare_s / turn.stations_s);
        let (regions, runs) = (each(|turn| turn.regions as f64), each(|turn| turn.runs as f64));
        Some(Self {
            stations,
            people,
            regions_per_run: regions.iter().sum::<f64>() / runs.iter().sum::<f64>(),
            regions_per_s: median(&each(|turn| turn.regions as f64 / turn.stations_s))?,
            bare_regions_per_s: median(&each(|turn| turn.regions as f64 / turn.bare_s))?,
            ratio: median(&ratios)?,
            ratio_range: [ratios.iter().copied().reduce(f64::min)?, ratios.iter().copied().reduce(f64::max)?],
            turns: turns.len(),
        })
    }
}

/// Memory of the device, of all programs that use it; looked at after each turn.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DeviceMemoryFigures {
    /// From the first look to the last, minutes.
    pub(crate) minutes: f64,
    /// All that the device has, MB.
    pub(crate) total_mb: f64,
    /// Used at the first look, MB.
    pub(crate) first_mb: f64,
    /// Used at the last look, MB.
    pub(crate) last_mb: f64,
    /// Most that was used at any look beyond the first, MB.
    pub(crate) growth_mb: f64,
}

impl DeviceMemoryFigures {
    /// None without a look.
    pub(super) fn of(looks: &[(Duration, &GpuTurn)]) -> Option<Self> {
        let ((first_at, first), (last_at, last)) = (looks.first()?, looks.last()?);
        let most = looks.iter().map(|(_, turn)| turn.used_bytes).max()?;
        Some(Self {
            minutes: last_at.saturating_sub(*first_at).as_secs_f64() / 60.0,
            total_mb: mb(first.total_bytes),
            first_mb: mb(first.used_bytes),
            last_mb: mb(last.used_bytes),
            growth_mb: mb(most - first.used_bytes),
        })
    }

    /// Largest growth in percent of what was used at first.
    pub(crate) fn growth_pct(&self) -> f64 {
        100.0 * self.growth_mb / self.first_mb
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(regions: usize, runs: usize, stations_s: f64, bare_s: f64, used_mb: u64) -> GpuTurn {
        let used_bytes = used_mb * 1_000_000;
        GpuTurn { regions, runs, stations_s, bare_s, used_bytes, total_bytes: 8_000_000_000 }
    }

    /// The machine is half as fast in the last turn: the medians of the rates would give another ratio than the turns do.
    #[test]
    fn ratios_are_those_of_the_turns() {
        let turns = [turn(80, 10, 1.0, 0.5, 0), turn(80, 20, 1.0, 0.5, 0), turn(80, 10, 2.0, 1.9, 0)];
        let case = GpuCase::of(4, 2, &turns.iter().collect::<Vec<_>>()).unwrap();
        assert_eq!((case.ratio, case.ratio_range, case.turns), (0.5, [0.5, 0.95], 3));
        assert_eq!((case.regions_per_s, case.bare_regions_per_s, case.regions_per_run), (80.0, 160.0, 6.0));
        assert!(GpuCase::of(4, 2, &[]).is_none());
    }

    /// What was taken and given back in between is growth, and the last look alone would hide it.
    #[test]
    fn growth_is_the_largest() {
        let turns = [(0, 1000), (30, 1250), (90, 900)]
            .map(|(at_s, used_mb)| (Duration::from_secs(at_s), turn(1, 1, 1.0, 1.0, used_mb)));
        let looks: Vec<(Duration, &GpuTurn)> = turns.iter().map(|(at, turn)| (*at, turn)).collect();
        let seen = DeviceMemoryFigures::of(&looks).unwrap();
        assert_eq!((seen.minutes, seen.first_mb, seen.last_mb, seen.growth_mb), (1.5, 1000.0, 900.0, 250.0));
        assert_eq!((seen.growth_pct(), seen.total_mb), (25.0, 8000.0));
        let one = DeviceMemoryFigures::of(&looks[2..]).unwrap();
        assert_eq!((one.minutes, one.growth_mb), (0.0, 0.0));
        assert!(DeviceMemoryFigures::of(&[]).is_none());
    }
}
