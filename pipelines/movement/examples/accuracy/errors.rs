//! Errors of a quantity over clips and seeds, and what is said of them.

use std::collections::BTreeMap;

/// One measured value against its truth, in the quantity's own unit.
#[derive(Debug, Clone)]
pub(crate) struct Off {
    pub(crate) clip: String,
    /// Measured minus true.
    pub(crate) error: f64,
    /// Stated standard uncertainty; NaN where none is stated.
    pub(crate) u: f64,
    /// The clip's frame time, seconds.
    pub(crate) frame_s: f64,
}

/// Errors by quantity.
#[derive(Debug, Default)]
pub(crate) struct Errors(BTreeMap<&'static str, Vec<Off>>);

impl Errors {
    pub(crate) fn push(&mut self, quantity: &'static str, off: Off) {
        if off.error.is_finite() {
            self.0.entry(quantity).or_default().push(off);
        }
    }

    pub(crate) fn of(&self, quantity: &str) -> Sample<'_> {
        Sample(self.0.get(quantity).into_iter().flatten().collect())
    }
}

/// Some of the errors of a quantity.
pub(crate) struct Sample<'a>(Vec<&'a Off>);

impl<'a> Sample<'a> {
    pub(crate) fn only(&self, which: impl Fn(&Off) -> bool) -> Sample<'a> {
        Sample(self.0.iter().copied().filter(|off| which(off)).collect())
    }

    pub(crate) fn n(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn mean(&self) -> f64 {
        self.0.iter().map(|off| off.error).sum::<f64>() / self.n() as f64
    }

    pub(crate) fn mean_absolute(&self) -> f64 {
        self.0.iter().map(|off| off.error.abs()).sum::<f64>() / self.n() as f64
    }

    pub(crate) fn rms(&self) -> f64 {
        (self.0.iter().map(|off| off.error.powi(2)).sum::<f64>() / self.n() as f64).sqrt()
    }

    /// The error that is furthest from zero.
    pub(crate) fn worst(&self) -> Option<&'a Off> {
        self.worst_by(|off| off.error)
    }

    /// The value whose error is worst by another measure.
    pub(crate) fn worst_by(&self, of: impl Fn(&Off) -> f64) -> Option<&'a Off> {
        self.0.iter().copied().max_by(|a, b| of(a).abs().total_cmp(&of(b).abs()))
    }

    pub(crate) fn count(&self, which: impl Fn(&Off) -> bool) -> usize {
        self.0.iter().filter(|off| which(off)).count()
    }

    pub(crate) fn share(&self, which: impl Fn(&Off) -> bool) -> f64 {
        self.count(which) as f64 / self.n() as f64
    }

    /// Root mean square and mean of each clip, worst first.
    pub(crate) fn by_clip(&self) -> Vec<(&'a str, f64, f64)> {
        let mut clips: BTreeMap<&str, Vec<&Off>> = BTreeMap::new();
        for off in &self.0 {
            clips.entry(&off.clip).or_default().push(off);
        }
        let mut rows: Vec<(&str, f64, f64)> = clips
            .into_iter()
            .map(|(clip, offs)| {
                let sample = Sample(offs);
                (clip, sample.rms(), sample.mean())
            })
            .collect();
        rows.sort_by(|a, b| b.1.total_cmp(&a.1));
        rows
    }
}
