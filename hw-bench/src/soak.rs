//! Whether the memory of a unit stays flat.

use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;
use spotter::config::ModelsConfig;

use crate::stations::{self, Scene};
use crate::stats::slope;
use crate::usage;

/// How often the memory is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Share of the time that is left out of the trend: pools and histories fill first.
const SETTLING_SHARE: f64 = 0.25;

/// Memory over time.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SoakFigures {
    /// How long it was watched, minutes.
    pub(crate) minutes: f64,
    /// Resident memory at the first look, MB.
    pub(crate) first_mb: f64,
    /// Resident memory at the last look, MB.
    pub(crate) last_mb: f64,
    /// Largest resident memory, MB.
    pub(crate) peak_mb: f64,
    /// Slope of the straight line through all looks after the first quarter of the time, MB an hour.
    pub(crate) slope_mb_per_h: f64,
}

/// Watches a unit with one camera for `time`.
pub(crate) fn measure(clip: &Path, models: &ModelsConfig, time: Duration) -> anyhow::Result<SoakFigures> {
    let unit = stations::start(&Scene { clip, cameras: 1, paced: true }, models)?;
    let started = Instant::now();
    let mut looks = Vec::new();
    let mut peak_bytes = 0;
    while started.elapsed() < time || looks.len() < 2 {
        let seen = usage::of_process(unit.process.id())?;
        peak_bytes = seen.peak_rss_bytes;
        looks.push((started.elapsed().as_secs_f64(), usage::mb(seen.rss_bytes)));
        // The distance of two samples, not a wait for something.
        std::thread::sleep(LOOK_EVERY);
    }
    figures(&looks, usage::mb(peak_bytes)).ok_or_else(|| anyhow::anyhow!("too short to see a trend"))
}

/// The trend of `(seconds, MB)`.
fn figures(looks: &[(f64, f64)], peak_mb: f64) -> Option<SoakFigures> {
    let (first, last) = (looks.first()?, looks.last()?);
    let settled: Vec<_> = looks.iter().copied().filter(|(at, _)| *at >= SETTLING_SHARE * last.0).collect();
    Some(SoakFigures {
        minutes: last.0 / 60.0,
        first_mb: first.1,
        last_mb: last.1,
        peak_mb,
        slope_mb_per_h: 3600.0 * slope(&settled)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fills_at_first_is_no_leak_and_what_grows_on_is() {
        let filling = |at: f64| if at < 20.0 { 100.0 + at } else { 120.0 };
        let looks =
            |of: fn(f64) -> f64| (0..100).map(|at| (f64::from(at), of(f64::from(at)))).collect::<Vec<_>>();
        let flat =
            figures(&(0..100).map(|at| (f64::from(at), filling(f64::from(at)))).collect::<Vec<_>>(), 120.0);
        assert!(flat.unwrap().slope_mb_per_h.abs() < 1e-9);
        let leak = figures(&looks(|at| 100.0 + at / 3600.0), 101.0).unwrap();
        assert!((leak.slope_mb_per_h - 1.0).abs() < 1e-6, "{leak:?}");
        assert!(figures(&[], 0.0).is_none());
    }
}
