//! Follows one outline from frame to frame, and tells whether it moves with the hands or the shoulders.

use std::collections::VecDeque;

use super::body::{ANCHORS, Place};
use super::ellipse::Ellipse;
use super::luma::Luma;
use super::ring::{RingFit, RingFitter, Search};

/// Longest past that is kept, seconds.
const HISTORY_S: f64 = 3.0;
/// Most samples of it: 3 s at 120 frames a second.
const HISTORY: usize = 360;
/// Largest acceleration of a bar in use, m/s². A bar that is dropped falls with 9.8.
const ACCELERATION_M_S2: f64 = 10.0;
/// Largest speed of a bar of which only one place is known, m/s.
const FIRST_SPEED_M_S: f64 = 1.2;
/// Time constant with which the expected shape follows the measured one, seconds.
const SHAPE_S: f64 = 0.15;
/// Share of the outline that must be seen to believe a frame.
const LEAST_COVERAGE: f64 = 0.40;
/// Windows in which movement is compared, seconds.
const WINDOWS_S: [f64; 3] = [0.7, 1.5, 3.0];
/// Least correlation of the heights of plate and anchor.
const LEAST_CORRELATION: f64 = 0.94;
/// Vertical movement before a plate is called a plate in use, metres.
const LEAST_TRAVEL_M: f64 = 0.08;
/// Plate's over anchor's movement: the plate is nearer to the camera, the pose model's points move too little or too much.
const GAIN: std::ops::RangeInclusive<f64> = 0.6..=1.7;
/// Most that the plate moves sideways against the anchor meanwhile, metres.
const MOST_DRIFT_M: f64 = 0.35;

/// A measured outline with what the body did then.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    /// Time stamp, seconds.
    pub(super) at_s: f64,
    pub(super) ring: RingFit,
    pub(super) anchors: [Place; ANCHORS],
}

/// An outline that is followed.
pub(super) struct Track {
    /// Place and shape expected next, at the time of the last sample.
    expected: Ellipse,
    /// Pixels a second.
    velocity: [f64; 2],
    pub(super) history: VecDeque<Sample>,
}

impl Track {
    /// Starts with what was found.
    pub(super) fn start(sample: Sample) -> Self {
        let mut history = VecDeque::with_capacity(HISTORY);
        history.push_back(sample);
        Self { expected: sample.ring.ellipse, velocity: [0.0; 2], history }
    }

    /// Goes on with what was found after a gap.
    pub(super) fn resume(&mut self, sample: Sample) {
        self.expected = sample.ring.ellipse;
        self.velocity = [0.0; 2];
        self.keep(sample);
    }

    /// The newest sample.
    pub(super) fn last(&self) -> &Sample {
        // A track starts with one, and the newest is never dropped.
        &self.history[self.history.len() - 1]
    }

    /// Where the outline is expected at a time.
    pub(super) fn expected_at(&self, now_s: f64) -> Ellipse {
        let dt = (now_s - self.last().at_s).clamp(0.0, 0.25);
        Ellipse {
            x: self.expected.x + self.velocity[0] * dt,
            y: self.expected.y + self.velocity[1] * dt,
            ..self.expected
        }
    }

    /// Measures the outline in the next frame; tells whether it was seen.
    pub(super) fn follow(
        &mut self,
        luma: &Luma<'_>,
        fitter: &mut RingFitter,
        now_s: f64,
        px_per_m: f64,
        anchors: [Place; ANCHORS],
    ) -> bool {
        let dt = now_s - self.last().at_s;
        if dt.is_nan() || dt <= 0.0 {
            return false;
        }
        let expected = self.expected_at(now_s);
        let first_speed = if self.history.len() < 3 { FIRST_SPEED_M_S * dt } else { 0.0 };
        let wander = (0.5 * ACCELERATION_M_S2 * dt * dt + first_speed) * px_per_m;
        let half_width_px = 3.0 + wander;
        let Some(coarse) = fitter.fit(luma, &expected, Search { half_width_px, free_shape: false }) else {
            return false;
        };
        let fine = Search { half_width_px: (0.05 * expected.radius).max(3.0), free_shape: true };
        let Some(ring) = fitter.fit(luma, &coarse.ellipse, fine) else { return false };
        let moved = (ring.ellipse.x - expected.x).hypot(ring.ellipse.y - expected.y);
        let grown = (ring.ellipse.radius / expected.radius - 1.0).abs();
        if ring.coverage < LEAST_COVERAGE || moved > 1.5 * half_width_px + 2.0 || grown > 0.12 {
            return false;
        }
        self.learn(&ring, dt);
        self.keep(Sample { at_s: now_s, ring, anchors });
        true
    }

    fn learn(&mut self, ring: &RingFit, dt: f64) {
        let last = self.last().ring.ellipse;
        let new = ring.ellipse;
        let velocity = [(new.x - last.x) / dt, (new.y - last.y) / dt];
        let share = if self.history.len() < 3 { 1.0 } else { 0.7 };
        for (old, new) in self.velocity.iter_mut().zip(velocity) {
            *old += share * (new - *old);
        }
        let gain = 1.0 - (-dt / SHAPE_S).exp();
        let old = self.expected;
        let tilt = if new.has_tilt() { old.tilt + gain * (new.tilt - old.tilt) } else { old.tilt };
        self.expected = Ellipse {
            x: new.x,
            y: new.y,
            radius: old.radius + gain * (new.radius - old.radius),
            aspect: old.aspect + gain * (new.aspect - old.aspect),
            tilt,
        };
    }

    fn keep(&mut self, sample: Sample) {
        while self.history.len() >= HISTORY
            || self.history.front().is_some_and(|first| sample.at_s - first.at_s > HISTORY_S)
        {
            self.history.pop_front();
        }
        self.history.push_back(sample);
    }

    /// Share of the outline seen so far, on average.
    pub(super) fn coverage(&self) -> f64 {
        self.history.iter().map(|sample| sample.ring.coverage).sum::<f64>() / self.history.len() as f64
    }

    /// Radius at the newest sample, pixels.
    pub(super) fn radius(&self) -> f64 {
        self.last().ring.ellipse.radius
    }

    /// Which anchor the outline moves with, and how well (correlation); none unless it moved by a share of what is asked.
    pub(super) fn companion(&self, px_per_m: f64, share: f64) -> Option<(usize, f64)> {
        let now = self.last().at_s;
        let mut best: Option<(usize, f64)> = None;
        for window in WINDOWS_S {
            for anchor in 0..ANCHORS {
                let samples = self.history.iter().filter(|sample| now - sample.at_s <= window);
                let pairs = samples.filter_map(|sample| {
                    let ellipse = sample.ring.ellipse;
                    sample.anchors[anchor].map(|place| ([ellipse.x, ellipse.y], place))
                });
                if let Some(correlation) = agreement(pairs, px_per_m, share * LEAST_TRAVEL_M)
                    && best.is_none_or(|(_, other)| correlation > other)
                {
                    best = Some((anchor, correlation));
                }
            }
        }
        best
    }
}

/// Correlation of the heights of plate and anchor, where both moved enough and by about as much.
fn agreement(
    pairs: impl Iterator<Item = ([f64; 2], [f64; 2])> + Clone,
    px_per_m: f64,
    least_travel_m: f64,
) -> Option<f64> {
    let (mut count, mut sums) = (0.0, [0.0; 2]);
    let mut travel = [f64::INFINITY, f64::NEG_INFINITY];
    let mut drift = travel;
    for (plate, anchor) in pairs.clone() {
        count += 1.0;
        sums[0] += plate[1];
        sums[1] += anchor[1];
        travel = [travel[0].min(plate[1]), travel[1].max(plate[1])];
        let apart = plate[0] - anchor[0];
        drift = [drift[0].min(apart), drift[1].max(apart)];
    }
    let enough = count >= 6.0
        && travel[1] - travel[0] >= least_travel_m * px_per_m
        && drift[1] - drift[0] <= MOST_DRIFT_M * px_per_m;
    if !enough {
        return None;
    }
    let means = sums.map(|sum| sum / count);
    let (mut pp, mut aa, mut pa) = (0.0, 0.0, 0.0);
    for (plate, anchor) in pairs {
        let (p, a) = (plate[1] - means[0], anchor[1] - means[1]);
        pp += p * p;
        aa += a * a;
        pa += p * a;
    }
    let correlation = pa / (pp * aa).sqrt();
    let gain = (pp / aa).sqrt();
    (correlation >= LEAST_CORRELATION && GAIN.contains(&gain)).then_some(correlation)
}
