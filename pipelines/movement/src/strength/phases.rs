//! Phase boundaries of one repetition on the height of the bar or of the body (METRICS §5.2, §5.3).

use super::cycle::Order;

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
    pub(crate) order: Order,
    /// Start of the repetition: its first phase begins.
    pub(crate) start: f64,
    /// Arrival where it turns: the bottom of a squat, the top of a deadlift.
    pub(crate) far: f64,
    /// Start of the way back.
    pub(crate) back: f64,
    /// End of the repetition.
    pub(crate) end: f64,
    /// Lowest height.
    pub(crate) low_y: f64,
    /// Greatest height.
    pub(crate) top_y: f64,
    /// Height gained in the concentric phase.
    pub(crate) gained: f64,
    /// Greatest upward velocity in the concentric phase.
    pub(crate) peak_v: f64,
}

impl Phases {
    /// Start and end of the lowering of the load.
    pub(crate) fn eccentric(&self) -> (f64, f64) {
        match self.order {
            Order::EccentricFirst => (self.start, self.far),
            Order::ConcentricFirst => (self.back, self.end),
        }
    }

    /// Start and end of the lifting of the load.
    pub(crate) fn concentric(&self) -> (f64, f64) {
        match self.order {
            Order::EccentricFirst => (self.back, self.end),
            Order::ConcentricFirst => (self.start, self.far),
        }
    }

    /// Arrival at the bottom.
    pub(crate) fn bottom(&self) -> f64 {
        match self.order {
            Order::EccentricFirst => self.far,
            Order::ConcentricFirst => self.start,
        }
    }

    /// The same moments on another point.
    pub(crate) fn on(&self, points: &[Point]) -> Option<Self> {
        let within = |(from, to): (f64, f64)| points.iter().filter(move |p| p.t >= from && p.t <= to);
        let whole = (self.start, self.end);
        let low_y = within(whole).map(|p| p.y).reduce(f64::min)?;
        let up = self.concentric();
        let peak_v = within(up).map(|p| p.v).reduce(f64::max)?;
        let (from_y, to_y) = (height_at(points, up.0), height_at(points, up.1));
        let top_y = match self.order {
            Order::EccentricFirst => height_at(points, self.start).max(to_y),
            Order::ConcentricFirst => within(whole).map(|p| p.y).reduce(f64::max)?,
        };
        let low_y = match self.order {
            Order::EccentricFirst => low_y,
            Order::ConcentricFirst => from_y.min(height_at(points, self.end)),
        };
        Some(Self { low_y, top_y, gained: to_y - from_y, peak_v, ..*self })
    }
}

/// Finds the phases in the points of one cycle; `None` where it has no way there or no way back.
pub(crate) fn phases(points: &[Point], order: Order) -> Option<Phases> {
    let turned: Vec<Point> = match order {
        Order::EccentricFirst => points.to_vec(),
        Order::ConcentricFirst => points.iter().map(|p| Point { t: p.t, y: -p.y, v: -p.v }).collect(),
    };
    let (start, far, back, end) = boundaries(&turned)?;
    let moments = Phases { order, start, far, back, end, low_y: 0.0, top_y: 0.0, gained: 0.0, peak_v: 0.0 };
    moments.on(points)
}

/// Start, turn, start of the way back and end of a cycle that goes down and up.
fn boundaries(points: &[Point]) -> Option<(f64, f64, f64, f64)> {
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
    (start < bottom && rise < end).then_some((start, bottom, rise, end))
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
        let p = phases(&quintic(), Order::EccentricFirst).unwrap();
        for (name, got, want) in
            [("start", p.start, 1.0), ("bottom", p.far, 2.0), ("rise", p.back, 2.5), ("end", p.end, 3.3)]
        {
            // A velocity threshold sees a smooth-step's ends up to 4 % of its length late and early.
            assert!((got - want).abs() < 0.04, "{name}: {got} instead of {want}");
        }
        assert!((p.top_y - p.low_y - 0.5).abs() < 2e-3);
        assert!((p.peak_v - 1.875 * 0.5 / 0.8).abs() < 0.01);
    }

    #[test]
    fn a_lift_is_a_squat_upside_down() {
        let lift: Vec<Point> = quintic().iter().map(|p| Point { y: -p.y, v: -p.v, ..*p }).collect();
        let p = phases(&lift, Order::ConcentricFirst).unwrap();
        let length = |(from, to): (f64, f64)| to - from;
        assert!((length(p.concentric()) - 1.0).abs() < 0.08 && (length(p.eccentric()) - 0.8).abs() < 0.08);
        assert!((p.gained - 0.5).abs() < 2e-3 && (p.peak_v - 1.875 * 0.5).abs() < 0.01);
        assert!((p.back - p.far - 0.5).abs() < 0.08);
    }

    #[test]
    fn rest_has_no_phases() {
        let rest: Vec<Point> = (0..90).map(|i| Point { t: f64::from(i) / 30.0, y: 1.0, v: 0.0 }).collect();
        assert_eq!(phases(&rest, Order::EccentricFirst), None);
        assert_eq!(phases(&[], Order::ConcentricFirst), None);
    }
}
