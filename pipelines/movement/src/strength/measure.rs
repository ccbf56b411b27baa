//! Measures a closed cycle and says whether it was a squat.

use super::cycle::End;
use super::phases::{Phases, Point, phases};
use super::report::{Parts, report};
use super::track::Moment;
use super::{Cycle, Rep, RepStatus};
use crate::body::BodySample;
use crate::calibrate::Scale;
use crate::exercise::Exercise;
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
    let parts =
        Parts { cycle, point, followed: &followed, hips: &hip_phases, hip_rom_m: hip_rom, knees, status };
    Some(report(ring, &parts, with))
}

fn mean(a: &[Point], b: &[Point]) -> Vec<Point> {
    a.iter()
        .zip(b)
        .map(|(a, b)| Point { t: a.t, y: f64::midpoint(a.y, b.y), v: f64::midpoint(a.v, b.v) })
        .collect()
}

/// Knee flexion at the top and at the bottom, degrees.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Knees {
    pub(crate) top: f64,
    pub(crate) bottom: f64,
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
