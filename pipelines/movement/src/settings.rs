//! What a session must be told.

use crate::{CycleRange, Exercise, Floor, GaitProfile, Layout, Station};

/// Where the camera stands relative to the athlete (METRICS §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// From the side, 90°.
    Sagittal,
    /// 45°.
    Oblique,
    /// From the front, 0°.
    Frontal,
}

impl View {
    /// Angle between the line of sight and the athlete's facing direction, degrees.
    pub(crate) fn yaw_deg(self) -> f64 {
        match self {
            View::Sagittal => 90.0,
            View::Oblique => 45.0,
            View::Frontal => 0.0,
        }
    }
}

/// Known biases of the pose model that made the keypoints, from its manifest (`[movement]`).
///
/// The default says that nothing is known: the keypoints are taken as joint centres, nothing is corrected, and the uncertainties are
/// those of the analysis alone; what hangs on the keypoints says so (`event_bias_unmeasured`, `angle_bias_unmeasured`).
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelProfile {
    /// Model name, such as `blazepose_full`; empty where the keypoints' origin is unknown.
    pub name: String,
    /// Where the figures come from, such as `rendered clips` or `contact mat, 20 jumps`.
    pub provenance: String,
    /// Whether the feet follow closely enough to time take-off and landing. If not, jumps are refused.
    pub can_time_feet: bool,
    /// Detected minus true take-off, seconds: seen from the side. Subtracted.
    pub takeoff_bias_s: f64,
    /// The same seen at 72° or less from the front, where both feet are in sight; as from the side where it is not given.
    /// Between 72° and 84° the bias goes over evenly from this one to that one.
    pub takeoff_bias_oblique_s: Option<f64>,
    /// Standard uncertainty of a take-off after the correction, seconds.
    pub takeoff_bias_u_s: f64,
    /// Detected minus true landing, seconds: seen from the side. Subtracted.
    pub landing_bias_s: f64,
    /// The same seen at 72° or less from the front; as from the side where it is not given.
    pub landing_bias_oblique_s: Option<f64>,
    /// Standard uncertainty of a landing after the correction, seconds.
    pub landing_bias_u_s: f64,
    /// Scale from standing height divided by true scale.
    pub standing_scale_gain: f64,
    /// Relative standard uncertainty of the scale after the correction.
    pub standing_scale_gain_u: f64,
    /// Vertical movement of the hips in flight: keypoints divided by truth.
    pub hip_vertical_gain_jump: f64,
    /// Vertical movement of the hips in a countermovement: keypoints divided by truth.
    pub hip_vertical_gain_countermovement: f64,
    /// Vertical movement of the hips in a squat: keypoints divided by truth.
    pub hip_vertical_gain_squat: f64,
    /// Vertical movement of the shoulders in a squat: keypoints divided by truth.
    pub shoulder_vertical_gain_squat: f64,
    /// Vertical movement of the wrists in an overhead press: keypoints divided by truth.
    pub wrist_vertical_gain_press: f64,
    /// Vertical movement of the wrists in a bench press: keypoints divided by truth.
    pub wrist_vertical_gain_bench_press: f64,
    /// Vertical movement of the wrists in a row: keypoints divided by truth.
    pub wrist_vertical_gain_row: f64,
    /// Vertical movement of the wrists in a curl: keypoints divided by truth.
    pub wrist_vertical_gain_curl: f64,
    /// Vertical movement of the wrists in a lift from the floor: keypoints divided by truth.
    pub wrist_vertical_gain_deadlift: f64,
    /// Relative standard uncertainty of a vertical movement after the correction.
    pub vertical_gain_u: f64,
    /// The same for the wrists, which a bar hides.
    pub wrist_vertical_gain_u: f64,
    /// Knee flexion seen minus true knee flexion from the side, degrees. Subtracted.
    pub knee_flexion_bias_deg: f64,
    /// Standard uncertainty of knee flexion from the side, degrees.
    pub knee_flexion_u_deg: f64,
    /// Errors in walking and running.
    pub gait: GaitProfile,
}

impl Default for ModelProfile {
    fn default() -> Self {
        Self {
            name: String::new(),
            provenance: String::new(),
            can_time_feet: true,
            takeoff_bias_s: 0.0,
            takeoff_bias_oblique_s: None,
            takeoff_bias_u_s: 0.001,
            landing_bias_s: 0.0,
            landing_bias_oblique_s: None,
            landing_bias_u_s: 0.001,
            standing_scale_gain: 1.0,
            standing_scale_gain_u: 0.015,
            hip_vertical_gain_jump: 1.0,
            hip_vertical_gain_countermovement: 1.0,
            hip_vertical_gain_squat: 1.0,
            shoulder_vertical_gain_squat: 1.0,
            wrist_vertical_gain_press: 1.0,
            wrist_vertical_gain_bench_press: 1.0,
            wrist_vertical_gain_row: 1.0,
            wrist_vertical_gain_curl: 1.0,
            wrist_vertical_gain_deadlift: 1.0,
            vertical_gain_u: 0.005,
            wrist_vertical_gain_u: 0.005,
            knee_flexion_bias_deg: 0.0,
            knee_flexion_u_deg: 1.5,
            gait: GaitProfile::default(),
        }
    }
}

impl ModelProfile {
    /// Checks that every figure can be used.
    ///
    /// # Errors
    /// Names the field and what it must be.
    pub fn check(&self) -> Result<(), String> {
        for (name, gain) in [
            ("standing_scale_gain", self.standing_scale_gain),
            ("hip_vertical_gain_jump", self.hip_vertical_gain_jump),
            ("hip_vertical_gain_countermovement", self.hip_vertical_gain_countermovement),
            ("hip_vertical_gain_squat", self.hip_vertical_gain_squat),
            ("shoulder_vertical_gain_squat", self.shoulder_vertical_gain_squat),
            ("wrist_vertical_gain_press", self.wrist_vertical_gain_press),
            ("wrist_vertical_gain_bench_press", self.wrist_vertical_gain_bench_press),
            ("wrist_vertical_gain_row", self.wrist_vertical_gain_row),
            ("wrist_vertical_gain_curl", self.wrist_vertical_gain_curl),
            ("wrist_vertical_gain_deadlift", self.wrist_vertical_gain_deadlift),
        ] {
            if !(0.5..=2.0).contains(&gain) {
                return Err(format!("{name} = {gain} must lie between 0.5 and 2"));
            }
        }
        for (name, bias) in [
            ("takeoff_bias_s", self.takeoff_bias_s),
            ("takeoff_bias_oblique_s", self.takeoff_bias_oblique_s.unwrap_or(0.0)),
            ("landing_bias_s", self.landing_bias_s),
            ("landing_bias_oblique_s", self.landing_bias_oblique_s.unwrap_or(0.0)),
        ] {
            if !(-0.1..=0.1).contains(&bias) {
                return Err(format!("{name} = {bias} must lie between -0.1 and 0.1"));
            }
        }
        if !(-45.0..=45.0).contains(&self.knee_flexion_bias_deg) {
            return Err(format!(
                "knee_flexion_bias_deg = {} must lie between -45 and 45",
                self.knee_flexion_bias_deg
            ));
        }
        for (name, u) in [
            ("takeoff_bias_u_s", self.takeoff_bias_u_s),
            ("landing_bias_u_s", self.landing_bias_u_s),
            ("standing_scale_gain_u", self.standing_scale_gain_u),
            ("vertical_gain_u", self.vertical_gain_u),
            ("wrist_vertical_gain_u", self.wrist_vertical_gain_u),
            ("knee_flexion_u_deg", self.knee_flexion_u_deg),
        ] {
            if !(u.is_finite() && u >= 0.0) {
                return Err(format!("{name} = {u} must be a number and not negative"));
            }
        }
        self.gait.check()
    }

    /// Knee flexion without the model's bias, which grows to its full size at 60° of flexion: a straight leg is seen as one. Degrees.
    pub(crate) fn knee_flexion_deg(&self, seen_deg: f64) -> f64 {
        /// From here on the bias is whole, degrees.
        const FULL_DEG: f64 = 60.0;
        seen_deg - self.knee_flexion_bias_deg * (seen_deg / FULL_DEG).clamp(0.0, 1.0)
    }

    /// Whether take-off and landing of this model were measured against truth.
    pub(crate) fn events_measured(&self) -> bool {
        !self.name.is_empty() && self.takeoff_bias_u_s <= MEASURED_U_S
    }
}

/// Events known no better than this are as good as unmeasured, seconds.
const MEASURED_U_S: f64 = 0.010;

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
    /// Body mass of the athlete in kilograms, for power and stiffness.
    pub mass_kg: Option<f64>,
    /// Load on the bar in kilograms, bar included, for power and the 1RM estimate.
    pub load_kg: Option<f64>,
    /// Velocity loss in a set, percent, at which the athlete is told to stop (METRICS §5.4: 10, 20, 30 or 40).
    pub velocity_loss_stop_pct: Option<f64>,
    /// Speed of the treadmill belt in metres per second, for stride length and stiffness.
    pub speed_m_s: Option<f64>,
    /// Diameter of the plates in metres, for the scale at the bar (METRICS §2 B). Where it is not stated, the competition size that
    /// fits the body's movement is taken.
    pub plate_diameter_m: Option<f64>,
    /// Distance of the camera from the athlete in metres, for the scale of the body from the plate.
    pub camera_distance_m: Option<f64>,
    /// The floor in the picture, for lengths on it.
    pub floor: Option<Floor>,
    /// The station's area: only who stays in it is measured. Without one, everybody is.
    pub station: Option<Station>,
    /// Exercise, or [`Exercise::Auto`].
    pub exercise: Exercise,
    /// View, where the installer stated it.
    pub view: Option<View>,
    /// Ranges that the normalised curves of walking are checked against (METRICS §6.4).
    pub gait_ranges: Vec<CycleRange>,
    /// The pose model's known biases.
    pub model: ModelProfile,
}

/// What a coach chooses while a session runs. What is `None` is not known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Choice {
    /// Exercise, or [`Exercise::Auto`]. It overrides what movement would find.
    pub exercise: Exercise,
    /// Load on the bar in kilograms, bar included.
    pub load_kg: Option<f64>,
    /// Body mass of the athlete in kilograms.
    pub mass_kg: Option<f64>,
    /// Standing height of the athlete in metres.
    pub athlete_height_m: Option<f64>,
    /// Speed of the treadmill belt in metres per second.
    pub speed_m_s: Option<f64>,
}

impl Settings {
    /// Takes a coach's choice.
    pub(crate) fn choose(&mut self, choice: Choice) {
        let Choice { exercise, load_kg, mass_kg, athlete_height_m, speed_m_s } = choice;
        self.exercise = exercise;
        self.load_kg = load_kg;
        self.mass_kg = mass_kg;
        self.athlete_height_m = athlete_height_m;
        self.speed_m_s = speed_m_s;
    }
}

impl Settings {
    /// Settings that know the picture and nothing of the athlete or of the pose model.
    pub fn new(layout: Layout, width_px: u32, height_px: u32) -> Self {
        Self {
            layout,
            width_px,
            height_px,
            athlete_height_m: None,
            mass_kg: None,
            load_kg: None,
            velocity_loss_stop_pct: None,
            speed_m_s: None,
            plate_diameter_m: None,
            camera_distance_m: None,
            floor: None,
            station: None,
            exercise: Exercise::Auto,
            view: None,
            gait_ranges: crate::gait::level_walking(),
            model: ModelProfile::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_with_a_key_that_nobody_reads_is_refused() {
        assert!(serde_json::from_str::<ModelProfile>(r#"{"name":"x","takeof_bias_s":0.1}"#).is_err());
        assert!(serde_json::from_str::<ModelProfile>(r#"{"name":"x"}"#).is_ok());
    }

    #[test]
    fn impossible_figures_are_named() {
        assert_eq!(ModelProfile::default().check(), Ok(()));
        let broken = ModelProfile { hip_vertical_gain_squat: 0.0, ..ModelProfile::default() };
        assert!(broken.check().unwrap_err().contains("hip_vertical_gain_squat"));
        let broken = ModelProfile { landing_bias_s: f64::NAN, ..ModelProfile::default() };
        assert!(broken.check().unwrap_err().contains("landing_bias_s"));
        let broken = ModelProfile { vertical_gain_u: -1.0, ..ModelProfile::default() };
        assert!(broken.check().unwrap_err().contains("vertical_gain_u"));
    }
}
