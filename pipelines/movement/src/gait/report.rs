//! A bout or a window as it is reported.

use super::bout::Bout;
use super::measure::{Context, measure};
use super::record::{FootEvent, Gait, GaitBout, GaitKind};
use crate::exercise::Exercise;
use crate::measured::rounded;

/// A body that moves this far, and this fast, through the picture walks over ground.
const OVERGROUND_M: f64 = 0.8;
const OVERGROUND_M_S: f64 = 0.3;

/// Makes the report, and begins the next window.
pub(super) fn report(bout: &mut Bout, context: &Context, scope: &'static str, chosen: Exercise) -> GaitBout {
    let kind = match chosen {
        Exercise::Run => GaitKind::Run,
        Exercise::Walk => GaitKind::Walk,
        _ => bout.kind(),
    };
    let (strike_bias, toe_off_bias) = context.biases(kind);
    let [strikes, toe_offs] = bout.take_events(strike_bias, toe_off_bias);
    let cycles = std::mem::take(&mut bout.cycles);
    let surface = if overground(bout) { "overground" } else { "treadmill" };
    let sums = if scope == "bout" { &bout.whole } else { &bout.window };
    let values = measure(sums, kind, context);
    let events =
        |events: Vec<(usize, f64)>| events.into_iter().map(|(side, t)| FootEvent::new(side, t)).collect();
    let gait = Gait {
        person_id: context.person_id,
        kind,
        scope,
        surface,
        facing: if bout.direction > 0.0 { "right" } else { "left" },
        start_s: sums.first.unwrap_or(context.now) - strike_bias,
        end_s: sums.last - strike_bias,
        decided_s: rounded(context.now),
        quality: values.cadence.quality(),
        step_count: sums.strikes,
        foot_strikes: events(strikes),
        toe_offs: if context.has_toes { events(toe_offs) } else { Vec::new() },
        cycles_detected: sums.cycles.detected,
        cycles_accepted: sums.cycles.accepted,
        rejected: sums.cycles.rejected(),
        completeness: sums.cycles.completeness(),
        range_checks: sums.cycles.range_checks(),
        curves: sums.cycles.curves(),
        cadence_spm: values.cadence,
        step_time_s: values.step,
        stride_time_s: values.stride,
        contact_time_s: values.contact,
        flight_time_s: values.flight,
        swing_time_s: values.swing,
        double_support_s: values.double_support,
        duty_factor: values.duty,
        vertical_oscillation_m: values.oscillation,
        speed_m_s: values.speed,
        step_length_m: values.step_length,
        stride_length_m: values.stride_length,
        vertical_stiffness_kn_m: values.vertical_stiffness,
        leg_stiffness_kn_m: values.leg_stiffness,
        trunk_lean_deg: values.lean,
        foot_strike_angle_deg: values.foot_angle,
        overstride: values.overstride,
        contact_time_left_s: values.contacts[0].clone(),
        contact_time_right_s: values.contacts[1].clone(),
        step_time_left_s: values.steps[0].clone(),
        step_time_right_s: values.steps[1].clone(),
        contact_symmetry_pct: values.contact_symmetry,
        step_time_symmetry_pct: values.step_symmetry,
    };
    bout.forget_window(context.now);
    GaitBout { gait, cycles }
}

fn overground(bout: &Bout) -> bool {
    let Some((from_s, from_m)) = bout.from_x else { return false };
    let (to_s, to_m) = bout.to_x;
    let moved = (to_m - from_m).abs();
    moved > OVERGROUND_M && moved > OVERGROUND_M_S * (to_s - from_s)
}
