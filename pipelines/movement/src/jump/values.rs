//! Numbers of a jump with what all of them share: caps of quality, scale, uncertainty of the events.

use super::JumpKind;
use super::events::G;
use super::report::Found;
use crate::calibrate::{GRAVITY, Scale};
use crate::measured::{Caps, Measured, Quality};

/// Makes the numbers of one jump.
#[derive(Debug)]
pub(super) struct Values {
    /// Metres per pixel of the hips in flight.
    pub(super) scale: Scale,
    /// Metres per pixel of the hips with bent legs.
    pub(super) dip_m_per_px: f64,
    gain_u: f64,
    caps: Caps,
    scale_caps: Caps,
    pub(super) takeoff_u: f64,
    pub(super) landing_u: f64,
    pub(super) apex_u: f64,
}

/// After a short contact the level of the feet on the ground comes from few samples of a foot that still moves: what this adds to
/// take-off and landing, seconds (rendered hops, exact joints and 2 px).
const LEVEL_TAKEOFF_U_S: f64 = 0.014;
const LEVEL_LANDING_U_S: f64 = 0.006;
/// What the distance of frames, and the jitter of a foot over its velocity, add to an event (rendered jumps, exact joints to 5 px).
const SAMPLING_SHARE: f64 = 0.12;
const JITTER_SHARE: f64 = 1.15;
/// Uncertainty of the apex over that of the take-off's bias.
const APEX_SHARE: f64 = 0.6;

impl Values {
    pub(super) fn of(found: &Found<'_>) -> Self {
        let (with, events) = (found.with, &found.events);
        let profile = with.profile;
        let (scale, suspect) = jump_scale(found);
        let caps = caps(found);
        let mut scale_caps = caps.clone();
        scale_caps.when(suspect, Quality::Medium, "calibration_suspect");
        scale_caps.when(scale.method != GRAVITY && !with.has_stood, Quality::Medium, "not_seen_standing");
        scale_caps.when(scale.method == GRAVITY, Quality::Medium, "no_athlete_height");
        let velocity = G * (events.apex - events.takeoff);
        let reactive = matches!(found.kind.kind, JumpKind::DropJump | JumpKind::RepeatedJump);
        let u_event = |bias_u: f64, level_u: f64| {
            let jitter_s = found.contact.jitter * with.scale.m_per_px / velocity.max(0.5);
            let level_u = if reactive { level_u } else { 0.0 };
            bias_u.hypot(level_u).hypot(SAMPLING_SHARE * with.median_dt).hypot(JITTER_SHARE * jitter_s)
        };
        let hip = &events.hip;
        Self {
            // Bent legs move the hip points less.
            dip_m_per_px: scale.m_per_px * profile.hip_vertical_gain_jump
                / profile.hip_vertical_gain_countermovement,
            scale,
            gain_u: profile.vertical_gain_u,
            caps,
            scale_caps,
            takeoff_u: u_event(found.feet.takeoff_u_s, LEVEL_TAKEOFF_U_S),
            landing_u: u_event(found.feet.landing_u_s, LEVEL_LANDING_U_S),
            // What shifts the feet's points in time shifts the hips', too, by less.
            apex_u: (hip.residual / (hip.a.abs() * (hip.n as f64 * hip.spread).sqrt()).max(1e-9))
                .hypot(APEX_SHARE * profile.takeoff_bias_u_s),
        }
    }

    /// A number that needs no scale.
    pub(super) fn plain(&self, value: f64, u: f64, method: &'static str) -> Measured {
        Measured::new(value, u, method).capped_by(&self.caps)
    }

    /// A length or velocity by the picture's scale; `noise` is what its points add.
    pub(super) fn metres(&self, metres: f64, noise: f64, method: &'static str) -> Measured {
        let u = (metres.abs() * self.scale.u.hypot(self.gain_u)).hypot(noise);
        Measured::new(metres, u, method).capped_by(&self.scale_caps).noted(self.scale.method)
    }
}

/// Metres per pixel for the hips in this jump, and whether two ways to find it disagree.
fn jump_scale(found: &Found<'_>) -> (Scale, bool) {
    let (with, hip) = (found.with, &found.events.hip);
    // Standard uncertainty of the curvature of evenly spread points.
    let noise = 2.2 * hip.residual / (hip.a.abs() * hip.spread * (hip.n as f64).sqrt()).max(1e-9);
    let gravity = Scale { m_per_px: G / -hip.a, u: 0.05f64.hypot(noise), method: GRAVITY };
    if with.scale.assumed() {
        return (gravity, false);
    }
    let height = Scale { m_per_px: with.scale.m_per_px / with.profile.hip_vertical_gain_jump, ..with.scale };
    let suspect = (height.m_per_px / gravity.m_per_px - 1.0).abs() > 0.08;
    (height, suspect)
}

/// Caps that hold for the whole jump.
fn caps(found: &Found<'_>) -> Caps {
    let (with, events) = (found.with, &found.raw);
    let flight_s = events.landing - events.takeoff;
    let off_centre = (events.apex - f64::midpoint(events.takeoff, events.landing)).abs() / flight_s;
    let from = events.takeoff - 1.0;
    let seen = found.ring.window(from, events.landing).count() as f64;
    let first = found.ring.window(from, events.landing).next().map_or(from, |s| s.t);
    let expected = (events.landing - first) / with.median_dt;
    let reactive = matches!(found.kind.kind, JumpKind::DropJump | JumpKind::RepeatedJump);
    let mut caps = Caps::default();
    caps.when(with.median_dt > 1.0 / 24.5, Quality::Low, "low_frame_rate");
    caps.when(seen < 0.9 * expected, Quality::Low, "dropped_frames");
    caps.when(events.hip.n < 6, Quality::Low, "few_flight_frames");
    caps.when(events.hip.r2 < 0.98, Quality::Low, "flight_not_parabolic");
    caps.when(off_centre > 0.15, Quality::Low, "apex_off_centre");
    caps.when(with.id_changed, Quality::Low, "identity_changed");
    // METRICS §4.9: drop jumps and hops need 60 frames a second.
    caps.when(reactive && with.median_dt > REACTIVE_DT_S, Quality::Low, "frame_rate_below_60");
    caps.when(!with.profile.events_measured(), Quality::Medium, "event_bias_unmeasured");
    caps
}

/// Frames further apart than this don't resolve a short contact: 60 a second, with some room for jitter.
pub(super) const REACTIVE_DT_S: f64 = 1.0 / 48.0;
