//! Angles of the near leg at a moment (METRICS §0.3).

use crate::body::{BodySample, Side, angle_deg};
use crate::signal::{Ring, parabola_fit};

/// Angles are fitted over this stretch around a moment; at a low frame rate over more.
const AROUND_S: f64 = 0.05;

/// Flexion angles of the near leg, degrees: 0 straight, ankle dorsiflexion 0 with the foot square to the shank.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct LegAngles {
    pub(super) knee: Option<f64>,
    pub(super) hip: Option<f64>,
    pub(super) ankle: Option<f64>,
}

/// Knee flexion of one side.
pub(super) fn knee_flexion(side: &Side) -> Option<f64> {
    Some(180.0 - angle_deg(side.hip?, side.knee?, side.ankle?))
}

fn hip_flexion(side: &Side) -> Option<f64> {
    Some(180.0 - angle_deg(side.shoulder?, side.hip?, side.knee?))
}

fn ankle_dorsiflexion(side: &Side) -> Option<f64> {
    Some(90.0 - angle_deg(side.knee?, side.ankle?, side.toe?))
}

/// The angles at `t`.
pub(super) fn leg_angles(ring: &Ring<BodySample>, t: f64, median_dt: f64) -> LegAngles {
    let at = |angle: fn(&Side) -> Option<f64>| angle_at(ring, t, median_dt, angle);
    LegAngles { knee: at(knee_flexion), hip: at(hip_flexion), ankle: at(ankle_dorsiflexion) }
}

/// One angle of the near leg at `t`.
pub(super) fn angle_at(
    ring: &Ring<BodySample>,
    t: f64,
    median_dt: f64,
    angle: fn(&Side) -> Option<f64>,
) -> Option<f64> {
    let half = AROUND_S.max(2.1 * median_dt);
    let seen = ring.window(t - half, t + half).filter_map(|s| Some((s.t, angle(&s.sides[s.near])?)));
    if seen.clone().count() < 4 {
        return None;
    }
    parabola_fit(seen, t).map(|fit| fit.y0)
}

/// Frontal-plane projection angle of a knee, degrees: between thigh and shank in the picture, positive when the knee lies
/// inward of the line from hip to ankle (METRICS §0.3). `other` tells which way inward is.
pub(super) fn frontal_angle(side: &Side, other: &Side) -> Option<f64> {
    let (hip, knee, ankle) = (side.hip?, side.knee?, side.ankle?);
    let inward = (other.hip?[0] - hip[0]).signum();
    let share = (knee[1] - hip[1]) / (ankle[1] - hip[1]);
    let line_x = hip[0] + (ankle[0] - hip[0]) * share;
    let bend = 180.0 - angle_deg(hip, knee, ankle);
    share.is_finite().then(|| bend * ((knee[0] - line_x) * inward).signum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_knee_that_falls_inward_is_positive_on_both_sides() {
        let leg = |x: f64, inward: f64| Side {
            hip: Some([x, 0.0]),
            knee: Some([x + inward, -50.0]),
            ankle: Some([x, -100.0]),
            ..Side::default()
        };
        let (right, left) = (leg(-15.0, 5.0), leg(15.0, -5.0));
        assert!(frontal_angle(&right, &left).is_some_and(|angle| (angle - 11.42).abs() < 0.01));
        assert!(frontal_angle(&left, &right).is_some_and(|angle| (angle - 11.42).abs() < 0.01));
        assert!(frontal_angle(&leg(15.0, 5.0), &right).is_some_and(|angle| angle < -11.0));
    }
}
