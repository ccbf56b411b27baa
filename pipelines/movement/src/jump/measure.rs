//! Measures a flight that has landed, and says whether it was a jump at all.

use super::approach::{Approach, approach, kind};
use super::events::{FlightEvents, G, flight_events};
use super::{Contact, Jump, JumpKind};
use crate::body::BodySample;
use crate::bounds;
use crate::calibrate::{GRAVITY, Scale};
use crate::measured::{Caps, Measured, Quality};
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
pub(crate) struct Surroundings<'a> {
    pub(crate) person_id: u32,
    /// PTS of the newest frame.
    pub(crate) now: f64,
    pub(crate) scale: Scale,
    pub(crate) has_stood: bool,
    pub(crate) has_toes: bool,
    pub(crate) median_dt: f64,
    pub(crate) profile: &'a ModelProfile,
    /// Landing of the flight before, if any.
    pub(crate) last_landing: Option<f64>,
    pub(crate) id_changed: bool,
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
/// Measures a landed flight.
pub(crate) fn measure(
    ring: &Ring<BodySample>,
    contact: &Contact,
    with: &Surroundings<'_>,
) -> Result<Jump, Reject> {
    let events = flight_events(ring, contact, &with.scale).ok_or(Reject::NotAJump)?;
    was_a_jump(ring, contact, &events, with)?;
    if !with.has_toes {
        return Err(Reject::Refused("no_feet: take-off can't be timed without toes"));
    }
    if !with.profile.can_time_feet {
        return Err(Reject::Refused("model can't time take-off"));
    }
    if gap_at(ring, events.takeoff, with.median_dt) || gap_at(ring, events.landing, with.median_dt) {
        return Err(Reject::Refused("tracking_lost at take-off or landing"));
    }
    Ok(report(ring, contact, &events, with))
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

/// Metres per pixel for the hips in this jump, and remarks on it.
fn jump_scale(events: &FlightEvents, with: &Surroundings<'_>) -> (Scale, bool) {
    let gravity_m_per_px = G / -events.hip.a;
    // Standard uncertainty of the curvature of evenly spread points.
    let noise = 2.2 * events.hip.residual
        / (events.hip.a.abs() * events.hip.spread * (events.hip.n as f64).sqrt()).max(1e-9);
    let gravity = Scale { m_per_px: gravity_m_per_px, u: 0.05f64.hypot(noise), method: GRAVITY };
    if with.scale.assumed() {
        return (gravity, false);
    }
    let height = Scale { m_per_px: with.scale.m_per_px / with.profile.hip_vertical_gain_jump, ..with.scale };
    let suspect = (height.m_per_px / gravity.m_per_px - 1.0).abs() > 0.08;
    (height, suspect)
}

/// Caps that hold for the whole jump.
fn caps(ring: &Ring<BodySample>, events: &FlightEvents, kind: JumpKind, with: &Surroundings<'_>) -> Caps {
    let flight_s = events.landing - events.takeoff;
    let off_centre = (events.apex - f64::midpoint(events.takeoff, events.landing)).abs() / flight_s;
    let from = events.takeoff - 1.0;
    let seen = ring.window(from, events.landing).count() as f64;
    let first = ring.window(from, events.landing).next().map_or(from, |s| s.t);
    let expected = (events.landing - first) / with.median_dt;
    let mut caps = Caps::default();
    caps.when(with.median_dt > 1.0 / 24.5, Quality::Low, "low_frame_rate");
    caps.when(seen < 0.9 * expected, Quality::Low, "dropped_frames");
    caps.when(events.hip.n < 6, Quality::Low, "few_flight_frames");
    caps.when(events.hip.r2 < 0.98, Quality::Low, "flight_not_parabolic");
    caps.when(off_centre > 0.15, Quality::Low, "apex_off_centre");
    caps.when(with.id_changed, Quality::Low, "identity_changed");
    caps.when(kind == JumpKind::DropJump, Quality::Low, "short_contact");
    caps.when(!with.profile.events_measured(), Quality::Medium, "event_bias_unmeasured");
    caps
}

#[allow(clippy::too_many_lines)] // One line a value; splitting it would hide that they belong together.
fn report(ring: &Ring<BodySample>, contact: &Contact, raw: &FlightEvents, with: &Surroundings<'_>) -> Jump {
    let profile = with.profile;
    let events = FlightEvents {
        takeoff: raw.takeoff - profile.takeoff_bias_s,
        landing: raw.landing - profile.landing_bias_s,
        ..*raw
    };
    let approach = approach(ring, events.takeoff, with);
    let kind = kind(ring, contact, events.takeoff, approach.as_ref(), with);
    let caps = caps(ring, raw, kind, with);
    let (scale, suspect) = jump_scale(&events, with);
    let mut scale_caps = caps.clone();
    scale_caps.when(suspect, Quality::Medium, "calibration_suspect");
    scale_caps.when(scale.method != GRAVITY && !with.has_stood, Quality::Medium, "not_seen_standing");
    scale_caps.when(scale.method == GRAVITY, Quality::Medium, "no_athlete_height");

    let flight_s = events.landing - events.takeoff;
    let rise_s = events.apex - events.takeoff;
    let velocity = G * rise_s;
    let height = velocity * rise_s / 2.0;
    // After a short contact the feet's level on the ground is known from few samples, of a foot that still moves.
    let u_level = if kind == JumpKind::DropJump { 0.015 } else { 0.0 };
    let u_event = |bias_u: f64| {
        let jitter_s = contact.jitter * with.scale.m_per_px / velocity.max(0.5);
        (bias_u.powi(2) + f64::powi(u_level, 2) + (0.2 * with.median_dt).powi(2) + jitter_s.powi(2) / 2.0)
            .sqrt()
    };
    let (u_takeoff, u_landing) = (u_event(profile.takeoff_bias_u_s), u_event(profile.landing_bias_u_s));
    let hip = &events.hip;
    let u_apex = hip.residual / (hip.a.abs() * (hip.n as f64 * hip.spread).sqrt()).max(1e-9);
    let u_rise_s = u_takeoff.hypot(u_apex);
    let u_flight_s = u_takeoff.hypot(u_landing);
    let value = |value: f64, u: f64, method: &'static str| Measured::new(value, u, method).capped_by(&caps);
    let metres = |metres: f64, noise: f64, method: &'static str| {
        let u = (metres.abs() * scale.u.hypot(profile.vertical_gain_u)).hypot(noise);
        Measured::new(metres, u, method).capped_by(&scale_caps).noted(scale.method)
    };

    let landing_drop_m = (hip.y(events.takeoff) - hip.y(events.landing)) * scale.m_per_px;
    let height_flight = G * flight_s * flight_s / 8.0;
    let mut flight_height = value(height_flight, G * flight_s * u_flight_s / 4.0, "flight_time");
    if landing_drop_m.abs() > 0.03 {
        flight_height = flight_height.capped(Quality::Medium, "tucked_landing");
    }

    // Both scales are those of the hips in flight; bent legs move the hip points less.
    let dip_m_per_px =
        scale.m_per_px * profile.hip_vertical_gain_jump / profile.hip_vertical_gain_countermovement;
    let parts =
        Parts::of(kind, approach.as_ref(), &events, (&scale, dip_m_per_px), u_takeoff, &value, &metres);
    let height_m = bounds::HEIGHT_M.judge(value(height, velocity * u_rise_s, "rise_fit"));
    let rsi_modified_m_s = match (height_m.value(), parts.time_to_takeoff_s.value()) {
        (Some(h), Some(t)) => {
            let u = h / t * (velocity * u_rise_s / h).hypot(parts.time_to_takeoff_s.u().unwrap_or(0.0) / t);
            bounds::RSI_MODIFIED_M_S.judge(value(h / t, u, "height_over_time_to_takeoff"))
        }
        _ => Measured::unavailable("height_over_time_to_takeoff", "no_time_to_takeoff"),
    };
    Jump {
        person_id: with.person_id,
        kind,
        quality: height_m.quality(),
        decided_s: with.now,
        takeoff_s: value(events.takeoff, u_takeoff, "toe_hinge"),
        apex_s: value(events.apex, u_apex, "flight_parabola"),
        landing_s: value(events.landing, u_landing, "toe_hinge"),
        flight_time_s: bounds::FLIGHT_S.judge(value(flight_s, u_flight_s, "toe_hinge")),
        height_m,
        height_flight_m: bounds::HEIGHT_M.judge(flight_height),
        height_standing_m: parts.height_standing_m,
        takeoff_velocity_m_s: value(velocity, G * u_rise_s, "rise_fit"),
        countermovement_depth_m: parts.countermovement_depth_m,
        time_to_takeoff_s: parts.time_to_takeoff_s,
        unweighting_s: parts.unweighting_s,
        braking_s: parts.braking_s,
        eccentric_s: parts.eccentric_s,
        concentric_s: parts.concentric_s,
        peak_eccentric_velocity_m_s: parts.peak_eccentric_velocity_m_s,
        peak_concentric_velocity_m_s: parts.peak_concentric_velocity_m_s,
        rsi_modified_m_s,
    }
}

/// What comes from the movement before take-off.
struct Parts {
    height_standing_m: Measured,
    countermovement_depth_m: Measured,
    time_to_takeoff_s: Measured,
    unweighting_s: Measured,
    braking_s: Measured,
    eccentric_s: Measured,
    concentric_s: Measured,
    peak_eccentric_velocity_m_s: Measured,
    peak_concentric_velocity_m_s: Measured,
}

/// Standard uncertainty of the first movement and of the turning point, seconds.
const U_ONSET_S: f64 = 0.03;
const U_TURN_S: f64 = 0.015;

impl Parts {
    fn of(
        kind: JumpKind,
        approach: Option<&Approach>,
        events: &FlightEvents,
        (scale, dip_m_per_px): (&Scale, f64),
        u_takeoff: f64,
        value: &dyn Fn(f64, f64, &'static str) -> Measured,
        metres: &dyn Fn(f64, f64, &'static str) -> Measured,
    ) -> Self {
        let none = |reason| Measured::unavailable("hip_kinematics", reason);
        let Some(approach) = approach else {
            let missing = || none("no_push_off_seen");
            return Self {
                height_standing_m: missing(),
                countermovement_depth_m: missing(),
                time_to_takeoff_s: missing(),
                unweighting_s: missing(),
                braking_s: missing(),
                eccentric_s: missing(),
                concentric_s: missing(),
                peak_eccentric_velocity_m_s: missing(),
                peak_concentric_velocity_m_s: missing(),
            };
        };
        let peak_up = metres(approach.fastest_up * dip_m_per_px, 0.08, "hip_kinematics");
        let concentric = value(events.takeoff - approach.bottom, u_takeoff.hypot(U_TURN_S), "hip_kinematics");
        let (Some((onset, standing)), JumpKind::Cmj) = (approach.onset, kind) else {
            // Without standing still before it there is no countermovement to measure; a squat jump has none.
            let missing =
                || none(if kind == JumpKind::Cmj { "no_standing_before" } else { "no_countermovement" });
            return Self {
                height_standing_m: missing(),
                countermovement_depth_m: missing(),
                time_to_takeoff_s: if kind == JumpKind::SquatJump { concentric.clone() } else { missing() },
                unweighting_s: missing(),
                braking_s: missing(),
                eccentric_s: missing(),
                concentric_s: bounds::CONCENTRIC_S.judge(concentric),
                peak_eccentric_velocity_m_s: missing(),
                peak_concentric_velocity_m_s: bounds::PEAK_CONCENTRIC_M_S.judge(peak_up),
            };
        };
        let depth = metres((standing - approach.bottom_y) * dip_m_per_px, 0.005, "hip_kinematics");
        let above_standing =
            metres((events.hip.y(events.apex) - standing) * scale.m_per_px, 0.005, "hip_apex");
        let (fastest_t, fastest_v) = approach.fastest_down;
        let seconds = |s: f64, u: f64| value(s, u, "hip_kinematics");
        Self {
            height_standing_m: above_standing,
            countermovement_depth_m: bounds::DEPTH_M.judge(depth),
            time_to_takeoff_s: bounds::TIME_TO_TAKEOFF_S
                .judge(seconds(events.takeoff - onset, U_ONSET_S.hypot(u_takeoff))),
            unweighting_s: seconds(fastest_t - onset, U_ONSET_S.hypot(U_TURN_S)),
            braking_s: seconds(approach.bottom - fastest_t, U_TURN_S * 1.5),
            eccentric_s: bounds::ECCENTRIC_S
                .judge(seconds(approach.bottom - onset, U_ONSET_S.hypot(U_TURN_S))),
            concentric_s: bounds::CONCENTRIC_S.judge(concentric),
            peak_eccentric_velocity_m_s: bounds::PEAK_ECCENTRIC_M_S.judge(metres(
                -fastest_v * dip_m_per_px,
                0.08,
                "hip_kinematics",
            )),
            peak_concentric_velocity_m_s: bounds::PEAK_CONCENTRIC_M_S.judge(peak_up),
        }
    }
}
