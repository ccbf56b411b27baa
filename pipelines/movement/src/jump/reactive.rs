//! Numbers of the contact before a drop jump's or hop's take-off (METRICS §4.6, §4.7, §4.9).

use super::events::G;
use super::report::Found;
use super::values::{REACTIVE_DT_S, Values};
use crate::bounds;
use crate::measured::Measured;

/// Contacts shorter than this are of the fast stretch-shortening cycle (Flanagan and Comyns 2008).
const FAST_S: f64 = 0.25;

/// What the contact gives.
pub(super) struct Reactive {
    pub(super) contact_start_s: Measured,
    pub(super) contact_time_s: Measured,
    pub(super) rsi_m_s: Measured,
    pub(super) rsr: Measured,
    pub(super) drop_height_m: Measured,
    pub(super) effective_drop_height_m: Measured,
    pub(super) stretch_shortening: Option<&'static str>,
}

impl Reactive {
    pub(super) fn of(found: &Found<'_>, values: &Values, height_m: &Measured) -> Self {
        let none = |reason| Measured::unavailable("toe_hinge", reason);
        let Some(ground) = &found.ground else {
            let missing = || none("no_fall_before");
            return Self {
                contact_start_s: missing(),
                contact_time_s: missing(),
                rsi_m_s: missing(),
                rsr: missing(),
                drop_height_m: missing(),
                effective_drop_height_m: missing(),
                stretch_shortening: None,
            };
        };
        let contact_s = found.events.takeoff - ground.start;
        let u_contact = values.takeoff_u.hypot(ground.u_s);
        let flight_s = found.events.landing - found.events.takeoff;
        let unresolved = found.with.median_dt > REACTIVE_DT_S && contact_s < FAST_S;
        let ratio = |value: f64, u_value: f64, method| {
            let u = value / contact_s * (u_value / value).hypot(u_contact / contact_s);
            values.plain(value / contact_s, u, method)
        };
        let refused = |method| Measured::unavailable(method, "frame_rate_below_60");
        let rsi = match (height_m.value(), height_m.u()) {
            _ if unresolved => refused("height_over_contact"),
            (Some(height), Some(u)) => bounds::RSI_M_S.judge(ratio(height, u, "height_over_contact")),
            _ => none("no_height"),
        };
        let rsr = if unresolved {
            refused("flight_over_contact")
        } else {
            bounds::RSR.judge(ratio(
                flight_s,
                values.takeoff_u.hypot(values.landing_u),
                "flight_over_contact",
            ))
        };
        let fall_m = ground.velocity_m_s.powi(2) / (2.0 * G);
        Self {
            contact_start_s: values.plain(ground.start, ground.u_s, "toe_hinge"),
            contact_time_s: bounds::CONTACT_S.judge(values.plain(contact_s, u_contact, "toe_hinge")),
            rsi_m_s: rsi,
            rsr,
            drop_height_m: ground.drop_px.map_or_else(
                || none("no_box"),
                |px| values.metres(px * found.with.scale.m_per_px, 0.02, "toe_level"),
            ),
            // A hop falls freely, and its velocity needs no scale.
            effective_drop_height_m: match ground.drop_px {
                Some(_) => values.metres(fall_m, 0.12 * fall_m + 0.01, "touchdown_velocity"),
                None => values.plain(fall_m, ground.velocity_m_s * ground.u_s, "touchdown_velocity"),
            },
            stretch_shortening: Some(if contact_s < FAST_S { "fast" } else { "slow" }),
        }
    }
}
