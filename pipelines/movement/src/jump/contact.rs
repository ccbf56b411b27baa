//! The time on the ground between a fall and a take-off: drop jumps and hops (METRICS §4.6, §4.7).

use super::Contact;
use super::events::{G, touchdown};
use super::feet::Feet;
use super::measure::Surroundings;
use crate::body::BodySample;
use crate::signal::{Ring, median, parabola_fit, quantile};

/// A flight that was measured, as the next one needs it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LastFlight {
    /// Landing, corrected, seconds.
    pub(super) landing: f64,
    /// Standard uncertainty of the landing, seconds.
    pub(super) landing_u: f64,
    /// Downward velocity at the landing, metres per second.
    pub(super) velocity_m_s: f64,
}

/// Longest contact of a hop.
pub(super) const HOP_CONTACT_S: f64 = 0.6;
/// Longest contact after a drop (METRICS §7), and the shortest.
const DROP_CONTACT_S: f64 = 1.5;
const SHORTEST_CONTACT_S: f64 = 0.06;
/// Lower than this is no box.
const LEAST_DROP_M: f64 = 0.10;
/// The hips fall at least this fast when a drop ends.
const FALLING_M_S: f64 = 0.6;
/// The hips' fall is fitted over this stretch before the feet touch.
const FALL_S: f64 = 0.12;
/// METRICS §4.6: the heel is down when it is within this of its level, and counts when it stays for this long.
const HEEL_M: f64 = 0.010;
const HEEL_S: f64 = 0.030;

/// A contact before a take-off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct GroundContact {
    /// First touch, seconds, corrected.
    pub(super) start: f64,
    /// Its standard uncertainty, seconds.
    pub(super) u_s: f64,
    /// Downward velocity at the first touch, metres per second, on the scale of the feet.
    pub(super) velocity_m_s: f64,
    /// Height of the box above the ground, pixels; `None` after a flight.
    pub(super) drop_px: Option<f64>,
    /// Whether the heel was down, where that is known.
    pub(super) heel_down: Option<bool>,
}

/// The contact that ends in a take-off at `takeoff`, where it began with a fall.
pub(super) fn contact_before(
    ring: &Ring<BodySample>,
    contact: &Contact,
    feet: &Feet,
    takeoff: f64,
    with: &Surroundings<'_>,
) -> Option<GroundContact> {
    if let Some(last) = with.last.filter(|last| takeoff - last.landing < HOP_CONTACT_S) {
        return Some(GroundContact {
            start: last.landing,
            u_s: last.landing_u,
            velocity_m_s: last.velocity_m_s,
            drop_px: None,
            heel_down: None,
        });
    }
    let side = usize::from(feet.weight[1] > feet.weight[0]);
    let from =
        with.last.map_or(f64::NEG_INFINITY, |last| last.landing + 0.05).max(takeoff - DROP_CONTACT_S - 1.5);
    let lifts = || {
        ring.window(from, takeoff - SHORTEST_CONTACT_S).filter_map(|s| Some((s.t, contact.lift_of(s, side)?)))
    };
    let m_per_px = with.scale.m_per_px;
    let box_px = quantile(lifts().map(|(_, lift)| lift), 0.8)?;
    let recent = quantile(lifts().filter(|(t, _)| *t > takeoff - 1.5).map(|(_, lift)| lift), 0.8)?;
    if box_px.min(recent) * m_per_px < LEAST_DROP_M {
        return None;
    }
    let last_above = lifts().filter(|(_, lift)| *lift > contact.threshold).map(|(t, _)| t).next_back()?;
    if takeoff - last_above > DROP_CONTACT_S {
        return None;
    }
    let hips = ring.window(last_above - FALL_S, last_above).filter_map(|s| s.hip.map(|hip| (s.t, hip[1])));
    let fall = parabola_fit(hips, last_above)?;
    let speed = |t: f64| -(fall.v + fall.a * (t - last_above)) * m_per_px;
    if speed(last_above) < FALLING_M_S {
        return None;
    }
    let raw = touchdown(ring, contact, feet, m_per_px, last_above, |t| speed(t).max(FALLING_M_S))?;
    let start = raw - feet.landing_bias_s;
    let drop_px = median(lifts().map(|(_, lift)| lift).filter(|lift| *lift > 0.7 * box_px))?;
    let jitter_s = contact.jitter * m_per_px / speed(start).max(0.5);
    let sampling_s = 0.2 * with.median_dt;
    Some(GroundContact {
        start,
        // The foot may come down slower than the body does, by up to a third.
        u_s: (feet.landing_u_s.powi(2) + sampling_s.powi(2) + jitter_s.powi(2) / 2.0 + 0.004f64.powi(2))
            .sqrt(),
        velocity_m_s: speed(start),
        drop_px: Some(drop_px),
        heel_down: heel_down(ring, contact, side, (from, start, takeoff), (drop_px, m_per_px)),
    })
}

/// Whether the heel came down between touch and take-off: its level lies above the toe's as it did on the box.
fn heel_down(
    ring: &Ring<BodySample>,
    contact: &Contact,
    side: usize,
    (from, start, takeoff): (f64, f64, f64),
    (drop_px, m_per_px): (f64, f64),
) -> Option<bool> {
    let heel = |sample: &BodySample| sample.sides[side].heel.map(|heel| heel[1]);
    let on_box = ring.window(from, start).filter(|sample| {
        contact.lift_of(sample, side).is_some_and(|lift| (lift - drop_px).abs() * m_per_px < 0.02)
    });
    let above_toe = median(on_box.filter_map(|s| Some(heel(s)? - s.foot_y[side]?)))?;
    let level = contact.level[side]? + above_toe;
    let (mut down_s, mut before) = (0.0, None);
    for sample in ring.window(start, takeoff) {
        let down = (heel(sample)? - level) * m_per_px < HEEL_M;
        if let (true, Some(t)) = (down, before) {
            down_s += sample.t - t;
        }
        before = down.then_some(sample.t);
    }
    Some(down_s > HEEL_S)
}

/// Downward velocity after falling freely for this long, metres per second.
pub(super) fn fall_velocity(seconds: f64) -> f64 {
    G * seconds
}
