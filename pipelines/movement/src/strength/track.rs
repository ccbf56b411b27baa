//! Hips and bar over time, differentiated with a fixed lag.
//!
//! A parabola through the raw samples within ± [`half_window`] of a moment gives height and velocity at that moment. It is
//! exact for constant acceleration whatever the frame times are, has no phase error, and costs its half window as lag.

use crate::body::BodySample;
use crate::signal::{Ring, Timed, parabola_fit};

/// Half window for strength movements and postures, seconds: 7 points at 30 fps, 13 at 60 (METRICS §1.2 asks for ≥ 9
/// points at 60 fps for strength velocities).
pub(crate) const HALF_WINDOW_S: f64 = 0.1;
/// A fit needs at least this many points on each side of its moment.
const SIDE_POINTS: usize = 2;
/// Distance of the bar's centre behind the shoulder joints over trunk length: the bar lies on the scapulae, so it sinks less
/// than the shoulder joints do when the trunk leans.
const BAR_BEHIND_SHOULDER: f64 = 0.18;

/// One differentiated moment. Heights in pixels, y up; velocities in pixels per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moment {
    pub(crate) t: f64,
    pub(crate) hip: f64,
    pub(crate) hip_v: f64,
    /// Bar on the shoulders, where they are seen.
    pub(crate) bar: Option<(f64, f64)>,
}

impl Timed for Moment {
    fn t(&self) -> f64 {
        self.t
    }
}

/// What the window of a moment was made of.
pub(crate) fn half_window(median_dt: f64) -> f64 {
    HALF_WINDOW_S.max(SIDE_POINTS as f64 * 1.05 * median_dt)
}

/// The moment at `t`; `None` when the hips were not seen around it. At the end of a recording the window is one-sided.
pub(crate) fn moment(ring: &Ring<BodySample>, t: f64, half: f64, model: BarModel) -> Option<Moment> {
    let window = ring.window(t - half, t + half);
    let hip = parabola_fit(window.clone().filter_map(|s| s.hip.map(|p| (s.t, p[1]))), t)?;
    let bar_points = window.filter_map(|s| model.height(s).map(|y| (s.t, y)));
    let bar = parabola_fit(bar_points, t).filter(|fit| fit.n >= hip.n.div_ceil(2)).map(|fit| (fit.y0, fit.v));
    Some(Moment { t, hip: hip.y0, hip_v: hip.v, bar })
}

/// Where the bar lies on the shoulders.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct BarModel {
    /// Vertical movement of the shoulder keypoints over that of the shoulders.
    pub(crate) shoulder_gain: f64,
}

impl BarModel {
    /// Height of the bar, up to a constant, in pixels.
    fn height(self, sample: &BodySample) -> Option<f64> {
        let shoulder = sample.shoulder?;
        let behind = match (sample.trunk(), sample.lean_sin()) {
            (Some(trunk), Some(lean)) => BAR_BEHIND_SHOULDER * trunk * lean,
            _ => 0.0,
        };
        Some(shoulder[1] / self.shoulder_gain + behind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(fps: f64, hip: impl Fn(f64) -> f64) -> Ring<BodySample> {
        let mut ring = Ring::new(60.0, 4096);
        for frame in 0..(6.0 * fps) as usize {
            let t = frame as f64 / fps;
            ring.push(BodySample { t, hip: Some([0.0, hip(t)]), ..BodySample::default() });
        }
        ring
    }

    /// METRICS §1.2: lag and peak velocity of the filter in use, on a squat-like movement (0.5 m, 0.4 Hz).
    #[test]
    fn a_squat_keeps_its_peak_velocity_and_its_phase() {
        let w = std::f64::consts::TAU * 0.4;
        for fps in [25.0, 30.0, 60.0, 120.0] {
            let ring = ring(fps, |t| 0.25 * (w * t).cos());
            let half = half_window(1.0 / fps);
            let model = BarModel { shoulder_gain: 1.0 };
            let at = |t| moment(&ring, t, half, model).unwrap();
            let peak = (100..400).map(|i| at(f64::from(i) / 100.0).hip_v).fold(f64::MIN, f64::max);
            assert!((peak / (0.25 * w) - 1.0).abs() < 0.01, "{fps} fps: peak velocity {peak}");
            // The velocity crosses zero at the turning point: no phase error.
            assert!(at(1.25).hip_v.abs() < 2e-3, "{fps} fps: {}", at(1.25).hip_v);
        }
    }
}
