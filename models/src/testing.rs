//! What the unit tests share.

use std::path::{Path, PathBuf};

use crate::landmarks::Body;
use crate::pose::Keypoint;
use crate::region::Point;

/// A file of the truth folder, or none after saying so.
pub(crate) fn truth(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SPOTTER_TRUTH_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    let path = root.join(name);
    if !path.exists() {
        println!("skipped: {} is absent", path.display());
        return None;
    }
    Some(path)
}

/// Somebody who stands upright and is seen from the front, with the hips at a point: the head 1.4 torsos and the feet 1.8 away from it.
pub(crate) fn standing_person(hips: Point, torso_px: f32) -> Body {
    let keypoint = |index: usize| {
        // Across and up, in torso lengths; odd keypoints are on the left from the shoulders on.
        let (across, up) = match index {
            0..=10 => (0.0, 1.4),
            11 | 12 => (0.35, 1.0),
            13 | 14 => (0.45, 0.4),
            15..=22 => (0.45, -0.1),
            23 | 24 => (0.2, 0.0),
            25 | 26 => (0.2, -0.8),
            _ => (0.2, -1.8),
        };
        let side = if index.is_multiple_of(2) { -across } else { across };
        Keypoint { x_px: hips[0] + side * torso_px, y_px: hips[1] - up * torso_px, confidence: 1.0 }
    };
    let top = [hips[0], hips[1] - 1.8 * torso_px];
    Body { keypoints: std::array::from_fn(keypoint), center: hips, top, presence: 1.0 }
}
