//! Phase boundaries of one repetition on the height of the bar or of the body (METRICS §5.2, §5.3).

use super::cycle::Order;

/// Height and upward velocity at a time: s, m, m/s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) t: f64,
    pub(crate) y: f64,
    pub(crate) v: f64,
}

/// A phase runs from where the velocity leaves a band to where it comes back: this share of its peak, within these bounds in
/// m/s. METRICS §5.2 says 0.02 always; then a slow turn reads as a pause, and the longer fits here see a fast movement's
/// velocity some 30 ms before it begins.
const STILL_SHARE: f64 = 0.04;
const STILL_M_S: (f64, f64) = (0.01, 0.03);
/// The band is looked for from within this share of the range of either end on: what happens at rest is none of the phase.
const AT_REST: f64 = 0.05;
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
    let low_y = points[low].y;
    let before_y = points[..=fastest_down].iter().map(|p| p.y).reduce(f64::max)?;
    let after_y = points[fastest_up..].iter().map(|p| p.y).reduce(f64::max)?;
    let (down, up) = (AT_REST * (before_y - low_y), AT_REST * (after_y - low_y));
    let still = |fastest: usize| (STILL_SHARE * points[fastest].v.abs()).clamp(STILL_M_S.0, STILL_M_S.1);
    let (sinks, rises) = (-still(fastest_down), still(fastest_up));
    // From the fastest moment to near either end, and from there to where the velocity is gone.
    let near_start = points[..=fastest_down].iter().rposition(|p| p.y >= before_y - down)?;
    let near_low = fastest_down + points[fastest_down..].iter().position(|p| p.y <= low_y + down)?;
    let leaves_low = points[..=fastest_up].iter().rposition(|p| p.y <= low_y + up)?;
    let near_end = fastest_up + points[fastest_up..].iter().position(|p| p.y >= after_y - up)?;
    let start = crossing_back(points, near_start, |p| p.v >= sinks, sinks);
    let bottom = crossing_on(points, near_low, |p| p.v >= sinks, sinks);
    let rise = crossing_back(points, leaves_low, |p| p.v <= rises, rises).max(bottom);
    let end = crossing_on(points, near_end, |p| p.v <= rises, rises);
    (start < bottom && rise < end).then_some((start, bottom, rise, end))
}

/// How long the middle 90 % of the way between two moments took, seconds.
pub(crate) fn middle_s(points: &[Point], (from, to): (f64, f64)) -> Option<f64> {
    const EDGE: f64 = 0.05;
    let inside: Vec<&Point> = points.iter().filter(|p| p.t >= from && p.t <= to).collect();
    if inside.len() < 3 {
        return None;
    }
    let (from_y, to_y) = (height_at(points, from), height_at(points, to));
    let share = |p: &Point| (p.y - from_y) / (to_y - from_y);
    let passing = |level: f64| {
        let after = inside.iter().position(|p| share(p) >= level)?.max(1);
        let (a, b) = (inside[after - 1], inside[after]);
        let part = ((level - share(a)) / (share(b) - share(a))).clamp(0.0, 1.0);
        Some(a.t + (b.t - a.t) * part)
    };
    Some(passing(1.0 - EDGE)? - passing(EDGE)?).filter(|s| s.is_finite() && *s > 0.0)
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
            // A velocity threshold sees a smooth-step's ends up to 5 % of its length late and early.
            assert!((got - want).abs() < 0.05, "{name}: {got} instead of {want}");
        }
        assert!((p.top_y - p.low_y - 0.5).abs() < 2e-3);
        // A quintic smooth-step passes from 5 to 95 % in 0.6212 of its length.
        let middle = middle_s(&quintic(), p.concentric()).unwrap();
        assert!((middle - 0.6212 * 0.8).abs() < 0.005, "{middle}");
        assert!((p.peak_v - 1.875 * 0.5 / 0.8).abs() < 0.01);
    }

    #[test]
    fn a_lift_is_a_squat_upside_down() {
        let lift: Vec<Point> = quintic().iter().map(|p| Point { y: -p.y, v: -p.v, ..*p }).collect();
        let p = phases(&lift, Order::ConcentricFirst).unwrap();
        let length = |(from, to): (f64, f64)| to - from;
        assert!((length(p.concentric()) - 1.0).abs() < 0.1 && (length(p.eccentric()) - 0.8).abs() < 0.1);
        assert!((p.gained - 0.5).abs() < 2e-3 && (p.peak_v - 1.875 * 0.5).abs() < 0.01);
        assert!((p.back - p.far - 0.5).abs() < 0.1);
    }

    #[test]
    fn rest_has_no_phases() {
        let rest: Vec<Point> = (0..90).map(|i| Point { t: f64::from(i) / 30.0, y: 1.0, v: 0.0 }).collect();
        assert_eq!(phases(&rest, Order::EccentricFirst), None);
        assert_eq!(phases(&[], Order::ConcentricFirst), None);
    }
}
