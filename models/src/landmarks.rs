//! The landmark model's outputs as a body in the picture. Pure functions.

use crate::detection::sigmoid;
use crate::heatmap::{HEATMAP_CELLS, refine};
use crate::pose::{KEYPOINT_COUNT, Keypoint};
use crate::region::{Point, Region};

/// Values of the model's first output.
pub(crate) const LANDMARK_VALUES: usize = LANDMARKS * VALUES;
/// Values of the model's heatmap.
pub(crate) const HEATMAP_VALUES: usize = HEATMAP_CELLS * HEATMAP_CELLS * LANDMARKS;
/// 33 of the body and 6 that steer the next region.
const LANDMARKS: usize = 39;
/// x, y, z in input pixels, then logits of visibility and presence.
const VALUES: usize = 5;
/// The landmark that is [`Body::center`].
const CENTER: usize = 33;
/// The landmark that is [`Body::top`].
const TOP: usize = 34;

/// A body in the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Body {
    /// The 33 keypoints; confidence is the model's visibility.
    pub(crate) keypoints: [Keypoint; KEYPOINT_COUNT],
    /// Centre of the hips, as the model means it for the next region.
    pub(crate) center: Point,
    /// Topmost point of the circle around the whole body.
    pub(crate) top: Point,
    /// Probability that the region shows a person.
    pub(crate) presence: f32,
}

impl Body {
    /// Centre of the hips.
    pub(crate) fn hips(&self) -> Point {
        self.between(23, 24)
    }

    /// Centre of the shoulders.
    pub(crate) fn shoulders(&self) -> Point {
        self.between(11, 12)
    }

    /// From hips to shoulders.
    pub(crate) fn torso_px(&self) -> f32 {
        let (hips, shoulders) = (self.hips(), self.shoulders());
        (hips[0] - shoulders[0]).hypot(hips[1] - shoulders[1])
    }

    /// Length of the torso, but no less than a bent or foreshortened one of this body would have upright.
    pub(crate) fn steady_torso_px(&self) -> f32 {
        /// Radius of the circle around a body over its torso length, at most.
        const RADII_A_TORSO: f32 = 2.4;
        let radius_px = (self.top[0] - self.center[0]).hypot(self.top[1] - self.center[1]);
        self.torso_px().max(radius_px / RADII_A_TORSO).max(1.0)
    }

    /// Centre of the face.
    pub(crate) fn head(&self) -> Point {
        /// Nose, eyes, ears and mouth.
        const FACE: usize = 11;
        let mean =
            |of: fn(&Keypoint) -> f32| self.keypoints[..FACE].iter().map(of).sum::<f32>() / FACE as f32;
        [mean(|k| k.x_px), mean(|k| k.y_px)]
    }

    /// The longer side of the box around all keypoints.
    pub(crate) fn extent_px(&self) -> f32 {
        let range = |of: fn(&Keypoint) -> f32| {
            let (least, most) = self
                .keypoints
                .iter()
                .map(of)
                .fold((f32::INFINITY, f32::NEG_INFINITY), |(least, most), value| {
                    (least.min(value), most.max(value))
                });
            most - least
        };
        range(|k| k.x_px).max(range(|k| k.y_px))
    }

    fn between(&self, a: usize, b: usize) -> Point {
        let (a, b) = (self.keypoints[a], self.keypoints[b]);
        [0.5 * (a.x_px + b.x_px), 0.5 * (a.y_px + b.y_px)]
    }
}

/// Decodes `values` ([`LANDMARK_VALUES`]) and `heatmap` ([`HEATMAP_VALUES`]), seen in `region` by a model with an input of `input_px`.
/// None when any value that is used is not a number.
pub(crate) fn decode(
    values: &[f32],
    heatmap: &[f32],
    presence: f32,
    region: Region,
    input_px: f32,
) -> Option<Body> {
    let point = |landmark: usize| -> Point {
        let start = landmark * VALUES;
        let place = [values[start] / input_px, values[start + 1] / input_px];
        let [u, v] = refine(place, heatmap, landmark, LANDMARKS);
        region.to_picture(u, v)
    };
    let keypoints: [Keypoint; KEYPOINT_COUNT] = std::array::from_fn(|landmark| {
        let [x_px, y_px] = point(landmark);
        Keypoint { x_px, y_px, confidence: sigmoid(values[landmark * VALUES + 3]) }
    });
    let (center, top) = (point(CENTER), point(TOP));
    let finite = presence.is_finite()
        && [center, top].as_flattened().iter().all(|px| px.is_finite())
        && keypoints.iter().all(|k| k.x_px.is_finite() && k.y_px.is_finite() && k.confidence.is_finite());
    finite.then_some(Body { keypoints, center, top, presence })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Logit of a heatmap that sees nothing.
    const OFF: f32 = -80.0;

    fn heatmap(logit: f32) -> Vec<f32> {
        vec![logit; HEATMAP_VALUES]
    }

    fn seen() -> Region {
        Region { x_px: 400.0, y_px: 300.0, width_px: 512.0, height_px: 512.0, rotation_rad: 0.0 }
    }

    #[test]
    fn landmarks_go_back_through_the_region() {
        let mut values = [0.0; LANDMARK_VALUES];
        values[..5].copy_from_slice(&[64.0, 192.0, 0.0, 2.0, -9.0]);
        values[CENTER * VALUES..CENTER * VALUES + 2].copy_from_slice(&[128.0, 128.0]);
        values[TOP * VALUES..TOP * VALUES + 2].copy_from_slice(&[128.0, 28.0]);
        let body = decode(&values, &heatmap(OFF), 0.75, seen(), 256.0).unwrap();
        let nose = body.keypoints[0];
        assert!((nose.x_px - 272.0).abs() < 1e-3);
        assert!((nose.y_px - 428.0).abs() < 1e-3);
        assert!((nose.confidence - 0.880_797).abs() < 1e-5, "sigmoid of 2");
        assert!((body.center[0] - 400.0).abs() < 1e-3);
        assert!((body.center[1] - 300.0).abs() < 1e-3);
        assert!((body.top[1] - 100.0).abs() < 1e-3);
    }

    #[test]
    fn nan_in_the_heatmap_never_comes_out() {
        let body = decode(&[64.0; LANDMARK_VALUES], &heatmap(f32::NAN), 0.9, seen(), 256.0);
        assert!(body.is_none_or(|body| body.keypoints.iter().all(|k| k.x_px.is_finite())));
    }

    #[test]
    fn any_nan_means_no_body() {
        for index in [0, 3, 5 * 32 + 1, CENTER * VALUES, TOP * VALUES + 1] {
            let mut values = [1.0; LANDMARK_VALUES];
            values[index] = f32::NAN;
            assert_eq!(decode(&values, &heatmap(OFF), 0.9, seen(), 256.0), None, "value {index}");
        }
        assert_eq!(decode(&[1.0; LANDMARK_VALUES], &heatmap(OFF), f32::NAN, seen(), 256.0), None);
    }
}
