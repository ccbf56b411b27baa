//! Reads the unit's `/metrics`: sums of samples, and what histograms saw between two looks.

use std::collections::BTreeMap;

/// Sum of all samples of a metric.
pub(crate) fn sum(metrics: &str, name: &str) -> f64 {
    samples(metrics, name).map(|(_, value)| value).sum()
}

/// Labels (with their braces, or empty) and value of each sample of a metric.
fn samples<'a>(metrics: &'a str, name: &'a str) -> impl Iterator<Item = (&'a str, f64)> {
    metrics.lines().filter_map(move |line| {
        let rest = line.strip_prefix(name)?;
        if !rest.starts_with(['{', ' ']) {
            return None;
        }
        let (labels, value) = rest.rsplit_once(' ')?;
        Some((labels, value.parse().ok()?))
    })
}

/// Counts of a histogram by the upper bounds of its buckets, summed over all other labels.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Histogram {
    /// Bits of the bound (positive, so they order as the bounds do) → number of values up to it.
    buckets: BTreeMap<u64, f64>,
}

impl Histogram {
    /// The histogram `name`, of samples whose labels contain `label` (such as `stage="publish"`; empty takes all).
    pub(crate) fn read(metrics: &str, name: &str, label: &str) -> Self {
        let mut buckets = BTreeMap::new();
        for (labels, count) in
            samples(metrics, &format!("{name}_bucket")).filter(|(labels, _)| labels.contains(label))
        {
            let bound = labels.split("le=\"").nth(1).and_then(|rest| rest.split('"').next());
            if let Some(bound) = bound.and_then(|bound| bound.parse::<f64>().ok()) {
                *buckets.entry(bound.to_bits()).or_default() += count;
            }
        }
        Self { buckets }
    }

    /// What came since an earlier look.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        let known = |bound: &u64| earlier.buckets.get(bound).copied().unwrap_or_default();
        Self { buckets: self.buckets.iter().map(|(bound, count)| (*bound, count - known(bound))).collect() }
    }

    /// Number of values.
    pub(crate) fn count(&self) -> f64 {
        self.buckets.values().copied().fold(0.0, f64::max)
    }

    /// The value that this share of all values does not exceed, by a straight line within its bucket, as Prometheus' `histogram_quantile`
    /// has it; none without values. Beyond the last bound it is that bound.
    pub(crate) fn quantile(&self, share: f64) -> Option<f64> {
        let wanted = share * self.count();
        let (mut lower_bound, mut lower_count) = (0.0, 0.0);
        for (bound, count) in self.buckets.iter().map(|(bits, count)| (f64::from_bits(*bits), *count)) {
            if count >= wanted && count > 0.0 {
                if bound.is_infinite() {
                    return Some(lower_bound);
                }
                let within =
                    if count > lower_count { (wanted - lower_count) / (count - lower_count) } else { 0.0 };
                return Some(lower_bound + within * (bound - lower_bound));
            }
            (lower_bound, lower_count) = (bound, count);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRICS: &str = "\
# HELP h_bucket not a sample
frames_total{station=\"a\"} 10
frames_total{station=\"b\"} 5
frames_total_other{station=\"a\"} 100
plain 3
h_bucket{stage=\"x\",station=\"a\",le=\"0.001\"} 10
h_bucket{stage=\"x\",station=\"a\",le=\"0.01\"} 15
h_bucket{stage=\"x\",station=\"a\",le=\"+Inf\"} 20
h_bucket{stage=\"x\",station=\"b\",le=\"0.001\"} 30
h_bucket{stage=\"x\",station=\"b\",le=\"0.01\"} 75
h_bucket{stage=\"x\",station=\"b\",le=\"+Inf\"} 80
h_bucket{stage=\"y\",station=\"b\",le=\"+Inf\"} 1000
";

    #[test]
    fn samples_are_summed_over_stations() {
        assert!((sum(METRICS, "frames_total") - 15.0).abs() < f64::EPSILON);
        assert!((sum(METRICS, "plain") - 3.0).abs() < f64::EPSILON);
        assert!(sum(METRICS, "absent").abs() < f64::EPSILON);
    }

    #[test]
    fn quantiles_lie_on_a_line_within_their_bucket() {
        let histogram = Histogram::read(METRICS, "h", "stage=\"x\"");
        assert!((histogram.count() - 100.0).abs() < f64::EPSILON);
        // 40 of 100 up to 1 ms, 90 up to 10 ms.
        let quantile = |share| histogram.quantile(share).unwrap();
        assert!((quantile(0.20) - 0.0005).abs() < 1e-12);
        assert!((quantile(0.65) - 0.0055).abs() < 1e-12);
        assert!((quantile(0.99) - 0.01).abs() < 1e-12, "beyond the last bound");
    }

    #[test]
    fn only_what_came_since_counts() {
        let later = Histogram::read(METRICS, "h", "stage=\"x\"");
        let earlier = Histogram::read(METRICS, "h", "stage=\"x\",station=\"a\"");
        let since = later.since(&earlier);
        assert!((since.count() - 80.0).abs() < f64::EPSILON);
        assert!((since.quantile(0.375).unwrap() - 0.001).abs() < 1e-12);
        assert_eq!(later.since(&later).quantile(0.5), None);
    }
}
