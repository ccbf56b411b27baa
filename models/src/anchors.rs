//! Fixed anchors of the single-shot person detector.

/// Layers of an SSD detector with one square anchor of unit size for each aspect and scale.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AnchorLayout {
    /// Side of the square input, in pixels.
    pub(crate) input_px: usize,
    /// Pixels from one cell to the next, by layer; layers with the same stride share their cells.
    pub(crate) strides_px: &'static [usize],
}

/// Anchors of BlazePose's detector. Source: MediaPipe, `pose_detection_cpu`.
pub(crate) const POSE_DETECTION: AnchorLayout =
    AnchorLayout { input_px: 224, strides_px: &[8, 16, 32, 32, 32] };

/// Each layer gives an anchor for its own scale and one between it and the next.
const ANCHORS_A_LAYER: usize = 2;

/// The anchors' centres, as fractions of the input, in the order of the model's outputs: by stride, then row, column and
/// layer. All anchors have unit size, so a centre says everything. Source: MediaPipe's `SsdAnchorsCalculator` with
/// `fixed_anchor_size`.
pub(crate) fn anchor_centers(layout: &AnchorLayout) -> Vec<[f32; 2]> {
    let mut centers = Vec::new();
    for layers in layout.strides_px.chunk_by(|a, b| a == b) {
        let cells = layout.input_px.div_ceil(layers[0]);
        for row in 0..cells {
            for column in 0..cells {
                let center = [column, row].map(|cell| (cell as f32 + 0.5) / cells as f32);
                centers.extend(std::iter::repeat_n(center, ANCHORS_A_LAYER * layers.len()));
            }
        }
    }
    centers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::truth;

    #[test]
    fn pose_detection_has_as_many_anchors_as_outputs() {
        assert_eq!(anchor_centers(&POSE_DETECTION).len(), 2254);
    }

    /// The golden file is of a detector with the same layers on a 256-pixel input. (The other golden file belongs to an SSD with
    /// several aspect ratios, which no model here uses.)
    #[test]
    fn anchors_are_the_reference_ones() {
        let Some(path) = truth("golden/anchor_golden_file_0.json") else { return };
        let expected: Vec<[f32; 4]> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let found = anchor_centers(&AnchorLayout { input_px: 256, ..POSE_DETECTION });
        assert_eq!(found.len(), expected.len());
        for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert!((found[0] - expected[0]).abs() < 1e-5, "anchor {index}: {found:?} {expected:?}");
            assert!((found[1] - expected[1]).abs() < 1e-5, "anchor {index}: {found:?} {expected:?}");
            assert_eq!(expected[2..], [1.0, 1.0], "anchor {index} has unit size");
        }
    }
}
