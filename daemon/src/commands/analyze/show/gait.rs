//! Walking and running.

use spotter_movement::{Gait, GaitKind, Measured};

use super::{counted, filled, plain, quality, with_u, words};

/// A bout: what it was, and its values one below the other.
pub(super) fn bout(gait: &Gait) -> String {
    let kind = match gait.kind {
        GaitKind::Run => "Running",
        GaitKind::Walk => "Walking",
        _ => "Gait",
    };
    let rows = values(gait).into_iter().filter(|(_, value, _)| was_measured(value));
    let rows = rows.map(|(name, value, decimals)| {
        let [left, right, asymmetry] = sides(gait, name);
        [name.to_owned(), with_u(value, decimals), left, right, asymmetry, quality(value.quality())]
    });
    format!(
        "{kind} ({}), {:.1} to {:.1} s, {}, {} of {} cycles accepted{}\n{}",
        gait.surface,
        gait.start_s,
        gait.end_s,
        counted(gait.step_count, "step"),
        gait.cycles_accepted,
        gait.cycles_detected,
        rejected(gait),
        filled(["", "mean", "left", "right", "asymmetry %", "quality"], rows.collect())
    )
}

/// A running athlete's double support and a walking one's flight are 0 because they are defined so.
fn was_measured(measured: &Measured) -> bool {
    measured.value().is_some() && measured.u() != Some(0.0)
}

fn rejected(gait: &Gait) -> String {
    let reasons: Vec<String> =
        gait.rejected.iter().map(|of| format!("{} for {}", of.count, words(of.reason))).collect();
    if reasons.is_empty() { String::new() } else { format!(" ({} rejected)", reasons.join(", ")) }
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

/// Left, right, and how much they differ.
fn sides(gait: &Gait, name: &str) -> [String; 3] {
    let (left, right, asymmetry) = match name {
        CONTACT => (&gait.contact_time_left_s, &gait.contact_time_right_s, &gait.contact_symmetry_pct),
        STEP => (&gait.step_time_left_s, &gait.step_time_right_s, &gait.step_time_symmetry_pct),
        _ => return Default::default(),
    };
    [plain(left, 3), plain(right, 3), with_u(asymmetry, 1)]
}
