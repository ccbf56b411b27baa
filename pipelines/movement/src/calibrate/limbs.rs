//! How tall a body is that never stands: from its limbs, whatever their posture and the view.
//!
//! Drillis & Contini's shares `r` of height give each limb's length for a stature of `S` pixels. Seen at an angle the
//! picture shortens what lies along the body's own plane, and not what is upright: `r²·S² = k·dx² + dy²`, with `k = 1` from the side.
//! Limbs that stand at different angles, in one posture or over a movement, give both unknowns by least squares.

use super::stature::SPLIT;
use crate::body::{BodySample, Side};

/// Shares of standing height (Drillis & Contini): shoulder to hip, hip to knee, knee to ankle, shoulder to elbow, elbow to wrist.
const TRUNK: f64 = 0.288;
const THIGH: f64 = 0.245;
const SHANK: f64 = 0.246;
const ARM: f64 = 0.166;
const FOREARM: f64 = 0.146;

/// What is older fades with this time constant, seconds: the athlete may have come nearer.
const FADING_S: f64 = 15.0;
/// A first answer needs this much, seconds.
const ENOUGH_S: f64 = 1.0;
/// Above this correlation of the two unknowns, which a body that is straight as a board comes near, trunk and legs alone can't tell them
/// apart: the arms, which hang or hold it up, take part.
const STRAIGHT: f64 = 0.92;
/// Sine of a trunk's lean from the vertical from which a body lies. Upright its longest limbs tell its height as well, and walking legs are
/// best taken one by one.
const LIES: f64 = 0.75;
/// Weight of the arms elsewhere: they lead out of the body's plane.
const ARMS_SHARE: f64 = 0.1;
/// Relative standard uncertainties on the rendered bodies, by trunk and legs and with the arms.
const U: f64 = 0.05;
const U_WITH_ARMS: f64 = 0.15;

/// Height in pixels, and its relative standard uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LimbStature {
    pub(super) px: f64,
    pub(super) u: f64,
}

/// Takes a body's limbs from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Limbs {
    trunk_and_legs: Sums,
    arms: Sums,
    seen_s: f64,
    last_t: Option<f64>,
}

impl Limbs {
    /// Takes a sample; `stature_px` is about how tall the body is.
    pub(super) fn observe(&mut self, sample: &BodySample, stature_px: f64) {
        let since_s = self.last_t.map_or(0.0, |last| (sample.t - last).max(0.0));
        self.last_t = Some(sample.t);
        let kept = (-since_s / FADING_S).exp();
        self.seen_s *= kept;
        self.trunk_and_legs.fade(kept);
        self.arms.fade(kept);
        if sample.lean_sin().is_none_or(|lean| lean < LIES) {
            return;
        }
        self.seen_s += since_s.min(ENOUGH_S / 4.0);
        self.trunk_and_legs.add(sample.shoulder, sample.hip, TRUNK);
        let [left, right] = &sample.sides;
        let apart = || Some((left.ankle?[0] - right.ankle?[0]).abs());
        // The middles of both legs have no part that leads out of the body's plane, but in a split stance they are no leg.
        if apart().is_some_and(|apart| apart > SPLIT * stature_px) {
            sample.sides.iter().for_each(|side| self.leg(side));
        } else {
            self.leg(&middle(left, right));
        }
        let middle = middle(left, right);
        self.arms.add(middle.shoulder, middle.elbow, ARM);
        self.arms.add(middle.elbow, middle.wrist, FOREARM);
    }

    fn leg(&mut self, side: &Side) {
        self.trunk_and_legs.add(side.hip, side.knee, THIGH);
        self.trunk_and_legs.add(side.knee, side.ankle, SHANK);
    }

    /// The height that fits the limbs best; `None` before enough was seen.
    pub(super) fn stature(&self) -> Option<LimbStature> {
        if self.seen_s < ENOUGH_S {
            return None;
        }
        let (sums, u) = if self.trunk_and_legs.correlation()? < STRAIGHT {
            (self.trunk_and_legs.with(self.arms, ARMS_SHARE), U)
        } else {
            (self.trunk_and_legs.with(self.arms, 1.0), U_WITH_ARMS)
        };
        Some(LimbStature { px: sums.stature_px()?, u })
    }
}

/// What lies between the sides, or the one that is seen.
fn middle(left: &Side, right: &Side) -> Side {
    let between = |of: fn(&Side) -> Option<[f64; 2]>| match (of(left), of(right)) {
        (Some(a), Some(b)) => Some([f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])]),
        (one, other) => one.or(other),
    };
    Side {
        shoulder: between(|s| s.shoulder),
        elbow: between(|s| s.elbow),
        wrist: between(|s| s.wrist),
        hip: between(|s| s.hip),
        knee: between(|s| s.knee),
        ankle: between(|s| s.ankle),
        ..Side::default()
    }
}

/// Normal equations of `a·S² − b·k = c` with `a = r`, `b = dx²/r`, `c = dy²/r`: every limb counts by its own length.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Sums {
    aa: f64,
    ab: f64,
    bb: f64,
    ac: f64,
    bc: f64,
}

impl Sums {
    fn add(&mut self, from: Option<[f64; 2]>, to: Option<[f64; 2]>, share: f64) {
        let (Some(from), Some(to)) = (from, to) else { return };
        let (a, b, c) = (share, (from[0] - to[0]).powi(2) / share, (from[1] - to[1]).powi(2) / share);
        self.aa += a * a;
        self.ab += a * b;
        self.bb += b * b;
        self.ac += a * c;
        self.bc += b * c;
    }

    fn fade(&mut self, kept: f64) {
        for sum in [&mut self.aa, &mut self.ab, &mut self.bb, &mut self.ac, &mut self.bc] {
            *sum *= kept;
        }
    }

    fn with(self, other: Self, weight: f64) -> Self {
        Self {
            aa: self.aa + weight * other.aa,
            ab: self.ab + weight * other.ab,
            bb: self.bb + weight * other.bb,
            ac: self.ac + weight * other.ac,
            bc: self.bc + weight * other.bc,
        }
    }

    /// Of the two unknowns: 1 where they can't be told apart. A body that only stands upright shows no `dx`, and needs none.
    fn correlation(&self) -> Option<f64> {
        let product = self.aa * self.bb;
        (self.aa > 0.0).then(|| if product > 0.0 { self.ab / product.sqrt() } else { 0.0 })
    }

    fn stature_px(&self) -> Option<f64> {
        let determinant = self.aa * self.bb - self.ab * self.ab;
        let k = (self.ab * self.ac - self.aa * self.bc) / determinant;
        // Nothing looks longer than it is.
        let k = if k.is_finite() { k.max(1.0) } else { 1.0 };
        let square = (self.ac + k * self.ab) / self.aa;
        (square > 400.0).then(|| square.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body of 600 px lying on its back with bent legs, seen at `yaw_deg` from the front.
    fn lying(t: f64, yaw_deg: f64) -> BodySample {
        let seen = yaw_deg.to_radians().sin();
        let to = |from: [f64; 2], share: f64, up_deg: f64| {
            let (up, along) = up_deg.to_radians().sin_cos();
            [from[0] + 600.0 * share * along * seen, from[1] + 600.0 * share * up]
        };
        let shoulder = [0.0, 0.0];
        let hip = to(shoulder, TRUNK, 0.0);
        let knee = to(hip, THIGH, 20.0);
        let ankle = to(knee, SHANK, -80.0);
        let elbow = to(shoulder, ARM, 90.0);
        let wrist = to(elbow, FOREARM, 90.0);
        let side = Side {
            shoulder: Some(shoulder),
            hip: Some(hip),
            knee: Some(knee),
            ankle: Some(ankle),
            elbow: Some(elbow),
            wrist: Some(wrist),
            ..Side::default()
        };
        BodySample { t, shoulder: Some(shoulder), hip: Some(hip), sides: [side; 2], ..BodySample::default() }
    }

    fn of(frames: usize, sample: impl Fn(f64) -> BodySample) -> Option<LimbStature> {
        let mut limbs = Limbs::default();
        (0..frames).for_each(|frame| limbs.observe(&sample(frame as f64 / 30.0), 600.0));
        limbs.stature()
    }

    #[test]
    fn who_lies_has_the_same_height_from_every_side() {
        for yaw in [40.0, 60.0, 90.0] {
            let stature = of(60, |t| lying(t, yaw)).unwrap();
            assert!((stature.px / 600.0 - 1.0).abs() < 1e-6 && stature.u < 0.07, "{yaw}: {stature:?}");
        }
        assert_eq!(of(20, |t| lying(t, 90.0)), None, "too little was seen");
    }

    /// Straight as a board, legs and trunk can't tell a small body from one that is seen at an angle: its arms can.
    #[test]
    fn arms_give_the_height_of_a_straight_body() {
        let board = |t: f64| {
            let mut sample = lying(t, 45.0);
            for side in &mut sample.sides {
                let (shoulder, hip) = (side.shoulder.unwrap(), side.hip.unwrap());
                let at = |share: f64| Some([shoulder[0] + (hip[0] - shoulder[0]) * share / TRUNK, 0.0]);
                (side.knee, side.ankle) = (at(TRUNK + THIGH), at(TRUNK + THIGH + SHANK));
            }
            sample
        };
        let stature = of(60, board).unwrap();
        assert!((stature.px / 600.0 - 1.0).abs() < 1e-6 && stature.u > 0.07, "{stature:?}");
    }
}
