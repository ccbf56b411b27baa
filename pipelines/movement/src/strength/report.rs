//! Puts the measured parts of a repetition together: one [`Rep`] with the uncertainty and quality of each value.

use super::Rep;
use super::cycle::{Cycle, End, Order};
use super::details::{Input, complete};
use super::judge::{Judged, Knees};
use super::measure::{Followed, RepContext};
use super::path::Follow;
use super::phases::{Phases, middle_s};
use super::signal::Channel;
use super::span::Span;
use super::spec::{Implement, Spec};
use crate::body::BodySample;
use crate::bounds;
use crate::calibrate::PLATE;
use crate::exercise::UNKNOWN;
use crate::measured::{Caps, Measured, Quality};
use crate::signal::{Ring, median};

/// Uncertainty of a phase boundary, seconds, beside 0.7 Δt (METRICS §5.3).
const U_BOUNDARY_S: f64 = 0.02;

/// What was measured of one repetition.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) cycle: &'a Cycle,
    /// What it is and whether it counts; the body while it was done.
    pub(crate) judged: &'a Judged,
    /// The point that range and velocity are measured on.
    pub(crate) followed: &'a Followed,
}

/// Hip against knee at the bottom: metres (+ hip below) and in words (METRICS §5.5).
fn depth(
    ring: &Ring<BodySample>,
    spec: &Spec,
    hips: &Phases,
    with: &RepContext<'_>,
) -> (Measured, Option<&'static str>) {
    if (hips.order, spec.lane.channel) != (Order::EccentricFirst, Channel::Hip) {
        return (Measured::unavailable("joint_centres", "not_a_squat"), None);
    }
    let at_bottom = ring.window(hips.far - 0.1, hips.back + 0.1);
    let below = at_bottom.filter_map(|s| Some((s.knee?[1] - s.hip?[1]) * with.scale.m_per_px));
    let Some(depth_m) = median(below) else {
        return (Measured::unavailable("joint_centres", "no_knee"), None);
    };
    let oblique = with.yaw_deg.is_some_and(|yaw| yaw < 65.0);
    let u = 0.03f64.hypot(if oblique { 0.03 } else { 0.0 });
    let mut measured =
        Measured::new(depth_m, u, "joint_centres").capped(Quality::Medium, "keypoints_are_not_joint_centres");
    if oblique {
        measured = measured.capped(Quality::Medium, "oblique_view");
    }
    let limit = 0.02 + u;
    let word = if depth_m < -limit {
        "above"
    } else if depth_m > limit {
        "below"
    } else {
        "parallel"
    };
    (measured, Some(word))
}

fn caps(ring: &Ring<BodySample>, cycle: &Cycle, with: &RepContext<'_>) -> Caps {
    let seen = ring.window(cycle.start, cycle.end).filter(|s| s.hip.is_some()).count() as f64;
    let expected = (cycle.end - cycle.start) / with.median_dt;
    let mut caps = Caps::default();
    caps.when(with.median_dt > 1.0 / 24.5, Quality::Low, "low_frame_rate");
    caps.when(seen < 0.9 * expected, Quality::Low, "dropped_frames");
    caps.when(with.id_changed, Quality::Low, "identity_changed");
    caps.when(cycle.how == End::Cut, Quality::Medium, "recording_ended");
    caps
}

/// The record of a repetition; its set and numbers are filed later.
pub(crate) fn report(ring: &Ring<BodySample>, parts: &Parts<'_>, with: &RepContext<'_>) -> Rep {
    let &Parts { cycle, judged, followed } = parts;
    let &Followed { point, ref phases, ref quiet, u_scale, metres, .. } = followed;
    let caps = caps(ring, cycle, with);
    let mut scale_caps = caps.clone();
    scale_caps.when(with.scale.assumed(), Quality::Low, "no_athlete_height");
    scale_caps.when(!with.has_stood, Quality::Medium, "not_seen_standing");
    let u_time = U_BOUNDARY_S.hypot(0.7 * with.median_dt);
    let seconds = |s: f64, u: f64| Measured::new(s, u, "velocity_threshold").capped_by(&caps);
    let metric = |value: f64, u: f64, method: &'static str| {
        Measured::new(value, u, method).capped_by(&scale_caps).noted(with.scale.method)
    };
    let u_body = with.scale.u.hypot(with.profile.vertical_gain_u);
    // A plate's metres need no athlete's height.
    let point_caps = if metres == PLATE { &caps } else { &scale_caps };
    let on_point = |value: f64, u: f64, method: &'static str| {
        Measured::new(value, u, method).capped_by(point_caps).noted(metres)
    };
    let rom = phases.top_y - phases.low_y;
    let (lift, lowering) = (phases.concentric(), phases.eccentric());
    let concentric = lift.1 - lift.0;
    let mean_velocity = phases.gained / concentric;
    let u_velocity = (mean_velocity * u_scale.hypot(1.4 * u_time / concentric)).hypot(0.005);
    // The hips are not the bar (METRICS §5.4): better no velocity than a wrong one.
    let bar_is_hidden = point == "hip" && judged.spec.implement != Implement::OnHips;
    let velocity = |measured: Measured| {
        if bar_is_hidden { Measured::unavailable("displacement_over_time", "no_shoulders") } else { measured }
    };
    let rep_s = Measured::new(phases.end - phases.start, u_time, "velocity_threshold");
    let end_s = match bounds::REP_S.judge(rep_s).reasons() {
        [] => seconds(phases.end, u_time),
        [reason, ..] => seconds(phases.end, u_time).noted(reason),
    };
    let (depth_m, depth) = depth(ring, judged.spec, &judged.phases, with);
    let mean_concentric_velocity_m_s = velocity(bounds::MEAN_CONCENTRIC_M_S.judge(on_point(
        mean_velocity,
        u_velocity,
        "displacement_over_time",
    )));
    let middle = |part: (f64, f64)| match middle_s(quiet, part) {
        Some(s) => Measured::new(s, 0.7 * with.median_dt, "middle_of_way").capped_by(&caps),
        None => Measured::unavailable("middle_of_way", "too_short"),
    };
    let rom_m = on_point(rom, (rom * u_scale).hypot(0.004), point);
    let mut rep = Rep {
        person_id: with.person_id,
        exercise: UNKNOWN,
        set_number: 0,
        rep_number: None,
        status: judged.status,
        quality: rom_m.quality(),
        point,
        depth,
        decided_s: with.now,
        start_s: seconds(phases.start, u_time),
        bottom_s: seconds(phases.bottom(), u_time),
        top_s: seconds(lift.1, u_time),
        end_s,
        rom_m,
        hip_rom_m: match judged.hip_rom_m(with) {
            Some(hip_rom) => metric(hip_rom, (hip_rom * u_body).hypot(0.008), "hip"),
            None => Measured::unavailable("hip", "no_hip"),
        },
        knee_flexion_deg: knee_flexion(judged.knees, with, &caps),
        depth_m,
        eccentric_s: seconds(lowering.1 - lowering.0, 1.4 * u_time),
        pause_s: seconds(phases.back - phases.far, 1.4 * u_time),
        concentric_s: seconds(concentric, 1.4 * u_time),
        eccentric_5to95_s: middle(lowering),
        concentric_5to95_s: middle(lift),
        mean_concentric_velocity_m_s,
        peak_concentric_velocity_m_s: velocity(on_point(
            phases.peak_v,
            (phases.peak_v * u_scale).hypot(0.05),
            "local_parabola",
        )),
        velocity_loss_pct: Measured::unavailable("against_fastest_in_set", "not_counted"),
        ..Rep::default()
    };
    let input = Input {
        ring,
        exercise: Some(judged.spec.exercise),
        span: Span { eccentric: Some(lowering), concentric: lift },
        points: if bar_is_hidden { &[] } else { &followed.points },
        follow: if point == "bar" { Follow::Bar } else { Follow::of(judged.spec.exercise) },
        bar_m_per_px: followed.m_per_px,
        m_per_px: with.scale.m_per_px,
        u_scale,
        yaw_deg: with.yaw_deg,
        u_angle_deg: with.profile.knee_flexion_u_deg,
        load_kg: with.load_kg,
        mass_kg: with.mass_kg,
        u_time_s: u_time,
        caps: &caps,
        scale_caps: &scale_caps,
    };
    complete(&mut rep, &input);
    rep
}

fn knee_flexion(knees: Option<Knees>, with: &RepContext<'_>, caps: &Caps) -> Measured {
    let Some(knees) = knees else { return Measured::unavailable("near_limb", "no_knee_angle") };
    // METRICS §3: pooled over views the spread of knee angles doubles.
    let oblique = with.yaw_deg.is_some_and(|yaw| yaw < 65.0);
    let u =
        if oblique { with.profile.knee_flexion_u_deg.hypot(13.0) } else { with.profile.knee_flexion_u_deg };
    let mut measured = Measured::new(knees.bottom, u, "near_limb").capped_by(caps);
    if oblique {
        measured = measured.capped(Quality::Low, "view_not_sagittal");
    }
    if !with.profile.events_measured() {
        measured = measured.noted("angle_bias_unmeasured");
    }
    bounds::KNEE_FLEXION_DEG.judge(measured)
}
