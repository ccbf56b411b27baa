//! Percentiles, medians and trends of what was measured.

use serde::Serialize;

/// Percentiles of times, milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(crate) struct Percentiles {
    /// Half of the times are not above.
    pub(crate) p50_ms: f64,
    /// 95 % are not above.
    pub(crate) p95_ms: f64,
    /// 99 % are not above.
    pub(crate) p99_ms: f64,
    /// Number of times.
    pub(crate) count: usize,
}

impl Percentiles {
    /// Percentiles by nearest rank; none without a time.
    pub(crate) fn of_ms(times_ms: &[f64]) -> Option<Self> {
        let mut times_ms = times_ms.to_vec();
        times_ms.sort_by(f64::total_cmp);
        let rank = |share: f64| {
            let rank = (share * times_ms.len() as f64).ceil() as usize;
            times_ms.get(rank.max(1) - 1).copied()
        };
        Some(Self { p50_ms: rank(0.50)?, p95_ms: rank(0.95)?, p99_ms: rank(0.99)?, count: times_ms.len() })
    }
}

/// The middle value; of an even number the mean of the two in the middle; none without a value.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        length if length % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

/// Slope of the straight line that fits the points `(x, y)` best (least squares); none with fewer than two different `x`.
pub(crate) fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (mean_x, mean_y) = (mean(|p| p.0), mean(|p| p.1));
    let (covariance, variance) = points.iter().fold((0.0, 0.0), |(covariance, variance), (x, y)| {
        (covariance + (x - mean_x) * (y - mean_y), variance + (x - mean_x).powi(2))
    });
    (variance > 0.0).then(|| covariance / variance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let times: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        let expected = Percentiles { p50_ms: 50.0, p95_ms: 95.0, p99_ms: 99.0, count: 100 };
        assert_eq!(Percentiles::of_ms(&times), Some(expected));
        let of_two = Percentiles::of_ms(&[1.0, 3.0]);
        assert_eq!(of_two, Some(Percentiles { p50_ms: 1.0, p95_ms: 3.0, p99_ms: 3.0, count: 2 }));
        assert_eq!(Percentiles::of_ms(&[]), None);
    }

    #[test]
    fn median_of_even_and_odd() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn slope_of_a_line_with_symmetric_noise_is_the_lines() {
        let noise = [0.5, -0.5, -0.5, 0.5];
        let points: Vec<(f64, f64)> =
            noise.iter().enumerate().map(|(x, n)| (x as f64, 7.0 + 2.0 * x as f64 + n)).collect();
        assert!((slope(&points).unwrap_or_default() - 2.0).abs() < 1e-12);
        assert_eq!(slope(&[(1.0, 1.0), (1.0, 2.0)]), None);
        assert_eq!(slope(&[]), None);
    }
}
