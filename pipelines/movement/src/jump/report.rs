//! Puts a measured flight together as a [`Jump`].

use super::approach::{Approach, Kind};
use super::contact::{GroundContact, LastFlight, fall_velocity};
use super::events::{FlightEvents, G};
use super::feet::Feet;
use super::measure::{Landed, Surroundings};
use super::phases::Phases;
use super::posture::{Posture, power};
use super::reactive::Reactive;
use super::values::Values;
use super::{Contact, Jump, JumpKind};
use crate::body::BodySample;
use crate::bounds;
use crate::calibrate::GRAVITY;
use crate::measured::{Measured, Quality};
use crate::signal::{Ring, parabola_fit};

/// A landing this much lower or higher than the take-off makes the flight-time height wrong.
const TUCKED_M: f64 = 0.03;

/// All that was found of a flight.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) ring: &'a Ring<BodySample>,
    pub(super) contact: &'a Contact,
    pub(super) feet: Feet,
    /// As the keypoints show it.
    pub(super) raw: FlightEvents,
    /// Less the pose model's known errors.
    pub(super) events: FlightEvents,
    pub(super) approach: Option<Approach>,
    pub(super) ground: Option<GroundContact>,
    pub(super) kind: Kind,
    pub(super) with: &'a Surroundings<'a>,
}

pub(super) fn report(found: &Found<'_>) -> Landed {
    let (with, events) = (found.with, &found.events);
    let values = Values::of(found);
    let heights = Heights::of(found, &values);
    let phases = Phases::of(found, &values);
    let height_m = consistent(&heights, &phases, &values);
    let reactive = Reactive::of(found, &values, &height_m);
    let (peak_power_w, mean_power_w) = power(found, &values, &height_m);
    let bottom = Posture::at(found, &values, found.approach.as_ref().map(|approach| approach.bottom), 0.0);
    // At take-off the knee straightens by some 8° in 10 ms.
    let off = Posture::at(found, &values, Some(events.takeoff), 4.0).judged();
    let mut remarks = Vec::new();
    remarks.extend(found.kind.dipped.then_some("not_pure_sj"));
    remarks.extend((heights.landing_drop_m.abs() > TUCKED_M).then_some("tucked_landing"));
    let last = LastFlight {
        landing: events.landing,
        landing_u: values.landing_u,
        velocity_m_s: fall_velocity(events.landing - events.apex),
    };
    let both = found.feet.weight[0].min(found.feet.weight[1]) > 0.25;
    let jump = Jump {
        person_id: with.person_id,
        kind: found.kind.kind,
        quality: height_m.quality(),
        decided_s: with.now,
        hop_number: None,
        stretch_shortening: reactive.stretch_shortening,
        heel_contact: found.ground.and_then(|ground| ground.heel_down),
        remarks,
        takeoff_s: values.plain(events.takeoff, values.takeoff_u, "toe_hinge"),
        apex_s: values.plain(events.apex, values.apex_u, "flight_parabola"),
        landing_s: values.plain(events.landing, values.landing_u, "toe_hinge"),
        flight_time_s: heights.flight_time_s,
        rsi_modified_m_s: rsi_modified(&height_m, &phases.time_to_takeoff_s, found.kind.kind),
        height_m,
        height_flight_m: heights.flight,
        height_flight_corrected_m: heights.corrected,
        height_rise_m: heights.rise,
        height_standing_m: phases.height_standing_m,
        takeoff_velocity_m_s: heights.velocity,
        takeoff_velocity_kinematic_m_s: heights.velocity_kinematic,
        countermovement_depth_m: phases.countermovement_depth_m,
        time_to_takeoff_s: phases.time_to_takeoff_s,
        unweighting_s: phases.unweighting_s,
        braking_s: phases.braking_s,
        eccentric_s: phases.eccentric_s,
        concentric_s: phases.concentric_s,
        squat_hold_s: phases.squat_hold_s,
        peak_eccentric_velocity_m_s: phases.peak_eccentric_velocity_m_s,
        peak_concentric_velocity_m_s: phases.peak_concentric_velocity_m_s,
        contact_start_s: reactive.contact_start_s,
        contact_time_s: reactive.contact_time_s,
        rsi_m_s: reactive.rsi_m_s,
        rsr: reactive.rsr,
        drop_height_m: reactive.drop_height_m,
        effective_drop_height_m: reactive.effective_drop_height_m,
        eccentric_utilisation: Measured::unavailable("cmj_over_squat_jump", "no_other_kind_yet"),
        peak_power_w,
        mean_power_w,
        knee_flexion_bottom_deg: bottom.knee,
        hip_flexion_bottom_deg: bottom.hip,
        ankle_dorsiflexion_bottom_deg: bottom.ankle,
        knee_flexion_takeoff_deg: off.knee,
        hip_flexion_takeoff_deg: off.hip,
        ankle_dorsiflexion_takeoff_deg: off.ankle,
    };
    let lag_s = match events.landings {
        [Some(left), Some(right)] if both => Some(left - right),
        _ => None,
    };
    Landed {
        jump,
        last,
        hip_y: events.hip.y(events.landing),
        scale: values.scale,
        lag_s,
        yaw_deg: with.yaw_deg,
    }
}

/// The flight itself: time, heights, velocities (METRICS §4.2).
struct Heights {
    /// Hips at take-off less hips at landing, metres.
    landing_drop_m: f64,
    flight_time_s: Measured,
    headline: Measured,
    flight: Measured,
    corrected: Measured,
    rise: Measured,
    velocity: Measured,
    velocity_kinematic: Measured,
}

impl Heights {
    fn of(found: &Found<'_>, values: &Values) -> Self {
        let events = &found.events;
        let hip = &events.hip;
        let scale = values.scale.m_per_px;
        let flight_s = events.landing - events.takeoff;
        let rise_s = events.apex - events.takeoff;
        let velocity = G * rise_s;
        let u_rise_s = values.takeoff_u.hypot(values.apex_u);
        let u_flight_s = values.takeoff_u.hypot(values.landing_u);
        let kind = found.kind.kind;
        let judge = |height: Measured| {
            if kind == JumpKind::SquatJump {
                bounds::SJ_HEIGHT_M.judge(height)
            } else {
                bounds::HEIGHT_M.judge(height)
            }
        };
        let judge_flight = |flight: Measured| match kind {
            JumpKind::DropJump | JumpKind::RepeatedJump => bounds::REACTIVE_FLIGHT_S.judge(flight),
            _ => bounds::FLIGHT_S.judge(flight),
        };

        let landing_drop_m = (hip.y(events.takeoff) - hip.y(events.landing)) * scale;
        let mut flight =
            values.plain(G * flight_s * flight_s / 8.0, G * flight_s * u_flight_s / 4.0, "flight_time");
        if landing_drop_m.abs() > TUCKED_M {
            flight = flight.capped(Quality::Medium, "tucked_landing");
        }
        // A take-off that is seen late shortens the flight and raises the posture that it is compared with; both add up to the
        // velocity times the error. Errors of the landing cancel.
        let v0 = G * flight_s / 2.0 - landing_drop_m / flight_s;
        let u_drop = landing_drop_m * values.scale.u + 0.003;
        let u_corrected = (v0 * values.takeoff_u).hypot(v0 / G / flight_s * u_drop);
        let rise_px = hip.y(events.apex) - hip.y(events.takeoff);
        let around = (2.1 * found.with.median_dt).max(0.04);
        let hips = found.ring.window(events.takeoff - around, events.takeoff + around);
        let kinematic = parabola_fit(hips.filter_map(|s| s.hip.map(|hip| (s.t, hip[1]))), events.takeoff);
        Self {
            landing_drop_m,
            flight_time_s: judge_flight(values.plain(flight_s, u_flight_s, "toe_hinge")),
            headline: judge(values.plain(velocity * rise_s / 2.0, velocity * u_rise_s, "rise_fit")),
            flight: judge(flight),
            corrected: judge(values.plain(
                v0 * v0 / (2.0 * G),
                u_corrected,
                "flight_time_less_landing_posture",
            )),
            rise: judge(values.metres(rise_px * scale, velocity * u_rise_s, "hip_rise")),
            velocity: values.plain(velocity, G * u_rise_s, "rise_fit"),
            velocity_kinematic: kinematic.map_or_else(
                || Measured::unavailable("hip_slope", "few_frames"),
                |fit| values.metres(fit.v * scale, 0.15, "hip_slope"),
            ),
        }
    }
}

/// METRICS §7, consistency: values that must agree with each other, however each was found.
fn consistent(heights: &Heights, phases: &Phases, values: &Values) -> Measured {
    let mut headline = heights.headline.clone();
    let (Some(height), Some(flight)) = (headline.value(), heights.flight.value()) else { return headline };
    if bounds::HEIGHT_OVER_FLIGHT.is_broken(Some(height / flight)) {
        headline = headline.capped(Quality::Medium, "inconsistent:flight_time");
    }
    // Only a stated height makes the picture's velocity independent.
    let ballistic = (2.0 * G * height).sqrt();
    if values.scale.method != GRAVITY
        && bounds::VELOCITY_OVER_BALLISTIC
            .is_broken(heights.velocity_kinematic.value().map(|v| v / ballistic))
    {
        headline = headline.noted("inconsistent:takeoff_velocity");
    }
    if bounds::DEPTH_OVER_HEIGHT.is_broken(phases.countermovement_depth_m.value().map(|depth| depth / height))
    {
        headline = headline.noted("inconsistent:depth");
    }
    let slowness = phases.concentric_s.value().zip(phases.countermovement_depth_m.value());
    if bounds::PUSH_OVER_DEPTH_S_M.is_broken(slowness.map(|(s, m)| s / m)) {
        headline = headline.noted("inconsistent:push_off_time");
    }
    headline
}

fn rsi_modified(height_m: &Measured, time_to_takeoff_s: &Measured, kind: JumpKind) -> Measured {
    const METHOD: &str = "height_over_time_to_takeoff";
    let (Some(h), Some(t), JumpKind::Cmj) = (height_m.value(), time_to_takeoff_s.value(), kind) else {
        return Measured::unavailable(METHOD, "no_time_to_takeoff");
    };
    let (u_h, u_t) = (height_m.u().unwrap_or(0.0), time_to_takeoff_s.u().unwrap_or(0.0));
    let mut ratio = Measured::new(h / t, h / t * (u_h / h).hypot(u_t / t), METHOD);
    for of in [height_m, time_to_takeoff_s] {
        for reason in of.reasons().iter().filter(|reason| !reason.starts_with("out_of_bounds")) {
            ratio = ratio.capped(of.quality(), reason);
        }
    }
    bounds::RSI_MODIFIED_M_S.judge(ratio)
}
