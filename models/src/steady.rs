//! Steadies the two points that say where to look for a person next.
//!
//! The landmark model answers differently to a region that moves by a pixel, and its answer moves the next region: without this the
//! far limbs of a person who stands still wander by a tenth of a torso. Source of filter and constants: MediaPipe,
//! `pose_landmark_filtering` (auxiliary landmarks); Casiez, Roussel, Vogel: 1€ Filter, CHI 2012.

use std::f32::consts::TAU;

use crate::region::{Point, Region};

/// Cut-off frequency at rest.
const MIN_CUTOFF_HZ: f32 = 0.01;
/// What the cut-off gains with speed, in body sizes a second.
const CUTOFF_HZ_A_SPEED: f32 = 10.0;
/// Cut-off frequency of the speed itself.
const SPEED_CUTOFF_HZ: f32 = 1.0;

/// One person's steadied region.
#[derive(Debug, Clone)]
pub(crate) struct SteadyRegion {
    /// Centre and top: x, y, x, y.
    axes: [Axis; 4],
}

/// One coordinate.
#[derive(Debug, Clone, Copy)]
struct Axis {
    raw_px: f32,
    steady_px: f32,
    /// In body sizes a second.
    speed: f32,
}

impl SteadyRegion {
    /// Begins with the points of a person: centre of the hips, and the top of the circle around the body.
    pub(crate) fn new(center: Point, top: Point) -> Self {
        let axis = |px| Axis { raw_px: px, steady_px: px, speed: 0.0 };
        Self { axes: [axis(center[0]), axis(center[1]), axis(top[0]), axis(top[1])] }
    }

    /// Follows the person by the points `elapsed_s` later. No time, no change.
    pub(crate) fn follow(&mut self, center: Point, top: Point, elapsed_s: f32) {
        let size_px = 2.0 * (top[0] - center[0]).hypot(top[1] - center[1]);
        if elapsed_s <= 0.0 || size_px <= 0.0 {
            return;
        }
        for (axis, px) in self.axes.iter_mut().zip([center[0], center[1], top[0], top[1]]) {
            axis.follow(px, size_px, elapsed_s);
        }
    }

    /// Where to look next.
    pub(crate) fn region(&self) -> Region {
        let [x, y, top_x, top_y] = self.axes.map(|axis| axis.steady_px);
        Region::around_person([x, y], [top_x, top_y])
    }
}

impl Axis {
    fn follow(&mut self, px: f32, size_px: f32, elapsed_s: f32) {
        let speed = (px - self.raw_px) / size_px / elapsed_s;
        self.speed += share(SPEED_CUTOFF_HZ, elapsed_s) * (speed - self.speed);
        let cutoff_hz = MIN_CUTOFF_HZ + CUTOFF_HZ_A_SPEED * self.speed.abs();
        self.steady_px += share(cutoff_hz, elapsed_s) * (px - self.steady_px);
        self.raw_px = px;
    }
}

/// Weight of a new value in a first-order low pass.
fn share(cutoff_hz: f32, elapsed_s: f32) -> f32 {
    let turn = TAU * cutoff_hz * elapsed_s;
    turn / (1.0 + turn)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME_S: f32 = 1.0 / 30.0;

    #[test]
    fn jitter_at_rest_hardly_moves_the_region() {
        let mut steady = SteadyRegion::new([100.0, 200.0], [100.0, 50.0]);
        for frame in 0..300 {
            let jitter = if frame % 2 == 0 { 0.5 } else { -0.5 };
            steady.follow([100.0 + jitter, 200.0], [100.0, 50.0], FRAME_S);
        }
        assert!((steady.region().x_px - 100.0).abs() < 0.1);
    }

    #[test]
    fn jump_is_followed_within_a_tenth_of_the_body() {
        // Ballistic from 2.5 m/s, 180 pixels a metre, a body of 1.8 m: the fastest that a gym shows.
        let mut steady = SteadyRegion::new([100.0, 600.0], [100.0, 430.0]);
        for frame in 0..=15 {
            let time_s = frame as f32 * FRAME_S;
            let rise_px = 180.0 * (2.5 * time_s - 9.81 / 2.0 * time_s * time_s);
            steady.follow([100.0, 600.0 - rise_px], [100.0, 430.0 - rise_px], FRAME_S);
            let lag_px = (steady.region().y_px - (600.0 - rise_px)).abs();
            assert!(lag_px < 34.0, "frame {frame}: {lag_px} px");
        }
    }

    #[test]
    fn no_time_changes_nothing() {
        let mut steady = SteadyRegion::new([100.0, 200.0], [100.0, 50.0]);
        let before = steady.region();
        steady.follow([300.0, 200.0], [300.0, 50.0], 0.0);
        steady.follow([300.0, 200.0], [300.0, 200.0], FRAME_S);
        assert_eq!(steady.region(), before);
    }
}
