//! What adds up over the steps of a bout or a window.

use super::cycles::POINTS;
use super::mean::Mean;
use super::ranges::{CycleRange, VARIABLES};
use super::record::{Completeness, Cycle, MeanCurve, RangeCheck, ReasonCount, side_name};
use crate::measured::rounded;

/// Reasons for which a cycle is not accepted.
const REASONS: [&str; 7] = ["short", "long", "gap", "jump", "range_fail", "alternation", "view_not_sagittal"];

/// Sums over steps: constant memory whatever their number.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    pub(super) strikes: u32,
    pub(super) first: Option<f64>,
    pub(super) last: f64,
    /// By the side that ends the step.
    pub(super) step: [Mean; 2],
    pub(super) stride: Mean,
    pub(super) contact: [Mean; 2],
    /// Toe-off to the other foot's strike: negative in walking.
    pub(super) flight: Mean,
    pub(super) swing: Mean,
    pub(super) speed: Mean,
    pub(super) lean: Mean,
    pub(super) foot_pitch: Mean,
    pub(super) overstride: Mean,
    pub(super) cycles: Cycles,
}

impl Sums {
    pub(super) fn new() -> Self {
        Self {
            strikes: 0,
            first: None,
            last: 0.0,
            step: [Mean::default(); 2],
            stride: Mean::default(),
            contact: [Mean::default(); 2],
            flight: Mean::default(),
            swing: Mean::default(),
            speed: Mean::default(),
            lean: Mean::default(),
            foot_pitch: Mean::default(),
            overstride: Mean::default(),
            cycles: Cycles::new(),
        }
    }

    pub(super) fn strike(&mut self, t: f64) {
        self.strikes += 1;
        self.first = self.first.or(Some(t));
        self.last = t;
    }

    /// Both sides' steps.
    pub(super) fn steps(&self) -> Mean {
        self.step[0].with(&self.step[1])
    }

    /// Both sides' contacts.
    pub(super) fn contacts(&self) -> Mean {
        self.contact[0].with(&self.contact[1])
    }
}

/// Sums over cycles.
#[derive(Debug, Clone)]
pub(super) struct Cycles {
    pub(super) detected: u32,
    pub(super) accepted: u32,
    reasons: [u32; REASONS.len()],
    completeness: [Mean; 6],
    checked: [u32; 3],
    failed: [u32; 3],
    /// Ipsilateral angles: side, joint, point.
    curves: [[Vec<Mean>; 3]; 2],
    /// Height of the hips.
    hips: Box<[Mean; POINTS]>,
}

impl Cycles {
    fn new() -> Self {
        Self {
            detected: 0,
            accepted: 0,
            reasons: [0; REASONS.len()],
            completeness: [Mean::default(); 6],
            checked: [0; 3],
            failed: [0; 3],
            curves: std::array::from_fn(|_| std::array::from_fn(|_| vec![Mean::default(); POINTS])),
            hips: Box::new([Mean::default(); POINTS]),
        }
    }

    /// Takes a cycle that has been checked against `ranges`.
    pub(super) fn add(&mut self, cycle: &Cycle, side: usize, ranges: &[CycleRange]) {
        self.detected += 1;
        self.accepted += u32::from(cycle.accepted);
        for (count, reason) in self.reasons.iter_mut().zip(REASONS) {
            *count += u32::from(cycle.reasons.contains(&reason));
        }
        for (mean, of) in self.completeness.iter_mut().zip(&cycle.completeness) {
            mean.add(of.completeness);
        }
        for (joint, name) in VARIABLES.into_iter().take(3).enumerate() {
            if ranges.iter().any(|range| range.variable == name) {
                self.checked[joint] += 1;
                let failed = cycle.validation_failures.iter().any(|failure| failure.variable == name);
                self.failed[joint] += u32::from(failed);
            }
            if let (true, Some(curve)) = (cycle.accepted, cycle.curve(name)) {
                let points = self.curves[side][joint].iter_mut().zip(curve);
                points.for_each(|(mean, point)| mean.add(point.unwrap_or(f64::NAN)));
            }
        }
    }

    /// Takes the hips' height over a cycle that begins with the left foot.
    pub(super) fn add_hips(&mut self, hips: &[f64; POINTS]) {
        self.hips.iter_mut().zip(hips).for_each(|(mean, height)| mean.add(*height));
    }

    /// Cycles in the hips' mean curve, and its range averaged over both steps, metres.
    pub(super) fn oscillation(&self) -> Option<(u32, f64)> {
        let half = POINTS / 2;
        let range = |points: &[Mean]| {
            let heights = points.iter().filter_map(Mean::mean);
            Some(heights.clone().reduce(f64::max)? - heights.reduce(f64::min)?)
        };
        Some((self.hips[0].n, f64::midpoint(range(&self.hips[..half])?, range(&self.hips[half..])?)))
    }

    pub(super) fn rejected(&self) -> Vec<ReasonCount> {
        let counts = REASONS.into_iter().zip(self.reasons).filter(|(_, count)| *count > 0);
        counts.map(|(reason, count)| ReasonCount { reason, count }).collect()
    }

    pub(super) fn completeness(&self) -> Vec<Completeness> {
        let known = VARIABLES.into_iter().zip(&self.completeness);
        let of = |(variable, mean): (&'static str, &Mean)| {
            Some(Completeness { variable, completeness: rounded(mean.mean()?) })
        };
        known.filter_map(of).collect()
    }

    pub(super) fn range_checks(&self) -> Vec<RangeCheck> {
        let of = |joint: usize| RangeCheck {
            variable: VARIABLES[joint],
            checked: self.checked[joint],
            failed: self.failed[joint],
        };
        (0..3).map(of).filter(|check| check.checked > 0).collect()
    }

    pub(super) fn curves(&self) -> Vec<MeanCurve> {
        let of = |(side, joint): (usize, usize)| {
            let points = &self.curves[side][joint];
            (points[0].n > 0).then(|| MeanCurve {
                ipsi_side: side_name(side),
                variable: VARIABLES[joint],
                cycles: points[0].n,
                mean: points.iter().map(|point| rounded(point.mean().unwrap_or(0.0))).collect(),
                sd: points.iter().map(|point| rounded(point.sd())).collect(),
            })
        };
        [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)].into_iter().filter_map(of).collect()
    }
}
