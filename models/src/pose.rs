//! What the estimator says of one person.

/// Number of keypoints of a pose.
pub const KEYPOINT_COUNT: usize = 33;

/// Names of the keypoints in order (BlazePose 33, METRICS §0.2, snake case).
pub const KEYPOINT_NAMES: [&str; KEYPOINT_COUNT] = [
    "nose",
    "left_eye_inner",
    "left_eye",
    "left_eye_outer",
    "right_eye_inner",
    "right_eye",
    "right_eye_outer",
    "left_ear",
    "right_ear",
    "mouth_left",
    "mouth_right",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_pinky",
    "right_pinky",
    "left_index",
    "right_index",
    "left_thumb",
    "right_thumb",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_heel",
    "right_heel",
    "left_foot_index",
    "right_foot_index",
];

/// A keypoint in the picture.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Keypoint {
    /// Pixels from the left edge; can lie outside the picture.
    pub x_px: f32,
    /// Pixels from the top edge, downward.
    pub y_px: f32,
    /// Probability that the point is in the picture and visible, 0–1.
    pub confidence: f32,
}

/// One person in one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// Stable number of the person while tracked; never reused by one estimator.
    pub id: u32,
    /// The keypoints, in the order of [`KEYPOINT_NAMES`].
    pub keypoints: [Keypoint; KEYPOINT_COUNT],
    /// Probability that a person is there, 0–1.
    pub presence: f32,
}
