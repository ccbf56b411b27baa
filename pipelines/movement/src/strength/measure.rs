//! Measures a repetition on the truest point that was seen.

use super::Rep;
use super::cycle::Cycle;
use super::judge::Judged;
use super::phases::{Phases, Point, phases};
use super::report::{Parts, report};
use super::signal::{Channel, Height, Moment, on_shoulders};
use super::spec::{Implement, Spec};
use crate::body::BodySample;
use crate::calibrate::Scale;
use crate::exercise::Exercise;
use crate::settings::ModelProfile;
use crate::signal::{Ring, median};

/// What else is known when a cycle is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RepContext<'a> {
    pub(crate) person_id: u32,
    /// PTS of the newest frame.
    pub(crate) now: f64,
    pub(crate) scale: Scale,
    /// Standing height that the scale stands for.
    pub(crate) stature_m: f64,
    pub(crate) plate_diameter_m: f64,
    pub(crate) has_stood: bool,
    pub(crate) yaw_deg: Option<f64>,
    pub(crate) median_dt: f64,
    pub(crate) profile: &'a ModelProfile,
    /// What the coach chose.
    pub(crate) chosen: Option<&'static Spec>,
    /// Whether the open set's exercise is settled.
    pub(crate) settled: bool,
    pub(crate) id_changed: bool,
}

/// Relative uncertainty of a scale from a plate: its rim and its diameter.
const U_PLATE: f64 = 0.01;
/// Share of a repetition's moments in which a point must have been seen to be measured on.
const SEEN: f64 = 0.9;

/// What was measured on.
#[derive(Debug)]
pub(crate) struct Followed {
    pub(crate) point: &'static str,
    /// Its phases, metres.
    pub(crate) phases: Phases,
    /// Its height and velocity over the repetition and 0.3 s before, metres.
    #[allow(dead_code)] // For the course of the velocity.
    pub(crate) points: Vec<Point>,
    /// Relative uncertainty of its scale.
    pub(crate) u_scale: f64,
}

/// Measures a repetition.
pub(crate) fn measure(
    ring: &Ring<BodySample>,
    track: &Ring<Moment>,
    cycle: &Cycle,
    judged: &Judged,
    with: &RepContext<'_>,
) -> Rep {
    let followed = follow(ring, track, cycle, judged, with);
    report(ring, &Parts { cycle, judged, followed: &followed }, with)
}

/// The truest point that was seen: the bar itself, else what stands for it, else the lane's own point.
fn follow(
    ring: &Ring<BodySample>,
    track: &Ring<Moment>,
    cycle: &Cycle,
    judged: &Judged,
    with: &RepContext<'_>,
) -> Followed {
    let moments = || track.window(cycle.start - 0.3, cycle.end);
    let all = moments().count() as f64;
    let points = |scale: f64, height: &dyn Fn(&Moment) -> Option<Height>| -> Option<Vec<Point>> {
        let points: Vec<Point> = moments()
            .filter_map(|m| height(m).map(|h| Point { t: m.t, y: h.y * scale, v: h.v * scale }))
            .collect();
        (points.len() as f64 >= SEEN * all).then_some(points)
    };
    let (bar_scale, u_bar) = plate_scale(ring, &judged.phases, with);
    let u_body = with.scale.u.hypot(with.profile.vertical_gain_u);
    if let Some(bar) = points(bar_scale, &|m| m.bar)
        && let Some(phases) = phases(&bar, judged.phases.order).or_else(|| judged.phases.on(&bar))
    {
        return Followed { point: "bar", phases, points: bar, u_scale: u_bar };
    }
    let (point, gain) = implement(judged.spec, with.profile);
    let behind = judged.spec.bar_behind_shoulder;
    let divided = |height: Option<Height>| height.map(|h| Height { y: h.y / gain, v: h.v / gain });
    let stand_in = points(with.scale.m_per_px, &|m| match judged.spec.implement {
        Implement::OnShoulders => on_shoulders(m, behind, gain),
        Implement::InHands => divided(m.wrist),
        Implement::Shoulders => divided(m.shoulder),
        Implement::OnHips => divided(m.hip),
    });
    if let Some(points) = stand_in
        && let Some(phases) = judged.phases.on(&points)
    {
        return Followed { point, phases, points, u_scale: u_body };
    }
    let channel = judged.spec.lane.channel;
    let points = points(with.scale.m_per_px, &|m| m.channel(channel)).unwrap_or_default();
    Followed { point: lane_point(channel), phases: judged.phases, points, u_scale: u_body }
}

/// Name of an exercise's measured point, and how far the pose model moves it for a metre of true movement.
fn implement(spec: &Spec, profile: &ModelProfile) -> (&'static str, f64) {
    match spec.implement {
        Implement::OnShoulders => ("bar_on_shoulders", profile.shoulder_vertical_gain_squat),
        Implement::Shoulders => ("shoulders", 1.0),
        Implement::OnHips => ("hip", 1.0),
        Implement::InHands => {
            let gain = match spec.exercise {
                Exercise::OverheadPress | Exercise::BenchPress => profile.wrist_vertical_gain_press,
                Exercise::BicepsCurl => profile.wrist_vertical_gain_curl,
                _ => profile.wrist_vertical_gain_deadlift,
            };
            ("wrists", gain)
        }
    }
}

fn lane_point(channel: Channel) -> &'static str {
    match channel {
        Channel::Hip => "hip",
        Channel::Shoulder => "shoulders",
        Channel::Wrist => "wrists",
    }
}

/// Metres per pixel at the bar, with its relative uncertainty: from the plate's diameter where the plate is seen as a disc
/// (METRICS §2 B: it is nearer to the camera than the body), else the body's.
fn plate_scale(ring: &Ring<BodySample>, phases: &Phases, with: &RepContext<'_>) -> (f64, f64) {
    let bars = || ring.window(phases.start, phases.end).filter_map(|s| s.bar);
    let radius = median(bars().filter_map(|bar| bar.radius_px)).filter(|radius| *radius > 1.0);
    let u_px = median(bars().map(|bar| bar.u_px)).unwrap_or(0.0);
    match radius {
        Some(radius) => (with.plate_diameter_m / 2.0 / radius, U_PLATE.hypot(u_px / radius)),
        None => (with.scale.m_per_px, with.scale.u),
    }
}
