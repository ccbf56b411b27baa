//! Joint angles in the plane of progression, with `LocoHub`'s signs, radians.

use crate::body::BodySample;

/// A limb from `a` to `b` against the vertical, radians: 0 hanging, + when `b` is ahead.
fn hanging(a: [f64; 2], b: [f64; 2], direction: f64) -> f64 {
    (direction * (b[0] - a[0])).atan2(a[1] - b[1])
}

/// Trunk from the vertical, + forward.
pub(super) fn trunk_lean(sample: &BodySample, direction: f64) -> Option<f64> {
    let (hip, shoulder) = (sample.hip?, sample.shoulder?);
    Some((direction * (shoulder[0] - hip[0])).atan2(shoulder[1] - hip[1]))
}

/// Foot from heel to toe against the level, + toe up.
pub(super) fn foot_pitch(sample: &BodySample, side: usize, direction: f64) -> Option<f64> {
    let (heel, toe) = (sample.sides[side].heel?, sample.sides[side].toe?);
    Some((toe[1] - heel[1]).atan2(direction * (toe[0] - heel[0])))
}

/// Hip flexion (thigh against trunk), knee flexion and ankle dorsiflexion of one side. `flat` is the foot's pitch when it lies flat.
///
/// The pelvis is not among the keypoints: the trunk stands for it, so hip flexion contains the bend of the spine.
pub(super) fn joints(sample: &BodySample, side: usize, direction: f64, flat: f64) -> [Option<f64>; 3] {
    let leg = &sample.sides[side];
    let thigh = leg.hip.zip(leg.knee).map(|(hip, knee)| hanging(hip, knee, direction));
    let shank = leg.knee.zip(leg.ankle).map(|(knee, ankle)| hanging(knee, ankle, direction));
    let foot = foot_pitch(sample, side, direction);
    [
        thigh.zip(trunk_lean(sample, direction)).map(|(thigh, lean)| wrapped(thigh + lean)),
        thigh.zip(shank).map(|(thigh, shank)| wrapped(thigh - shank)),
        foot.zip(shank).map(|(foot, shank)| wrapped(foot - flat - shank)),
    ]
}

/// An angle within ±π.
fn wrapped(angle: f64) -> f64 {
    let turn = std::f64::consts::TAU;
    angle - turn * (angle / turn).round()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Side;

    /// Thigh 30° forward, shank 40° back, trunk 10° forward, foot flat: hip 40°, knee 70°, ankle 40°, whichever way it faces.
    #[test]
    fn angles_of_a_known_posture() {
        for direction in [1.0, -1.0] {
            let at = |from: [f64; 2], deg: f64, length: f64| {
                let (sin, cos) = f64::sin_cos(deg.to_radians());
                [from[0] + direction * length * sin, from[1] - length * cos]
            };
            let hip = [100.0, -300.0];
            let knee = at(hip, 30.0, 90.0);
            let ankle = at(knee, -40.0, 90.0);
            let side = Side {
                hip: Some(hip),
                knee: Some(knee),
                ankle: Some(ankle),
                heel: Some([ankle[0] - direction * 5.0, ankle[1] - 10.0]),
                toe: Some([ankle[0] + direction * 20.0, ankle[1] - 10.0]),
                ..Side::default()
            };
            let sample = BodySample {
                hip: Some(hip),
                shoulder: Some(at(hip, 170.0, 100.0)),
                sides: [side; 2],
                ..BodySample::default()
            };
            let found = joints(&sample, 1, direction, 0.0).map(|angle| angle.unwrap().to_degrees());
            for (found, known) in found.iter().zip([40.0, 70.0, 40.0]) {
                assert!((found - known).abs() < 1e-9, "{found} of {known}");
            }
        }
    }
}
