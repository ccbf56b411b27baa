//! Measures a repetition on the truest point that was seen.

use super::Rep;
use super::cycle::Cycle;
use super::judge::Judged;
use super::phases::{Phases, Point, phases};
use super::plate_size::{Diameter, INFERRED, PlateSize};
use super::report::{Parts, report};
use super::shoulders::OnShoulders;
use super::signal::{BOUNDARY_HALF_S, Channel, half_window, heights};
use super::spec::{Implement, Spec};
use crate::body::BodySample;
use crate::calibrate::{PLATE, Scale};
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
    /// Diameter of the plates, where stated.
    pub(crate) plate_diameter_m: Option<f64>,
    /// What the repetitions before gave of it.
    pub(super) plate_size: &'a PlateSize,
    pub(crate) has_stood: bool,
    pub(crate) yaw_deg: Option<f64>,
    pub(crate) median_dt: f64,
    pub(crate) profile: &'a ModelProfile,
    /// What the coach chose.
    pub(crate) chosen: Option<&'static Spec>,
    /// Whether the open set's exercise is settled.
    pub(crate) settled: bool,
    pub(crate) load_kg: Option<f64>,
    pub(crate) mass_kg: Option<f64>,
    pub(crate) id_changed: bool,
}

/// Relative uncertainty of a scale from a plate: its rim and its diameter.
const U_PLATE: f64 = 0.01;
/// Grip beyond the wrist over the forearm's length: half of the hand (0.108 of height) over 0.146 of height (Drillis & Contini).
const GRIP: f64 = 0.37;
/// Hands 0.25 m before the body, seen from 4 m.
const IN_FRONT_U: f64 = 0.06;
/// Share of a repetition's moments in which a point must have been seen to be measured on.
const SEEN: f64 = 0.9;

/// What was measured on.
#[derive(Debug)]
pub(crate) struct Followed {
    pub(crate) point: &'static str,
    /// Its phases, metres.
    pub(crate) phases: Phases,
    /// Its height and velocity over the repetition and 0.3 s before, metres.
    pub(crate) points: Vec<Point>,
    /// The same from longer fits: steadier, but slower than a peak.
    pub(crate) quiet: Vec<Point>,
    /// Metres per pixel at it.
    pub(crate) m_per_px: f64,
    /// Relative uncertainty of its scale.
    pub(crate) u_scale: f64,
    /// Where its metres come from: the plate, or what the body's come from.
    pub(crate) metres: &'static str,
    /// Diameter of the tracked plate by the body's metres.
    pub(super) plate_ratio_m: Option<f64>,
}

/// Measures a repetition; returns what it says of the plate's diameter, too.
pub(super) fn measure(
    ring: &Ring<BodySample>,
    cycle: &Cycle,
    judged: &Judged,
    with: &RepContext<'_>,
) -> (Rep, Option<f64>) {
    let followed = follow(ring, cycle, judged, with);
    (report(ring, &Parts { cycle, judged, followed: &followed }, with), followed.plate_ratio_m)
}

/// The truest point that was seen: the bar itself, else what stands for it, else the lane's own point.
fn follow(ring: &Ring<BodySample>, cycle: &Cycle, judged: &Judged, with: &RepContext<'_>) -> Followed {
    let on_body = on_body(ring, cycle, judged, with);
    on_bar(ring, cycle, judged, &on_body, with).unwrap_or(on_body)
}

/// Heights of a point over a repetition, and the same from longer fits; `None` where it was hidden for too long.
fn over(
    ring: &Ring<BodySample>,
    cycle: &Cycle,
    with: &RepContext<'_>,
    m_per_px: f64,
    height: &dyn Fn(&BodySample) -> Option<f64>,
) -> Option<(Vec<Point>, Vec<Point>)> {
    let span = (cycle.start - 0.3, cycle.end);
    let all = ring.window(span.0, span.1).count() as f64;
    let half = half_window(with.median_dt);
    let points = heights(ring, span, half, m_per_px, height);
    let quiet = heights(ring, span, half.max(BOUNDARY_HALF_S), m_per_px, height);
    (points.len() as f64 >= SEEN * all).then_some((points, quiet))
}

/// The bar itself, as tracked in the picture.
fn on_bar(
    ring: &Ring<BodySample>,
    cycle: &Cycle,
    judged: &Judged,
    on_body: &Followed,
    with: &RepContext<'_>,
) -> Option<Followed> {
    let pixels = over(ring, cycle, with, 1.0, &|s| s.bar.map(|bar| bar.centre[1]))?;
    let range_px = judged.phases.on(&pixels.0).map(|on| on.top_y - on.low_y).filter(|range| *range > 1.0)?;
    let range_m = on_body.phases.top_y - on_body.phases.low_y;
    let (m_per_px, u_scale, metres, plate_ratio_m) = match radius_px(ring, &judged.phases) {
        Some((radius, u_radius)) => {
            let ratio_m = 2.0 * radius * range_m / range_px;
            let (diameter, metres) = match with.plate_diameter_m {
                Some(stated) => (Diameter { metres: stated, u: U_PLATE }, PLATE),
                None => (with.plate_size.infer(ratio_m, on_body.u_scale), INFERRED),
            };
            (diameter.metres / 2.0 / radius, diameter.u.hypot(u_radius), metres, Some(ratio_m))
        }
        None => (with.scale.m_per_px, with.scale.u, with.scale.method, None),
    };
    let scaled = |points: Vec<Point>| -> Vec<Point> {
        points.into_iter().map(|p| Point { y: p.y * m_per_px, v: p.v * m_per_px, ..p }).collect()
    };
    let (points, quiet) = (scaled(pixels.0), scaled(pixels.1));
    let own = phases(&quiet, judged.phases.order).and_then(|own| own.on(&points));
    let phases = own.or_else(|| judged.phases.on(&points))?;
    Some(Followed { point: "bar", phases, points, quiet, m_per_px, u_scale, metres, plate_ratio_m })
}

/// Radius of the plate in the picture, pixels, with its relative uncertainty; `None` where it is not seen as a disc.
fn radius_px(ring: &Ring<BodySample>, phases: &Phases) -> Option<(f64, f64)> {
    let bars = || ring.window(phases.start, phases.end).filter_map(|s| s.bar);
    let radius = median(bars().filter_map(|bar| bar.radius_px)).filter(|radius| *radius > 1.0)?;
    let u_px = median(bars().map(|bar| bar.u_px)).unwrap_or(0.0);
    Some((radius, u_px / radius))
}

/// What stands for the bar on the body, else the lane's own point.
fn on_body(ring: &Ring<BodySample>, cycle: &Cycle, judged: &Judged, with: &RepContext<'_>) -> Followed {
    let metres = with.scale.method;
    let m_per_px = with.scale.m_per_px;
    let (point, gain, gain_u) = implement(judged.spec, with.profile);
    let u_scale = with.scale.u.hypot(gain_u).hypot(depth_u(judged.spec, with.yaw_deg));
    let on_shoulders =
        OnShoulders::of(judged.spec, with.profile).seen_from(with.yaw_deg, ring, &judged.phases);
    let stand_in = over(ring, cycle, with, m_per_px, &|s| match judged.spec.implement {
        Implement::OnShoulders => on_shoulders.height(s),
        Implement::InHands => s.wrist.map(|p| p[1] / gain),
        Implement::InTurningHands => grip(s).map(|y| y / gain),
        Implement::Shoulders => s.shoulder.map(|p| p[1] / gain),
        Implement::OnHips => s.hip.map(|p| p[1] / gain),
    });
    let plate_ratio_m = None;
    if let Some((points, quiet)) = stand_in
        && let Some(phases) = judged.phases.on(&points)
    {
        return Followed { point, phases, points, quiet, m_per_px, u_scale, metres, plate_ratio_m };
    }
    let channel = judged.spec.lane.channel;
    let own = over(ring, cycle, with, m_per_px, &|s| channel.point(s).map(|p| p[1]));
    let (points, quiet) = own.unwrap_or_default();
    let (point, phases) = (lane_point(channel), judged.phases);
    Followed { point, phases, points, quiet, m_per_px, u_scale, metres, plate_ratio_m }
}

/// What hands before the body add to the uncertainty of a scale that is the body's: seen from the front they are nearer to the camera.
fn depth_u(spec: &Spec, yaw_deg: Option<f64>) -> f64 {
    match (spec.implement, yaw_deg) {
        (Implement::InHands | Implement::InTurningHands, Some(yaw)) => {
            IN_FRONT_U * yaw.to_radians().cos().abs()
        }
        _ => 0.0,
    }
}

/// Height of what a hand holds, which lies beyond the wrist in line with the forearm, pixels; the wrists' where no elbow is
/// seen.
fn grip(sample: &BodySample) -> Option<f64> {
    let wrist = sample.wrist?[1];
    let beyond = |side: usize| {
        let arm = &sample.sides[side];
        Some(GRIP * (arm.wrist?[1] - arm.elbow?[1]))
    };
    let [left, right] = [0, 1].map(beyond);
    let beyond = match (left, right) {
        (Some(left), Some(right)) => f64::midpoint(left, right),
        (one, other) => one.or(other)?,
    };
    Some(wrist + beyond)
}

/// Name of an exercise's measured point, and how far the pose model moves it for a metre of true movement, with its uncertainty.
fn implement(spec: &Spec, profile: &ModelProfile) -> (&'static str, f64, f64) {
    let gain_u = profile.vertical_gain_u;
    match spec.implement {
        Implement::OnShoulders => ("bar_on_shoulders", profile.shoulder_vertical_gain_squat, gain_u),
        Implement::Shoulders => ("shoulders", 1.0, gain_u),
        // Hips that bend are held up by the model in a thrust as in a squat: 0.77 and 0.83–0.94 of their way (rendered clips).
        Implement::OnHips => ("hip", profile.hip_vertical_gain_squat, gain_u),
        Implement::InHands | Implement::InTurningHands => {
            let gain = match spec.exercise {
                Exercise::OverheadPress => profile.wrist_vertical_gain_press,
                Exercise::BenchPress => profile.wrist_vertical_gain_bench_press,
                Exercise::Row => profile.wrist_vertical_gain_row,
                Exercise::BicepsCurl => profile.wrist_vertical_gain_curl,
                _ => profile.wrist_vertical_gain_deadlift,
            };
            ("wrists", gain, profile.wrist_vertical_gain_u)
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
