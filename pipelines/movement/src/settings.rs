//! What a session must be told.

use crate::Layout;

/// Exercise chosen by the coach, or to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Exercise {
    #[default]
    Auto,
    BackSquat,
    Cmj,
}

/// Where the camera stands relative to the athlete (METRICS §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum View {
    Sagittal,
    Oblique,
    Frontal,
}

/// Known biases of the pose model that made the keypoints, from its manifest (`[movement]`). Default: none known, none applied.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelProfile {
    /// Model name, such as `blazepose_full`; empty where the keypoints' origin is unknown.
    pub name: String,
}

/// Settings of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Keypoint order.
    pub layout: Layout,
    /// Picture width in pixels.
    pub width_px: u32,
    /// Picture height in pixels.
    pub height_px: u32,
    /// Standing height of the athlete, for the scale in metres.
    pub athlete_height_m: Option<f64>,
    /// Exercise, or [`Exercise::Auto`].
    pub exercise: Exercise,
    /// View, where the installer stated it.
    pub view: Option<View>,
    /// The pose model's known biases.
    pub model: ModelProfile,
}
