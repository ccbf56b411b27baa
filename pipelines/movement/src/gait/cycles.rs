//! Phase-normalised cycles (METRICS §6.4).

use super::angles::{foot_pitch, joints};
use super::legs::in_order;
use super::mean::Mean;
use super::ranges::{CycleRange, VARIABLES};
use super::record::{Completeness, Cycle, GaitKind, ValidationFailure, side_name};
use crate::body::BodySample;
use crate::measured::rounded;
use crate::person::Seen;
use crate::signal::{median, parabola_fit};

/// Points of a normalised cycle.
pub(super) const POINTS: usize = 150;
/// Strides outside of this (walk, run), or further from the median stride than this share, are no cycles.
const WALK_S: std::ops::RangeInclusive<f64> = 0.7..=2.0;
const RUN_S: std::ops::RangeInclusive<f64> = 0.5..=0.9;
const OFF_MEDIAN: f64 = 0.15;
/// Share of the frames that each ipsilateral angle needs, and the longest gap as a share of the cycle.
const COMPLETE: f64 = 0.95;
const GAP: f64 = 0.05;
/// Neighbouring points may differ by three standard deviations of the cycle's differences, and by this angular velocity anyhow,
/// which no joint in gait passes: without it a third of clean cycles would fall to ordinary noise. Radians per second.
const JUMP_SD: f64 = 3.0;
const JUMP_RAD_S: f64 = 25.0;
/// Half window of the smoothing, seconds.
const SMOOTH_S: f64 = 0.05;
/// Samples of the outlier test, and what it leaves alone, radians.
const HAMPEL: usize = 7;
const OUTLIER_RAD: f64 = 0.35;
/// The foot lies flat around this share of the stride.
const FLAT: (f64, f64) = (0.08, 0.22);

/// A cycle before it is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) side: usize,
    pub(super) start: f64,
    /// The other foot's strike.
    pub(super) middle: f64,
    pub(super) end: f64,
    pub(super) kind: GaitKind,
    pub(super) direction: f64,
    /// Median of the strides before.
    pub(super) median_stride: Option<f64>,
    /// Whether left and right alternated.
    pub(super) alternating: bool,
    /// Whether the view shows angles.
    pub(super) sagittal: bool,
}

/// Normalises one cycle; also returns the hips' height over it without its trend, metres.
pub(super) fn normalise(seen: &Seen<'_>, span: &Span) -> (Cycle, [f64; POINTS], bool) {
    let length = span.end - span.start;
    let expected = (length / seen.median_dt).max(1.0);
    let gap = (GAP * length).max(1.6 * seen.median_dt);
    let frames = in_order(seen.ring.window(span.start - gap, span.end + gap), span, seen.scale.m_per_px);
    let flat = [0, 1].map(|side| flat_pitch(&frames, side, span));
    let mut curves: [Vec<Option<f64>>; 6] = std::array::from_fn(|_| vec![None; POINTS]);
    let mut complete = [0.0; 6];
    let mut reasons: Vec<&'static str> = Vec::new();
    let mut reason = |holds: bool, reason: &'static str| {
        if holds && !reasons.contains(&reason) {
            reasons.push(reason);
        }
    };
    let bounds = if span.kind == GaitKind::Run { RUN_S } else { WALK_S };
    let median = span.median_stride.unwrap_or(length);
    reason(length < *bounds.start() || length < median * (1.0 - OFF_MEDIAN), "short");
    reason(length > *bounds.end() || length > median * (1.0 + OFF_MEDIAN), "long");
    reason(!span.alternating, "alternation");
    let has_feet = seen.settings.layout.has(crate::pose::Joint::Toe)
        && seen.settings.layout.has(crate::pose::Joint::Heel);
    for (index, curve) in curves.iter_mut().enumerate() {
        let (joint, side) = (index % 3, if index < 3 { span.side } else { 1 - span.side });
        if joint == 2 && !has_feet || !span.sagittal {
            continue;
        }
        let angle = |sample: &BodySample| joints(sample, side, span.direction, flat[side])[joint];
        let samples: Vec<(f64, f64)> = frames.iter().filter_map(|s| angle(s).map(|v| (s.t, v))).collect();
        let samples = without_outliers(&samples, OUTLIER_RAD);
        let within = samples.iter().filter(|(t, _)| (span.start..=span.end).contains(t)).count() as f64;
        complete[index] = (within / expected).min(1.0);
        resample(&smoothed(&samples), span, gap, curve);
        if index < 3 {
            reason(complete[index] < COMPLETE || curve.iter().any(Option::is_none), "gap");
            reason(jumps(curve, length), "jump");
        }
    }
    reason(!span.sagittal, "view_not_sagittal");
    let heights: Vec<(f64, f64)> =
        frames.iter().filter_map(|s| s.hip.map(|hip| (s.t, hip[1] * seen.scale.m_per_px))).collect();
    let mut hips = vec![None; POINTS];
    resample(&smoothed(&heights), span, gap, &mut hips);
    let (hips, hips_seen) = without_trend(&hips);
    let [hip_i, knee_i, ankle_i, hip_c, knee_c, ankle_c] = curves;
    let cycle = Cycle {
        person_id: seen.person_id,
        ipsi_side: side_name(span.side),
        start_s: rounded(span.start),
        end_s: rounded(span.end),
        accepted: reasons.is_empty(),
        reasons,
        completeness: std::iter::zip(VARIABLES, complete)
            .map(|(variable, share)| Completeness { variable, completeness: rounded(share) })
            .collect(),
        validation_failures: Vec::new(),
        hip_flexion_angle_ipsi_rad: hip_i,
        knee_flexion_angle_ipsi_rad: knee_i,
        ankle_dorsiflexion_angle_ipsi_rad: ankle_i,
        hip_flexion_angle_contra_rad: hip_c,
        knee_flexion_angle_contra_rad: knee_c,
        ankle_dorsiflexion_angle_contra_rad: ankle_c,
    };
    (cycle, hips, hips_seen)
}

/// Pitch of the foot while it lies flat, radians.
fn flat_pitch(frames: &[BodySample], side: usize, span: &Span) -> f64 {
    let length = span.end - span.start;
    // The other foot's flat phase is half a cycle away.
    let shift = if side == span.side { 0.0 } else { 0.5 };
    let (from, to) = (span.start + (FLAT.0 + shift) * length, span.start + (FLAT.1 + shift) * length);
    let flat = frames.iter().filter(|s| (from..=to).contains(&s.t));
    median(flat.filter_map(|s| foot_pitch(s, side, span.direction))).unwrap_or(0.0)
}

/// Each sample on a parabola through its neighbours within ± [`SMOOTH_S`]: keeps what moves slower than some 10 Hz (METRICS §1.2), and
/// needs no even frames.
fn smoothed(samples: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let smooth = |&(t, value): &(f64, f64)| {
        let near = samples.iter().copied().filter(|(at, _)| (at - t).abs() <= SMOOTH_S);
        let fit = if near.clone().count() >= 5 { parabola_fit(near, t) } else { None };
        (t, fit.map_or(value, |fit| fit.y0))
    };
    samples.iter().map(smooth).collect()
}

/// Linear interpolation to the cycle's points; a point between samples further apart than `gap` stays empty.
fn resample(samples: &[(f64, f64)], span: &Span, gap: f64, into: &mut [Option<f64>]) {
    for (i, point) in into.iter_mut().enumerate() {
        let t = span.start + (span.end - span.start) * i as f64 / (POINTS - 1) as f64;
        let next = samples.partition_point(|(at, _)| *at < t);
        let after = samples.get(next).copied();
        let before = next.checked_sub(1).map(|last| samples[last]);
        let value = match (before, after) {
            (_, Some((at, v))) if at - t < 1e-9 => Some(v),
            (Some((t0, v0)), Some((t1, v1))) if t1 - t0 <= gap => Some(v0 + (v1 - v0) * (t - t0) / (t1 - t0)),
            _ => None,
        };
        *point = value.map(rounded);
    }
}

/// Leaves out samples that can't be (METRICS §1.3): further from the median of their neighbours than three of its deviations, and than
/// `floor`.
fn without_outliers(samples: &[(f64, f64)], floor: f64) -> Vec<(f64, f64)> {
    let kept = |i: usize| {
        let around = &samples[i.saturating_sub(HAMPEL / 2)..(i + HAMPEL / 2 + 1).min(samples.len())];
        let Some(middle) = median(around.iter().map(|(_, v)| *v)) else { return true };
        let spread = 1.4826 * median(around.iter().map(|(_, v)| (v - middle).abs())).unwrap_or(0.0);
        (samples[i].1 - middle).abs() <= floor.max(3.0 * spread)
    };
    (0..samples.len()).filter(|i| kept(*i)).map(|i| samples[i]).collect()
}

/// Whether neighbouring points differ more than a joint can move.
fn jumps(curve: &[Option<f64>], length_s: f64) -> bool {
    let differences = || curve.windows(2).filter_map(|pair| Some(pair[1]? - pair[0]?));
    let mut spread = Mean::default();
    differences().for_each(|difference| spread.add(difference));
    let Some(mean) = spread.mean() else { return false };
    let limit = (JUMP_SD * spread.sd()).max(JUMP_RAD_S * length_s / (POINTS - 1) as f64);
    differences().any(|difference| (difference - mean).abs() > limit)
}

/// The curve less the straight line between its ends; whether it was whole.
fn without_trend(curve: &[Option<f64>]) -> ([f64; POINTS], bool) {
    let mut flat = [0.0; POINTS];
    let (Some(Some(first)), Some(Some(last))) = (curve.first(), curve.last()) else { return (flat, false) };
    for (i, point) in curve.iter().enumerate() {
        let Some(point) = point else { return (flat, false) };
        flat[i] = point - first - (last - first) * i as f64 / (POINTS - 1) as f64;
    }
    (flat, true)
}

/// Checks a cycle against the table: adds what failed, and the reason.
pub(super) fn check(cycle: &mut Cycle, ranges: &[CycleRange]) {
    for range in ranges {
        let Some(variable) = VARIABLES.into_iter().find(|name| *name == range.variable) else { continue };
        let index = (range.phase_pct / 100.0 * (POINTS - 1) as f64).round() as usize;
        let Some(Some(value)) = cycle.curve(variable).and_then(|curve| curve.get(index)) else { continue };
        if !(range.min..=range.max).contains(value) {
            cycle.validation_failures.push(ValidationFailure {
                variable,
                phase_pct: range.phase_pct,
                value: *value,
                min: range.min,
                max: range.max,
            });
        }
    }
    if !cycle.validation_failures.is_empty() {
        cycle.reasons.push("range_fail");
        cycle.accepted = false;
    }
}

impl Cycle {
    /// The curve of a `LocoHub` name.
    pub fn curve(&self, variable: &str) -> Option<&[Option<f64>]> {
        let curves = [
            &self.hip_flexion_angle_ipsi_rad,
            &self.knee_flexion_angle_ipsi_rad,
            &self.ankle_dorsiflexion_angle_ipsi_rad,
            &self.hip_flexion_angle_contra_rad,
            &self.knee_flexion_angle_contra_rad,
            &self.ankle_dorsiflexion_angle_contra_rad,
        ];
        let index = VARIABLES.iter().position(|name| *name == variable)?;
        Some(curves[index])
    }
}
