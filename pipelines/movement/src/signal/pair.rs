//! Left and right of a joint as one point.

/// Time constant of what is remembered of a side, seconds.
const MEMORY_S: f64 = 0.5;
/// A side below this mean confidence does not count; one above `FULL` counts fully. In between it fades, because a side
/// that came and went from frame to frame would shake the combined point by half the distance between the sides.
const NONE: f64 = 0.3;
const FULL: f64 = 0.7;
/// Below this the point is not seen.
pub(crate) const VISIBLE: f64 = 0.5;

/// Combines the sides of a joint, weighted by how well each has been seen lately.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pair {
    confidence: [f64; 2],
    /// Half of left minus right, for the frames in which one side is missing.
    half: Option<[f64; 2]>,
    last_t: Option<f64>,
}

impl Pair {
    /// The combined point with the confidence of its better side; `None` where no side is visible.
    pub(crate) fn combine(&mut self, t: f64, sides: [Option<([f64; 2], f64)>; 2]) -> Option<([f64; 2], f64)> {
        let memory = self.remember(t, sides);
        let weight = |side: usize| ((self.confidence[side] - NONE) / (FULL - NONE)).clamp(0.0, 1.0);
        let (left, right) = (weight(0), weight(1));
        let total = left + right;
        let right_share = if total > 0.0 { right / total } else { 0.5 };
        let half = self.half.unwrap_or([0.0; 2]);
        let best = sides.iter().flatten().map(|(_, confidence)| *confidence).fold(0.0, f64::max);
        if best < VISIBLE {
            return None;
        }
        let usable = |side: Option<([f64; 2], f64)>| side.filter(|(_, confidence)| *confidence >= NONE);
        let point = match (usable(sides[0]), usable(sides[1])) {
            (Some((l, _)), Some((r, _))) => {
                let blend = |axis: usize| l[axis] + (r[axis] - l[axis]) * right_share;
                if memory > 0.0 {
                    for axis in 0..2 {
                        let now = (l[axis] - r[axis]) / 2.0;
                        let old = half_or(self.half, axis, now);
                        self.half.get_or_insert([now; 2])[axis] = old + (now - old) * memory;
                    }
                }
                [blend(0), blend(1)]
            }
            (Some((l, _)), None) => [l[0] - 2.0 * half[0] * right_share, l[1] - 2.0 * half[1] * right_share],
            (None, Some((r, _))) => {
                [r[0] + 2.0 * half[0] * (1.0 - right_share), r[1] + 2.0 * half[1] * (1.0 - right_share)]
            }
            (None, None) => return None,
        };
        Some((point, best))
    }

    /// Which side has been seen better lately: 0 left, 1 right; with their mean confidences.
    pub(crate) fn confidence(&self) -> [f64; 2] {
        self.confidence
    }

    /// Updates the running confidences; returns the weight of the new frame.
    fn remember(&mut self, t: f64, sides: [Option<([f64; 2], f64)>; 2]) -> f64 {
        let weight = match self.last_t {
            None => 1.0,
            Some(last) => 1.0 - (-(t - last).max(0.0) / MEMORY_S).exp(),
        };
        self.last_t = Some(t);
        for (mean, side) in self.confidence.iter_mut().zip(sides) {
            // A side that is missing in this frame says nothing of how well it is seen otherwise, unless it stays away.
            let now = side.map_or(0.0, |(_, confidence)| confidence);
            *mean += (now - *mean) * weight;
        }
        weight
    }
}

fn half_or(half: Option<[f64; 2]>, axis: usize, otherwise: f64) -> f64 {
    half.map_or(otherwise, |half| half[axis])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEEN: f64 = 0.95;

    #[test]
    fn a_side_that_drops_out_for_a_frame_does_not_shake_the_point() {
        let mut pair = Pair::default();
        let (left, right) = (([100.0, 50.0], SEEN), ([110.0, 70.0], SEEN));
        for frame in 0..30 {
            let (point, _) = pair.combine(f64::from(frame) / 30.0, [Some(left), Some(right)]).unwrap();
            assert!((point[1] - 60.0).abs() < 1e-9);
        }
        let (point, _) = pair.combine(1.0, [Some(left), None]).unwrap();
        assert!((point[1] - 60.0).abs() < 2.0, "{point:?}");
    }

    #[test]
    fn a_hidden_side_does_not_count() {
        let mut pair = Pair::default();
        for frame in 0..30 {
            let sides = [Some(([100.0, 50.0], 0.1)), Some(([110.0, 70.0], SEEN))];
            let (point, confidence) = pair.combine(f64::from(frame) / 30.0, sides).unwrap();
            assert_eq!((point[1], confidence), (70.0, SEEN));
        }
        assert_eq!(pair.combine(2.0, [Some(([100.0, 50.0], 0.1)), None]), None);
    }
}
