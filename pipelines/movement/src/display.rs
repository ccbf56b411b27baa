//! What people look at: smoothed for the eye, without delay. Nothing is measured on it (METRICS §1.1).

use crate::body::{BodySample, Side, angle_deg};
use crate::signal::OneEuro;

/// The leg nearer to the camera, smoothed.
#[derive(Debug, Default)]
pub(crate) struct Display {
    near: usize,
    leg: [[OneEuro; 2]; 3],
    knee_flexion_deg: Option<f64>,
}

impl Display {
    /// Takes the newest sample. `m_per_px` brings the filter's cutoff to metres.
    pub(crate) fn follow(&mut self, sample: &BodySample, m_per_px: f64) {
        if self.near != sample.near {
            *self = Self { near: sample.near, ..Self::default() };
        }
        let Side { hip: Some(hip), knee: Some(knee), ankle: Some(ankle), .. } = sample.sides[sample.near]
        else {
            // A point that is missing for a moment is held as it was; a longer one is told by the age of the sample.
            self.knee_flexion_deg = self.knee_flexion_deg.and(sample.knee_flexion_deg);
            return;
        };
        let mut smooth = [hip, knee, ankle];
        for (point, filters) in smooth.iter_mut().zip(&mut self.leg) {
            for (axis, filter) in point.iter_mut().zip(filters) {
                *axis = filter.smooth(sample.t, *axis * m_per_px);
            }
        }
        self.knee_flexion_deg = Some(180.0 - angle_deg(smooth[0], smooth[1], smooth[2]));
    }

    /// Knee flexion of the near leg, degrees.
    pub(crate) fn knee_flexion_deg(&self) -> Option<f64> {
        self.knee_flexion_deg
    }
}
