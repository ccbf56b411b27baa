//! Foot strike and toe-off to a fraction of a frame.
//!
//! A foot on the ground moves along a line: level, and backward past the hips at the walking speed (of the belt or of the
//! body). The event is the corner between that line and the way to it or from it. How far the foot is from the line counts
//! in both directions, so it makes no difference whether a foot comes from above or from the front. All samples around the
//! corner take part, and a sample that jumped counts no more than a little.

use super::feet::front_and_back;
use crate::body::{BodySample, Side};
use crate::person::Seen;
use crate::signal::{line_fit, median};

/// Half window in which the hips' forward position is smoothed, seconds.
const HIP_S: f64 = 0.08;
/// Horizontal distances count fully up to this speed; above it, a timing error of the pose model moves the foot further than
/// the event does, and they are weighed down in proportion. Metres per second.
const FULL_WEIGHT_M_S: f64 = 1.0;
/// How fast a foot comes to the line before a strike and leaves it after a toe-off, metres per second. Chosen on walking and
/// running truth together, as docs/design/gait.md shows.
const STRIKE_M_S: f64 = 1.1;
/// A toe leaves slower when running, where the way back counts less.
const TOE_OFF_M_S: (f64, f64) = (0.95, 0.3);
/// Beyond this distance from the line it says no more.
const CAP_M: f64 = 0.08;
/// Deviations beyond this count linearly.
const ROBUST_M: f64 = 0.012;
/// Stretch on the ground that gives the line, seconds, intervals and step times.
const STANCE_S: f64 = 0.08;
const STANCE_DT: f64 = 2.2;
const STANCE_STEPS: f64 = 0.2;
/// The speed of stance is looked for up to here after the turning point, in step times, or until the front foot comes forward by this.
const SPEED_STEPS: f64 = 0.45;
const FORWARD_M: f64 = 0.03;
const STEP_S: f64 = 0.002;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// The front foot meets the ground.
    Strike,
    /// The back foot leaves it.
    ToeOff,
}

impl What {
    /// Where samples and event lie, relative to the foot's turning point, in step times.
    fn samples(self) -> (f64, f64) {
        if self == What::Strike { (-0.2, 0.36) } else { (-0.5, 0.15) }
    }

    fn event(self) -> (f64, f64) {
        if self == What::Strike { (-0.1, 0.27) } else { (-0.35, 0.08) }
    }

    /// How long after the turning point everything needed has been seen, in step times.
    pub(super) fn ready(self) -> f64 {
        self.samples().1
    }

    /// +1 where the ground comes after the event.
    fn sign(self) -> f64 {
        if self == What::Strike { 1.0 } else { -1.0 }
    }

    fn point(self, side: &Side) -> Option<[f64; 2]> {
        // The heel meets the ground first in most gaits, but models confuse the heels as the legs pass; the ankle holds.
        if self == What::Strike { side.ankle } else { side.toe }
    }

    fn speed(self, weight: f64) -> f64 {
        if self == What::Strike { STRIKE_M_S } else { TOE_OFF_M_S.0 + TOE_OFF_M_S.1 * weight }
    }
}

/// The foot relative to the hips: time, metres forward, metres up.
type Point = (f64, f64, f64);

/// Where the foot was around a turning point.
fn path(seen: &Seen<'_>, what: What, from: f64, to: f64, direction: f64) -> Vec<Point> {
    let m_per_px = seen.scale.m_per_px;
    let at = |sample: &BodySample| {
        let [front, back] = front_and_back(sample, direction);
        let side = if what == What::Strike { front } else { back };
        let foot = what.point(&sample.sides[side?])?;
        let around = seen.ring.window(sample.t - HIP_S, sample.t + HIP_S);
        let (hip, _) = line_fit(around.filter_map(|s| s.hip.map(|hip| (s.t, hip[0]))), sample.t)
            .or_else(|| sample.hip.map(|hip| (hip[0], 0.0)))?;
        Some((sample.t, direction * (foot[0] - hip) * m_per_px, foot[1] * m_per_px))
    };
    seen.ring.window(from, to).filter_map(at).collect()
}

/// Speed at which the foot on the ground goes backward past the hips after a front turning point, metres per second.
pub(super) fn stance_speed(seen: &Seen<'_>, turn: f64, step_s: f64, direction: f64) -> Option<f64> {
    let to = turn + (0.06 + (0.10f64).max(3.1 * seen.median_dt)).max(SPEED_STEPS * step_s);
    let points = path(seen, What::Strike, turn + 0.06, to, direction);
    // The foot goes back steadily; where it does not, the other one has come to the front.
    let mut furthest = f64::INFINITY;
    let back = points.iter().take_while(|point| {
        furthest = furthest.min(point.1);
        point.1 < furthest + FORWARD_M
    });
    let points = &points[..back.count()];
    if points.len() < 2 {
        return None;
    }
    let slopes = points
        .iter()
        .enumerate()
        .flat_map(|(i, a)| points[i + 1..].iter().map(move |b| (a.1 - b.1) / (b.0 - a.0)));
    median(slopes).filter(|speed| *speed > 0.05)
}

/// Time of the event near a turning point; `None` where the foot was not seen well enough.
pub(super) fn corner(
    seen: &Seen<'_>,
    what: What,
    turn: f64,
    step_s: f64,
    stance_speed: f64,
    direction: f64,
) -> Option<f64> {
    let (from, to) = what.samples();
    // What happened before the recording may look like an event at its beginning.
    if seen.ring.iter().next().is_none_or(|first| first.t > turn + from * step_s) {
        return None;
    }
    let points = path(seen, what, turn + from * step_s, turn + to * step_s + 1e-9, direction);
    let stance = STANCE_S.max(STANCE_DT * seen.median_dt).max(STANCE_STEPS * step_s);
    let cost = |event: f64| cost(&points, what, event, stance, stance_speed);
    let (from, to) = what.event();
    let steps = ((to - from) * step_s / STEP_S).ceil() as usize;
    let candidates = (0..=steps).map(|i| turn + from * step_s + STEP_S * i as f64);
    let (best, lowest) = candidates
        .filter_map(|event| cost(event).map(|cost| (event, cost)))
        .reduce(|a, b| if b.1 < a.1 { b } else { a })?;
    // The bottom of the cost between its neighbours.
    let (before, after) = (cost(best - STEP_S), cost(best + STEP_S));
    let Some((before, after)) = before.zip(after) else { return Some(best) };
    let curvature = before + after - 2.0 * lowest;
    let shift = if curvature > 1e-15 { 0.5 * (before - after) / curvature } else { 0.0 };
    Some(best + shift.clamp(-0.5, 0.5) * STEP_S)
}

/// Mean cost of the samples if the event were at this time.
fn cost(points: &[Point], what: What, event: f64, stance: f64, stance_speed: f64) -> Option<f64> {
    let sign = what.sign();
    let on_line = |p: &Point| [p.1 + stance_speed * (p.0 - event), p.2];
    let on_ground =
        || points.iter().filter(|p| (0.0..=stance).contains(&(sign * (p.0 - event)))).map(on_line);
    if on_ground().count() < 2 {
        return None;
    }
    let line = [median(on_ground().map(|p| p[0]))?, median(on_ground().map(|p| p[1]))?];
    let weight = (FULL_WEIGHT_M_S / stance_speed).min(1.0);
    let cost = |p: &Point| {
        let at = on_line(p);
        let off = (weight * (at[0] - line[0])).hypot(at[1] - line[1]).min(CAP_M);
        let model = (sign * (event - p.0) * what.speed(weight)).clamp(0.0, CAP_M);
        let r = (off - model).abs();
        if r < ROBUST_M { r * r / 2.0 } else { ROBUST_M * (r - ROBUST_M / 2.0) }
    };
    Some(points.iter().map(cost).sum::<f64>() / points.len() as f64)
}
