//! Running means.

/// Mean and variance of what has been seen (Welford): constant memory, one step a value.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Mean {
    pub(super) n: u32,
    centre: f64,
    squares: f64,
}

impl Mean {
    pub(super) fn add(&mut self, value: f64) {
        if !value.is_finite() {
            return;
        }
        self.n += 1;
        let off = value - self.centre;
        self.centre += off / f64::from(self.n);
        self.squares += off * (value - self.centre);
    }

    /// The mean; `None` of nothing.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.n > 0).then_some(self.centre)
    }

    /// Standard deviation; 0 of fewer than two values.
    pub(super) fn sd(&self) -> f64 {
        if self.n < 2 { 0.0 } else { (self.squares / f64::from(self.n - 1)).sqrt() }
    }

    /// Both together.
    pub(super) fn with(&self, other: &Self) -> Self {
        if self.n == 0 || other.n == 0 {
            return if self.n == 0 { *other } else { *self };
        }
        let (a, b) = (f64::from(self.n), f64::from(other.n));
        let off = other.centre - self.centre;
        Self {
            n: self.n + other.n,
            centre: self.centre + off * b / (a + b),
            squares: self.squares + other.squares + off * off * a * b / (a + b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_spread_alone_and_together() {
        let of = |values: &[f64]| {
            let mut mean = Mean::default();
            for value in values {
                mean.add(*value);
            }
            mean
        };
        let all = of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert_eq!(all.mean(), Some(5.0));
        assert!((all.sd() - (32.0f64 / 7.0).sqrt()).abs() < 1e-12);
        let both = of(&[2.0, 4.0, 4.0]).with(&of(&[4.0, 5.0, 5.0, 7.0, 9.0]));
        assert!((both.mean().unwrap() - 5.0).abs() < 1e-12 && (both.sd() - all.sd()).abs() < 1e-12);
        assert_eq!((Mean::default().mean(), of(&[f64::NAN]).mean()), (None, None));
    }
}
