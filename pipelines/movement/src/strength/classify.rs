//! How the body was held and what of it moved in one cycle, and which exercise that is (METRICS §5.8).
//!
//! Lengths are shares of standing height, so that the rules hold for every athlete and camera.

use super::cycle::Lane;
use super::phases::Phases;
use super::spec::{SPECS, Spec};
use crate::body::{BodySample, angle_deg};
use crate::signal::{Ring, median, quantile};

/// The body at one end of a cycle. Medians over its moments; `None` where not seen.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Held {
    /// Trunk from the vertical, degrees: 0 upright, 90 lying.
    pub(crate) lean_deg: Option<f64>,
    pub(crate) wrist_above_shoulder: Option<f64>,
    pub(crate) wrist_above_hip: Option<f64>,
    pub(crate) wrist_above_knee: Option<f64>,
    pub(crate) elbow_above_shoulder: Option<f64>,
    /// Elbows before the shoulders, in the direction that the toes point: the middle of both, where both are seen.
    pub(crate) elbow_before_shoulder: Option<f64>,
    pub(crate) hip_above_ankle: Option<f64>,
    /// Difference of the knees' heights.
    pub(crate) knees_apart: Option<f64>,
    /// Distance of the ankles along the picture.
    pub(crate) split: Option<f64>,
    pub(crate) elbow_flexion_deg: Option<f64>,
}

/// The body over one cycle.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Body {
    /// Where the repetition begins and ends.
    pub(crate) near: Held,
    /// Where it turns.
    pub(crate) far: Held,
    pub(crate) hip_range: f64,
    pub(crate) shoulder_range: f64,
    pub(crate) wrist_range: f64,
    /// Sideways and vertical ranges of the foot that moved less.
    pub(crate) foot_range: [f64; 2],
    /// Greatest difference between the heights that the hands moved, where both were seen.
    pub(crate) hands_apart: Option<f64>,
    pub(crate) elbow_range_deg: Option<f64>,
}

/// Whether the value was seen and fits.
pub(crate) fn seen(value: Option<f64>, fits: impl Fn(f64) -> bool) -> bool {
    value.is_some_and(fits)
}

/// Whether the value fits, or was hidden.
pub(crate) fn near_or_unseen(value: Option<f64>, fits: impl Fn(f64) -> bool) -> bool {
    value.is_none_or(fits)
}

impl Body {
    /// Reads the body over the cycle with these phases. `share` turns pixels into shares of standing height.
    pub(crate) fn read(ring: &Ring<BodySample>, phases: &Phases, share: f64) -> Self {
        let facing = facing(ring, phases);
        let held = |spans: [(f64, f64); 2]| Held::read(ring, spans, facing, share);
        let range = |height: fn(&BodySample) -> Option<f64>| {
            let heights = || ring.window(phases.start, phases.end).filter_map(height);
            match (quantile(heights(), 0.05), quantile(heights(), 0.95)) {
                (Some(low), Some(high)) => (high - low) * share,
                _ => 0.0,
            }
        };
        let near = held([(phases.start - 0.15, phases.start + 0.1), (phases.end - 0.1, phases.end + 0.15)]);
        let far = held([(phases.far - 0.1, phases.back + 0.1), (phases.far - 0.1, phases.back + 0.1)]);
        Self {
            near,
            far,
            hip_range: range(|s| s.hip.map(|p| p[1])),
            shoulder_range: range(|s| s.shoulder.map(|p| p[1])),
            wrist_range: range(|s| s.wrist.map(|p| p[1])),
            foot_range: [0, 1].map(|axis| quieter_foot(ring, phases, axis) * share),
            hands_apart: hands_apart(ring, phases).map(|px| px * share),
            elbow_range_deg: far.elbow_flexion_deg.zip(near.elbow_flexion_deg).map(|(f, n)| (f - n).abs()),
        }
    }

    /// Upright on the feet where the repetition begins.
    pub(crate) fn stands(&self) -> bool {
        near_or_unseen(self.near.lean_deg, |lean| lean < 35.0)
            && near_or_unseen(self.near.hip_above_ankle, |h| h > 0.30)
    }

    /// The shoulders go down with the hips.
    pub(crate) fn hips_sink_with_shoulders(&self) -> bool {
        self.shoulder_range == 0.0 || self.shoulder_range > 0.5 * self.hip_range
    }

    /// A squat: down with the hips and up again, on both feet, and no lift from the floor.
    pub(crate) fn squats(&self) -> bool {
        let hinges = self.shoulder_range > 1.5 * self.hip_range;
        let hands_low = seen(self.far.wrist_above_knee, |h| h < 0.0);
        self.stands() && self.hips_sink_with_shoulders() && !self.is_split() && !(hinges && hands_low)
    }

    /// One foot before the other, or one knee near the floor.
    pub(crate) fn is_split(&self) -> bool {
        seen(self.far.split, |split| split > 0.30) || seen(self.far.knees_apart, |apart| apart > 0.09)
    }

    /// Elbows held up in front of the bar.
    pub(crate) fn has_elbows_in_front(&self) -> bool {
        seen(self.near.elbow_before_shoulder, |x| x > 0.03)
            && seen(self.near.wrist_above_shoulder, |h| h > -0.10)
    }

    /// The trunk leans further at the turn than where the repetition begins: the hips have risen to the shoulders.
    pub(crate) fn trunk_levels(&self) -> bool {
        self.far.lean_deg.zip(self.near.lean_deg).is_some_and(|(far, near)| far > near + 15.0)
    }

    /// Both hands go together, where both are seen.
    pub(crate) fn hands_agree(&self) -> bool {
        near_or_unseen(self.hands_apart, |apart| apart < 0.4 * self.wrist_range)
    }
}

/// Whether a range is small: below the limit, or below what jitter does.
pub(crate) fn stays(range: f64, limit: f64) -> bool {
    const JITTER: f64 = 0.025;
    range < limit.max(JITTER)
}

impl Held {
    fn read(ring: &Ring<BodySample>, spans: [(f64, f64); 2], facing: Option<f64>, share: f64) -> Self {
        let middle = |value: &dyn Fn(&BodySample) -> Option<f64>| {
            median(spans.iter().flat_map(|(from, to)| ring.window(*from, *to)).filter_map(value))
        };
        let above = |value: fn(&BodySample) -> Option<f64>| middle(&value).map(|px| px * share);
        Self {
            lean_deg: middle(&|s| {
                let (shoulder, hip) = (s.shoulder?, s.hip?);
                Some((shoulder[0] - hip[0]).abs().atan2(shoulder[1] - hip[1]).to_degrees())
            }),
            wrist_above_shoulder: above(|s| Some(s.wrist?[1] - s.shoulder?[1])),
            wrist_above_hip: above(|s| Some(s.wrist?[1] - s.hip?[1])),
            wrist_above_knee: above(|s| Some(s.wrist?[1] - s.knee?[1])),
            elbow_above_shoulder: above(|s| elbow_from_shoulder(s).map(|d| d[1])),
            elbow_before_shoulder: facing.and_then(|facing| {
                let before = above(elbows_beside_shoulders)
                    .or_else(|| above(|s| elbow_from_shoulder(s).map(|d| d[0])));
                before.map(|dx| dx * facing)
            }),
            hip_above_ankle: above(|s| Some(s.hip?[1] - s.ankle?[1])),
            knees_apart: above(|s| Some((s.sides[0].knee?[1] - s.sides[1].knee?[1]).abs())),
            split: above(|s| Some((s.sides[0].ankle?[0] - s.sides[1].ankle?[0]).abs())),
            elbow_flexion_deg: middle(&elbow_flexion_deg),
        }
    }
}

/// Elbow against shoulder on the near side, or on the other where that is hidden. Pixels.
fn elbow_from_shoulder(sample: &BodySample) -> Option<[f64; 2]> {
    let of = |side: usize| {
        let (elbow, shoulder) = (sample.sides[side].elbow?, sample.sides[side].shoulder?);
        Some([elbow[0] - shoulder[0], elbow[1] - shoulder[1]])
    };
    of(sample.near).or_else(|| of(1 - sample.near))
}

/// Mean way across the picture from each shoulder to its elbow, pixels. Seen at an angle one elbow stands out to each side of the
/// body: only both together tell whether they are before it.
fn elbows_beside_shoulders(sample: &BodySample) -> Option<f64> {
    let [left, right] = [0, 1].map(|side| {
        let (elbow, shoulder) = (sample.sides[side].elbow?, sample.sides[side].shoulder?);
        Some(elbow[0] - shoulder[0])
    });
    Some(f64::midpoint(left?, right?))
}

/// Elbow flexion of the near arm, or of the other where that is hidden (METRICS §0.3).
fn elbow_flexion_deg(sample: &BodySample) -> Option<f64> {
    let of = |side: usize| {
        let arm = &sample.sides[side];
        Some(180.0 - angle_deg(arm.shoulder?, arm.elbow?, arm.wrist?))
    };
    of(sample.near).or_else(|| of(1 - sample.near))
}

/// Direction that the toes point in the picture, 1 or −1; `None` from the front and without toes.
fn facing(ring: &Ring<BodySample>, phases: &Phases) -> Option<f64> {
    let feet = ring.window(phases.start, phases.end).filter_map(|s| {
        let feet = s.sides.iter().filter_map(|side| Some(side.toe?[0] - side.heel?[0]));
        let trunk = s.trunk()?.max(1.0);
        Some(feet.clone().sum::<f64>() / feet.count().max(1) as f64 / trunk)
    });
    median(feet).filter(|forward| forward.abs() > 0.08).map(f64::signum)
}

/// Range of the ankle that moved less, pixels, sideways (0) or up (1). Their mid-point stays in place when walking.
fn quieter_foot(ring: &Ring<BodySample>, phases: &Phases, axis: usize) -> f64 {
    let range = |side: usize| {
        let places = || {
            let ankle = move |s: &BodySample| s.sides[side].ankle.map(|p| p[axis]);
            ring.window(phases.start, phases.end).filter_map(ankle)
        };
        // The ends of the range are outliers where plates or the other leg hide an ankle.
        Some(quantile(places(), 0.9)? - quantile(places(), 0.1)?)
    };
    [0, 1].into_iter().filter_map(range).reduce(f64::min).unwrap_or(0.0)
}

/// Difference between the vertical ranges of the hands, pixels; `None` where one is hidden for most of the time.
fn hands_apart(ring: &Ring<BodySample>, phases: &Phases) -> Option<f64> {
    let apart = ring
        .window(phases.start, phases.end)
        .filter_map(|s| Some(s.sides[0].wrist?[1] - s.sides[1].wrist?[1]));
    let (seen, all) = (apart.clone().count(), ring.window(phases.start, phases.end).count());
    if seen * 2 < all {
        return None;
    }
    Some(quantile(apart.clone(), 0.95)? - quantile(apart, 0.05)?)
}

/// The exercise of this lane whose posture fits.
pub(crate) fn classify(lane: Lane, body: &Body) -> Option<&'static Spec> {
    SPECS.iter().find(|spec| spec.lane == lane && (spec.posture)(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Side;

    #[test]
    fn elbows_that_stand_out_to_both_sides_are_not_before_the_shoulders() {
        let arm = |shoulder: f64, elbow: f64| Side {
            shoulder: Some([shoulder, 0.0]),
            elbow: Some([elbow, -40.0]),
            ..Side::default()
        };
        let with = |sides| BodySample { sides, ..BodySample::default() };
        // A bar on the back from 45°: one elbow to each side.
        let back = elbows_beside_shoulders(&with([arm(100.0, 160.0), arm(0.0, -55.0)])).unwrap();
        assert!((back - 2.5).abs() < 1e-9);
        // The same view with the bar in front.
        let front = elbows_beside_shoulders(&with([arm(100.0, 165.0), arm(0.0, 20.0)])).unwrap();
        assert!((front - 42.5).abs() < 1e-9);
        assert_eq!(elbows_beside_shoulders(&with([arm(100.0, 160.0), Side::default()])), None);
    }
}
