//! How tall a body is in the picture.

use crate::body::{BodySample, Side, angle_deg};

/// Tip of the nose above the ankle joint as a share of standing height. METRICS §2 asks to measure it: the rendered bodies show 0.864–0.876
/// as they stand in sets; from Drillis & Contini's eye height (0.936), the nose 2 % of height below it and the ankle at 0.039
/// follows 0.877.
pub(super) const NOSE_ANKLE: f64 = 0.868;
/// Shoulder above ankle (0.818 − 0.039 of height, Drillis & Contini), for layouts without a nose.
const SHOULDER_ANKLE: f64 = 0.779;
/// Hip above ankle (0.530 − 0.039), for layouts without shoulders.
const HIP_ANKLE: f64 = 0.491;
/// A knee that is bent further does not stand straight.
const STRAIGHT_DEG: f64 = 40.0;
/// Feet further apart along the picture, as a share of height, are no stance to be measured in: legs of 0.49 of height lose 6 % of it.
pub(super) const SPLIT: f64 = 0.35;
/// Breadth between the shoulders plus breadth between the hips, seen from the front, over the length of the trunk. Drillis and
/// Contini's breadths give 1.2 for joint centres, BlazePose on rendered bodies 1.07.
const BREADTHS_OVER_TRUNK: f64 = 1.15;

/// Height in pixels that a person standing straight must have.
pub(super) fn standing_stature(sample: &BodySample) -> Option<f64> {
    let ankle = sample.ankle?;
    let above = |point: [f64; 2], share: f64| (point[1] - ankle[1]) / share;
    let stature = match (sample.nose, sample.shoulder, sample.hip) {
        (Some(nose), _, _) => above(nose, NOSE_ANKLE),
        (None, Some(shoulder), _) => above(shoulder, SHOULDER_ANKLE),
        (None, None, hip) => above(hip?, HIP_ANKLE),
    };
    (stature > 20.0).then_some(stature)
}

/// Height in pixels from the lengths of trunk, thigh and shank, whatever the posture. The mean of both legs as they
/// are seen: with one foot before the other the middles of knees and ankles are no leg's.
pub(super) fn limb_stature(sample: &BodySample) -> Option<f64> {
    let leg = |hip: [f64; 2], knee: [f64; 2], ankle: [f64; 2]| distance(hip, knee) + distance(knee, ankle);
    let side = |side: &Side| Some(leg(side.hip?, side.knee?, side.ankle?));
    let middle = || Some(leg(sample.hip?, sample.knee?, sample.ankle?));
    let legs = match [side(&sample.sides[0]), side(&sample.sides[1])] {
        [Some(left), Some(right)] => f64::midpoint(left, right),
        [left, right] => left.or(right).or_else(middle)?,
    };
    let stature = match sample.trunk() {
        Some(trunk) => (legs + trunk) / SHOULDER_ANKLE,
        None => legs / HIP_ANKLE,
    };
    (stature > 20.0).then_some(stature)
}

/// Whether both legs are straight and side by side, as far as they are seen: with one foot before the other a person is lower than tall.
pub(super) fn stands_straight(sample: &BodySample, stature_px: f64) -> bool {
    let bent = |side: &Side| {
        let (hip, knee, ankle) = (side.hip?, side.knee?, side.ankle?);
        Some(180.0 - angle_deg(hip, knee, ankle))
    };
    let straight = |flexion_deg: f64| flexion_deg < STRAIGHT_DEG;
    let apart = || Some((sample.sides[0].ankle?[0] - sample.sides[1].ankle?[0]).abs());
    sample.knee_flexion_deg.is_none_or(straight)
        && sample.sides.iter().filter_map(bent).all(straight)
        && apart().is_none_or(|apart| apart < SPLIT * stature_px)
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Breadths of shoulders and hips over the trunk's length, of a standing body.
pub(super) fn breadths(sample: &BodySample) -> Option<f64> {
    Some((sample.shoulder_width? + sample.hip_width?) / sample.trunk()?.max(1.0))
}

/// Angle between line of sight and facing direction at which a body shows these breadths, degrees.
pub(super) fn yaw_deg(breadths_over_trunk: f64) -> f64 {
    (breadths_over_trunk / BREADTHS_OVER_TRUNK).clamp(0.0, 1.0).acos().to_degrees()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Legs of Drillis & Contini's shares under hips 600 px of stature high; `split` apart at the floor, as a share of height.
    fn on_legs(split: f64) -> BodySample {
        let (thigh, shank, half): (f64, f64, f64) = (147.0, 147.6, split * 300.0);
        let drop = ((thigh + shank).powi(2) - half.powi(2)).sqrt();
        let leg = |sign: f64| {
            let ankle = [sign * half, -drop];
            let share = thigh / (thigh + shank);
            let knee = [ankle[0] * share, ankle[1] * share];
            Side { hip: Some([0.0, 0.0]), knee: Some(knee), ankle: Some(ankle), ..Side::default() }
        };
        BodySample {
            shoulder: Some([0.0, 0.288 * 600.0]),
            hip: Some([0.0, 0.0]),
            knee: Some([0.0, -drop * thigh / (thigh + shank)]),
            ankle: Some([0.0, -drop]),
            sides: [leg(-1.0), leg(1.0)],
            ..BodySample::default()
        }
    }

    #[test]
    fn legs_keep_their_length_in_a_split_stance() {
        for split in [0.0, 0.25, 0.5] {
            let stature = limb_stature(&on_legs(split)).unwrap();
            assert!((stature / 600.0 - 1.0).abs() < 1e-3, "{split}: {stature}");
        }
    }

    #[test]
    fn a_split_stance_and_a_bent_knee_are_no_standing() {
        assert!(stands_straight(&on_legs(0.0), 600.0) && stands_straight(&on_legs(0.3), 600.0));
        assert!(!stands_straight(&on_legs(0.45), 600.0));
        let mut kneels = on_legs(0.1);
        kneels.sides[1].knee = Some([150.0, -120.0]);
        assert!(!stands_straight(&kneels, 600.0), "the other knee is bent");
    }
}
