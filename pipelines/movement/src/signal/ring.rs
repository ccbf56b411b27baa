//! The last seconds of a signal.

use std::collections::VecDeque;

/// Something that happened at a time.
pub(crate) trait Timed {
    /// Seconds.
    fn t(&self) -> f64;
}

/// Samples in order of time. Bounded by age and by number; the oldest goes first.
#[derive(Debug)]
pub(crate) struct Ring<T> {
    samples: VecDeque<T>,
    max_len: usize,
    max_age_s: f64,
}

impl<T: Timed> Ring<T> {
    pub(crate) fn new(max_age_s: f64, max_len: usize) -> Self {
        Self { samples: VecDeque::with_capacity(max_len), max_len, max_age_s }
    }

    /// Appends a sample; its time must be later than the newest one's.
    pub(crate) fn push(&mut self, sample: T) {
        let oldest = sample.t() - self.max_age_s;
        while self.samples.len() >= self.max_len
            || self.samples.front().is_some_and(|first| first.t() < oldest)
        {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
    }

    pub(crate) fn clear(&mut self) {
        self.samples.clear();
    }

    pub(crate) fn last(&self) -> Option<&T> {
        self.samples.back()
    }

    /// The sample `back` places before the newest.
    pub(crate) fn before_last(&self, back: usize) -> Option<&T> {
        self.samples.len().checked_sub(back + 1).map(|index| &self.samples[index])
    }

    pub(crate) fn before_last_mut(&mut self, back: usize) -> Option<&mut T> {
        self.samples.len().checked_sub(back + 1).map(|index| &mut self.samples[index])
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.samples.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.samples.iter_mut()
    }

    /// Samples with `from <= t <= to`.
    pub(crate) fn window(&self, from: f64, to: f64) -> impl DoubleEndedIterator<Item = &T> + Clone {
        let start = self.samples.partition_point(|sample| sample.t() < from);
        let end = self.samples.partition_point(|sample| sample.t() <= to).max(start);
        self.samples.range(start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Timed for f64 {
        fn t(&self) -> f64 {
            *self
        }
    }

    #[test]
    fn the_oldest_goes_by_age_and_by_number() {
        let mut ring = Ring::new(1.0, 3);
        for t in [0.0, 0.5, 1.2, 1.3, 1.4] {
            ring.push(t);
        }
        assert_eq!(ring.iter().copied().collect::<Vec<_>>(), [1.2, 1.3, 1.4]);
        ring.push(2.35);
        assert_eq!(ring.iter().copied().collect::<Vec<_>>(), [1.4, 2.35]);
    }

    #[test]
    fn windows_include_their_ends_and_may_be_empty() {
        let mut ring = Ring::new(9.0, 9);
        for t in [0.0, 1.0, 2.0, 3.0] {
            ring.push(t);
        }
        assert_eq!(ring.window(1.0, 2.0).count(), 2);
        assert_eq!(ring.window(1.1, 1.9).count(), 0);
        assert_eq!(ring.window(5.0, 4.0).count(), 0);
    }
}
