//! Angles of the leg at the lowest point and at take-off, and power.

use super::JumpKind;
use super::angles::{LegAngles, leg_angles};
use super::events::G;
use super::report::Found;
use super::values::Values;
use crate::bounds::{self, Bounds};
use crate::measured::{Measured, Quality};

/// Seen from less than this, the picture shortens angles (METRICS §3).
const SIDE_DEG: f64 = 65.0;
/// What a joint centre off by 2 cm does to the angles at hip and ankle, beside the knee's own uncertainty, degrees.
const HIP_MORE_DEG: f64 = 3.0;
const ANKLE_MORE_DEG: f64 = 8.0;

/// Angles of a moment as they are reported.
pub(super) struct Posture {
    pub(super) knee: Measured,
    pub(super) hip: Measured,
    pub(super) ankle: Measured,
}

impl Posture {
    /// The angles at `t`; `moving_deg` is what the speed of the joints adds to their uncertainty.
    pub(super) fn at(found: &Found<'_>, values: &Values, t: Option<f64>, moving_deg: f64) -> Self {
        let (profile, yaw) = (found.with.profile, found.with.yaw_deg);
        let refused = match (t, yaw) {
            (None, _) => Some("no_push_off_seen"),
            (_, Some(yaw)) if yaw < SIDE_DEG => Some("view_not_sagittal"),
            _ => None,
        };
        let seen = t.map_or(LegAngles::default(), |t| leg_angles(found.ring, t, found.with.median_dt));
        let angle = |degrees: Option<f64>, more: f64| match (refused, degrees) {
            (Some(reason), _) => Measured::unavailable("near_leg", reason),
            (None, None) => Measured::unavailable("near_leg", "joint_not_seen"),
            (None, Some(degrees)) => {
                let u = profile.knee_flexion_u_deg.hypot(more).hypot(moving_deg);
                let measured = values.plain(degrees, u, "near_leg");
                if yaw.is_none() { measured.capped(Quality::Medium, "view_unknown") } else { measured }
            }
        };
        Self {
            knee: angle(seen.knee.map(|knee| profile.knee_flexion_deg(knee)), 0.0),
            hip: angle(seen.hip, HIP_MORE_DEG),
            ankle: angle(seen.ankle, ANKLE_MORE_DEG),
        }
    }

    /// The same, held against the bounds of a take-off.
    pub(super) fn judged(self) -> Self {
        let judge = |bounds: Bounds, angle| bounds.judge(angle);
        Self {
            knee: judge(bounds::KNEE_TAKEOFF_DEG, self.knee),
            hip: judge(bounds::HIP_TAKEOFF_DEG, self.hip),
            ankle: judge(bounds::ANKLE_TAKEOFF_DEG, self.ankle),
        }
    }
}

/// Peak and mean power, where the body mass is known.
pub(super) fn power(found: &Found<'_>, values: &Values, height_m: &Measured) -> (Measured, Measured) {
    let none =
        |reason| (Measured::unavailable("sayers", reason), Measured::unavailable("work_over_time", reason));
    let Some(mass) = found.with.mass_kg.filter(|mass| (20.0..=300.0).contains(mass)) else {
        return none("no_mass");
    };
    let (Some(approach), Some(height), Some(u_height)) = (&found.approach, height_m.value(), height_m.u())
    else {
        return none("no_push_off_seen");
    };
    // Sayers 1999, of squat and countermovement jumps; 100 cm in a metre.
    let peak = match found.kind.kind {
        JumpKind::Cmj | JumpKind::SquatJump => {
            let watts = 60.7 * 100.0 * height + 45.3 * mass - 2055.0;
            let standard_error_w = 355.0;
            values
                .plain(watts, f64::hypot(6070.0 * u_height, standard_error_w), "sayers")
                .capped(Quality::Medium, "regression")
        }
        _ => Measured::unavailable("sayers", "not_a_standing_jump"),
    };
    let events = &found.events;
    let push_s = events.takeoff - approach.bottom;
    // The way to take-off by the picture's scale, the flight by gravity.
    let push_m = (events.hip.y(events.takeoff) - approach.bottom_y) * values.dip_m_per_px;
    let watts = mass * G * (push_m + height) / push_s;
    let relative = (u_height.hypot(push_m * values.scale.u + 0.01) / (push_m + height)).hypot(0.017 / push_s);
    let mean = if push_s > 0.05 && push_m > 0.0 {
        values.metres(watts, watts * relative, "work_over_time")
    } else {
        Measured::unavailable("work_over_time", "no_push_off_seen")
    };
    (peak, mean)
}
