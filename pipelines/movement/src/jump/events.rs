//! Take-off, apex and landing to a fraction of a frame (METRICS §4.3, §4.4).

use super::Contact;
use super::feet::Feet;
use crate::body::BodySample;
use crate::calibrate::Scale;
use crate::signal::{Parabola, Ring, median, parabola_fit};

/// Standard gravity, m/s².
pub(crate) const G: f64 = 9.81;
/// Left out of the flight at both its ends.
const MARGIN_S: f64 = 0.02;
/// The toe rises at this share of the body's velocity while the foot unrolls, and sinks at this share while it reaches for the
/// ground.
const RISING_SHARE: f64 = 0.846;
const SINKING_SHARE: f64 = 0.77;
/// Only lifts up to this height time an event: above it, the foot hangs and the toe no longer follows the body.
const CAP_M: f64 = 0.08;
/// Samples around the crossing that are looked at: on the ground, and off it.
const GROUND_S: f64 = 0.10;
const OFF_S: f64 = 0.035;
/// Deviations beyond this count linearly: a point that jumped must not pull the event.
const ROBUST_M: f64 = 0.010;
/// Least jitter of a toe's point, and how far its level at an event may lie from that of the stance: under a rolling foot more.
const JITTER_M: f64 = 0.005;
const LEVEL_U_M: f64 = 0.003;
const ROLLING_LEVEL_U_M: f64 = 0.008;

/// Sub-frame events of a flight, without the model's corrections. Seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FlightEvents {
    pub(super) takeoff: f64,
    pub(super) apex: f64,
    pub(super) landing: f64,
    /// Landing of each foot.
    pub(super) landings: [Option<f64>; 2],
    /// The hips in flight, pixels.
    pub(super) hip: Parabola,
}

/// Times the events of a flight; `None` where the hips say nothing.
pub(super) fn flight_events(
    ring: &Ring<BodySample>,
    contact: &Contact,
    feet: &Feet,
    scale: &Scale,
) -> Option<FlightEvents> {
    let find = |m_per_px, from, to| refine(ring, contact, feet, m_per_px, (from, to));
    let first = find(scale.m_per_px, contact.first_above, contact.last_above)?;
    // Once more with the flight that the first pass found. Its fall is a better scale than a height that nobody stated.
    let gravity = G / -first.hip.a;
    let better = scale.assumed() && (0.7..1.4).contains(&(gravity / scale.m_per_px));
    let m_per_px = if better { gravity } else { scale.m_per_px };
    Some(find(m_per_px, first.takeoff, first.landing).unwrap_or(first))
}

fn refine(
    ring: &Ring<BodySample>,
    contact: &Contact,
    feet: &Feet,
    m_per_px: f64,
    (from, to): (f64, f64),
) -> Option<FlightEvents> {
    let hip = hip_parabola(ring, from + MARGIN_S, to - MARGIN_S)?;
    let apex = hip.vertex()?;
    let takeoffs = [0, 1].map(|side| {
        let lifts = Lifts { ring, contact, side, m_per_px };
        let speed = |t: f64| RISING_SHARE * G * (apex - t);
        hinge(|from, to| lifts.between(from, to), contact.first_above, speed, (Side::Leaves, lifts.jitter()))
    });
    let landings = [0, 1].map(|side| {
        let lifts = Lifts { ring, contact, side, m_per_px };
        let speed = |t: f64| SINKING_SHARE * G * (t - apex);
        hinge(|from, to| lifts.between(from, to), contact.last_above, speed, (Side::Meets, lifts.jitter()))
    });
    Some(FlightEvents {
        takeoff: feet.combine(takeoffs, true)?,
        apex,
        landing: feet.combine(landings, false)?,
        landings,
        hip,
    })
}

/// When the feet came down onto the ground before a push-off. `speed(t)` is how fast the body falls at `t`, metres per second.
pub(super) fn touchdown(
    ring: &Ring<BodySample>,
    contact: &Contact,
    feet: &Feet,
    m_per_px: f64,
    last_above: f64,
    speed: impl Fn(f64) -> f64,
) -> Option<f64> {
    let times = [0, 1].map(|side| {
        let lifts = Lifts { ring, contact, side, m_per_px };
        hinge(
            |from, to| lifts.between(from, to),
            last_above,
            |t| SINKING_SHARE * speed(t),
            (Side::Meets, lifts.jitter()),
        )
    });
    feet.combine(times, false)
}

/// Heights of one foot above its level, metres.
struct Lifts<'a> {
    ring: &'a Ring<BodySample>,
    contact: &'a Contact,
    side: usize,
    m_per_px: f64,
}

impl Lifts<'_> {
    /// Jitter of the foot on the ground.
    fn jitter(&self) -> f64 {
        (self.contact.jitter * self.m_per_px).max(JITTER_M)
    }

    fn between(&self, from: f64, to: f64) -> impl Iterator<Item = (f64, f64)> {
        let lift =
            |sample: &BodySample| Some((sample.t, self.contact.lift_of(sample, self.side)? * self.m_per_px));
        self.ring.window(from, to).filter_map(lift)
    }
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

/// What a foot does at an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Leaves,
    Meets,
}

/// The moment at which a foot leaves or meets the ground: the corner of "on the ground, then rising with the body" that lies
/// closest to the samples. `speed(t)` is the toe's speed if the event were at `t`. `None` without samples on both sides.
///
/// All samples around the corner take part, where a threshold with extrapolation uses the two around its crossing. At a
/// take-off the level itself may differ from the median of the stance: a foot that rolls over its toe lowers the toe's
/// point by one or two centimetres before it leaves.
fn hinge<I: Iterator<Item = (f64, f64)>>(
    points: impl Fn(f64, f64) -> I,
    near: f64,
    speed: impl Fn(f64) -> f64,
    of: (Side, f64),
) -> Option<f64> {
    // The crossing of a threshold that `near` is lies later the fewer frames there are: look once more from the event found.
    let first = corner(&points, near, &speed, of)?;
    corner(&points, first, &speed, of)
}

fn corner<I: Iterator<Item = (f64, f64)>>(
    points: &impl Fn(f64, f64) -> I,
    near: f64,
    speed: &impl Fn(f64) -> f64,
    (side, jitter): (Side, f64),
) -> Option<f64> {
    let (from, to, sign, level_u) = match side {
        Side::Leaves => (near - GROUND_S, near + OFF_S, 1.0, ROLLING_LEVEL_U_M),
        Side::Meets => (near - OFF_S, near + GROUND_S, -1.0, LEVEL_U_M),
    };
    if points(from, to).count() < 2 {
        return None;
    }
    let robust = ROBUST_M.max(2.0 * jitter);
    let cost = |event: f64, level: f64| -> f64 {
        let speed = speed(event).max(0.1);
        let misfit: f64 = points(from, to)
            .map(|(t, lift)| {
                let model = (sign * (t - event) * speed).clamp(0.0, CAP_M);
                let off = ((lift - level).min(CAP_M) - model).abs();
                if off < robust { off * off / 2.0 } else { robust * (off - robust / 2.0) }
            })
            .sum();
        misfit / jitter.powi(2) + (level / level_u).powi(2) / 2.0
    };
    // Coarse over both, then fine around the best.
    let mut best = (near, 0.0, f64::INFINITY);
    for (steps, step, levels, level_step) in [(30, 0.002, 6, 0.005), (10, 0.000_2, 4, 0.001)] {
        let (centre, level_centre, _) = best;
        for i in -steps..=steps {
            for j in -levels..=levels {
                let event = centre + f64::from(i) * step;
                let level = level_centre + f64::from(j) * level_step;
                let cost = cost(event, level);
                if cost < best.2 {
                    best = (event, level, cost);
                }
            }
        }
    }
    Some(best.0)
}
