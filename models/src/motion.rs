//! Where a trunk is and where it is going. Pure.

use std::time::Duration;

use crate::landmarks::Body;
use crate::region::Point;

/// A motion is carried on for no longer than this: nobody in a gym walks through a wall.
const MAX_EXTRAPOLATION: Duration = Duration::from_millis(500);

/// Centres of hips and shoulders.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trunk {
    /// In pixels.
    pub(crate) hips: Point,
    /// In pixels.
    pub(crate) shoulders: Point,
}

impl Trunk {
    pub(crate) fn of(body: &Body) -> Self {
        Self { hips: body.hips(), shoulders: body.shoulders() }
    }

    /// Between hips and shoulders.
    pub(crate) fn center(&self) -> Point {
        [0, 1].map(|axis| 0.5 * (self.hips[axis] + self.shoulders[axis]))
    }

    /// Mean distance of hips and shoulders.
    fn distance_px(&self, other: &Self) -> f32 {
        0.5 * (distance_px(self.hips, other.hips) + distance_px(self.shoulders, other.shoulders))
    }

    fn moved_by(self, [dx, dy]: [f32; 2]) -> Self {
        let moved = |[x, y]: Point| [x + dx, y + dy];
        Self { hips: moved(self.hips), shoulders: moved(self.shoulders) }
    }
}

/// Distance of two points.
pub(crate) fn distance_px(a: Point, b: Point) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// A trunk that moves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Motion {
    trunk: Trunk,
    velocity_px_s: [f32; 2],
    /// When last seen.
    pub(crate) seen: Duration,
}

impl Motion {
    /// A trunk seen for the first time: at rest, for all that is known.
    pub(crate) fn new(trunk: Trunk, now: Duration) -> Self {
        Self { trunk, velocity_px_s: [0.0; 2], seen: now }
    }

    /// Follows the trunk; `smoothing` is the share of the velocity so far.
    pub(crate) fn follow(&mut self, trunk: Trunk, now: Duration, smoothing: f32) {
        let elapsed_s = self.unseen_s(now);
        if elapsed_s > 0.0 {
            let (before, after) = (self.trunk.center(), trunk.center());
            for axis in 0..2 {
                let velocity = (after[axis] - before[axis]) / elapsed_s;
                self.velocity_px_s[axis] += (1.0 - smoothing) * (velocity - self.velocity_px_s[axis]);
            }
        }
        self.trunk = trunk;
        self.seen = now;
    }

    /// Time since it was seen.
    pub(crate) fn unseen_s(&self, now: Duration) -> f32 {
        now.saturating_sub(self.seen).as_secs_f32()
    }

    /// How far it has gone since, if it went on as before.
    pub(crate) fn expected_px(&self, now: Duration) -> [f32; 2] {
        let elapsed_s = self.unseen_s(now).min(MAX_EXTRAPOLATION.as_secs_f32());
        self.velocity_px_s.map(|velocity| velocity * elapsed_s)
    }

    /// How far a trunk is from where this one would be after standing still, or after going on as before: the nearer of both.
    pub(crate) fn surprise_px(&self, trunk: &Trunk, now: Duration) -> f32 {
        let moved = self.trunk.moved_by(self.expected_px(now));
        self.trunk.distance_px(trunk).min(moved.distance_px(trunk))
    }
}
