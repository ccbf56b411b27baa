//! The plate as a ruler (METRICS §2 B).

use super::Scale;
use crate::body::BodySample;
use crate::signal::{Recent, median};

/// Scale from the plate's diameter.
pub(crate) const PLATE: &str = "plate_diameter";
/// Relative standard uncertainty of a plate's own diameter and of its rim in the picture.
const DIAMETER_U: f64 = 0.01;
/// How much nearer to the camera the plate is than the body when the bar points at the camera (METRICS §2), and how uncertain
/// that is: where the athlete holds the bar and which end is seen. Metres.
const NEARER_M: f64 = 0.7;
const NEARER_U_M: f64 = 0.1;
/// The same for the camera's distance, as a share of it.
const DISTANCE_U: f64 = 0.03;
const EVERY_S: f64 = 0.1;
/// Fewer radii are no median.
const LEAST: usize = 5;

/// Radii of the plate as seen lately.
#[derive(Debug, Default)]
pub(super) struct Plate {
    radii_px: Recent<48>,
    last_taken: Option<f64>,
}

impl Plate {
    pub(super) fn observe(&mut self, sample: &BodySample) {
        let Some(radius_px) = sample.bar.and_then(|bar| bar.radius_px) else { return };
        if self.last_taken.is_none_or(|last| sample.t - last >= EVERY_S) {
            self.radii_px.push(radius_px);
            self.last_taken = Some(sample.t);
        }
    }

    /// Scale at the plate itself: for the path of the bar's end.
    pub(super) fn scale(&self, diameter_m: f64) -> Option<Scale> {
        if self.radii_px.len() < LEAST || !(0.1..1.0).contains(&diameter_m) {
            return None;
        }
        let radius_px = median(self.radii_px.iter()).filter(|radius| *radius > 2.0)?;
        // The rim is found to about a pixel.
        let u = DIAMETER_U.hypot(0.5 / radius_px);
        Some(Scale { m_per_px: diameter_m / 2.0 / radius_px, u, method: PLATE })
    }

    /// Scale at the body: that of the plate, further away. `yaw_deg` tells how much of the bar points at the camera.
    pub(super) fn body_scale(
        &self,
        diameter_m: f64,
        camera_m: Option<f64>,
        yaw_deg: Option<f64>,
    ) -> Option<Scale> {
        let plate = self.scale(diameter_m)?;
        let camera_m = camera_m.filter(|distance| (1.0..30.0).contains(distance))?;
        let share = yaw_deg.unwrap_or(90.0).to_radians().sin();
        let nearer_m = NEARER_M * share;
        let u_depth = (NEARER_U_M / camera_m).hypot(DISTANCE_U * nearer_m / camera_m);
        let m_per_px = plate.m_per_px * camera_m / (camera_m - nearer_m);
        Some(Scale { m_per_px, u: plate.u.hypot(u_depth), method: PLATE })
    }
}
