//! From TFLite's layouts to ONNX's. Activations: N, H, W, C to N, C, H, W. Weights: see each function.

/// Sizes of an activation of rank 4, as TFLite orders them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nhwc {
    pub batch: usize,
    pub height: usize,
    pub width: usize,
    pub channels: usize,
}

impl Nhwc {
    /// The same sizes in ONNX's order.
    pub(super) fn nchw(self) -> [usize; 4] {
        [self.batch, self.channels, self.height, self.width]
    }

    /// Whether the elements lie in the same order in both layouts.
    pub(super) fn same_order(self) -> bool {
        self.channels == 1 || (self.height == 1 && self.width == 1)
    }
}

/// Where an axis of an activation of rank 4 lies in ONNX's order.
pub(super) const NCHW_AXIS: [usize; 4] = [0, 2, 3, 1];

/// Permutation of ONNX's Transpose that brings N, C, H, W to N, H, W, C.
pub(super) const TO_NHWC: [i64; 4] = [0, 2, 3, 1];

/// Swaps the last axis to the second place: `[a, b, c, d]` (row-major) to `[a, d, b, c]`.
///
/// Convolution weights go from output, height, width, input to output, input, height, width; depthwise weights
/// (1, height, width, channel) to channel, 1, height, width is the same move with the unit axis left at the front.
pub(super) fn last_axis_second<T: Copy>(values: &[T], [a, b, c, d]: [usize; 4]) -> Vec<T> {
    let inner = b * c;
    let source = |outer: usize, channel: usize, place: usize| (outer * inner + place) * d + channel;
    (0..a)
        .flat_map(|outer| {
            (0..d).flat_map(move |channel| (0..inner).map(move |place| (outer, channel, place)))
        })
        .filter_map(|(outer, channel, place)| values.get(source(outer, channel, place)).copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_axis_becomes_the_second() {
        // Shape 2x1x2x3: rows 0 1 2 | 3 4 5 and 6 7 8 | 9 10 11.
        let values: Vec<u8> = (0..12).collect();
        assert_eq!(last_axis_second(&values, [2, 1, 2, 3]), [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11]);
    }
}
