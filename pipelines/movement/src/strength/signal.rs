//! The points that repetitions are followed by, over time, differentiated with a fixed lag.
//!
//! A parabola through the raw samples within ± [`half_window`] of a moment gives height and velocity at that moment. It is
//! exact for constant acceleration whatever the frame times are, has no phase error, and costs its half window as lag.

use super::phases::Point;
use crate::body::BodySample;
use crate::signal::{Ring, Timed, parabola_fit};

/// Half window for strength movements and postures, seconds: 7 points at 30 fps, 13 at 60 (METRICS §1.2 asks for ≥ 9
/// points at 60 fps for strength velocities).
pub(crate) const HALF_WINDOW_S: f64 = 0.1;
/// Half window for the boundaries of a closed repetition, seconds: a velocity threshold of 0.02 m/s needs a quieter velocity
/// than a peak does, which a longer window would shave.
pub(crate) const BOUNDARY_HALF_S: f64 = 0.15;
/// A fit needs at least this many points on each side of its moment.
const SIDE_POINTS: usize = 2;

/// A point of the body or of the bar whose height is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    Hip,
    Shoulder,
    Wrist,
}

impl Channel {
    /// The point in a sample.
    pub(crate) fn point(self, sample: &BodySample) -> Option<[f64; 2]> {
        match self {
            Self::Hip => sample.hip,
            Self::Shoulder => sample.shoulder,
            Self::Wrist => sample.wrist,
        }
    }
}

/// Height in pixels, y up, and upward velocity in pixels per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Height {
    pub(crate) y: f64,
    pub(crate) v: f64,
}

/// One differentiated moment; what was not seen around it is `None`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moment {
    pub(crate) t: f64,
    pub(crate) hip: Option<Height>,
    pub(crate) shoulder: Option<Height>,
    pub(crate) wrist: Option<Height>,
}

impl Timed for Moment {
    fn t(&self) -> f64 {
        self.t
    }
}

impl Moment {
    /// The followed point.
    pub(crate) fn channel(&self, channel: Channel) -> Option<Height> {
        match channel {
            Channel::Hip => self.hip,
            Channel::Shoulder => self.shoulder,
            Channel::Wrist => self.wrist,
        }
    }
}

/// Height and velocity of a point of the body at each sample between `from` and `to`, by parabolas over ± `half` seconds.
/// `height` is in pixels, `scale` turns it to metres. Moments around which most samples lack it are left out.
pub(crate) fn heights(
    ring: &Ring<BodySample>,
    (from, to): (f64, f64),
    half: f64,
    scale: f64,
    height: &dyn Fn(&BodySample) -> Option<f64>,
) -> Vec<Point> {
    let moments = ring.window(from, to).map(|sample| sample.t);
    moments
        .filter_map(|t| {
            let window = ring.window(t - half, t + half);
            let frames = window.clone().count();
            let fit = parabola_fit(window.filter_map(|s| Some((s.t, height(s)?))), t)?;
            (fit.n >= frames.div_ceil(2)).then_some(Point { t, y: fit.y0 * scale, v: fit.v * scale })
        })
        .collect()
}

/// What the window of a moment was made of.
pub(crate) fn half_window(median_dt: f64) -> f64 {
    HALF_WINDOW_S.max(SIDE_POINTS as f64 * 1.05 * median_dt)
}

/// The moment at `t`. At the end of a recording the window is one-sided.
pub(crate) fn moment(ring: &Ring<BodySample>, t: f64, half: f64) -> Moment {
    let window = ring.window(t - half, t + half);
    let frames = window.clone().count();
    let fit = |height: fn(&BodySample) -> Option<f64>| {
        let fit = parabola_fit(window.clone().filter_map(|s| Some((s.t, height(s)?))), t)?;
        // A height that is missing in most frames is a guess between the others.
        (fit.n >= frames.div_ceil(2)).then_some(Height { y: fit.y0, v: fit.v })
    };
    Moment {
        t,
        hip: fit(|s| s.hip.map(|p| p[1])),
        shoulder: fit(|s| s.shoulder.map(|p| p[1])),
        wrist: fit(|s| s.wrist.map(|p| p[1])),
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
            let at = |t| moment(&ring, t, half).hip.unwrap();
            let peak = (100..400).map(|i| at(f64::from(i) / 100.0).v).fold(f64::MIN, f64::max);
            assert!((peak / (0.25 * w) - 1.0).abs() < 0.01, "{fps} fps: peak velocity {peak}");
            // The velocity crosses zero at the turning point: no phase error.
            assert!(at(1.25).v.abs() < 2e-3, "{fps} fps: {}", at(1.25).v);
        }
    }
}
