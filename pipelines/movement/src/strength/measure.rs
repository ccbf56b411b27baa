//! Measures a closed cycle and says whether it was a squat.

use super::cycle::End;
use super::phases::{Phases, Point, phases};
use super::track::Moment;
use super::{Cycle, Rep, RepStatus};
use crate::body::BodySample;
use crate::bounds;
use crate::calibrate::Scale;
use crate::exercise::Exercise;
use crate::measured::{Caps, Measured, Quality};
use crate::settings::ModelProfile;
use crate::signal::{Ring, median, quantile};

/// What else is known when a cycle is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RepContext<'a> {
    pub(crate) person_id: u32,
    /// PTS of the newest frame.
    pub(crate) now: f64,
    pub(crate) scale: Scale,
    pub(crate) has_stood: bool,
    pub(crate) yaw_deg: Option<f64>,
    pub(crate) median_dt: f64,
    pub(crate) profile: &'a ModelProfile,
    pub(crate) exercise: Exercise,
    pub(crate) id_changed: bool,
}

/// METRICS §5.1, back squat: what counts, and what is at least worth reporting.
const ROM_M: f64 = 0.20;
const ROM_DEG: f64 = 50.0;
const BOTTOM_DEG: f64 = 70.0;
/// Knees bend in every step; in a squat the hips go down with them.
const ROM_BENT_M: f64 = 0.13;
/// Hips that go down this far bend the knees, whatever the view shows of them.
const ROM_SURE_M: f64 = 0.30;
const PARTIAL_M: f64 = 0.10;
/// Feet that move further are walking, stepping off something or someone else's.
const FEET_M: f64 = 0.25;
/// Shoulders that sink this many times as far as the hips: the trunk does the work, not the knees.
const HINGE: f64 = 1.5;
/// Faster hips fly or belong to someone else.
const FASTEST_M_S: f64 = 2.2;
/// Uncertainty of a phase boundary, seconds, beside 0.7 Δt (METRICS §5.3).
const U_BOUNDARY_S: f64 = 0.02;

/// Measures a cycle; `None` where it is no squat.
pub(crate) fn measure(
    ring: &Ring<BodySample>,
    track: &Ring<Moment>,
    cycle: &Cycle,
    with: &RepContext<'_>,
) -> Option<Rep> {
    let scale = with.scale.m_per_px;
    let hip_scale = scale / with.profile.hip_vertical_gain_squat;
    let from = cycle.start - 0.3;
    let moments = || track.window(from, cycle.end);
    let hips: Vec<Point> =
        moments().map(|m| Point { t: m.t, y: m.hip * hip_scale, v: m.hip_v * hip_scale }).collect();
    let bar: Vec<Point> =
        moments().filter_map(|m| m.bar.map(|(y, v)| Point { t: m.t, y: y * scale, v: v * scale })).collect();
    let hip_only = phases(&hips)?;
    // Hips and bar move together, and each is hidden or shaken at other moments: their mean tells the phases best.
    let together = if bar.len() == hips.len() { phases(&mean(&hips, &bar)) } else { None };
    let hip_phases = together.and_then(|phases| phases.on(&hips)).unwrap_or(hip_only);
    let (point, followed) = match hip_phases.on(&bar).filter(|_| bar.len() * 10 >= hips.len() * 9) {
        Some(bar) => ("bar_on_shoulders", bar),
        None => ("hip", hip_phases),
    };
    // From the front a knee bends towards the camera: its angle in the picture says nothing.
    let frontal = with.yaw_deg.is_some_and(|yaw| yaw < 30.0);
    let knees = if frontal { None } else { Knees::of(ring, &hip_phases, with.profile) };
    let hip_rom = hip_phases.top_y - hip_phases.low_y;
    let hinged = hip_phases.on(&bar).is_none_or(|bar| bar.top_y - bar.low_y > HINGE * hip_rom);
    if !stands_in_place(ring, cycle, scale) || hip_phases.peak_v > FASTEST_M_S {
        return None;
    }
    if with.exercise == Exercise::Auto && hinged && hands_below_knees(ring, &hip_phases) {
        return None;
    }
    let status = status(cycle, hip_rom, knees)?;
    Some(report(ring, cycle, with, point, &followed, hip_rom, knees, status, hip_phases))
}

fn mean(a: &[Point], b: &[Point]) -> Vec<Point> {
    a.iter()
        .zip(b)
        .map(|(a, b)| Point { t: a.t, y: f64::midpoint(a.y, b.y), v: f64::midpoint(a.v, b.v) })
        .collect()
}

/// Knee flexion at the top and at the bottom, degrees.
#[derive(Debug, Clone, Copy)]
struct Knees {
    top: f64,
    bottom: f64,
}

impl Knees {
    fn of(ring: &Ring<BodySample>, hips: &Phases, profile: &ModelProfile) -> Option<Self> {
        let flexion = |from: f64, to: f64| ring.window(from, to).filter_map(|s| s.knee_flexion_deg);
        let seen = flexion(hips.start, hips.end).count();
        if seen * 10 < ring.window(hips.start, hips.end).count() * 7 {
            return None;
        }
        let top = median(flexion(hips.start - 0.3, hips.start + 0.05))?;
        // The greatest of many noisy angles over-reads: the 90th percentile around the bottom.
        let bottom = quantile(flexion(hips.bottom - 0.15, hips.rise + 0.15), 0.9)?;
        Some(Self { top, bottom: bottom - profile.knee_flexion_bias_deg })
    }
}

fn status(cycle: &Cycle, hip_rom_m: f64, knees: Option<Knees>) -> Option<RepStatus> {
    let deep = match knees {
        Some(knees) => {
            let bent = knees.bottom - knees.top >= ROM_DEG && hip_rom_m >= ROM_BENT_M;
            knees.bottom > BOTTOM_DEG && (hip_rom_m >= ROM_M || bent) || hip_rom_m >= ROM_SURE_M
        }
        None => hip_rom_m >= ROM_M,
    };
    let worth_reporting =
        hip_rom_m >= PARTIAL_M && knees.is_none_or(|knees| knees.bottom - knees.top >= ROM_DEG / 2.0);
    match cycle.how {
        End::Closed | End::Cut if deep => Some(RepStatus::Counted),
        End::Failed if worth_reporting => Some(RepStatus::Failed),
        _ if worth_reporting => Some(RepStatus::Partial),
        _ => None,
    }
}

fn stands_in_place(ring: &Ring<BodySample>, cycle: &Cycle, m_per_px: f64) -> bool {
    let range = |axis: usize| {
        let ankles = ring.window(cycle.start, cycle.end).filter_map(|s| s.ankle.map(|ankle| ankle[axis]));
        // The ends of the range are outliers where plates or the other leg hide an ankle.
        match (quantile(ankles.clone(), 0.1), quantile(ankles, 0.9)) {
            (Some(low), Some(high)) => (high - low) * m_per_px,
            _ => 0.0,
        }
    };
    range(0) < FEET_M && range(1) < FEET_M
}

/// A bar on the back is never there. With a trunk that leans much further than the hips sink, it is a lift from the floor.
fn hands_below_knees(ring: &Ring<BodySample>, hips: &Phases) -> bool {
    let around = || ring.window(hips.bottom - 0.2, hips.rise + 0.2);
    let below = around().filter_map(|s| Some(s.knee?[1] - s.wrist?[1]));
    let seen = below.clone().count();
    seen * 2 >= around().count() && seen > 0 && median(below).is_some_and(|px| px > 0.0)
}

/// Hip against knee at the bottom: metres (+ hip below) and in words (METRICS §5.5).
fn depth(ring: &Ring<BodySample>, hips: &Phases, with: &RepContext<'_>) -> (Measured, Option<&'static str>) {
    let at_bottom = ring.window(hips.bottom - 0.1, hips.rise + 0.1);
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

#[allow(clippy::too_many_arguments)] // The parts of one record; a struct for them would be the record again.
fn report(
    ring: &Ring<BodySample>,
    cycle: &Cycle,
    with: &RepContext<'_>,
    point: &'static str,
    phases: &Phases,
    hip_rom: f64,
    knees: Option<Knees>,
    status: RepStatus,
    hips: Phases,
) -> Rep {
    let caps = caps(ring, cycle, with);
    let mut scale_caps = caps.clone();
    scale_caps.when(with.scale.assumed(), Quality::Low, "no_athlete_height");
    scale_caps.when(!with.has_stood, Quality::Medium, "not_seen_standing");
    let u_time = U_BOUNDARY_S.hypot(0.7 * with.median_dt);
    let u_scale = with.scale.u.hypot(with.profile.vertical_gain_u);
    let seconds = |s: f64, u: f64| Measured::new(s, u, "velocity_threshold").capped_by(&caps);
    let metric = |value: f64, u: f64, method: &'static str| {
        Measured::new(value, u, method).capped_by(&scale_caps).noted(with.scale.method)
    };
    let rom = phases.top_y - phases.low_y;
    let concentric = phases.end - phases.rise;
    let mean_velocity = phases.gained / concentric;
    let u_velocity = (mean_velocity * u_scale.hypot(u_time / concentric)).hypot(0.005);
    let velocity = |measured: Measured| match point {
        // The hips are not the bar (METRICS §5.4): better no velocity than a wrong one.
        "hip" => Measured::unavailable("displacement_over_time", "no_shoulders"),
        _ => measured,
    };
    let rep_s = Measured::new(phases.end - phases.start, u_time, "velocity_threshold");
    let end_s = match bounds::REP_S.judge(rep_s).reasons() {
        [] => seconds(phases.end, u_time),
        [reason, ..] => seconds(phases.end, u_time).noted(reason),
    };
    let (depth_m, depth) = depth(ring, &hips, with);
    let mean_concentric_velocity_m_s = velocity(bounds::MEAN_CONCENTRIC_M_S.judge(metric(
        mean_velocity,
        u_velocity,
        "displacement_over_time",
    )));
    let rom_m = metric(rom, (rom * u_scale).hypot(0.008), point);
    Rep {
        person_id: with.person_id,
        exercise: "unknown",
        set_number: 0,
        rep_number: None,
        status,
        quality: rom_m.quality(),
        point,
        depth,
        decided_s: with.now,
        start_s: seconds(phases.start, u_time),
        bottom_s: seconds(phases.bottom, u_time),
        end_s,
        rom_m,
        hip_rom_m: metric(hip_rom, (hip_rom * u_scale).hypot(0.008), "hip"),
        knee_flexion_deg: knee_flexion(knees, with, &caps),
        depth_m,
        eccentric_s: seconds(phases.bottom - phases.start, 1.4 * u_time),
        pause_s: seconds((phases.rise - phases.bottom).max(0.0), 1.4 * u_time),
        concentric_s: seconds(concentric, 1.4 * u_time),
        mean_concentric_velocity_m_s,
        peak_concentric_velocity_m_s: velocity(metric(
            phases.peak_v,
            (phases.peak_v * u_scale).hypot(0.05),
            "local_parabola",
        )),
        velocity_loss_pct: Measured::unavailable("against_fastest_in_set", "not_counted"),
    }
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
