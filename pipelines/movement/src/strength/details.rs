//! What a repetition shows beyond its phases: power, way of the bar, posture, symmetry, faults.

use super::Rep;
use super::faults;
use super::ledger::BETWEEN;
use super::load::{mean_power, moved, peak_power};
use super::path::{Follow, path};
use super::phases::Point;
use super::posture::{Aspect, Body, VIEW_UNKNOWN};
use super::profile::{Profile, Sticking};
use super::span::Span;
use super::symmetry::symmetry;
use crate::body::BodySample;
use crate::exercise::Exercise;
use crate::measured::{Caps, Measured, Quality, rounded};
use crate::signal::Ring;

/// Standard uncertainty of the trunk's lean and of the thigh's angle, degrees.
const U_LEAN_DEG: f64 = 4.0;
const U_THIGH_DEG: f64 = 6.0;
/// Slower ascents are propulsive throughout (METRICS §5.4).
const PROPULSIVE_ABOVE_M_S: f64 = 0.5;
/// Standard uncertainty of a velocity at one moment, m/s (METRICS §1.2).
const U_MOMENT_M_S: f64 = 0.05;

/// What the details are measured on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a> {
    pub(crate) ring: &'a Ring<BodySample>,
    /// What the repetition is measured as; `None` where it may be anything.
    pub(crate) exercise: Option<Exercise>,
    pub(crate) span: Span,
    /// The followed point in metres, upward; empty where it can't give a velocity.
    pub(crate) points: &'a [Point],
    pub(crate) follow: Follow,
    /// Metres per pixel at the followed point, and at the body.
    pub(crate) bar_m_per_px: f64,
    pub(crate) m_per_px: f64,
    pub(crate) u_scale: f64,
    pub(crate) yaw_deg: Option<f64>,
    pub(crate) u_angle_deg: f64,
    pub(crate) load_kg: Option<f64>,
    pub(crate) mass_kg: Option<f64>,
    /// Standard uncertainty of a phase boundary, seconds.
    pub(crate) u_time_s: f64,
    /// Caps of times, and of lengths.
    pub(crate) caps: &'a Caps,
    pub(crate) scale_caps: &'a Caps,
}

/// Fills the details of a repetition in.
pub(crate) fn complete(rep: &mut Rep, input: &Input<'_>) {
    let span = input.span;
    let body = Body::new(input.ring, (span.start(), span.end()));
    let aspect = Aspect(input.yaw_deg);
    let velocity = rep.mean_concentric_velocity_m_s.clone();
    let profile = Profile::new(input.points, span.concentric).filter(|_| velocity.value().is_some());
    let sticking = profile.and_then(|profile| profile.sticking());
    (rep.pause_bottom_s, rep.pause_top_s) = pauses(input);
    fill_power(rep, input, &velocity, profile);
    fill_sticking(rep, input, profile, sticking);
    fill_bar(rep, input, &body, aspect, sticking);
    let bottom = span.bottom().1;
    let angle = |u, method, deg| angle(input, aspect, u, method, deg);
    rep.trunk_lean_deg = angle(U_LEAN_DEG, "hips_to_shoulders", body.at(bottom, Body::trunk_lean));
    rep.thigh_deg = angle(U_THIGH_DEG, "near_thigh", body.at(bottom, Body::thigh_from_horizontal));
    let half = half_way(input.points, span.concentric);
    let symmetry = symmetry(&body, &span, half, aspect, input.m_per_px, input.caps);
    rep.hip_shift_pct = symmetry.hip_shift_pct;
    rep.knee_difference_deg = symmetry.knee_difference_deg;
    [rep.left_fppa_deg, rep.right_fppa_deg] = symmetry.fppa_deg;
    [rep.left_fppa_max_deg, rep.right_fppa_max_deg] = symmetry.fppa_max_deg;
    rep.knee_ankle_ratio = symmetry.knee_ankle_ratio;
    if let Some(exercise) = input.exercise {
        let seen = faults::Rep {
            body,
            span,
            aspect,
            points: input.points,
            m_per_px: input.m_per_px,
            u_angle_deg: input.u_angle_deg,
            depth_m: &rep.depth_m,
            hip_shift_pct: &rep.hip_shift_pct,
            knee_ankle_ratio: &rep.knee_ankle_ratio,
            forward_m: &rep.bar_drift_forward_m,
        };
        (rep.faults, rep.not_assessed) = faults::assess(exercise, &seen);
    }
}

fn fill_power(rep: &mut Rep, input: &Input<'_>, velocity: &Measured, profile: Option<Profile<'_>>) {
    let moved = input
        .exercise
        .map_or(Err("exercise_unknown"), |exercise| moved(exercise, input.load_kg, input.mass_kg));
    rep.load_kg = input.load_kg;
    rep.body_mass_fraction = input.exercise.and_then(super::load::body_fraction);
    rep.moved_mass_kg = moved.ok().map(|moved| moved.mass_kg);
    rep.mean_propulsive_velocity_m_s = mean_propulsive(input, velocity, profile);
    rep.mean_power_w = mean_power(moved, velocity);
    rep.peak_power_w = peak_power(moved, velocity, profile);
}

fn fill_sticking(rep: &mut Rep, input: &Input<'_>, profile: Option<Profile<'_>>, sticking: Option<Sticking>) {
    let at = |of: fn(&Sticking) -> (f64, f64), u_scale: f64, caps: &Caps| {
        const METHOD: &str = "first_minimum_after_peak";
        match (profile, sticking) {
            (None, _) => Measured::unavailable(METHOD, "no_velocity"),
            (_, None) => Measured::unavailable(METHOD, "no_sticking_region"),
            (_, Some(sticking)) => {
                let (value, u) = of(&sticking);
                Measured::new(value, u.hypot(value * u_scale), METHOD).capped_by(caps)
            }
        }
    };
    rep.sticking_s = at(|s| (s.t, 0.05), 0.0, input.caps);
    rep.sticking_velocity_m_s = at(|s| (s.v, U_MOMENT_M_S), input.u_scale, input.scale_caps);
    rep.sticking_height_pct = at(|s| (100.0 * s.share, 5.0), 0.0, input.caps);
}

/// When half of the height between two moments was gained.
fn half_way(points: &[Point], (from, to): (f64, f64)) -> f64 {
    let within = || points.iter().filter(|p| p.t >= from && p.t <= to);
    let (Some(first), Some(last)) = (within().next(), within().next_back()) else { return to };
    let level = f64::midpoint(first.y, last.y);
    within().find(|p| p.y >= level).map_or(to, |p| p.t)
}

/// The stays at the bottom and at the top. One lies within the repetition; the other, before it, is the set's to know.
fn pauses(input: &Input<'_>) -> (Measured, Measured) {
    let within = |(from, to): (f64, f64)| {
        Measured::new(to - from, 1.4 * input.u_time_s, "velocity_threshold").capped_by(input.caps)
    };
    let before = || Measured::unavailable("before_repetition", BETWEEN);
    if input.span.descends_first() {
        (within(input.span.bottom()), before())
    } else if input.span.eccentric.is_some() {
        (before(), within(input.span.top()))
    } else {
        (before(), Measured::unavailable("velocity_threshold", "no_descent"))
    }
}

fn mean_propulsive(input: &Input<'_>, velocity: &Measured, profile: Option<Profile<'_>>) -> Measured {
    const METHOD: &str = "until_free_fall";
    let (Some(profile), Some(mean), Some(u)) = (profile, velocity.value(), velocity.u()) else {
        return Measured::unavailable(METHOD, "no_velocity");
    };
    if mean <= PROPULSIVE_ABOVE_M_S {
        return Measured::unavailable(METHOD, "slower_than_0_5_m_s");
    }
    let Some(v) = profile.mean_propulsive_m_s() else { return Measured::unavailable(METHOD, "no_velocity") };
    let more = if v > 1.02 * mean { 0.05 * v } else { 0.0 };
    Measured::new(v, u.hypot(more), METHOD).capped_by(input.scale_caps)
}

fn fill_bar(rep: &mut Rep, input: &Input<'_>, body: &Body<'_>, aspect: Aspect, sticking: Option<Sticking>) {
    let method = input.follow.name();
    let span = (input.span.start(), input.span.end());
    let way = path(body, input.follow, span, aspect, input.bar_m_per_px);
    let seen = |value: Result<(f64, f64), &'static str>| {
        let (value, u) = match value {
            Ok(seen) => seen,
            Err(reason) => return Measured::unavailable(method, reason),
        };
        let mut measured = Measured::new(value, u, method).capped_by(input.scale_caps);
        if input.follow != Follow::Bar {
            measured = measured.capped(Quality::Medium, "body_stands_for_bar");
        }
        if aspect.known() { measured } else { measured.capped(Quality::Medium, VIEW_UNKNOWN) }
    };
    let way = way.as_ref().map_err(|reason| *reason);
    let length = |value: f64| (value, input.follow.u_m().hypot(value * input.u_scale));
    rep.bar_drift_forward_m = seen(way.map(|way| length(way.forward_m())));
    rep.bar_drift_back_m = seen(way.map(|way| length(way.back_m())));
    rep.bar_drift_sticking_m = seen(way.and_then(|way| {
        let x = sticking.and_then(|sticking| way.forward_at_m(sticking.t));
        x.map(length).ok_or("no_sticking_region")
    }));
    rep.bar_path_efficiency = seen(way.and_then(|way| {
        way.efficiency(input.span.concentric).map(|share| (share, 0.02)).ok_or("bar_hardly_moves")
    }));
    rep.bar_path_m =
        way.map_or_else(|_| Vec::new(), |way| way.points.iter().map(|p| p.map(rounded)).collect());
}

fn angle(input: &Input<'_>, aspect: Aspect, u: f64, method: &'static str, deg: Option<f64>) -> Measured {
    if let Err(reason) = aspect.sagittal() {
        return Measured::unavailable(method, reason);
    }
    let Some(deg) = deg else { return Measured::unavailable(method, "joints_not_seen") };
    let measured = Measured::new(deg, u, method).capped_by(input.caps);
    if aspect.known() { measured } else { measured.capped(Quality::Medium, VIEW_UNKNOWN) }
}
