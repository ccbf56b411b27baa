//! The sequence of steps: how regular, which side, how fast.

use std::collections::VecDeque;

use crate::signal::median;

/// Steps that are remembered, and those that count for the rhythm.
const KEPT: usize = 48;
const RECENT: usize = 8;
/// A step takes this long, seconds: a limping walk, a sprint.
const STEP_S: std::ops::RangeInclusive<f64> = 0.2..=1.3;
/// The longest of the last steps over the shortest: a limp is uneven, walking up to something even more so.
const UNEVEN: f64 = 2.2;
/// Steps in a row that make a gait.
const STEPS: usize = 3;
/// Intervals longer than this many steps are pauses, or missed steps.
const MISSED: f64 = 1.6;
/// Cadence is that of the last seconds (METRICS §6.3).
const CADENCE_S: f64 = 10.0;
/// How many agreements outweigh a disagreement about the side.
const SURE: i32 = 6;

/// A step as it is first seen: the moment at which the foot was furthest ahead.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ahead {
    pub(super) t: f64,
    pub(super) side: usize,
    /// Whether what was seen agrees with the alternation.
    pub(super) agrees: bool,
}

/// Follows the steps of one person.
#[derive(Debug)]
pub(super) struct Rhythm {
    steps: VecDeque<Ahead>,
    sure: i32,
}

impl Rhythm {
    pub(super) fn new() -> Self {
        Self { steps: VecDeque::with_capacity(KEPT), sure: 0 }
    }

    pub(super) fn reset(&mut self) {
        self.steps.clear();
        self.sure = 0;
    }

    /// A foot was furthest ahead at `t`; `seen` is the side that it looked like. Left and right alternate: what the model says
    /// of one step weighs less than what it said of those before.
    pub(super) fn push(&mut self, t: f64, seen: Option<usize>) {
        let expected = self.steps.back().filter(|last| t - last.t < self.pause_s()).map(|last| 1 - last.side);
        let (side, agrees) = match (expected, seen) {
            (Some(expected), Some(seen)) if expected == seen => {
                self.sure = (self.sure + 1).min(SURE);
                (seen, true)
            }
            (Some(expected), Some(seen)) => {
                self.sure -= 2;
                if self.sure < 0 {
                    self.sure = 0;
                    (seen, false)
                } else {
                    (expected, false)
                }
            }
            (None, Some(seen)) => {
                self.sure = 0;
                (seen, true)
            }
            (expected, None) => (expected.unwrap_or(0), false),
        };
        if self.steps.len() == KEPT {
            self.steps.pop_front();
        }
        self.steps.push_back(Ahead { t, side, agrees });
    }

    /// Median step time, seconds.
    pub(super) fn step_s(&self) -> Option<f64> {
        median(self.intervals().take(RECENT))
    }

    /// The first of the last steps if they make a gait.
    pub(super) fn steady(&self) -> Option<Ahead> {
        self.even(STEPS).then(|| self.steps[self.steps.len() - 1 - STEPS])
    }

    /// Whether the athlete takes steps now, or may.
    pub(super) fn moving(&self, now: f64) -> bool {
        let newest = self.steps.back().map_or(f64::NEG_INFINITY, |last| last.t);
        self.even(STEPS - 1) && now - newest < self.pause_s()
    }

    /// Whether a gait that has begun has not ended yet: a step may be missed.
    pub(super) fn goes_on(&self, now: f64) -> bool {
        self.steps.back().is_some_and(|last| now - last.t < 1.0 + self.pause_s())
    }

    /// An interval that is no step any more.
    pub(super) fn pause_s(&self) -> f64 {
        MISSED * self.intervals().take(RECENT).fold(0.5, f64::max).min(*STEP_S.end())
    }

    /// The step whose foot was furthest ahead closest to `t`.
    pub(super) fn nearest(&self, t: f64) -> Option<Ahead> {
        self.steps.iter().copied().min_by(|a, b| (a.t - t).abs().total_cmp(&(b.t - t).abs()))
    }

    /// Steps a minute over the last seconds; `None` where there is no rhythm.
    pub(super) fn cadence_spm(&self, now: f64) -> Option<f64> {
        let newest = self.steps.back().filter(|last| now - last.t < self.pause_s())?;
        let first = self.steps.iter().find(|step| newest.t - step.t <= CADENCE_S)?;
        let n = self.steps.iter().filter(|step| newest.t - step.t <= CADENCE_S).count() - 1;
        (self.even(STEPS) && n >= STEPS).then(|| 60.0 * n as f64 / (newest.t - first.t))
    }

    fn even(&self, n: usize) -> bool {
        let last = || self.intervals().take(n);
        let (shortest, longest) = (last().fold(f64::INFINITY, f64::min), last().fold(0.0, f64::max));
        let newest = || self.steps.iter().rev().take(n + 1);
        let alternate = newest().zip(newest().skip(1)).all(|(a, b)| a.side != b.side);
        // A single doubtful side is a mix-up of the model; more are feet that don't pass each other.
        let doubtful = newest().filter(|step| !step.agrees).count();
        last().count() == n
            && STEP_S.contains(&shortest)
            && STEP_S.contains(&longest)
            && longest < UNEVEN * shortest
            && alternate
            && doubtful * 3 <= n
    }

    /// Intervals between steps, newest first.
    fn intervals(&self) -> impl Iterator<Item = f64> {
        self.steps
            .iter()
            .rev()
            .zip(self.steps.iter().rev().skip(1))
            .map(|(later, earlier)| later.t - earlier.t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternating_steps_are_a_gait_and_lunges_are_not() {
        let rhythm = |step_s: f64| {
            let mut rhythm = Rhythm::new();
            (0..6).for_each(|i: usize| rhythm.push(step_s * i as f64, Some(i % 2)));
            rhythm
        };
        assert!(rhythm(0.35).steady().is_some() && rhythm(0.35).moving(1.8));
        assert!(!rhythm(0.35).moving(4.0));
        assert!((rhythm(0.5).cadence_spm(2.6).unwrap() - 120.0).abs() < 1e-9);
        assert!(rhythm(2.0).steady().is_none() && rhythm(0.1).steady().is_none());
    }

    #[test]
    fn a_foot_that_rocks_does_not_walk_and_one_mix_up_is_put_right() {
        let mut rocking = Rhythm::new();
        (0..8).for_each(|i| rocking.push(0.5 * f64::from(i), Some(0)));
        assert!(rocking.steady().is_none());
        let mut walking = Rhythm::new();
        for i in 0..12usize {
            walking.push(0.5 * i as f64, Some(if i == 8 { 1 } else { i % 2 }));
        }
        assert!(walking.steps.iter().enumerate().all(|(i, step)| step.side == i % 2));
    }
}
