//! Where a person's hands and shoulders say that a bar can be.

use crate::pose::{Keypoint, Pose};

const NOSE: usize = 0;
const EARS: [usize; 2] = [7, 8];
const SHOULDERS: [usize; 2] = [11, 12];
const WRISTS: [usize; 2] = [15, 16];
const HIPS: [usize; 2] = [23, 24];
const KNEES: [usize; 2] = [25, 26];
const ANKLES: [usize; 2] = [27, 28];

/// Least confidence of a point that says where to look: a wrist behind a plate is guessed, but not far off.
const HINT: f32 = 0.05;
/// Least confidence of a point whose movement counts.
const SEEN: f32 = 0.4;

/// Points that a bar moves with.
pub(super) const ANCHORS: usize = 4;

/// A point in pixels, where it is seen.
pub(super) type Place = Option<[f64; 2]>;

/// One person in one frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Body {
    /// Pixels of a metre at the body's depth, from its longest segment; foreshortening makes it too small, never too large.
    pub(super) px_per_m: Option<f64>,
    /// Middle of the shoulders, each wrist, middle of the wrists: where they are sure enough to be compared with.
    pub(super) anchors: [Place; ANCHORS],
    /// Each wrist and each shoulder, sure or not.
    pub(super) hints: [Place; 4],
    /// Middle of the head.
    pub(super) head: Place,
}

impl Body {
    pub(super) fn of(pose: &Pose) -> Self {
        let at = |index: usize, least: f32| place(&pose.keypoints[index], least);
        let middle = |pair: [usize; 2], least: f32| mean(at(pair[0], least), at(pair[1], least));
        let (shoulders, hips) = (middle(SHOULDERS, SEEN), middle(HIPS, SEEN));
        let mut px_per_m = None;
        let mut consider = |from: Place, to: Place, length_m: f64| {
            if let (Some(a), Some(b)) = (from, to) {
                let scale = distance(a, b) / length_m;
                px_per_m = Some(px_per_m.map_or(scale, |other: f64| other.max(scale)));
            }
        };
        // Lengths of an adult of 1.75 m, between the pose model's own points. They only bound a search.
        consider(shoulders, hips, 0.52);
        for side in 0..2 {
            consider(at(HIPS[side], SEEN), at(KNEES[side], SEEN), 0.43);
            consider(at(KNEES[side], SEEN), at(ANKLES[side], SEEN), 0.43);
        }
        let wrists = WRISTS.map(|wrist| at(wrist, SEEN));
        let ears = middle(EARS, SEEN);
        Self {
            px_per_m,
            anchors: [shoulders, wrists[0], wrists[1], mean(wrists[0], wrists[1])],
            hints: [at(WRISTS[0], HINT), at(WRISTS[1], HINT), at(SHOULDERS[0], HINT), at(SHOULDERS[1], HINT)],
            head: mean(ears, at(NOSE, SEEN)).or(ears),
        }
    }

    /// Whether a hand or shoulder is within `reach` pixels of a place. Asked of thousands of places: without a root.
    pub(super) fn is_within(&self, place: [f64; 2], reach: f64) -> bool {
        let near = |hint: &[f64; 2]| (hint[0] - place[0]).powi(2) + (hint[1] - place[1]).powi(2);
        self.hints.iter().flatten().any(|hint| near(hint) <= reach * reach)
    }

    /// Distance from a place to the nearest hand or shoulder, pixels.
    pub(super) fn reach(&self, place: [f64; 2]) -> f64 {
        self.hints.iter().flatten().map(|hint| distance(*hint, place)).fold(f64::INFINITY, f64::min)
    }
}

fn place(keypoint: &Keypoint, least: f32) -> Place {
    let at = [f64::from(keypoint.x_px), f64::from(keypoint.y_px)];
    (keypoint.confidence >= least && at.iter().all(|v| v.is_finite())).then_some(at)
}

fn mean(a: Place, b: Place) -> Place {
    let (a, b) = (a?, b?);
    Some([0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])])
}

pub(super) fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}
