//! What came before a take-off: standing, countermovement, hold, drop.

use super::measure::Surroundings;
use super::{Contact, JumpKind};
use crate::body::BodySample;
use crate::signal::{Parabola, Ring, median, parabola_fit, quantile};

/// METRICS §4.1: propulsion and countermovement are looked for this far back.
const PROPULSION_S: f64 = 1.0;
const ECCENTRIC_S: f64 = 1.3;
const STILL_M_S: f64 = 0.05;
/// A dip of less than this is no countermovement; a hold of this length makes a squat jump.
const LEAST_DIP_M: f64 = 0.05;
const HOLD_S: f64 = 0.4;
const HOLD_DIP_M: f64 = 0.025;
const HOLD_DEPTH_M: f64 = 0.12;

/// What happened between standing and take-off. Seconds and pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Approach {
    /// Lowest point.
    pub(super) bottom: f64,
    pub(super) bottom_y: f64,
    /// First movement and the hips' height before it; `None` where the athlete was not still before.
    pub(super) onset: Option<(f64, f64)>,
    /// Greatest downward velocity, pixels per second (negative), and when.
    pub(super) fastest_down: (f64, f64),
    pub(super) fastest_up: f64,
    /// Time spent still at the lowest point.
    pub(super) hold_s: f64,
}

/// Velocity needs a longer window in slow movements than around the fast turn.
const TURN_HALF_S: f64 = 0.05;
const SLOW_HALF_S: f64 = 0.1;
/// The hips turn within this time of being slow, or they were held.
const TURN_S: f64 = 0.05;

/// Looks back from a take-off; `None` where no push-off was seen.
pub(super) fn approach(ring: &Ring<BodySample>, takeoff: f64, with: &Surroundings<'_>) -> Option<Approach> {
    let hip = |t: f64, half: f64| {
        let half = half.max(2.1 * with.median_dt);
        parabola_fit(ring.window(t - half, t + half).filter_map(|s| s.hip.map(|hip| (s.t, hip[1]))), t)
    };
    let still = STILL_M_S / with.scale.m_per_px;
    let times = |from: f64, to: f64| ring.window(from, to).map(|s| s.t).rev();
    let mut fastest_up = f64::NEG_INFINITY;
    // Going back: the last moment of slow hips begins the push-off, unless they turn just before it.
    let (mut slow, mut turn, mut later) = (None, None, None);
    for t in times(takeoff - PROPULSION_S, takeoff) {
        let Some(fit) = hip(t, TURN_HALF_S) else { continue };
        fastest_up = fastest_up.max(fit.v);
        if takeoff - t > 0.05 && fit.v <= still {
            slow = slow.or(Some(t));
        }
        if slow.is_some_and(|slow| slow - t > TURN_S) {
            break;
        }
        if let (true, true, Some((t1, v1))) = (slow.is_some(), fit.v <= 0.0, later) {
            turn = Some(t + (t1 - t) * (-fit.v) / f64::max(v1 - fit.v, 1e-9));
            break;
        }
        later = Some((t, fit.v));
    }
    let bottom = turn.or(slow)?;
    let bottom_y = hip(bottom, TURN_HALF_S)?.y0;

    let fastest_down = times(bottom - ECCENTRIC_S, bottom)
        .filter_map(|t| hip(t, TURN_HALF_S).map(|fit| (t, fit.v)))
        .reduce(|a, b| if b.1 < a.1 { b } else { a })?;
    let onset = onset(ring, &times(fastest_down.0 - ECCENTRIC_S, fastest_down.0), still, hip);
    let dip = HOLD_DIP_M / with.scale.m_per_px;
    // The push-off bends the window that ends in it.
    let held_from = times(bottom - 5.0, bottom - SLOW_HALF_S)
        .take_while(|t| {
            hip(*t, SLOW_HALF_S)
                .is_some_and(|fit| (fit.y0 - bottom_y).abs() < dip && fit.v.abs() < 2.0 * still)
        })
        .last();
    let hold_s = held_from.map_or(0.0, |t| bottom - t);
    Some(Approach { bottom, bottom_y, onset, fastest_down, fastest_up, hold_s })
}

/// First movement and the height before it, from `times` going back from the fastest descent.
///
/// The hips are seen to move only at [`STILL_M_S`], but body weight shifts before that. While unweighting builds up evenly
/// the velocity grows with the square of time, and four times the velocity comes at twice the time; where it begins at
/// once, earlier. A third of that extrapolation lies between the two.
fn onset(
    ring: &Ring<BodySample>,
    times: &(impl Iterator<Item = f64> + Clone),
    still: f64,
    hip: impl Fn(f64, f64) -> Option<Parabola>,
) -> Option<(f64, f64)> {
    let slower =
        |than: f64| times.clone().find(|t| hip(*t, SLOW_HALF_S).is_some_and(|fit| fit.v.abs() < than));
    let (first_seen, four_times) = (slower(still)?, slower(4.0 * still)?);
    let onset = first_seen - (four_times - first_seen).clamp(0.0, 0.1) / 3.0;
    let before = ring.window(onset - 0.3, onset).filter_map(|s| s.hip.map(|hip| hip[1]));
    Some((onset, median(before)?))
}

/// Height from which the athlete came down onto the floor before this contact, metres; 0 where he stood on it.
fn dropped_from(ring: &Ring<BodySample>, contact: &Contact, takeoff: f64, with: &Surroundings<'_>) -> f64 {
    let from = with.last_landing.map_or(takeoff - 1.5, |landing| (landing + 0.05).max(takeoff - 1.5));
    let lifts = ring.window(from, takeoff - 0.15).filter_map(|s| contact.lift(s));
    // The upper third: the athlete stood on the box for at least a third of this stretch.
    quantile(lifts, 0.8).map_or(0.0, |px| px * with.scale.m_per_px)
}

/// What kind of jump it was.
pub(super) fn kind(
    ring: &Ring<BodySample>,
    contact: &Contact,
    takeoff: f64,
    approach: Option<&Approach>,
    with: &Surroundings<'_>,
) -> JumpKind {
    let m_per_px = with.scale.m_per_px;
    if with.last_landing.is_some_and(|landing| takeoff - landing < 0.6) {
        return JumpKind::Unknown;
    }
    if dropped_from(ring, contact, takeoff, with) > 0.10 {
        return JumpKind::DropJump;
    }
    let Some(approach) = approach else { return JumpKind::Unknown };
    let standing_y =
        quantile(ring.window(takeoff - 6.0, approach.bottom).filter_map(|s| s.hip.map(|hip| hip[1])), 0.95);
    let held_depth_m = standing_y.map_or(0.0, |y| (y - approach.bottom_y) * m_per_px);
    if approach.hold_s >= HOLD_S {
        return if held_depth_m > HOLD_DEPTH_M { JumpKind::SquatJump } else { JumpKind::Unknown };
    }
    match approach.onset {
        Some((_, standing)) if (standing - approach.bottom_y) * m_per_px >= LEAST_DIP_M => JumpKind::Cmj,
        _ => JumpKind::Unknown,
    }
}
