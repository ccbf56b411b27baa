//! Phase boundaries of one repetition on the height of the bar or the hips (METRICS §5.2, §5.3).

/// Height and upward velocity at a time: s, m, m/s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) t: f64,
    pub(crate) y: f64,
    pub(crate) v: f64,
}

/// A phase runs from where the velocity leaves this band to where it comes back, m/s.
const STILL_M_S: f64 = 0.02;
/// Only a movement that gets this fast, or to this share of the fastest, begins or ends a phase: noise at rest does not.
const MOVING_M_S: f64 = 0.10;
const MOVING_SHARE: f64 = 0.3;
/// Less than this is no movement at all.
const LEAST_M_S: f64 = 0.05;

/// Boundaries in seconds and heights in metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Phases {
    /// Start of the descent.
    pub(crate) start: f64,
    /// Arrival at the bottom: end of the descent.
    pub(crate) bottom: f64,
    /// Start of the ascent.
    pub(crate) rise: f64,
    /// End of the ascent.
    pub(crate) end: f64,
    /// Lowest height.
    pub(crate) low_y: f64,
    /// Greatest height at either end.
    pub(crate) top_y: f64,
    /// Height gained between `rise` and `end`.
    pub(crate) gained: f64,
    /// Greatest upward velocity.
    pub(crate) peak_v: f64,
}

/// Finds the phases in the points of one cycle; `None` where it has no descent or no ascent.
pub(crate) fn phases(points: &[Point]) -> Option<Phases> {
    let low = position(points, |a, b| b.y < a.y)?;
    let fastest_down = position(&points[..=low], |a, b| b.v < a.v)?;
    let fastest_up = low + position(&points[low..], |a, b| b.v > a.v)?;
    if points[fastest_down].v > -LEAST_M_S || points[fastest_up].v < LEAST_M_S {
        return None;
    }
    let moving_down = -MOVING_M_S.min(-MOVING_SHARE * points[fastest_down].v);
    let moving_up = MOVING_M_S.min(MOVING_SHARE * points[fastest_up].v);
    // Descent: back to where it began; and from its last fast moment on to where it came to rest.
    let start = crossing_back(points, fastest_down, |p| p.v >= -STILL_M_S, -STILL_M_S);
    let last_fast_down = points[..=low].iter().rposition(|p| p.v < moving_down)?;
    let bottom = crossing_on(points, last_fast_down, |p| p.v >= -STILL_M_S, -STILL_M_S);
    let first_fast_up = low + points[low..].iter().position(|p| p.v > moving_up)?;
    let rise = crossing_back(points, first_fast_up, |p| p.v <= STILL_M_S, STILL_M_S).max(bottom);
    let last_fast_up = points.iter().rposition(|p| p.v > moving_up)?;
    let end = crossing_on(points, last_fast_up, |p| p.v <= STILL_M_S, STILL_M_S);
    if !(start < bottom && rise < end) {
        return None;
    }
    let top_y = height_at(points, start).max(height_at(points, end));
    Some(Phases {
        start,
        bottom,
        rise,
        end,
        low_y: points[low].y,
        top_y,
        gained: height_at(points, end) - height_at(points, rise),
        peak_v: points[fastest_up].v,
    })
}

impl Phases {
    /// The same moments on another point of the body.
    pub(crate) fn on(&self, points: &[Point]) -> Option<Self> {
        let between = |from: f64, to: f64| points.iter().filter(move |p| p.t >= from && p.t <= to);
        let low_y = between(self.start, self.end).map(|p| p.y).reduce(f64::min)?;
        let peak_v = between(self.rise, self.end).map(|p| p.v).reduce(f64::max)?;
        let (start_y, rise_y, end_y) =
            (height_at(points, self.start), height_at(points, self.rise), height_at(points, self.end));
        Some(Self { low_y, top_y: start_y.max(end_y), gained: end_y - rise_y, peak_v, ..*self })
    }
}

fn position(points: &[Point], better: impl Fn(&Point, &Point) -> bool) -> Option<usize> {
    (0..points.len()).reduce(|best, i| if better(&points[best], &points[i]) { i } else { best })
}

/// Time at which the velocity passed `level`, going back from `from` until `rest` holds.
fn crossing_back(points: &[Point], from: usize, rest: impl Fn(&Point) -> bool, level: f64) -> f64 {
    match points[..=from].iter().rposition(&rest) {
        Some(i) if i < from => between(&points[i], &points[i + 1], level),
        Some(i) => points[i].t,
        None => points[0].t,
    }
}

/// The same going on from `from`.
fn crossing_on(points: &[Point], from: usize, rest: impl Fn(&Point) -> bool, level: f64) -> f64 {
    match points[from..].iter().position(&rest) {
        Some(0) => points[from].t,
        Some(i) => between(&points[from + i - 1], &points[from + i], level),
        None => points[points.len() - 1].t,
    }
}

fn between(a: &Point, b: &Point, level: f64) -> f64 {
    let share = ((level - a.v) / (b.v - a.v)).clamp(0.0, 1.0);
    if share.is_finite() { a.t + (b.t - a.t) * share } else { a.t }
}

fn height_at(points: &[Point], t: f64) -> f64 {
    let after = points.partition_point(|p| p.t < t).min(points.len() - 1);
    let before = after.saturating_sub(1);
    let (a, b) = (&points[before], &points[after]);
    if b.t > a.t { a.y + (b.y - a.y) * ((t - a.t) / (b.t - a.t)).clamp(0.0, 1.0) } else { b.y }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Down in 1 s, 0.5 s at the bottom, up in 0.8 s: 0.5 m, with quintic ramps.
    fn quintic() -> Vec<Point> {
        let ramp = |x: f64| {
            if x <= 0.0 {
                0.0
            } else if x >= 1.0 {
                1.0
            } else {
                x.powi(3) * (10.0 - 15.0 * x + 6.0 * x * x)
            }
        };
        let y = |t: f64| 0.5 - 0.5 * ramp(t - 1.0) + 0.5 * ramp((t - 2.5) / 0.8);
        (0..400)
            .map(|i| f64::from(i) / 90.0)
            .map(|t| Point { t, y: y(t), v: (y(t + 1e-4) - y(t - 1e-4)) / 2e-4 })
            .collect()
    }

    #[test]
    fn the_phases_of_a_known_movement() {
        let p = phases(&quintic()).unwrap();
        for (name, got, want) in
            [("start", p.start, 1.0), ("bottom", p.bottom, 2.0), ("rise", p.rise, 2.5), ("end", p.end, 3.3)]
        {
            // A velocity threshold sees a smooth-step's ends up to 4 % of its length late and early.
            assert!((got - want).abs() < 0.04, "{name}: {got} instead of {want}");
        }
        assert!((p.top_y - p.low_y - 0.5).abs() < 2e-3);
        assert!((p.peak_v - 1.875 * 0.5 / 0.8).abs() < 0.01);
    }

    #[test]
    fn rest_has_no_phases() {
        let rest: Vec<Point> = (0..90).map(|i| Point { t: f64::from(i) / 30.0, y: 1.0, v: 0.0 }).collect();
        assert_eq!(phases(&rest), None);
        assert_eq!(phases(&[]), None);
    }
}
