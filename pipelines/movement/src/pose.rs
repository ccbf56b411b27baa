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

impl Keypoint {
    /// The point at `[x, y]` with its confidence; `None` where a coordinate or the confidence is not a number.
    pub(crate) fn checked(&self) -> Option<([f64; 2], f64)> {
        // Points further out than any picture are a broken input, and their squares would overflow.
        let usable = |v: f64| v.is_finite() && v.abs() < 1e6;
        (usable(self.x_px) && usable(self.y_px) && !self.confidence.is_nan())
            .then(|| ([self.x_px, self.y_px], self.confidence.clamp(0.0, 1.0)))
    }
}

/// The bar that a person holds, as tracked in the picture itself: the centre of the nearer plate or of the bar's end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BarPoint {
    /// Pixels from the left edge.
    pub x_px: f64,
    /// Pixels from the top edge, downward.
    pub y_px: f64,
    /// Radius of the plate in pixels, where it is seen as a disc.
    pub radius_px: Option<f64>,
    /// Standard uncertainty of the centre in each direction, pixels.
    pub u_px: f64,
}

impl BarPoint {
    /// The point, unless one of its figures is not a number that a picture can have.
    pub(crate) fn checked(self) -> Option<Self> {
        let usable = |v: f64| v.is_finite() && v.abs() < 1e6;
        let sized = self.radius_px.is_none_or(|radius| usable(radius) && radius > 0.0);
        (usable(self.x_px) && usable(self.y_px) && usable(self.u_px) && self.u_px >= 0.0 && sized)
            .then_some(self)
    }
}

/// One person in one frame.
#[derive(Debug, Clone, Copy)]
pub struct PersonPose<'a> {
    /// Track number.
    pub id: u32,
    /// Keypoints in the layout's order.
    pub keypoints: &'a [Keypoint],
    /// The bar that this person holds, where it was tracked.
    pub bar: Option<BarPoint>,
}

/// The 33 keypoints of BlazePose in its order (METRICS §0.2); the 17 of COCO are among them.
const NAMES: [&str; 33] = [
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

/// A joint that movement reads on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joint {
    Shoulder = 11,
    Elbow = 13,
    Wrist = 15,
    Hip = 23,
    Knee = 25,
    Ankle = 27,
    Heel = 29,
    Toe = 31,
}

impl Joint {
    /// All, from top to toe.
    pub(crate) const ALL: [Self; 8] =
        [Self::Shoulder, Self::Elbow, Self::Wrist, Self::Hip, Self::Knee, Self::Ankle, Self::Heel, Self::Toe];

    /// Place in [`Joint::ALL`].
    pub(crate) fn index(self) -> usize {
        match self {
            Self::Shoulder => 0,
            Self::Elbow => 1,
            Self::Wrist => 2,
            Self::Hip => 3,
            Self::Knee => 4,
            Self::Ankle => 5,
            Self::Heel => 6,
            Self::Toe => 7,
        }
    }
}

/// Which keypoints a person's slice holds, in order. A keypoint that the layout lacks is unavailable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Position of each of [`NAMES`] in a person's slice.
    position: [Option<usize>; NAMES.len()],
    len: usize,
}

impl Layout {
    /// BlazePose's 33 keypoints in its own order.
    pub fn blazepose() -> Self {
        Self { position: std::array::from_fn(Some), len: NAMES.len() }
    }

    /// From names as in METRICS §0.2 in snake case (`left_foot_index`).
    ///
    /// # Errors
    /// Names an unknown or doubled keypoint.
    pub fn from_names<S: AsRef<str>>(names: &[S]) -> Result<Self, String> {
        let mut position = [None; NAMES.len()];
        for (place, name) in names.iter().enumerate() {
            let name = name.as_ref();
            let index = NAMES
                .iter()
                .position(|known| *known == name)
                .ok_or_else(|| format!("unknown keypoint `{name}`; known are: {}", NAMES.join(", ")))?;
            if position[index].replace(place).is_some() {
                return Err(format!("keypoint `{name}` is named twice"));
            }
        }
        Ok(Self { position, len: names.len() })
    }

    /// Number of keypoints of a person.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no keypoint is named.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The nose.
    pub(crate) fn nose(&self, keypoints: &[Keypoint]) -> Option<([f64; 2], f64)> {
        self.at(keypoints, 0)
    }

    /// A joint, left and right.
    pub(crate) fn joint(&self, keypoints: &[Keypoint], joint: Joint) -> [Option<([f64; 2], f64)>; 2] {
        [self.at(keypoints, joint as usize), self.at(keypoints, joint as usize + 1)]
    }

    /// Whether the layout has this joint on either side.
    pub(crate) fn has(&self, joint: Joint) -> bool {
        self.position[joint as usize].is_some() || self.position[joint as usize + 1].is_some()
    }

    fn at(&self, keypoints: &[Keypoint], index: usize) -> Option<([f64; 2], f64)> {
        keypoints.get(self.position[index]?)?.checked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subset_in_any_order_finds_its_points() {
        let layout = Layout::from_names(&["right_hip", "left_hip"]).unwrap();
        let points = [
            Keypoint { x_px: 1.0, y_px: 2.0, confidence: 1.0 },
            Keypoint { x_px: 3.0, y_px: 4.0, confidence: 7.0 },
        ];
        assert_eq!(layout.joint(&points, Joint::Hip), [Some(([3.0, 4.0], 1.0)), Some(([1.0, 2.0], 1.0))]);
        assert_eq!(layout.nose(&points), None);
        assert!(!layout.has(Joint::Toe));
    }

    #[test]
    fn unknown_and_doubled_names_are_named() {
        assert!(Layout::from_names(&["left_antenna"]).unwrap_err().contains("left_antenna"));
        assert!(Layout::from_names(&["nose", "nose"]).unwrap_err().contains("`nose` is named twice"));
    }

    #[test]
    fn a_coordinate_that_is_not_a_number_is_a_missing_point() {
        for broken in [f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(Keypoint { x_px: broken, y_px: 0.0, confidence: 1.0 }.checked(), None);
        }
        assert_eq!(Keypoint { x_px: 0.0, y_px: 0.0, confidence: -3.0 }.checked(), Some(([0.0, 0.0], 0.0)));
    }
}
