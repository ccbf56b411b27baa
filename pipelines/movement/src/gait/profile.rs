//! What is known of a pose model's errors in gait.

/// Known errors of a pose model in walking and running, from its manifest (`[movement.gait]`). Subtracted, or divided by.
///
/// The default says that nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GaitProfile {
    /// Whether strikes and toe-offs were compared with truth.
    pub measured: bool,
    /// Detected minus true foot strike in running, seconds.
    pub run_strike_bias_s: f64,
    /// Detected minus true toe-off in running, seconds.
    pub run_toe_off_bias_s: f64,
    /// Detected minus true foot strike in walking, seconds.
    pub walk_strike_bias_s: f64,
    /// Detected minus true toe-off in walking, seconds.
    pub walk_toe_off_bias_s: f64,
    /// Standard uncertainty of a mean event time after the correction, seconds.
    pub bias_u_s: f64,
    /// Standard deviation of a single event, seconds.
    pub event_sd_s: f64,
    /// Vertical movement of the hips in gait: keypoints divided by truth.
    pub hip_vertical_gain: f64,
    /// Relative standard uncertainty of that gain.
    pub hip_vertical_gain_u: f64,
}

impl Default for GaitProfile {
    fn default() -> Self {
        Self {
            measured: false,
            run_strike_bias_s: 0.0,
            run_toe_off_bias_s: 0.0,
            walk_strike_bias_s: 0.0,
            walk_toe_off_bias_s: 0.0,
            bias_u_s: 0.008,
            event_sd_s: 0.006,
            hip_vertical_gain: 1.0,
            hip_vertical_gain_u: 0.05,
        }
    }
}

impl GaitProfile {
    /// Checks that every figure can be used.
    ///
    /// # Errors
    /// Names the field and what it must be.
    pub fn check(&self) -> Result<(), String> {
        for (name, bias) in [
            ("run_strike_bias_s", self.run_strike_bias_s),
            ("run_toe_off_bias_s", self.run_toe_off_bias_s),
            ("walk_strike_bias_s", self.walk_strike_bias_s),
            ("walk_toe_off_bias_s", self.walk_toe_off_bias_s),
        ] {
            if !(-0.1..=0.1).contains(&bias) {
                return Err(format!("gait.{name} = {bias} must lie between -0.1 and 0.1"));
            }
        }
        for (name, u) in [
            ("bias_u_s", self.bias_u_s),
            ("event_sd_s", self.event_sd_s),
            ("hip_vertical_gain_u", self.hip_vertical_gain_u),
        ] {
            if !(u.is_finite() && u >= 0.0) {
                return Err(format!("gait.{name} = {u} must be a number and not negative"));
            }
        }
        if !(0.5..=2.0).contains(&self.hip_vertical_gain) {
            return Err(format!(
                "gait.hip_vertical_gain = {} must lie between 0.5 and 2",
                self.hip_vertical_gain
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_figures_are_named() {
        assert_eq!(GaitProfile::default().check(), Ok(()));
        let broken = GaitProfile { walk_toe_off_bias_s: 0.5, ..GaitProfile::default() };
        assert!(broken.check().unwrap_err().contains("walk_toe_off_bias_s"));
        let broken = GaitProfile { bias_u_s: f64::NAN, ..GaitProfile::default() };
        assert!(broken.check().unwrap_err().contains("bias_u_s"));
        let broken = GaitProfile { hip_vertical_gain: 0.0, ..GaitProfile::default() };
        assert!(broken.check().unwrap_err().contains("hip_vertical_gain"));
    }
}
