//! Faults of the arms.

use super::legs::short_of_straight;
use super::{Outcome, Rep, Seen};
use crate::body::BodySample;
use crate::strength::posture::{Body, near};

/// Elbows not straight at the top of a press or push-up.
pub(super) fn lockout_missing(rep: &Rep<'_>) -> Outcome {
    rep.aspect.sagittal()?;
    let (from, to) = rep.span.top();
    let value = rep.body.over((from - 0.05, to + 0.1), 0.25, Body::elbow_flexion).ok_or("no_elbow_angle")?;
    Ok(short_of_straight(rep, from, "elbow_flexion_deg", value))
}

/// Elbows not straight before a pull: the arms never hang.
pub(super) fn not_extended(rep: &Rep<'_>) -> Outcome {
    rep.aspect.sagittal()?;
    let t = rep.span.concentric.0;
    let value = rep.body.over((t - 0.2, t + 0.05), 0.25, Body::elbow_flexion).ok_or("no_elbow_angle")?;
    // METRICS §5.1: a curl begins below 40°, a pull-up below 25°.
    Ok(short_of_straight(rep, t, "elbow_flexion_deg", value))
}

/// The upper arm moves by more than 20° in a curl (METRICS §5.1).
pub(super) fn upper_arm_swing(rep: &Rep<'_>) -> Outcome {
    rep.aspect.sagittal()?;
    let span = (rep.span.start(), rep.span.end());
    let value = rep.body.range(span, Body::upper_arm).ok_or("no_elbow")?;
    Ok(Seen {
        t: rep.span.concentric.1,
        measure: "upper_arm_swing_deg",
        value,
        u: 3.0,
        limit: 20.0,
        step: 10.0,
    })
}

/// The elbows of a front squat sink more than 15° below the shoulders' level (METRICS §5.1).
pub(super) fn elbow_drop(rep: &Rep<'_>) -> Outcome {
    rep.aspect.sagittal()?;
    let (from, to) = rep.span.bottom();
    let below = |_: &Body<'_>, s: &BodySample| {
        let side = near(s);
        let (shoulder, elbow) = (side.shoulder?, side.elbow?);
        Some((shoulder[1] - elbow[1]).atan2((elbow[0] - shoulder[0]).abs()).to_degrees())
    };
    let value = rep.body.over((from - 0.1, to + 0.1), 0.5, below).ok_or("no_elbow")?;
    Ok(Seen { t: to, measure: "elbow_below_horizontal_deg", value, u: 5.0, limit: 15.0, step: 15.0 })
}

/// The elbows of a push-up bend less than 75° (METRICS §5.1).
pub(super) fn push_up_short(rep: &Rep<'_>) -> Outcome {
    elbow_at_bottom_or_top(rep, rep.span.bottom(), 75.0)
}

/// The elbows of a row bend less than 80° (METRICS §5.1).
pub(super) fn pull_short(rep: &Rep<'_>) -> Outcome {
    elbow_at_bottom_or_top(rep, rep.span.top(), 80.0)
}

fn elbow_at_bottom_or_top(rep: &Rep<'_>, (from, to): (f64, f64), limit: f64) -> Outcome {
    rep.aspect.sagittal()?;
    let value = rep.body.over((from - 0.1, to + 0.1), 0.75, Body::elbow_flexion).ok_or("no_elbow_angle")?;
    let u = rep.u_angle_deg;
    Ok(Seen { t: from, measure: "elbow_flexion_deg", value, u, limit: limit - u, step: -15.0 })
}

/// The chin stays below the hands at the top of a pull-up. Mouth height is the nose's less 5 cm; heights hold in every view.
pub(super) fn chin_below_bar(rep: &Rep<'_>) -> Outcome {
    let (from, to) = rep.span.top();
    let above = |_: &Body<'_>, s: &BodySample| Some((s.nose?[1] - s.wrist?[1]) * rep.m_per_px - 0.05);
    let value = rep.body.over((from - 0.1, to + 0.1), 0.75, above).ok_or("no_nose")?;
    Ok(Seen { t: from, measure: "chin_above_hands_m", value, u: 0.03, limit: -0.03, step: -0.05 })
}
