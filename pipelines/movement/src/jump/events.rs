//! Take-off, apex and landing to a fraction of a frame (METRICS §4.3, §4.4).

use super::Contact;
use crate::body::BodySample;
use crate::calibrate::Scale;
use crate::signal::{Parabola, Ring, median, parabola_fit};

/// Standard gravity, m/s².
pub(crate) const G: f64 = 9.81;
/// Left out of the flight at both its ends.
const MARGIN_S: f64 = 0.02;
/// The toe rises at this share of the body's take-off velocity while the foot unrolls.
const TOE_SHARE: f64 = 0.85;
/// Only lifts up to this height time an event: above it, the foot hangs and the toe no longer follows the body.
const CAP_M: f64 = 0.08;
/// Samples around the crossing that are looked at: on the ground, and off it.
const GROUND_S: f64 = 0.10;
const OFF_S: f64 = 0.035;
/// Deviations beyond this count linearly: a point that jumped must not pull the event.
const ROBUST_M: f64 = 0.010;

/// Sub-frame events of a flight, without the model's corrections. Seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FlightEvents {
    pub(crate) takeoff: f64,
    pub(crate) apex: f64,
    pub(crate) landing: f64,
    /// The hips in flight, pixels.
    pub(crate) hip: Parabola,
}

/// Times the events of a flight; `None` where the hips say nothing.
pub(crate) fn flight_events(
    ring: &Ring<BodySample>,
    contact: &Contact,
    scale: &Scale,
) -> Option<FlightEvents> {
    let first = refine(ring, contact, scale.m_per_px, contact.first_above, contact.last_above)?;
    // Once more with the flight that the first pass found. Its fall is a better scale than a height that nobody stated.
    let gravity = G / -first.hip.a;
    let better = scale.assumed() && (0.7..1.4).contains(&(gravity / scale.m_per_px));
    let m_per_px = if better { gravity } else { scale.m_per_px };
    Some(refine(ring, contact, m_per_px, first.takeoff, first.landing).unwrap_or(first))
}

fn refine(
    ring: &Ring<BodySample>,
    contact: &Contact,
    m_per_px: f64,
    from: f64,
    to: f64,
) -> Option<FlightEvents> {
    let hip = hip_parabola(ring, from + MARGIN_S, to - MARGIN_S)?;
    let apex = hip.vertex()?;
    let lift = |sample: &BodySample| Some((sample.t, contact.lift(sample)? * m_per_px));
    let around = |from: f64, to: f64| ring.window(from, to).filter_map(lift);
    let takeoff = hinge(
        || around(contact.first_above - GROUND_S, contact.first_above + OFF_S),
        contact.first_above,
        |t| TOE_SHARE * G * (apex - t),
        1.0,
    );
    let landing = hinge(
        || around(contact.last_above - OFF_S, contact.last_above + GROUND_S),
        contact.last_above,
        |t| TOE_SHARE * G * (t - apex),
        -1.0,
    );
    Some(FlightEvents { takeoff, apex, landing, hip })
}

/// The hips over a flight, without the points that don't belong to it.
fn hip_parabola(ring: &Ring<BodySample>, from: f64, to: f64) -> Option<Parabola> {
    let points = ring.window(from, to).filter_map(|s| s.hip.map(|hip| (s.t, hip[1])));
    let middle = f64::midpoint(from, to);
    let first = parabola_fit(points.clone(), middle)?;
    let scatter = 1.4826 * median(points.clone().map(|(t, y)| (y - first.y(t)).abs()))?;
    let limit = (3.5 * scatter).max(1e-6);
    let kept = points.filter(|(t, y)| (y - first.y(*t)).abs() <= limit);
    if kept.clone().count() < 4 {
        return Some(first);
    }
    parabola_fit(kept, middle).or(Some(first))
}

/// The moment at which the foot leaves (`side` = 1) or meets (−1) the ground: the corner of "on the ground, then rising
/// with the body" that lies closest to the samples. `speed(t)` is the toe's speed if the event were at `t`.
///
/// All samples around the corner take part, where a threshold with extrapolation uses the two around its crossing.
fn hinge<I: Iterator<Item = (f64, f64)>>(
    points: impl Fn() -> I,
    near: f64,
    speed: impl Fn(f64) -> f64,
    side: f64,
) -> f64 {
    let cost = |event: f64| -> f64 {
        let speed = speed(event).max(0.1);
        points()
            .map(|(t, lift)| {
                let model = (side * (t - event) * speed).clamp(0.0, CAP_M);
                let off = (lift.min(CAP_M) - model).abs();
                if off < ROBUST_M { off * off / 2.0 } else { ROBUST_M * (off - ROBUST_M / 2.0) }
            })
            .sum()
    };
    let best = |centre: f64, steps: i32, step: f64| {
        (-steps..=steps)
            .map(|i| centre + f64::from(i) * step)
            .map(|event| (event, cost(event)))
            .reduce(|a, b| if b.1 < a.1 { b } else { a })
            .map_or(centre, |(event, _)| event)
    };
    let coarse = best(near, 30, 0.002);
    best(coarse, 10, 0.0002)
}
