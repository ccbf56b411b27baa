//! Points that a body can't have: too fast, or on a limb that is too long (METRICS §1.3).

use crate::pose::Joint;

/// A point in pixels with its confidence.
pub(crate) type Seen = Option<([f64; 2], f64)>;
/// All joints, left and right, in the order of [`Joint::ALL`].
pub(crate) type Joints = [[Seen; 2]; Joint::ALL.len()];

/// No joint is faster, m/s; the wrist a little. Jitter adds the floor.
const JOINT_M_S: f64 = 12.0;
const WRIST_M_S: f64 = 15.0;
const JITTER_M: f64 = 0.05;
/// A point that stays elsewhere for this long is there.
const STAYS_S: f64 = 0.5;
/// A limb is at most this much longer than it was, or than it is in a body of this height. Shorter limbs are only
/// foreshortened: in one view the length says nothing against them.
const TOO_LONG: f64 = 1.25;
/// How fast the remembered length follows, as a share of it a second: a running median.
const LENGTH_RATE: f64 = 0.3;

/// Limbs by their proximal and distal joint, with their length as a share of standing height (Drillis and Contini).
const LIMBS: [(Joint, Joint, f64); 4] = [
    (Joint::Shoulder, Joint::Elbow, 0.186),
    (Joint::Elbow, Joint::Wrist, 0.146),
    (Joint::Hip, Joint::Knee, 0.245),
    (Joint::Knee, Joint::Ankle, 0.246),
];

#[derive(Debug, Clone, Copy)]
struct Known {
    t: f64,
    at: [f64; 2],
}

/// Remembers where each point of one person was. Shoulders and hips are not its business: a trunk that jumps is another body.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    known: [[Option<Known>; 2]; Joint::ALL.len()],
    lengths_px: [[Option<f64>; 2]; LIMBS.len()],
    last_t: Option<f64>,
}

impl Guard {
    /// Removes the points that can't be; returns how many. Without a scale it only remembers.
    pub(crate) fn check(&mut self, t: f64, scale: Option<BodyScale>, joints: &mut Joints) -> u64 {
        let mut removed = 0;
        if let Some(scale) = scale {
            removed += self.too_fast(t, scale, joints);
            removed += self.too_long(t, scale, joints);
        }
        for (known, seen) in self.known.iter_mut().flatten().zip(joints.iter().flatten()) {
            if let Some((at, _)) = *seen {
                *known = Some(Known { t, at });
            }
        }
        self.last_t = Some(t);
        removed
    }

    fn too_fast(&self, t: f64, scale: BodyScale, joints: &mut Joints) -> u64 {
        let mut removed = 0;
        for joint in Joint::ALL {
            let limit_m_s = match joint {
                Joint::Shoulder | Joint::Hip => continue,
                Joint::Wrist => WRIST_M_S,
                _ => JOINT_M_S,
            };
            let known = &self.known[joint.index()];
            for (side, seen) in joints[joint.index()].iter_mut().enumerate() {
                let Some((at, _)) = *seen else { continue };
                let far = |known: Known| {
                    let apart_s = t - known.t;
                    let moved_m = distance(at, known.at) * scale.m_per_px;
                    apart_s < STAYS_S && moved_m > JITTER_M + limit_m_s * apart_s
                };
                // Where the other side's joint was is no impossible place: the sides may have been exchanged.
                if known[side].is_some_and(far) && known[1 - side].is_none_or(far) {
                    *seen = None;
                    removed += 1;
                }
            }
        }
        removed
    }

    fn too_long(&mut self, t: f64, scale: BodyScale, joints: &mut Joints) -> u64 {
        let since = self.last_t.map_or(0.0, |last| (t - last).clamp(0.0, STAYS_S));
        let mut removed = 0;
        for (limb, (from, to, share)) in LIMBS.into_iter().enumerate() {
            for (side, known) in self.lengths_px[limb].iter_mut().enumerate() {
                let ends = (joints[from.index()][side], joints[to.index()][side]);
                let (Some((a, _)), Some((b, _))) = ends else { continue };
                let length = distance(a, b);
                let known = known.get_or_insert(length);
                if length > TOO_LONG * known.max(share * scale.stature_px) {
                    joints[to.index()][side] = None;
                    removed += 1;
                }
                let step = *known * LENGTH_RATE * since;
                *known += (length - *known).clamp(-step, step);
            }
        }
        removed
    }
}

/// How large the body is in the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct BodyScale {
    pub(crate) m_per_px: f64,
    /// Standing height.
    pub(crate) stature_px: f64,
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: BodyScale = BodyScale { m_per_px: 0.003, stature_px: 600.0 };

    /// A standing body whose left wrist, knee and ankle are where the caller says.
    fn body(wrist: [f64; 2], ankle: [f64; 2]) -> Joints {
        let mut joints = [[None; 2]; Joint::ALL.len()];
        let places = [
            (Joint::Shoulder, [0.0, 490.0]),
            (Joint::Elbow, [0.0, 380.0]),
            (Joint::Wrist, wrist),
            (Joint::Hip, [0.0, 318.0]),
            (Joint::Knee, [0.0, 170.0]),
            (Joint::Ankle, ankle),
        ];
        for (joint, at) in places {
            joints[joint.index()] = [Some((at, 0.9)); 2];
        }
        joints
    }

    fn gone(joints: &Joints, joint: Joint) -> bool {
        joints[joint.index()] == [None; 2]
    }

    #[test]
    fn a_wrist_may_move_at_14_m_s_and_not_at_20() {
        for (speed_m_s, passes) in [(14.0, true), (20.0, false)] {
            let mut guard = Guard::default();
            // Over 1/30 s; the forearm stays short enough in the picture.
            let moved_px = speed_m_s / 30.0 / 0.003;
            guard.check(0.0, Some(SCALE), &mut body([0.0, 380.0 - 87.0], [0.0, 23.0]));
            let mut next = body([0.0, 380.0 - 87.0 + moved_px], [0.0, 23.0]);
            next[Joint::Elbow.index()] = [None; 2];
            guard.check(1.0 / 30.0, Some(SCALE), &mut next);
            assert_eq!(gone(&next, Joint::Wrist), !passes, "{speed_m_s} m/s");
        }
    }

    #[test]
    fn a_point_that_stays_elsewhere_is_there_after_a_while() {
        let mut guard = Guard::default();
        let mut seen_at = None;
        for frame in 0..60 {
            let t = f64::from(frame) / 60.0;
            let mut joints = body([if frame < 10 { 0.0 } else { 2_000.0 }, 300.0], [0.0, 23.0]);
            joints[Joint::Elbow.index()] = [None; 2];
            guard.check(t, Some(SCALE), &mut joints);
            if frame >= 10 && !gone(&joints, Joint::Wrist) {
                seen_at.get_or_insert(t);
            }
        }
        let waited_s = seen_at.unwrap() - 10.0 / 60.0;
        assert!((0.3..0.6).contains(&waited_s), "{waited_s}");
    }

    #[test]
    fn a_shank_of_twice_its_length_loses_its_ankle_and_a_short_one_does_not() {
        for (ankle_y, gone_after) in [(-122.0, true), (23.0, false), (100.0, false)] {
            let mut guard = Guard::default();
            for frame in 0..30 {
                guard.check(f64::from(frame) / 30.0, Some(SCALE), &mut body([0.0, 300.0], [0.0, 23.0]));
            }
            let mut next = body([0.0, 300.0], [0.0, ankle_y]);
            guard.check(1.0, Some(SCALE), &mut next);
            assert_eq!(gone(&next, Joint::Ankle), gone_after, "ankle at {ankle_y}");
            assert!(!gone(&next, Joint::Knee));
        }
    }

    #[test]
    fn without_a_scale_nothing_is_removed() {
        let mut guard = Guard::default();
        guard.check(0.0, None, &mut body([0.0, 0.0], [0.0, 0.0]));
        assert_eq!(guard.check(0.01, None, &mut body([9e3, 9e3], [-9e3, 9e3])), 0);
    }
}
