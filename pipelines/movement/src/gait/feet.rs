//! The foot in front of the hips and the foot behind them.
//!
//! Pose models mix up left and right while the legs pass each other. Which foot is in front is never in doubt when it
//! strikes the ground, and which one is behind never when it leaves it: events are looked for on these two, and only
//! then given to a side.

use crate::body::BodySample;
use crate::person::Seen;
use crate::signal::{Ring, Timed};

/// Time constant of what is remembered of the direction, seconds.
const MEMORY_S: f64 = 0.5;
/// The feet (or the nose) must point this far to one side, metres: less is a view from the front.
const SIDEWAYS_M: f64 = 0.035;
/// Half window of the running median, seconds and intervals: single frames with mixed-up feet vanish in it.
const MEDIAN_S: f64 = 0.05;
const MEDIAN_DT: f64 = 2.1;
/// Samples that a median looks at, at most.
const MEDIAN_MAX: usize = 15;

/// Ankles relative to the hips in one frame, metres forward.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Apart {
    pub(super) t: f64,
    pub(super) front: Option<f64>,
    pub(super) back: Option<f64>,
    /// Side of the foot in front: 0 left, 1 right.
    pub(super) front_side: Option<usize>,
}

impl Timed for Apart {
    fn t(&self) -> f64 {
        self.t
    }
}

/// Follows direction and feet of one person.
#[derive(Debug)]
pub(super) struct Feet {
    /// Mean forward distance of what points forward, metres in the picture's direction.
    points_to: Option<f64>,
    direction: Option<f64>,
    last_t: Option<f64>,
    ring: Ring<Apart>,
    smoothed_to: f64,
}

impl Feet {
    pub(super) fn new() -> Self {
        Self {
            points_to: None,
            direction: None,
            last_t: None,
            ring: Ring::new(3.0, 512),
            smoothed_to: f64::NEG_INFINITY,
        }
    }

    pub(super) fn reset(&mut self) {
        *self = Self::new();
    }

    /// +1 where the athlete faces the right edge of the picture, −1 the left one.
    pub(super) fn direction(&self) -> Option<f64> {
        self.direction
    }

    /// Takes the newest sample; returns whether the athlete has turned round.
    pub(super) fn push(&mut self, seen: &Seen<'_>) -> bool {
        let Some(sample) = seen.ring.last() else { return false };
        let turned = self.look(sample, seen.scale.m_per_px);
        let Some(direction) = self.direction else { return turned };
        let apart = apart(sample, direction, seen.scale.m_per_px);
        self.ring.push(apart);
        turned
    }

    /// The next moment of the running median, which lags by its half window.
    pub(super) fn next(&mut self, now: f64, median_dt: f64) -> Option<Apart> {
        let half = MEDIAN_S.max(MEDIAN_DT * median_dt);
        let centre = *self.ring.window(self.smoothed_to, now - half).find(|a| a.t > self.smoothed_to)?;
        self.smoothed_to = centre.t;
        let around = || self.ring.window(centre.t - half, centre.t + half);
        Some(Apart {
            t: centre.t,
            front: small_median(around().filter_map(|a| a.front)),
            back: small_median(around().filter_map(|a| a.back)),
            front_side: centre.front_side,
        })
    }

    /// Side of the foot in front around `t`: 0 left, 1 right.
    pub(super) fn side_in_front(&self, t: f64, half_s: f64) -> Option<usize> {
        let (mut left, mut right) = (0u32, 0u32);
        for side in self.ring.window(t - half_s, t + half_s).filter_map(|a| a.front_side) {
            if side == 0 { left += 1 } else { right += 1 }
        }
        (left != right).then_some(usize::from(right > left))
    }

    fn look(&mut self, sample: &BodySample, m_per_px: f64) -> bool {
        let dt = sample.t - self.last_t.unwrap_or(sample.t);
        self.last_t = Some(sample.t);
        let Some(points_to) = points_to(sample) else { return false };
        let points_to = points_to * m_per_px;
        let weight = if self.points_to.is_none() { 1.0 } else { 1.0 - (-dt.max(0.0) / MEMORY_S).exp() };
        let mean = self.points_to.unwrap_or(0.0);
        let mean = mean + (points_to - mean) * weight;
        self.points_to = Some(mean);
        if mean.abs() < SIDEWAYS_M || self.direction == Some(mean.signum()) {
            return false;
        }
        let turned = self.direction.is_some();
        self.direction = Some(mean.signum());
        self.ring.clear();
        turned
    }
}

/// How far the feet point to the right of the picture, pixels; without feet, the nose ahead of the shoulders.
fn points_to(sample: &BodySample) -> Option<f64> {
    let feet = sample.sides.iter().filter_map(|side| {
        let heel = side.heel.or(side.ankle)?;
        Some(side.toe?[0] - heel[0])
    });
    let n = feet.clone().count();
    if n > 0 {
        return Some(feet.sum::<f64>() / n as f64);
    }
    Some(sample.nose?[0] - sample.shoulder?[0])
}

/// Sides of the feet in front of and behind the hips.
pub(super) fn front_and_back(sample: &BodySample, direction: f64) -> [Option<usize>; 2] {
    let Some(hip) = sample.hip else { return [None; 2] };
    let ahead = |side: usize| sample.sides[side].ankle.map(|ankle| direction * (ankle[0] - hip[0]));
    match (ahead(0), ahead(1)) {
        (Some(left), Some(right)) if left >= right => [Some(0), Some(1)],
        (Some(_), Some(_)) => [Some(1), Some(0)],
        (Some(left), None) => one(0, left),
        (None, Some(right)) => one(1, right),
        (None, None) => [None; 2],
    }
}

fn one(side: usize, ahead: f64) -> [Option<usize>; 2] {
    if ahead > 0.0 { [Some(side), None] } else { [None, Some(side)] }
}

fn apart(sample: &BodySample, direction: f64, m_per_px: f64) -> Apart {
    let [front, back] = front_and_back(sample, direction);
    let ahead = |side: Option<usize>| {
        let (hip, ankle) = (sample.hip?, sample.sides[side?].ankle?);
        Some(direction * (ankle[0] - hip[0]) * m_per_px)
    };
    Apart { t: sample.t, front: ahead(front), back: ahead(back), front_side: front }
}

/// Median of a short window, without allocation.
fn small_median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sorted = [0.0; MEDIAN_MAX];
    let mut n = 0;
    for value in values.take(MEDIAN_MAX) {
        let place = sorted[..n].partition_point(|v| *v < value);
        sorted.copy_within(place..n, place + 1);
        sorted[place] = value;
        n += 1;
    }
    match n {
        0 => None,
        n if n % 2 == 1 => Some(sorted[n / 2]),
        n => Some(f64::midpoint(sorted[n / 2 - 1], sorted[n / 2])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_a_short_window() {
        assert_eq!(small_median([3.0, 1.0, 2.0].into_iter()), Some(2.0));
        assert_eq!(small_median([4.0, 1.0, 2.0, 9.0].into_iter()), Some(3.0));
        assert_eq!(small_median([].into_iter()), None);
    }
}
