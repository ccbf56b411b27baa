//! Least squares on samples at their actual times.

/// `y = y0 + v·(t − t0) + a/2·(t − t0)²`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Parabola {
    pub(crate) t0: f64,
    pub(crate) y0: f64,
    pub(crate) v: f64,
    pub(crate) a: f64,
    /// Number of points.
    pub(crate) n: usize,
    /// Standard deviation of the residuals.
    pub(crate) residual: f64,
    /// Share of the variance that the parabola explains.
    pub(crate) r2: f64,
    /// Mean of `(t − t0)²`: how far the points spread.
    pub(crate) spread: f64,
}

impl Parabola {
    pub(crate) fn y(&self, t: f64) -> f64 {
        let x = t - self.t0;
        self.y0 + self.v * x + 0.5 * self.a * x * x
    }

    /// Time of the extremum; `None` for a straight line.
    pub(crate) fn vertex(&self) -> Option<f64> {
        (self.a.abs() > 1e-9).then(|| self.t0 - self.v / self.a)
    }
}

/// Fits a parabola around `t0`; `None` with fewer than three points or when they can't tell one.
pub(crate) fn parabola_fit(points: impl Iterator<Item = (f64, f64)> + Clone, t0: f64) -> Option<Parabola> {
    let (mut n, mut s1, mut s2, mut s3, mut s4) = (0usize, 0.0, 0.0, 0.0, 0.0);
    let (mut m0, mut m1, mut m2) = (0.0, 0.0, 0.0);
    let reference = points.clone().next()?.1;
    for (t, y) in points.clone() {
        let (x, y) = (t - t0, y - reference);
        let x2 = x * x;
        n += 1;
        s1 += x;
        s2 += x2;
        s3 += x2 * x;
        s4 += x2 * x2;
        m0 += y;
        m1 += y * x;
        m2 += y * x2;
    }
    if n < 3 {
        return None;
    }
    let s0 = n as f64;
    let det = s0 * (s2 * s4 - s3 * s3) - s1 * (s1 * s4 - s3 * s2) + s2 * (s1 * s3 - s2 * s2);
    if det.abs() < 1e-14 * s0 * s2 * s4.max(1e-30) || !det.is_finite() {
        return None;
    }
    let c0 = (m0 * (s2 * s4 - s3 * s3) - s1 * (m1 * s4 - s3 * m2) + s2 * (m1 * s3 - s2 * m2)) / det;
    let c1 = (s0 * (m1 * s4 - m2 * s3) - m0 * (s1 * s4 - s3 * s2) + s2 * (s1 * m2 - m1 * s2)) / det;
    let c2 = (s0 * (s2 * m2 - s3 * m1) - s1 * (s1 * m2 - m1 * s2) + m0 * (s1 * s3 - s2 * s2)) / det;
    let mut fit =
        Parabola { t0, y0: c0 + reference, v: c1, a: 2.0 * c2, n, residual: 0.0, r2: 1.0, spread: s2 / s0 };
    let mean = reference + m0 / s0;
    let (mut rss, mut tss) = (0.0, 0.0);
    for (t, y) in points {
        rss += (y - fit.y(t)).powi(2);
        tss += (y - mean).powi(2);
    }
    fit.residual = (rss / (s0 - 3.0).max(1.0)).sqrt();
    fit.r2 = if tss > 0.0 { 1.0 - rss / tss } else { 1.0 };
    (fit.y0.is_finite() && fit.v.is_finite() && fit.a.is_finite()).then_some(fit)
}

/// Value at `t0` and slope of a straight line; `None` with fewer than two points at different times.
pub(crate) fn line_fit(points: impl Iterator<Item = (f64, f64)> + Clone, t0: f64) -> Option<(f64, f64)> {
    let n = points.clone().count() as f64;
    let mean_x = points.clone().map(|(t, _)| t - t0).sum::<f64>() / n;
    let mean_y = points.clone().map(|(_, y)| y).sum::<f64>() / n;
    let sxx: f64 = points.clone().map(|(t, _)| (t - t0 - mean_x).powi(2)).sum();
    let sxy: f64 = points.map(|(t, y)| (t - t0 - mean_x) * (y - mean_y)).sum();
    let slope = sxy / sxx;
    slope.is_finite().then_some((mean_y - slope * mean_x, slope))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parabola_at_uneven_times_is_found_exactly() {
        let points = [0.0, 0.013, 0.05, 0.061, 0.12].map(|t: f64| (t, 500.0 + 3.0 * t - 4.905 * t * t));
        let fit = parabola_fit(points.iter().copied(), 0.05).unwrap();
        assert!((fit.a + 9.81).abs() < 1e-6, "{fit:?}");
        assert!((fit.vertex().unwrap() - 3.0 / 9.81).abs() < 1e-6);
        assert!(fit.r2 > 0.999_999 && fit.residual < 1e-6);
    }

    #[test]
    fn points_that_cannot_tell_give_none() {
        assert_eq!(parabola_fit([(0.0, 1.0), (1.0, 2.0)].into_iter(), 0.0), None);
        assert_eq!(parabola_fit([(1.0, 1.0); 5].into_iter(), 1.0), None);
        assert_eq!(line_fit([(1.0, 1.0); 3].into_iter(), 0.0), None);
        assert_eq!(line_fit([].into_iter(), 0.0), None);
    }

    #[test]
    fn a_line_is_found_exactly() {
        let (y, slope) = line_fit([(1.0, 3.0), (2.0, 5.0), (4.0, 9.0)].into_iter(), 0.0).unwrap();
        assert!((y - 1.0).abs() < 1e-12 && (slope - 2.0).abs() < 1e-12);
    }
}
