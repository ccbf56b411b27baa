//! Walking and running.

use spotter_movement::{Gait, GaitKind, Measured};

use super::{plain, quality, with_u};
use crate::commands::table::table;

/// A bout: what it was, and its values one below the other.
pub(super) fn bout(gait: &Gait) -> String {
    let kind = match gait.kind {
        GaitKind::Run => "Running",
        GaitKind::Walk => "Walking",
        _ => "Gait",
    };
    let rows: Vec<Vec<String>> = values(gait)
        .into_iter()
        .filter(|(_, value, _)| value.value().is_some())
        .map(|(name, value, decimals)| {
            vec![name.to_owned(), with_u(value, decimals), quality(value.quality()), sides(gait, name)]
        })
        .collect();
    format!(
        "{kind} ({}), {:.1} to {:.1} s, {} steps, {} of {} cycles whole\n{}",
        gait.surface,
        gait.start_s,
        gait.end_s,
        gait.step_count,
        gait.cycles_accepted,
        gait.cycles_detected,
        table(&["", "mean", "quality", "left, right, asymmetry"], &rows)
    )
}

const CONTACT: &str = "contact s";
const STEP: &str = "step s";

fn values(gait: &Gait) -> [(&'static str, &Measured, usize); 17] {
    [
        ("cadence steps/min", &gait.cadence_spm, 1),
        (STEP, &gait.step_time_s, 3),
        ("stride s", &gait.stride_time_s, 3),
        (CONTACT, &gait.contact_time_s, 3),
        ("flight s", &gait.flight_time_s, 3),
        ("swing s", &gait.swing_time_s, 3),
        ("double support s", &gait.double_support_s, 3),
        ("duty factor", &gait.duty_factor, 3),
        ("vertical oscillation m", &gait.vertical_oscillation_m, 3),
        ("speed m/s", &gait.speed_m_s, 2),
        ("step length m", &gait.step_length_m, 2),
        ("stride length m", &gait.stride_length_m, 2),
        ("vertical stiffness kN/m", &gait.vertical_stiffness_kn_m, 1),
        ("leg stiffness kN/m", &gait.leg_stiffness_kn_m, 1),
        ("trunk lean °", &gait.trunk_lean_deg, 1),
        ("foot at strike °", &gait.foot_strike_angle_deg, 1),
        ("overstride of leg length", &gait.overstride, 2),
    ]
}

fn sides(gait: &Gait, name: &str) -> String {
    let (left, right, asymmetry) = match name {
        CONTACT => (&gait.contact_time_left_s, &gait.contact_time_right_s, &gait.contact_symmetry_pct),
        STEP => (&gait.step_time_left_s, &gait.step_time_right_s, &gait.step_time_symmetry_pct),
        _ => return String::new(),
    };
    if left.value().is_none() && right.value().is_none() {
        return String::new();
    }
    format!("{}, {}, {} %", plain(left, 3), plain(right, 3), with_u(asymmetry, 1))
}
