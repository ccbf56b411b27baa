//! Percentiles of measured times.

use std::time::Duration;

use serde::Serialize;

/// Percentiles of a stage's times, milliseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Percentiles {
    /// Half of the times are below.
    pub(crate) p50_ms: f64,
    /// 95 % are below.
    pub(crate) p95_ms: f64,
    /// 99 % are below.
    pub(crate) p99_ms: f64,
    /// Number of times measured.
    pub(crate) count: usize,
}

impl Percentiles {
    /// Percentiles by nearest rank; zeros without a time.
    pub(crate) fn of(times: &[Duration]) -> Self {
        let mut times_ms: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1e3).collect();
        times_ms.sort_by(f64::total_cmp);
        let rank = |share: f64| {
            let rank = (share * times_ms.len() as f64).ceil() as usize;
            times_ms.get(rank.max(1) - 1).copied().unwrap_or_default()
        };
        Self { p50_ms: rank(0.50), p95_ms: rank(0.95), p99_ms: rank(0.99), count: times_ms.len() }
    }
}

/// The middle value; of an even number the mean of the two in the middle.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let times: Vec<Duration> = (1..=100).rev().map(Duration::from_millis).collect();
        let percentiles = Percentiles::of(&times);
        assert!((percentiles.p50_ms - 50.0).abs() < 1e-9);
        assert!((percentiles.p95_ms - 95.0).abs() < 1e-9);
        assert!((percentiles.p99_ms - 99.0).abs() < 1e-9);
        assert_eq!(Percentiles::of(&[]).count, 0);
    }

    #[test]
    fn median_of_even_and_odd() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-12);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-12);
    }
}
