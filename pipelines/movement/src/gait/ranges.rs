//! Ranges that normalised curves are checked against: data, so that another table can take its place.

/// Where a curve must lie at one phase.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CycleRange {
    /// `LocoHub` name of an ipsilateral variable, such as `knee_flexion_angle_ipsi_rad`.
    pub variable: String,
    /// Phase in percent of the cycle.
    pub phase_pct: f64,
    /// Least value, radians.
    pub min: f64,
    /// Greatest value, radians.
    pub max: f64,
}

/// Ranges of level walking, from `LocoHub`'s `default_ranges.yaml` v2.0 of 2026-01-09: joint, phase in percent, least and greatest
/// angle in radians. They were set wide on 3D data: a curve outside of them is wrong.
const LEVEL_WALKING: [(usize, f64, f64, f64); 13] = [
    (0, 0.0, -0.09, 0.98),
    (0, 25.0, -0.37, 0.56),
    (0, 50.0, -0.71, 0.27),
    (0, 75.0, -0.38, 0.85),
    (1, 0.0, -0.28, 0.45),
    (1, 15.0, -0.40, 1.15),
    (1, 25.0, -0.51, 0.93),
    (1, 50.0, -0.20, 0.62),
    (1, 75.0, 0.58, 1.78),
    (2, 0.0, -0.53, 0.58),
    (2, 25.0, -0.35, 0.74),
    (2, 50.0, -0.85, 0.78),
    (2, 75.0, -0.55, 0.47),
];

/// Names of the ipsilateral variables, then of the contralateral ones.
pub(super) const VARIABLES: [&str; 6] = [
    "hip_flexion_angle_ipsi_rad",
    "knee_flexion_angle_ipsi_rad",
    "ankle_dorsiflexion_angle_ipsi_rad",
    "hip_flexion_angle_contra_rad",
    "knee_flexion_angle_contra_rad",
    "ankle_dorsiflexion_angle_contra_rad",
];

/// The table for level walking. Running has none: its curves are not checked against ranges.
pub(crate) fn level_walking() -> Vec<CycleRange> {
    let row = |&(joint, phase_pct, min, max): &(usize, f64, f64, f64)| CycleRange {
        variable: VARIABLES[joint].to_owned(),
        phase_pct,
        min,
        max,
    };
    LEVEL_WALKING.iter().map(row).collect()
}
