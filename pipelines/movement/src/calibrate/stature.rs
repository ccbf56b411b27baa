//! How tall a body is in the picture.

use crate::body::BodySample;

/// Tip of the nose above the ankle joint as a share of standing height. METRICS §2 asks to measure it: the rendered bodies show 0.864–0.876
/// as they stand in sets; from Drillis & Contini's eye height (0.936), the nose 2 % of height below it and the ankle at 0.039
/// follows 0.877.
pub(super) const NOSE_ANKLE: f64 = 0.868;
/// Shoulder above ankle (0.818 − 0.039 of height, Drillis & Contini), for layouts without a nose.
const SHOULDER_ANKLE: f64 = 0.779;
/// Hip above ankle (0.530 − 0.039), for layouts without shoulders.
const HIP_ANKLE: f64 = 0.491;
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

/// Height in pixels from the lengths of trunk, thigh and shank, whatever the posture.
pub(super) fn limb_stature(sample: &BodySample) -> Option<f64> {
    let (hip, knee, ankle) = (sample.hip?, sample.knee?, sample.ankle?);
    let length = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let legs = length(hip, knee) + length(knee, ankle);
    let stature = match sample.trunk() {
        Some(trunk) => (legs + trunk) / SHOULDER_ANKLE,
        None => legs / HIP_ANKLE,
    };
    (stature > 20.0).then_some(stature)
}

/// Breadths of shoulders and hips over the trunk's length, of a standing body.
pub(super) fn breadths(sample: &BodySample) -> Option<f64> {
    Some((sample.shoulder_width? + sample.hip_width?) / sample.trunk()?.max(1.0))
}

/// Angle between line of sight and facing direction at which a body shows these breadths, degrees.
pub(super) fn yaw_deg(breadths_over_trunk: f64) -> f64 {
    (breadths_over_trunk / BREADTHS_OVER_TRUNK).clamp(0.0, 1.0).acos().to_degrees()
}
