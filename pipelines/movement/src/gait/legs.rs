//! Puts left and right legs back in order within a cycle.
//!
//! Around a strike the foot in front is known. From there each leg goes on as it went: where the other assignment fits clearly
//! better, the model has mixed them up (METRICS §1.3). Where it shows both legs in one place while they must be apart, the
//! leg that can't be there is not seen.

use super::cycles::Span;
use super::feet::front_and_back;
use crate::body::{BodySample, Side};

/// Around a strike, as a share of the cycle, the foot in front tells the legs apart.
const ANCHOR: f64 = 0.10;
/// The other assignment must cost less than this share (METRICS §1.3).
const CLEARLY: f64 = 0.6;
/// Legs that must be this far apart, metres, and are seen within this share of it, are one leg seen twice.
const APART_M: f64 = 0.2;
const TOGETHER: f64 = 0.4;
/// A prediction does not reach further than this, seconds.
const REACH_S: f64 = 0.12;

/// Knee and ankle of a leg relative to the hips.
type Leg = [[f64; 2]; 2];

/// Where a leg was last, and how it moved.
#[derive(Debug, Clone, Copy, Default)]
struct Track {
    last: Option<(f64, Leg)>,
    velocity: Leg,
}

impl Track {
    fn predict(&self, t: f64) -> Option<Leg> {
        let (at, leg) = self.last.filter(|(at, _)| t - at <= REACH_S)?;
        Some(std::array::from_fn(|p| std::array::from_fn(|a| leg[p][a] + self.velocity[p][a] * (t - at))))
    }

    fn update(&mut self, t: f64, leg: Leg) {
        if let Some((at, before)) = self.last.filter(|(at, _)| t > *at && t - at <= REACH_S) {
            self.velocity =
                std::array::from_fn(|p| std::array::from_fn(|a| (leg[p][a] - before[p][a]) / (t - at)));
        }
        self.last = Some((t, leg));
    }
}

/// The samples with their legs in order.
pub(super) fn in_order<'a>(
    samples: impl Iterator<Item = &'a BodySample>,
    span: &Span,
    m_per_px: f64,
) -> Vec<BodySample> {
    let mut tracks = [Track::default(); 2];
    let order = |sample: &BodySample| {
        let mut sample = *sample;
        let anchored = front_side(sample.t, span).zip(front_and_back(&sample, span.direction)[0]);
        match anchored {
            Some((known, seen)) if known != seen => swap(&mut sample),
            Some(_) => {}
            None => settle(&mut sample, &tracks, m_per_px),
        }
        for (side, track) in tracks.iter_mut().enumerate() {
            if let Some(leg) = leg(&sample, side) {
                track.update(sample.t, leg);
            }
        }
        sample
    };
    samples.map(order).collect()
}

/// The side in front where the strikes tell it.
fn front_side(t: f64, span: &Span) -> Option<usize> {
    let near = |strike: f64| (t - strike).abs() <= ANCHOR * (span.end - span.start);
    if near(span.start) || near(span.end) {
        return Some(span.side);
    }
    near(span.middle).then_some(1 - span.side)
}

fn settle(sample: &mut BodySample, tracks: &[Track; 2], m_per_px: f64) {
    let (Some(left), Some(right)) = (tracks[0].predict(sample.t), tracks[1].predict(sample.t)) else {
        return;
    };
    let (Some(seen_left), Some(seen_right)) = (leg(sample, 0), leg(sample, 1)) else { return };
    let apart = distance(left[1], right[1]);
    if apart * m_per_px > APART_M && distance(seen_left[1], seen_right[1]) < TOGETHER * apart {
        for (side, (seen, predicted)) in [(seen_left, left), (seen_right, right)].into_iter().enumerate() {
            if distance(seen[1], predicted[1]) > 0.5 * apart {
                let Side { shoulder, elbow, wrist, .. } = sample.sides[side];
                sample.sides[side] = Side { shoulder, elbow, wrist, ..Side::default() };
            }
        }
        return;
    }
    let cost = |a: Leg, b: Leg| {
        let of =
            |seen: Leg, predicted: Leg| distance(seen[0], predicted[0]) + distance(seen[1], predicted[1]);
        of(a, left) + of(b, right)
    };
    if cost(seen_right, seen_left) < CLEARLY * cost(seen_left, seen_right) {
        swap(sample);
    }
}

/// Exchanges the legs; the arms stay.
fn swap(sample: &mut BodySample) {
    let [left, right] = sample.sides;
    let with_legs = |arms: Side, legs: Side| Side {
        shoulder: arms.shoulder,
        elbow: arms.elbow,
        wrist: arms.wrist,
        ..legs
    };
    sample.sides = [with_legs(left, right), with_legs(right, left)];
}

fn leg(sample: &BodySample, side: usize) -> Option<Leg> {
    let (hip, leg) = (sample.hip?, &sample.sides[side]);
    let from_hip = |point: [f64; 2]| [point[0] - hip[0], point[1] - hip[1]];
    Some([from_hip(leg.knee?), from_hip(leg.ankle?)])
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gait::record::GaitKind;

    /// Two legs that swing past each other: left in front at 0 and 1 s, right at 0.5 s.
    fn swinging(t: f64) -> BodySample {
        let side = |phase: f64| {
            let x = 100.0 * (std::f64::consts::TAU * (t + phase)).cos();
            let lift = 40.0 * (-(std::f64::consts::TAU * (t + phase)).sin()).max(0.0);
            Side {
                hip: Some([0.0, 0.0]),
                knee: Some([0.5 * x, -130.0 + 0.5 * lift]),
                ankle: Some([x, -260.0 + lift]),
                ..Side::default()
            }
        };
        BodySample { t, hip: Some([0.0, 0.0]), sides: [side(0.0), side(0.5)], ..BodySample::default() }
    }

    #[test]
    fn mixed_up_legs_are_put_back() {
        let span = Span {
            side: 0,
            start: 0.0,
            middle: 0.5,
            end: 1.0,
            kind: GaitKind::Walk,
            direction: 1.0,
            median_stride: None,
            alternating: true,
            sagittal: true,
        };
        let truth: Vec<BodySample> = (0..=60).map(|i| swinging(f64::from(i) / 60.0)).collect();
        let mut mixed = truth.clone();
        for i in [3, 14, 15, 16, 29, 40, 44, 45] {
            swap(&mut mixed[i]);
        }
        assert_ne!(mixed, truth);
        assert_eq!(in_order(mixed.iter(), &span, 0.003), truth);
    }
}
