//! Faults of hips, knees and feet.

use super::{Outcome, Rep, Seen, value_of};
use crate::body::{BodySample, Side, angle_deg};
use crate::strength::posture::{Body, near};
use crate::strength::symmetry::NARROW_KNEES;

/// Knees and elbows: this far from straight is not locked out (METRICS §5.9).
pub(super) const LOCKOUT_DEG: f64 = 15.0;

/// The hip stays above the knee by more than 2 cm and the uncertainty (METRICS §5.5: `above`).
pub(super) fn depth_short(rep: &Rep<'_>) -> Outcome {
    let (value, u) = value_of(rep.depth_m)?;
    Ok(Seen { t: rep.span.bottom().1, measure: "depth_m", value, u, limit: -0.02 - u, step: -0.06 })
}

/// Knees closer together than 85 % of the ankles' distance (METRICS §5.7).
pub(super) fn knee_valgus(rep: &Rep<'_>) -> Outcome {
    let (value, u) = value_of(rep.knee_ankle_ratio)?;
    Ok(Seen {
        t: rep.span.bottom().1,
        measure: "knee_ankle_ratio",
        value,
        u,
        limit: NARROW_KNEES,
        step: -0.12,
    })
}

/// Hips off the middle of the feet: shown only beyond twice its uncertainty and 5 % of the stance.
pub(super) fn asymmetric_shift(rep: &Rep<'_>) -> Outcome {
    let t = rep.span.bottom().1;
    let seen =
        |value: f64, u| Seen { t, measure: "hip_shift_pct", value: value.abs(), u, limit: 5.0, step: 7.5 };
    match value_of(rep.hip_shift_pct) {
        Ok((value, u)) => Ok(seen(value, u)),
        Err("within_uncertainty") => Ok(seen(0.0, 2.5)),
        Err(reason) => Err(reason),
    }
}

/// The heel leaves the floor by more than 3 cm (METRICS §5.9). Heights hold in every view.
pub(super) fn heel_rise(rep: &Rep<'_>) -> Outcome {
    let heel = |_: &Body<'_>, s: &BodySample| Some(near(s).heel?[1] * rep.m_per_px);
    let (start, end) = (rep.span.start(), rep.span.end());
    let before = rep.body.over((start - 0.3, start + 0.1), 0.5, heel).ok_or("no_heel")?;
    let highest = rep.body.over((start, end), 0.95, heel).ok_or("no_heel")?;
    let t = rep.span.bottom().0;
    Ok(Seen { t, measure: "heel_rise_m", value: highest - before, u: 0.008, limit: 0.03, step: 0.02 })
}

/// Knees not straight at the end: more than 15° and the uncertainty of the angle.
pub(super) fn lockout_missing(rep: &Rep<'_>) -> Outcome {
    rep.aspect.sagittal()?;
    let t = rep.span.concentric.1;
    let value = rep.body.over((t - 0.05, t + 0.2), 0.25, Body::knee_flexion).ok_or("no_knee_angle")?;
    Ok(short_of_straight(rep, t, "knee_flexion_deg", value))
}

/// Hips not straight at the top.
pub(super) fn hips_not_locked(rep: &Rep<'_>) -> Outcome {
    rep.aspect.sagittal()?;
    let (from, to) = rep.span.top();
    let value = rep.body.over((from - 0.05, to + 0.1), 0.25, Body::hip_flexion).ok_or("no_hip_angle")?;
    Ok(short_of_straight(rep, from, "hip_flexion_deg", value))
}

/// The less straight of hips and knees at the top.
pub(super) fn hips_and_knees_not_locked(rep: &Rep<'_>) -> Outcome {
    rep.aspect.sagittal()?;
    let (from, to) = rep.span.top();
    let top = (from - 0.05, to + 0.1);
    let hip = rep.body.over(top, 0.25, Body::hip_flexion).ok_or("no_hip_angle")?;
    let knee = rep.body.over(top, 0.25, Body::knee_flexion).ok_or("no_knee_angle")?;
    let (measure, value) = if knee > hip { ("knee_flexion_deg", knee) } else { ("hip_flexion_deg", hip) };
    Ok(short_of_straight(rep, from, measure, value))
}

/// A joint's flexion where it should be straight. Keypoints lie beside the joints, so their uncertainty is granted.
pub(super) fn short_of_straight(rep: &Rep<'_>, t: f64, measure: &'static str, value: f64) -> Seen {
    let u = rep.u_angle_deg;
    Seen { t, measure, value, u, limit: LOCKOUT_DEG + u, step: 15.0 }
}

/// Knees that dip and push in a strict press: they move by more than 15° (METRICS §5.1).
pub(super) fn leg_drive(rep: &Rep<'_>) -> Outcome {
    rep.aspect.sagittal()?;
    let (start, end) = (rep.span.start() - 0.3, rep.span.concentric.1);
    let value = rep.body.range((start, end), Body::knee_flexion).ok_or("no_knee_angle")?;
    Ok(Seen { t: rep.span.concentric.0, measure: "knee_travel_deg", value, u: 3.0, limit: 15.0, step: 15.0 })
}

/// The leading leg: its ankle is in front.
fn lead<'s>(rep: &Rep<'_>, s: &'s BodySample) -> Option<&'s Side> {
    let ahead = rep.body.facing * (s.sides[0].ankle?[0] - s.sides[1].ankle?[0]);
    Some(&s.sides[usize::from(ahead < 0.0)])
}

/// The leading knee bends less than 75° (METRICS §5.1).
pub(super) fn lead_knee_short(rep: &Rep<'_>) -> Outcome {
    rep.aspect.sagittal()?;
    let (from, to) = rep.span.bottom();
    let bend = |_: &Body<'_>, s: &BodySample| {
        let side = lead(rep, s)?;
        Some(180.0 - angle_deg(side.hip?, side.knee?, side.ankle?))
    };
    let value = rep.body.over((from - 0.1, to + 0.1), 0.75, bend).ok_or("no_knee_angle")?;
    let u = rep.u_angle_deg;
    Ok(Seen { t: from, measure: "lead_knee_flexion_deg", value, u, limit: 75.0, step: -10.0 })
}

/// The leading knee is further forward than the toes by more than 3 cm, which is what keypoints are off.
pub(super) fn knee_past_toe(rep: &Rep<'_>) -> Outcome {
    rep.aspect.sagittal()?;
    let (from, to) = rep.span.bottom();
    let past = |body: &Body<'_>, s: &BodySample| {
        let side = lead(rep, s)?;
        Some(body.facing * (side.knee?[0] - side.toe?[0]) * rep.m_per_px)
    };
    let value = rep.body.over((from - 0.1, to + 0.1), 0.5, past).ok_or("no_toe")?;
    Ok(Seen { t: from, measure: "knee_past_toe_m", value, u: 0.015, limit: 0.03, step: 0.04 })
}
