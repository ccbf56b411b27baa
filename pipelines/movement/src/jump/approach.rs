//! What came before a take-off: standing, countermovement, hold, drop.

use super::JumpKind;
use super::contact::GroundContact;
use super::measure::Surroundings;
use crate::Exercise;
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
/// METRICS §4.5: a squat jump with more of a dip before it is not a pure one.
const IMPURE_DIP_M: f64 = 0.020;

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
    /// How far the hips sank below the hold right before the push-off.
    pub(super) dip_px: f64,
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
    let held_y = median(hips(ring, bottom - 0.5, bottom - 0.2));
    let lowest = quantile(hips(ring, bottom - 0.2, bottom + 0.1), 0.1);
    let dip_px = held_y.zip(lowest).map_or(0.0, |(held, lowest)| held - lowest);
    Some(Approach { bottom, bottom_y, onset, fastest_down, fastest_up, hold_s, dip_px })
}

fn hips(ring: &Ring<BodySample>, from: f64, to: f64) -> impl Iterator<Item = f64> {
    ring.window(from, to).filter_map(|s| s.hip.map(|hip| hip[1]))
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

/// Kind of a jump and what is remarkable about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) kind: JumpKind,
    /// A squat jump whose athlete dipped before pushing off.
    pub(super) dipped: bool,
}

/// What kind of jump it was: the coach's choice, or what was seen.
pub(super) fn kind(
    ring: &Ring<BodySample>,
    takeoff: f64,
    approach: Option<&Approach>,
    contact: Option<&GroundContact>,
    with: &Surroundings<'_>,
) -> Kind {
    let seen = seen_kind(ring, takeoff, approach, contact, with);
    let dipped = approach.is_some_and(|approach| approach.dip_px * with.scale.m_per_px > IMPURE_DIP_M);
    let kind = match with.exercise {
        Exercise::Cmj => JumpKind::Cmj,
        Exercise::SquatJump => JumpKind::SquatJump,
        Exercise::DropJump => JumpKind::DropJump,
        _ => seen.kind,
    };
    Kind { kind, dipped: kind == JumpKind::SquatJump && (dipped || seen.dipped) }
}

fn seen_kind(
    ring: &Ring<BodySample>,
    takeoff: f64,
    approach: Option<&Approach>,
    contact: Option<&GroundContact>,
    with: &Surroundings<'_>,
) -> Kind {
    let plain = |kind| Kind { kind, dipped: false };
    match contact {
        Some(contact) if contact.drop_px.is_some() => return plain(JumpKind::DropJump),
        Some(_) => return plain(JumpKind::RepeatedJump),
        None => {}
    }
    let Some(approach) = approach else { return plain(JumpKind::Unknown) };
    let m_per_px = with.scale.m_per_px;
    // A flight before this one is not standing.
    let from = with.last.map_or(takeoff - 6.0, |last| (last.landing + 0.3).max(takeoff - 6.0));
    let standing_y = quantile(hips(ring, from, approach.bottom), 0.95);
    let below_standing_m = |y: f64| standing_y.map_or(0.0, |standing| (standing - y) * m_per_px);
    if approach.hold_s >= HOLD_S {
        let held = below_standing_m(approach.bottom_y) > HOLD_DEPTH_M;
        return plain(if held { JumpKind::SquatJump } else { JumpKind::Unknown });
    }
    match approach.onset {
        // Still before the dip, but squatting: no countermovement from standing.
        Some((_, before)) if below_standing_m(before) > HOLD_DEPTH_M => {
            Kind { kind: JumpKind::SquatJump, dipped: true }
        }
        Some((_, standing)) if (standing - approach.bottom_y) * m_per_px >= LEAST_DIP_M => {
            plain(JumpKind::Cmj)
        }
        _ => plain(JumpKind::Unknown),
    }
}
