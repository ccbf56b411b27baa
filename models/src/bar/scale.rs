//! From pixels to metres at the plate's depth and at the body's.

/// Diameter of competition and bumper plates, metres. Source: METRICS §2; IWF and IPF rules say 450 mm.
pub const STANDARD_PLATE_M: f64 = 0.450;

/// Metres of a pixel **at the plate's depth**: its diameter in metres over its diameter in pixels. For the bar's own path nothing
/// else is needed. None when either is not a positive number.
#[must_use]
pub fn metres_per_pixel(plate_diameter_m: f64, radius_px: f64) -> Option<f64> {
    let scale = plate_diameter_m / (2.0 * radius_px);
    (plate_diameter_m > 0.0 && radius_px > 0.0 && scale.is_finite()).then_some(scale)
}

/// Metres of a pixel at the body's depth from those at the plate's, `s_body = s_plate · D / (D − d)`: the plate is nearer to the
/// camera than the body's middle plane by `nearer_m` (d), which is `distance_m` (D) from the camera. Source: METRICS §2. None when the
/// plate would be behind the camera.
#[must_use]
pub fn body_scale_from_plate(plate_m_per_px: f64, distance_m: f64, nearer_m: f64) -> Option<f64> {
    ratio(distance_m, nearer_m).map(|ratio| plate_m_per_px * ratio)
}

/// The same the other way: metres of a pixel at the plate's depth from those at the body's, `s_plate = s_body · (D − d) / D`. For a bar
/// whose plate has no known diameter, with the scale from the athlete's height.
#[must_use]
pub fn plate_scale_from_body(body_m_per_px: f64, distance_m: f64, nearer_m: f64) -> Option<f64> {
    ratio(distance_m, nearer_m).map(|ratio| body_m_per_px / ratio)
}

/// Body's over plate's distance.
fn ratio(distance_m: f64, nearer_m: f64) -> Option<f64> {
    let ratio = distance_m / (distance_m - nearer_m);
    (distance_m > 0.0 && nearer_m < distance_m && ratio.is_finite()).then_some(ratio)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// METRICS §2: a plate 0.7 m nearer than the body at 3 m is 30 % off for the body.
    #[test]
    fn plate_and_body_scales_differ_by_their_depths() {
        let plate = metres_per_pixel(STANDARD_PLATE_M, 75.0).unwrap();
        assert!((plate - 0.003).abs() < 1e-12);
        let body = body_scale_from_plate(plate, 3.0, 0.7).unwrap();
        assert!((body / plate - 1.304).abs() < 1e-3);
        assert!((plate_scale_from_body(body, 3.0, 0.7).unwrap() - plate).abs() < 1e-12);
    }

    #[test]
    fn impossible_scales_are_none() {
        for (diameter, radius) in [(0.45, 0.0), (0.45, f64::NAN), (-0.45, -3.0), (f64::INFINITY, 3.0)] {
            assert_eq!(metres_per_pixel(diameter, radius), None);
        }
        assert_eq!(body_scale_from_plate(0.003, 0.5, 0.7), None);
        assert_eq!(plate_scale_from_body(0.003, f64::NAN, 0.7), None);
    }
}
