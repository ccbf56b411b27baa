//! Rotated regions of a picture: where a model looks, and the way back from its output to the picture.

use std::f32::consts::{FRAC_PI_2, PI};
use std::ops::Range;

/// A point in the picture, in pixels from the top left.
pub(crate) type Point = [f32; 2];

/// A rectangle turned about its centre, in pixels of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Region {
    /// Centre, from the left edge.
    pub(crate) x_px: f32,
    /// Centre, from the top edge.
    pub(crate) y_px: f32,
    /// Extent along the region's own horizontal axis.
    pub(crate) width_px: f32,
    /// Extent along the region's own vertical axis.
    pub(crate) height_px: f32,
    /// Clockwise (y points down).
    pub(crate) rotation_rad: f32,
}

/// How much larger than the alignment circle a person's region is. Source: MediaPipe, `pose_detection_to_roi` and
/// `pose_landmarks_to_roi`.
const PERSON_SCALE: f32 = 1.25;

impl Region {
    /// The whole picture, padded to a square about its centre.
    pub(crate) fn square_around(width_px: f32, height_px: f32) -> Self {
        let side_px = width_px.max(height_px);
        Self {
            x_px: width_px / 2.0,
            y_px: height_px / 2.0,
            width_px: side_px,
            height_px: side_px,
            rotation_rad: 0.0,
        }
    }

    /// The square around a person whose hips' centre and whose circle's topmost point are known. It is turned so that the
    /// latter lies straight above the former. Source: MediaPipe's `AlignmentPointsRectsCalculator`.
    pub(crate) fn around_person(center: Point, top: Point) -> Self {
        let (dx, dy) = (top[0] - center[0], top[1] - center[1]);
        let side_px = 2.0 * dx.hypot(dy) * PERSON_SCALE;
        Self {
            x_px: center[0],
            y_px: center[1],
            width_px: side_px,
            height_px: side_px,
            rotation_rad: normalize_angle(FRAC_PI_2 - (-dy).atan2(dx)),
        }
    }

    /// From the region's own coordinates (0–1 from its top left) to the picture.
    pub(crate) fn to_picture(self, u: f32, v: f32) -> Point {
        let (sin, cos) = self.rotation_rad.sin_cos();
        let (x, y) = ((u - 0.5) * self.width_px, (v - 0.5) * self.height_px);
        [self.x_px + x * cos - y * sin, self.y_px + x * sin + y * cos]
    }

    /// From the picture to the region's own coordinates.
    pub(crate) fn locate(self, [x_px, y_px]: Point) -> [f32; 2] {
        let (sin, cos) = self.rotation_rad.sin_cos();
        let (x, y) = (x_px - self.x_px, y_px - self.y_px);
        [(x * cos + y * sin) / self.width_px + 0.5, (y * cos - x * sin) / self.height_px + 0.5]
    }

    /// Whether a model can look at it: finite, of a size between one pixel and what no camera sees, and touching the picture.
    pub(crate) fn is_usable(self, image_width_px: f32, image_height_px: f32) -> bool {
        const LARGEST_PX: f32 = 65_536.0;
        let reach_px = 0.5 * self.width_px.max(self.height_px);
        let finite = [self.x_px, self.y_px, self.width_px, self.height_px, self.rotation_rad]
            .iter()
            .all(|value| value.is_finite());
        finite
            && self.width_px >= 1.0
            && self.height_px >= 1.0
            && self.width_px.max(self.height_px) <= LARGEST_PX
            && (-reach_px..image_width_px + reach_px).contains(&self.x_px)
            && (-reach_px..image_height_px + reach_px).contains(&self.y_px)
    }

    /// Columns and rows of a picture that hold all that lies in it.
    pub(crate) fn pixels(self, image_width_px: u32, image_height_px: u32) -> [Range<usize>; 2] {
        let (sin, cos) = self.rotation_rad.sin_cos();
        let (across_px, down_px) = (self.width_px.abs() / 2.0, self.height_px.abs() / 2.0);
        let reach_px = [(cos, sin), (sin, cos)].map(|(a, b)| across_px * a.abs() + down_px * b.abs());
        let within = |center_px: f32, reach_px: f32, size: u32| {
            let [first, end] = [(center_px - reach_px).floor(), (center_px + reach_px).ceil()];
            let [first, end] = [first, end].map(|px| px.clamp(0.0, size as f32) as usize);
            first..end
        };
        [within(self.x_px, reach_px[0], image_width_px), within(self.y_px, reach_px[1], image_height_px)]
    }

    /// The same region elsewhere.
    pub(crate) fn moved_by(self, dx_px: f32, dy_px: f32) -> Self {
        Self { x_px: self.x_px + dx_px, y_px: self.y_px + dy_px, ..self }
    }
}

/// An angle in [−π, π).
fn normalize_angle(angle_rad: f32) -> f32 {
    angle_rad - 2.0 * PI * ((angle_rad + PI) / (2.0 * PI)).floor()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(found: f32, expected: f32) {
        assert!((found - expected).abs() < 1e-3, "{found} is not {expected}");
    }

    #[test]
    fn upright_person_gives_an_upright_square() {
        let region = Region::around_person([100.0, 200.0], [100.0, 120.0]);
        assert_close(region.rotation_rad, 0.0);
        assert_close(region.width_px, 200.0);
        assert_close(region.height_px, 200.0);
    }

    #[test]
    fn person_lying_to_the_right_is_turned_upright() {
        let region = Region::around_person([100.0, 200.0], [180.0, 200.0]);
        assert_close(region.rotation_rad, FRAC_PI_2);
        // What is above the hips in the region lies to their right in the picture.
        let [x, y] = region.to_picture(0.5, 0.1);
        assert_close(x, 180.0);
        assert_close(y, 200.0);
        let [u, v] = region.locate([x, y]);
        assert_close(u, 0.5);
        assert_close(v, 0.1);
    }

    #[test]
    fn pixels_of_a_region_hold_its_corners_and_no_more() {
        let region =
            Region { x_px: 300.0, y_px: 200.0, width_px: 100.0, height_px: 60.0, rotation_rad: FRAC_PI_2 };
        let [columns, rows] = region.pixels(640, 480);
        assert!(columns.start.abs_diff(270) <= 1 && columns.end.abs_diff(330) <= 1, "{columns:?}");
        assert!(rows.start.abs_diff(150) <= 1 && rows.end.abs_diff(250) <= 1, "{rows:?}");
        assert_eq!(region.pixels(280, 100), [columns.start..280, 100..100], "cut off at the picture's edge");
        assert_eq!(region.moved_by(-1000.0, 0.0).pixels(640, 480)[0], 0..0);
    }

    #[test]
    fn useless_regions_are_told() {
        let good = Region::square_around(640.0, 480.0);
        assert!(good.is_usable(640.0, 480.0));
        assert!(!Region { x_px: f32::NAN, ..good }.is_usable(640.0, 480.0));
        assert!(!Region { width_px: 0.0, ..good }.is_usable(640.0, 480.0));
        assert!(!good.moved_by(1000.0, 0.0).is_usable(640.0, 480.0));
    }
}
