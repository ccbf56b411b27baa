//! The course of the bar's velocity over the ascent: propulsive phase, power, sticking region (METRICS §5.4, §5.6, §5.7).

use super::phases::Point;

/// Acceleration of free fall, m/s².
const G: f64 = 9.81;
/// Half of the time that a velocity difference is taken over, seconds. The velocities themselves are fits over ± 0.1 s.
const HALF_S: f64 = 0.04;
/// A dip of the velocity shallower than this, or than this share of the peak before it, is noise.
const DIP_M_S: f64 = 0.05;
const DIP_SHARE: f64 = 0.2;

/// Height and velocity of the followed point between two moments.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Profile<'a> {
    points: &'a [Point],
    from: f64,
    to: f64,
}

/// Where an ascent was slowest after its first peak.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sticking {
    /// When the velocity was least, seconds.
    pub(crate) t: f64,
    /// That velocity, metres per second.
    pub(crate) v: f64,
    /// Share of the ascent's height that was behind it, 0–1.
    pub(crate) share: f64,
    /// The peak before it, metres per second.
    pub(crate) first_peak_v: f64,
}

impl<'a> Profile<'a> {
    /// The ascent between `from` and `to` on points in metres; `None` where there are too few points.
    pub(crate) fn new(points: &'a [Point], (from, to): (f64, f64)) -> Option<Self> {
        let inside = points.iter().filter(|p| p.t >= from && p.t <= to).count();
        (inside >= 3 && to > from).then_some(Self { points, from, to })
    }

    fn inside(&self) -> impl Iterator<Item = &'a Point> {
        let (from, to) = (self.from, self.to);
        self.points.iter().filter(move |p| p.t >= from && p.t <= to)
    }

    /// Height and velocity at a time, between the points by straight lines.
    fn at(&self, t: f64) -> (f64, f64) {
        let after = self.points.partition_point(|p| p.t < t).min(self.points.len() - 1);
        let (a, b) = (&self.points[after.saturating_sub(1)], &self.points[after]);
        let share = if b.t > a.t { ((t - a.t) / (b.t - a.t)).clamp(0.0, 1.0) } else { 1.0 };
        (a.y + (b.y - a.y) * share, a.v + (b.v - a.v) * share)
    }

    fn acceleration(&self, t: f64) -> f64 {
        let (first, last) = (self.points[0].t, self.points[self.points.len() - 1].t);
        let (from, to) = ((t - HALF_S).max(first), (t + HALF_S).min(last));
        if to > from { (self.at(to).1 - self.at(from).1) / (to - from) } else { 0.0 }
    }

    /// Mean propulsive velocity, metres per second: the mean velocity from the beginning of the ascent until the bar's
    /// deceleration exceeds that of free fall, a < −9.81 m/s² (Sánchez-Medina et al. 2010). An ascent that never brakes so hard
    /// is propulsive throughout, and its mean propulsive velocity is its mean velocity.
    pub(crate) fn mean_propulsive_m_s(&self) -> Option<f64> {
        let fastest = self.inside().max_by(|a, b| a.v.total_cmp(&b.v))?;
        let braking = self.inside().find(|p| p.t > fastest.t && self.acceleration(p.t) < -G);
        let until = braking.map_or(self.to, |p| p.t);
        let gained = self.at(until).0 - self.at(self.from).0;
        (until > self.from).then(|| gained / (until - self.from))
    }

    /// Greatest power for each kilogram that is moved, watts per kilogram: max (g + a)·v.
    pub(crate) fn peak_power_w_kg(&self) -> Option<f64> {
        self.inside().map(|p| (G + self.acceleration(p.t)) * p.v).reduce(f64::max)
    }

    /// Greatest acceleration within `half_s` of a moment, m/s².
    pub(crate) fn peak_acceleration(&self, around: f64, half_s: f64) -> Option<f64> {
        let near = self.points.iter().filter(|p| (p.t - around).abs() <= half_s);
        near.map(|p| self.acceleration(p.t)).reduce(f64::max)
    }

    /// The sticking region: where the velocity falls after its first peak and rises again before the end (van den Tillaar and
    /// Ettema 2009: from the first peak to the first minimum). `None` where the ascent has a single peak.
    pub(crate) fn sticking(&self) -> Option<Sticking> {
        let first = self.inside().next()?;
        let (mut peak, mut low): (&Point, Option<&Point>) = (first, None);
        for p in self.inside() {
            let dip = |peak: &Point| DIP_M_S.max(DIP_SHARE * peak.v);
            match low {
                None if p.v > peak.v => peak = p,
                None if p.v < peak.v - dip(peak) => low = Some(p),
                Some(at) if p.v < at.v => low = Some(p),
                Some(at) if p.v > at.v + dip(peak) => {
                    let (base, top) = (self.at(self.from).0, self.at(self.to).0);
                    let share = ((at.y - base) / (top - base).max(1e-6)).clamp(0.0, 1.0);
                    return Some(Sticking { t: at.t, v: at.v, share, first_peak_v: peak.v });
                }
                _ => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    fn points(fps: f64, until: f64, y: impl Fn(f64) -> f64, v: impl Fn(f64) -> f64) -> Vec<Point> {
        (0..=(until * fps) as usize).map(|i| i as f64 / fps).map(|t| Point { t, y: y(t), v: v(t) }).collect()
    }

    /// A bar that rises by 0.5 m in 0.4 s on a cosine decelerates with up to 15.4 m/s²: it passes −9.81 m/s² where
    /// cos(π t/T) = −9.81/15.42.
    #[test]
    fn the_propulsive_phase_of_a_fast_press_ends_where_the_bar_flies() {
        let (rise, time) = (0.5, 0.4);
        let w = PI / time;
        let y = |t: f64| rise / 2.0 * (1.0 - (w * t).cos());
        for fps in [60.0, 120.0] {
            let points = points(fps, time, y, |t| rise / 2.0 * w * (w * t).sin());
            let profile = Profile::new(&points, (0.0, time)).unwrap();
            let flies = (-G / (rise / 2.0 * w * w)).acos() / w;
            let expected = y(flies) / flies;
            let got = profile.mean_propulsive_m_s().unwrap();
            assert!((got - expected).abs() < 0.05, "{fps} fps: {got} instead of {expected}");
            assert!(got > rise / time, "above the mean velocity of 1.25 m/s");
        }
    }

    #[test]
    fn a_slow_lift_is_propulsive_throughout() {
        let w = PI / 1.2;
        let points = points(60.0, 1.2, |t| 0.25 * (1.0 - (w * t).cos()), |t| 0.25 * w * (w * t).sin());
        let profile = Profile::new(&points, (0.0, 1.2)).unwrap();
        assert!((profile.mean_propulsive_m_s().unwrap() - 0.5 / 1.2).abs() < 1e-6);
        assert_eq!(profile.sticking(), None, "one peak, no sticking region");
    }

    /// Constant acceleration 2 m/s² for 0.5 s: power a kilogram is (9.81 + 2)·2·t, greatest at the end.
    #[test]
    fn peak_power_of_a_constant_acceleration() {
        let points = points(60.0, 0.5, |t| t * t, |t| 2.0 * t);
        let peak = Profile::new(&points, (0.0, 0.5)).unwrap().peak_power_w_kg().unwrap();
        assert!((peak - 11.81).abs() < 0.2, "{peak}");
    }

    /// v = 0.5·sin(πt/T) − 0.28·exp(−((t − 0.8)/0.15)²): slowest after the first peak near 0.8 s.
    #[test]
    fn the_sticking_region_is_the_first_minimum_after_the_first_peak() {
        let v = |t: f64| 0.5 * (PI * t / 1.6).sin() - 0.28 * (-((t - 0.8) / 0.15).powi(2)).exp();
        let y = |t: f64| (0..1000).map(|i| v(t * (f64::from(i) + 0.5) / 1000.0) * t / 1000.0).sum();
        for fps in [30.0, 60.0, 120.0] {
            let points = points(fps, 1.6, y, v);
            let sticking = Profile::new(&points, (0.0, 1.6)).unwrap().sticking().unwrap();
            assert!((sticking.t - 0.8).abs() < 0.02, "{fps} fps: {sticking:?}");
            assert!((sticking.v - 0.22).abs() < 0.01 && (sticking.share - 0.5).abs() < 0.03, "{sticking:?}");
        }
    }
}
