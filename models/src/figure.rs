//! The place that a body takes in the picture: a head, a trunk and limbs, as capsules between joints. Pure.

use crate::landmarks::Body;
use crate::motion::distance_px;
use crate::region::Point;

/// Everything nearer than a radius to a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Capsule {
    /// Ends of the line; a circle's are one point.
    pub(crate) ends: [Point; 2],
    /// In pixels.
    pub(crate) radius_px: f32,
}

impl Capsule {
    /// Distance from the line, in pixels.
    fn distance_px(&self, point: Point) -> f32 {
        let [from, to] = self.ends;
        let (along, offset) = ([0, 1].map(|i| to[i] - from[i]), [0, 1].map(|i| point[i] - from[i]));
        let length_squared = along[0] * along[0] + along[1] * along[1];
        let dot = along[0] * offset[0] + along[1] * offset[1];
        let share = if length_squared > 0.0 { (dot / length_squared).clamp(0.0, 1.0) } else { 0.0 };
        distance_px(point, [0, 1].map(|i| from[i] + share * along[i]))
    }

    /// Whether the point is in it.
    pub(crate) fn holds(&self, point: Point) -> bool {
        self.distance_px(point) < self.radius_px
    }
}

/// Head and neck, trunk, arms with hands, legs with feet.
const PARTS: usize = 17;

/// Hips, knees, ankles and feet: the keypoints that a leg joins, left and right.
const LEGS: [[usize; 2]; 6] = [[23, 25], [25, 27], [27, 31], [24, 26], [26, 28], [28, 32]];
/// Shoulders, elbows, wrists and hands.
const ARMS: [[usize; 2]; 6] = [[11, 13], [13, 15], [15, 19], [12, 14], [14, 16], [16, 20]];
/// The sides of the trunk.
const SIDES: [[usize; 2]; 3] = [[11, 12], [11, 23], [12, 24]];
/// Keypoints that say whose body it is: nose, shoulders, elbows, wrists, hips, knees, ankles.
const JOINTS: [usize; 13] = [0, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28];

/// Radius of a head with its hair, in torso lengths.
const HEAD_TORSOS: f32 = 0.4;
/// Half the width of a trunk.
const TRUNK_TORSOS: f32 = 0.3;
/// Half the width of a leg, drawn thin: more of it would hide who stands behind.
const LEG_TORSOS: f32 = 0.1;
/// How far from a line between joints another body's joint is still the same limb's.
const NEAR_TORSOS: f32 = 0.2;
/// What hides a person from the detector and little else: head, trunk and the core of the legs.
pub(crate) fn silhouette(body: &Body) -> impl Iterator<Item = Capsule> {
    let torso_px = body.steady_torso_px();
    let capsule = move |ends, torsos: f32| Capsule { ends, radius_px: torsos * torso_px };
    let head = body.head();
    let legs = LEGS.map(|ends| capsule(ends.map(|k| point(body, k)), LEG_TORSOS));
    [capsule([head, head], HEAD_TORSOS), capsule([body.shoulders(), body.hips()], TRUNK_TORSOS)]
        .into_iter()
        .chain(legs)
}

/// Share of a body's joints that lie on another body.
pub(crate) fn shared_joints(body: &Body, other: &Body) -> f32 {
    let near_px = NEAR_TORSOS * other.steady_torso_px();
    let limbs = limbs(other, near_px);
    let shared = JOINTS.iter().filter(|&&k| limbs.iter().any(|limb| limb.holds(point(body, k)))).count();
    shared as f32 / JOINTS.len() as f32
}

/// All of a body.
fn limbs(body: &Body, radius_px: f32) -> [Capsule; PARTS] {
    let (head, shoulders, hips) = (body.head(), body.shoulders(), body.hips());
    let middle = [[head, shoulders], [shoulders, hips]];
    let mut ends = (middle.into_iter()).chain(
        [LEGS.as_slice(), &ARMS, &SIDES].into_iter().flatten().map(|pair| pair.map(|k| point(body, k))),
    );
    std::array::from_fn(|_| Capsule { ends: ends.next().unwrap_or([head, head]), radius_px })
}

fn point(body: &Body, keypoint: usize) -> Point {
    let keypoint = &body.keypoints[keypoint];
    [keypoint.x_px, keypoint.y_px]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::standing_person;

    #[test]
    fn capsule_holds_what_is_near_its_line() {
        let capsule = Capsule { ends: [[0.0, 0.0], [10.0, 0.0]], radius_px: 2.0 };
        assert!(capsule.holds([5.0, 1.9]) && capsule.holds([-1.9, 0.0]) && capsule.holds([11.3, -1.3]));
        assert!(!capsule.holds([5.0, 2.1]) && !capsule.holds([-2.1, 0.0]) && !capsule.holds([11.5, -1.5]));
        assert!(Capsule { ends: [[3.0, 3.0]; 2], radius_px: 1.0 }.holds([3.5, 3.5]), "a circle");
    }

    #[test]
    fn silhouette_covers_face_hips_and_knees() {
        let body = standing_person([300.0, 600.0], 150.0);
        for keypoint in [0, 7, 23, 25, 27] {
            let point = point(&body, keypoint);
            assert!(silhouette(&body).any(|part| part.holds(point)), "keypoint {keypoint}");
        }
        assert!(!silhouette(&body).any(|part| part.holds([300.0 + 150.0, 600.0])), "a torso beside");
    }

    #[test]
    fn crumpled_body_in_a_persons_legs_is_that_person() {
        let person = standing_person([300.0, 600.0], 150.0);
        // Hips and feet are right, but shoulders and head are looked for in the lap.
        let mut ghost = person;
        for keypoint in &mut ghost.keypoints[..17] {
            keypoint.y_px = 590.0;
        }
        assert!(shared_joints(&ghost, &person) > 0.8);
        assert!((shared_joints(&person, &person) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn person_who_stands_half_behind_is_another() {
        let person = standing_person([300.0, 600.0], 150.0);
        assert!(shared_joints(&standing_person([390.0, 590.0], 140.0), &person) < 0.4);
        // Bent over in front of somebody's legs.
        let mut bent = standing_person([290.0, 720.0], 150.0);
        for keypoint in &mut bent.keypoints[..13] {
            (keypoint.x_px, keypoint.y_px) = (420.0, 650.0);
        }
        assert!(shared_joints(&bent, &person) < 0.6);
    }
}
