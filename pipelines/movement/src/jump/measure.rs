//! Measures a flight that has landed, and says whether it was a jump at all.

use super::approach::{approach, kind};
use super::contact::{LastFlight, contact_before};
use super::events::{FlightEvents, G, flight_events};
use super::feet::Feet;
use super::report::{Found, report};
use super::{Contact, Jump};
use crate::Exercise;
use crate::body::BodySample;
use crate::bounds;
use crate::calibrate::Scale;
use crate::settings::ModelProfile;
use crate::signal::{Ring, quantile};

/// Why a flight is not reported as a jump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reject {
    /// Not a jump: the body did not fly.
    NotAJump,
    /// A jump, but it can't be measured honestly.
    Refused(&'static str),
}

/// What else is known when a flight is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) person_id: u32,
    /// PTS of the newest frame.
    pub(super) now: f64,
    pub(super) scale: Scale,
    pub(super) has_stood: bool,
    pub(super) has_toes: bool,
    pub(super) yaw_deg: Option<f64>,
    pub(super) median_dt: f64,
    pub(super) profile: &'a ModelProfile,
    pub(super) exercise: Exercise,
    pub(super) mass_kg: Option<f64>,
    /// The flight before, if any.
    pub(super) last: Option<LastFlight>,
    pub(super) id_changed: bool,
}

/// Shorter flights and lower rises are steps, not jumps: running flies 0.08–0.15 s.
const SHORTEST_S: f64 = 0.16;
const LOWEST_M: f64 = 0.03;
/// A flight this high is a jump, whatever was seen of its push-off.
const SURE_M: f64 = 0.10;
/// Share of g that the hips must show in flight; wide, because height and model bend the scale.
const BALLISTIC: std::ops::RangeInclusive<f64> = 0.6..=1.5;
/// A foot that comes down this much lower or higher landed on something else.
const OTHER_LEVEL_M: f64 = 0.10;
/// The hips rise at least this far from their lowest point to take-off: running and stepping give half of it.
const PUSH_OFF_M: f64 = 0.06;

/// A measured jump, with what later events need of it.
#[derive(Debug)]
pub(super) struct Landed {
    pub(super) jump: Jump,
    pub(super) last: LastFlight,
    /// Height of the hips at landing, pixels.
    pub(super) hip_y: f64,
    /// Metres per pixel at the hips.
    pub(super) scale: Scale,
    /// Touch-down of the left foot less that of the right, seconds, where both feet count.
    pub(super) lag_s: Option<f64>,
    pub(super) yaw_deg: Option<f64>,
}

/// Measures a landed flight.
pub(super) fn measure(
    ring: &Ring<BodySample>,
    contact: &Contact,
    with: &Surroundings<'_>,
) -> Result<Landed, Reject> {
    let feet = Feet::of(ring, contact, with.yaw_deg, with.profile);
    let raw = flight_events(ring, contact, &feet, &with.scale).ok_or(Reject::NotAJump)?;
    was_a_jump(ring, contact, &raw, with)?;
    if !with.has_toes {
        return Err(Reject::Refused("no_feet: take-off can't be timed without toes"));
    }
    if !with.profile.can_time_feet {
        return Err(Reject::Refused("model can't time take-off"));
    }
    if gap_at(ring, raw.takeoff, with.median_dt) || gap_at(ring, raw.landing, with.median_dt) {
        return Err(Reject::Refused("tracking_lost at take-off or landing"));
    }
    let events = FlightEvents {
        takeoff: raw.takeoff - feet.takeoff_bias_s,
        landing: raw.landing - feet.landing_bias_s,
        ..raw
    };
    let approach = approach(ring, events.takeoff, with);
    let ground = contact_before(ring, contact, &feet, events.takeoff, with);
    let kind = kind(ring, events.takeoff, approach.as_ref(), ground.as_ref(), with);
    Ok(report(&Found { ring, contact, feet, raw, events, approach, ground, kind, with }))
}

/// The body flew: the hips fell freely, rose from a push-off, and came down where they had left.
fn was_a_jump(
    ring: &Ring<BodySample>,
    contact: &Contact,
    events: &FlightEvents,
    with: &Surroundings<'_>,
) -> Result<(), Reject> {
    let m_per_px = with.scale.m_per_px;
    let flight_s = events.landing - events.takeoff;
    let rise_m = G * (events.apex - events.takeoff).powi(2) / 2.0;
    let ballistic = -events.hip.a * m_per_px / with.profile.hip_vertical_gain_jump / G;
    let centred = (events.apex - f64::midpoint(events.takeoff, events.landing)).abs() < 0.3 * flight_s;
    let settled = ring.window(events.landing + 0.02, with.now).filter_map(|s| contact.lift(s));
    let landed_m = quantile(settled, 0.5).map_or(0.0, |px| px * m_per_px);
    let lowest = ring
        .window(events.takeoff - 0.6, events.takeoff)
        .filter_map(|s| s.hip.map(|hip| hip[1]))
        .fold(f64::INFINITY, f64::min);
    let push_off_m = (events.hip.y(events.takeoff) - lowest) * m_per_px;
    let jump = flight_s >= SHORTEST_S
        && bounds::FLIGHT_S.possible(flight_s)
        && rise_m >= LOWEST_M
        && BALLISTIC.contains(&ballistic)
        && events.hip.n >= 4
        && events.hip.r2 > 0.9
        && centred
        && landed_m.abs() < OTHER_LEVEL_M
        && (push_off_m > PUSH_OFF_M || rise_m > SURE_M);
    if jump { Ok(()) } else { Err(Reject::NotAJump) }
}

/// A gap next to an event that only a guess could fill.
fn gap_at(ring: &Ring<BodySample>, event: f64, median_dt: f64) -> bool {
    let limit = (3.5 * median_dt).max(0.05);
    let seen = ring
        .window(event - 2.0 * limit, event + 2.0 * limit)
        .filter(|s| s.hip.is_some() && s.foot_y != [None; 2]);
    let times = seen.map(|s| s.t);
    times
        .clone()
        .zip(times.skip(1))
        .any(|(a, b)| b - a > limit && a - 2.0 * median_dt < event && event < b + 2.0 * median_dt)
}
