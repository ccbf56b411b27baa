//! The person detector's outputs as people: decoding and non-maximum suppression. Pure functions.

use crate::region::{Point, Region};

/// Values of one box: centre, size, and four keypoints.
pub(crate) const BOX_VALUES: usize = 12;
/// Keypoints of a detection: hips' centre, top of the full body's circle, shoulders' centre, top of the upper body's circle.
const KEYPOINTS: usize = 4;
/// Detections below this are noise. Source: MediaPipe, `pose_landmark_cpu`.
const MIN_SCORE: f32 = 0.5;
/// Logits below this are below [`MIN_SCORE`] by more than rounding can be: its own is 0.
const SURELY_LOW: f32 = -0.01;
/// Boxes that overlap more than this are the same person. Source: MediaPipe, `pose_detection_cpu`.
const MAX_OVERLAP: f32 = 0.3;
/// Logits beyond this say nothing more and overflow. Source: the same.
const LOGIT_LIMIT: f32 = 100.0;

/// A person found, in fractions of the region that the detector saw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Detection {
    /// Probability.
    pub(crate) score: f32,
    /// Left, top, right, bottom of the head's box.
    bounds: [f32; 4],
    keypoints: [Point; KEYPOINTS],
}

/// A person found, in the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FoundPerson {
    /// Where to look for landmarks.
    pub(crate) region: Region,
    /// Centre of the hips, in pixels.
    pub(crate) hips: Point,
    /// Centre of the shoulders, in pixels.
    pub(crate) shoulders: Point,
}

impl Detection {
    /// The person in the picture, given the region of it that the detector saw.
    pub(crate) fn in_picture(&self, seen: Region) -> FoundPerson {
        let [hips, top, shoulders] =
            [0, 1, 2].map(|k| seen.to_picture(self.keypoints[k][0], self.keypoints[k][1]));
        FoundPerson { region: Region::around_person(hips, top), hips, shoulders }
    }

    fn area(&self) -> f32 {
        let [left, top, right, bottom] = self.bounds;
        (right - left).max(0.0) * (bottom - top).max(0.0)
    }

    /// Intersection over union of the boxes.
    fn overlap(&self, other: &Self) -> f32 {
        let [left, top] = [0, 1].map(|side| self.bounds[side].max(other.bounds[side]));
        let [right, bottom] = [2, 3].map(|side| self.bounds[side].min(other.bounds[side]));
        let common = (right - left).max(0.0) * (bottom - top).max(0.0);
        let all = self.area() + other.area() - common;
        if all > 0.0 { common / all } else { 0.0 }
    }
}

/// Candidates among the model's outputs, best first. `boxes` are [`BOX_VALUES`] an anchor, in pixels of an input of `input_px` and
/// relative to the anchor; `logits` one an anchor. Outputs that are not numbers are left out.
pub(crate) fn decode(
    boxes: &[f32],
    logits: &[f32],
    anchor_centers: &[Point],
    input_px: f32,
    candidates: &mut Vec<Detection>,
) {
    candidates.clear();
    for ((values, &logit), anchor) in boxes.chunks_exact(BOX_VALUES).zip(logits).zip(anchor_centers) {
        // Nearly all anchors see nobody: an exponential for each would be most of the time. NaN goes on, to be left out below.
        if logit < SURELY_LOW {
            continue;
        }
        let score = sigmoid(logit.clamp(-LOGIT_LIMIT, LOGIT_LIMIT));
        let usable = score >= MIN_SCORE && values.iter().all(|value| value.is_finite());
        if !usable {
            continue;
        }
        let at =
            |index: usize| [values[index] / input_px + anchor[0], values[index + 1] / input_px + anchor[1]];
        let [x, y] = at(0);
        let (half_width, half_height) = (values[2] / input_px / 2.0, values[3] / input_px / 2.0);
        candidates.push(Detection {
            score,
            bounds: [x - half_width, y - half_height, x + half_width, y + half_height],
            keypoints: std::array::from_fn(|keypoint| at(4 + 2 * keypoint)),
        });
    }
    // Stable: equal scores stay in the order of the anchors, so that the same outputs give the same people.
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
}

/// Merges candidates of the same person into their mean, weighted by score; the best score stays. Empties `candidates`, which are
/// sorted best first. Source: MediaPipe's `NonMaxSuppressionCalculator`, `WEIGHTED`.
pub(crate) fn suppress(candidates: &mut Vec<Detection>, people: &mut Vec<Detection>) {
    people.clear();
    while let Some(&best) = candidates.first() {
        let mut mean = Mean::default();
        candidates.retain(|candidate| {
            let same = candidate.overlap(&best) > MAX_OVERLAP;
            if same {
                mean.add(candidate);
            }
            !same
        });
        if mean.weight > 0.0 {
            people.push(mean.finish(best.score));
        } else {
            // A box without area overlaps nothing, not even itself.
            candidates.remove(0);
        }
    }
}

/// A weighted mean of detections.
#[derive(Default)]
struct Mean {
    weight: f32,
    bounds: [f32; 4],
    keypoints: [Point; KEYPOINTS],
}

impl Mean {
    fn add(&mut self, detection: &Detection) {
        self.weight += detection.score;
        for (sum, value) in self.bounds.iter_mut().zip(detection.bounds) {
            *sum += value * detection.score;
        }
        for (sum, value) in self.keypoints.iter_mut().flatten().zip(detection.keypoints.as_flattened()) {
            *sum += value * detection.score;
        }
    }

    fn finish(self, score: f32) -> Detection {
        Detection {
            score,
            bounds: self.bounds.map(|sum| sum / self.weight),
            keypoints: self.keypoints.map(|point| point.map(|sum| sum / self.weight)),
        }
    }
}

/// The logistic function.
pub(crate) fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A head box of 0.2 × 0.2 at (x, 0.2) with hips 0.3 below and the circle's top 0.3 above the hips.
    fn person(x: f32, score: f32) -> Detection {
        Detection {
            score,
            bounds: [x - 0.1, 0.1, x + 0.1, 0.3],
            keypoints: [[x, 0.5], [x, 0.2], [x, 0.3], [x, 0.1]],
        }
    }

    #[test]
    fn box_is_relative_to_its_anchor_and_in_input_pixels() {
        let mut boxes = [0.0; 2 * BOX_VALUES];
        boxes[BOX_VALUES..]
            .copy_from_slice(&[22.4, -22.4, 44.8, 44.8, 0.0, 22.4, 0.0, -22.4, 0.0, 0.0, 0.0, -44.8]);
        let mut candidates = Vec::new();
        decode(&boxes, &[-3.0, 3.0], &[[0.1, 0.1], [0.5, 0.5]], 224.0, &mut candidates);
        assert_eq!(candidates.len(), 1);
        let found = candidates[0];
        assert!((found.score - 0.952_574).abs() < 1e-5, "sigmoid of 3");
        for (value, expected) in found.bounds.into_iter().zip([0.5, 0.3, 0.7, 0.5]) {
            assert!((value - expected).abs() < 1e-6);
        }
        // Hips at (0.5, 0.6), top at (0.5, 0.4): on a picture of 1000 pixels a circle of 200 pixels radius, 1.25 times.
        let person = found.in_picture(Region::square_around(1000.0, 1000.0));
        assert!((person.region.width_px - 500.0).abs() < 0.1);
        assert!((person.hips[1] - 600.0).abs() < 0.1);
    }

    #[test]
    fn what_is_not_a_number_is_left_out() {
        let mut candidates = Vec::new();
        decode(&[f32::NAN; BOX_VALUES], &[3.0], &[[0.5, 0.5]], 224.0, &mut candidates);
        decode(&[0.0; BOX_VALUES], &[f32::NAN], &[[0.5, 0.5]], 224.0, &mut candidates);
        assert!(candidates.is_empty());
    }

    #[test]
    fn one_person_seen_twice_is_the_weighted_mean() {
        let mut people = Vec::new();
        suppress(&mut vec![person(0.50, 0.9), person(0.70, 0.8), person(0.53, 0.6)], &mut people);
        assert_eq!(people.len(), 2);
        assert!((people[0].keypoints[0][0] - (0.50 * 0.9 + 0.53 * 0.6) / 1.5).abs() < 1e-6);
        assert!((people[0].score - 0.9).abs() < 1e-6);
        assert!((people[1].keypoints[0][0] - 0.70).abs() < 1e-6);
    }

    #[test]
    fn box_without_area_ends() {
        let mut people = Vec::new();
        suppress(&mut vec![Detection { bounds: [0.5; 4], ..person(0.5, 0.9) }], &mut people);
        assert!(people.is_empty());
    }
}
