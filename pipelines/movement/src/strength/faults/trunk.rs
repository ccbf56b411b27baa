//! Faults of the trunk, of the hips against it, and of the bar.

use super::{Outcome, Rep, Seen, value_of};
use crate::body::BodySample;
use crate::signal::median;
use crate::strength::posture::{Body, near};
use crate::strength::profile::Profile;

/// Standard uncertainty of the trunk's lean, degrees: hips and shoulders are each known to some 2 cm over 50 cm.
const U_LEAN_DEG: f64 = 3.0;

/// The trunk leans at the bottom further than the shank + 20°, or than 55° (METRICS §5.9).
pub(super) fn excessive_lean(rep: &Rep<'_>) -> Outcome {
    let trunk = lean_at_bottom(rep)?;
    let shank = rep.body.at(rep.span.bottom().1, Body::shank_lean).ok_or("no_shank")?;
    let limit = (shank + 20.0).min(55.0);
    Ok(Seen {
        t: rep.span.bottom().1,
        measure: "trunk_lean_deg",
        value: trunk,
        u: U_LEAN_DEG,
        limit,
        step: 10.0,
    })
}

/// The trunk leans in a lunge: more than 30°.
pub(super) fn lunge_lean(rep: &Rep<'_>) -> Outcome {
    let value = lean_at_bottom(rep)?;
    Ok(Seen {
        t: rep.span.bottom().1,
        measure: "trunk_lean_deg",
        value,
        u: U_LEAN_DEG,
        limit: 30.0,
        step: 10.0,
    })
}

fn lean_at_bottom(rep: &Rep<'_>) -> Result<f64, &'static str> {
    rep.aspect.sagittal()?;
    rep.body.at(rep.span.bottom().1, Body::trunk_lean).ok_or("no_trunk")
}

/// The hips rise before the shoulders: over the first 30 % of the hips' ascent the shoulders stay behind by more than 25 % of
/// it (METRICS §5.5). Heights hold in every view.
pub(super) fn hip_shoot(rep: &Rep<'_>) -> Outcome {
    let (rise, end) = rep.span.concentric;
    let hip = |t: f64| rep.body.at(t, |_, s| Some(s.hip?[1] * rep.m_per_px));
    let shoulder = |t: f64| rep.body.at(t, |_, s| Some(s.shoulder?[1] * rep.m_per_px));
    let (low, top) = (hip(rise).ok_or("no_hip")?, hip(end).ok_or("no_hip")?);
    if top - low < 0.10 {
        return Err("hips_hardly_rise");
    }
    let level = low + 0.3 * (top - low);
    let passes =
        rep.body.ring.window(rise, end).find(|s| hip(s.t).is_some_and(|y| y >= level)).map_or(end, |s| s.t);
    let gained = hip(passes).ok_or("no_hip")? - low;
    let followed = shoulder(passes).zip(shoulder(rise)).map(|(b, a)| b - a).ok_or("no_shoulders")?;
    let value = (gained - followed) / gained;
    let u = 0.007 * std::f64::consts::SQRT_2 / gained;
    Ok(Seen { t: passes, measure: "hip_lead_share", value, u, limit: 0.25, step: 0.25 })
}

/// The bar turns at the bottom without a pause (below 0.05 s) and with a jolt of more than 6 m/s².
pub(super) fn bounce(rep: &Rep<'_>) -> Outcome {
    let (from, to) = rep.span.bottom();
    let profile = Profile::new(rep.points, rep.span.concentric).ok_or("no_velocity")?;
    let peak = profile.peak_acceleration(f64::midpoint(from, to), 0.15).ok_or("no_velocity")?;
    let value = if to - from < 0.05 { peak } else { 0.0 };
    Ok(Seen {
        t: to,
        measure: "turning_acceleration_m_s2",
        value,
        u: 0.1 * peak.abs(),
        limit: 6.0,
        step: 3.0,
    })
}

/// The trunk leans back by more than 15° (METRICS §5.1) in the ascent or at the top.
pub(super) fn lean_back(rep: &Rep<'_>) -> Outcome {
    rep.aspect.sagittal()?;
    let (from, to) = (rep.span.concentric.0, rep.span.top().1 + 0.1);
    let value = -rep.body.over((from, to), 0.05, Body::trunk_lean).ok_or("no_trunk")?;
    Ok(Seen { t: rep.span.top().0, measure: "lean_back_deg", value, u: U_LEAN_DEG, limit: 15.0, step: 7.5 })
}

/// The trunk swings by more than 10° in a curl (METRICS §5.1).
pub(super) fn swing(rep: &Rep<'_>) -> Outcome {
    rep.aspect.sagittal()?;
    let span = (rep.span.start(), rep.span.end());
    let value = rep.body.range(span, Body::trunk_lean).ok_or("no_trunk")?;
    Ok(Seen { t: rep.span.concentric.0, measure: "trunk_swing_deg", value, u: 2.0, limit: 10.0, step: 7.5 })
}

/// The trunk rises by more than 15° against its lean at the beginning of a row (METRICS §5.1).
pub(super) fn trunk_rise(rep: &Rep<'_>) -> Outcome {
    rep.aspect.sagittal()?;
    let before = rep.body.at(rep.span.start(), Body::trunk_lean).ok_or("no_trunk")?;
    let span = (rep.span.start(), rep.span.end());
    let least = rep.body.over(span, 0.05, Body::trunk_lean).ok_or("no_trunk")?;
    let value = before - least;
    Ok(Seen { t: rep.span.concentric.1, measure: "trunk_rise_deg", value, u: 2.0, limit: 15.0, step: 10.0 })
}

/// The bar is more than 5 cm forward of where it left the floor.
pub(super) fn bar_drift(rep: &Rep<'_>) -> Outcome {
    let (value, u) = value_of(rep.forward_m)?;
    Ok(Seen { t: rep.span.concentric.1, measure: "bar_drift_forward_m", value, u, limit: 0.05, step: 0.04 })
}

/// Bend of the line shoulder – hip – ankle, degrees, + where the hip is below the line.
fn sag_deg(_: &Body<'_>, s: &BodySample) -> Option<f64> {
    let side = near(s);
    bend_below(side.shoulder?, side.hip?, side.ankle?)
}

/// 180° minus the angle at `b`, + where `b` lies below the line from `a` to `c`.
fn bend_below(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> Option<f64> {
    let bend = 180.0 - crate::body::angle_deg(a, b, c);
    let across = c[0] - a[0];
    if across.abs() < 1.0 {
        return None;
    }
    let line = a[1] + (c[1] - a[1]) * (b[0] - a[0]) / across;
    Some(if b[1] < line { bend } else { -bend })
}

/// The hips hang: the angle shoulder – hip – ankle is below 165° (METRICS §5.1).
pub(super) fn hip_sag(rep: &Rep<'_>) -> Outcome {
    rep.aspect.sagittal()?;
    let span = (rep.span.start(), rep.span.end());
    let value = rep.body.over(span, 0.9, sag_deg).ok_or("no_ankle")?;
    Ok(Seen { t: rep.span.bottom().1, measure: "hip_sag_deg", value, u: 4.0, limit: 15.0, step: 7.5 })
}

/// The hips go higher than the line from shoulders to knees by more than 10°: the back arches instead.
pub(super) fn lumbar_arch(rep: &Rep<'_>) -> Outcome {
    rep.aspect.sagittal()?;
    let (from, to) = rep.span.top();
    let above = |_: &Body<'_>, s: &BodySample| {
        let side = near(s);
        bend_below(side.shoulder?, side.hip?, side.knee?).map(|bend| -bend)
    };
    let value = rep.body.over((from - 0.1, to + 0.1), 0.5, above).ok_or("no_knee")?;
    Ok(Seen { t: from, measure: "hip_overextension_deg", value, u: 4.0, limit: 10.0, step: 7.5 })
}

/// The body swings under the bar: the hips' direction from the hands changes by more than 25° (METRICS §5.1).
pub(super) fn kip(rep: &Rep<'_>) -> Outcome {
    rep.aspect.sagittal()?;
    let span = (rep.span.start(), rep.span.end());
    let under =
        median(rep.body.ring.window(span.0, span.1).filter_map(|s| Some(s.wrist?[0]))).ok_or("no_wrist")?;
    let swing = |body: &Body<'_>, s: &BodySample| {
        let (hip, wrist) = (s.hip?, s.wrist?);
        Some((body.facing * (hip[0] - under)).atan2((wrist[1] - hip[1]).max(1.0)).to_degrees())
    };
    let value = rep.body.range(span, swing).ok_or("no_hip")?;
    Ok(Seen { t: rep.span.concentric.0, measure: "hip_swing_deg", value, u: 3.0, limit: 25.0, step: 10.0 })
}
