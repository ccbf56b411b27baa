//! Which foot tells when the athlete leaves the ground, and how far it is known to err, by the view.

use super::Contact;
use crate::body::BodySample;
use crate::settings::ModelProfile;
use crate::signal::Ring;

/// From the side (this far from the front, degrees) the far foot is hidden behind the near one: its point is a guess, off at
/// landing by up to 50 ms. At this and less both feet are in sight. Views of 60 and 70° are estimated as 70 to 75°.
const SIDE_DEG: f64 = 84.0;
const OBLIQUE_DEG: f64 = 72.0;

/// How much each foot counts, and the pose model's known errors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Feet {
    /// Weights of left and right; they sum to 1.
    pub(super) weight: [f64; 2],
    /// Detected minus true event, seconds.
    pub(super) takeoff_bias_s: f64,
    pub(super) landing_bias_s: f64,
    /// Standard uncertainty of the biases, seconds.
    pub(super) takeoff_u_s: f64,
    pub(super) landing_u_s: f64,
}

impl Feet {
    /// From the view (`yaw_deg`: 0 from the front, 90 from the side), and from which foot was seen better.
    pub(super) fn of(
        ring: &Ring<BodySample>,
        contact: &Contact,
        yaw_deg: Option<f64>,
        profile: &ModelProfile,
    ) -> Self {
        let near = near_foot(ring, contact);
        // Of an unknown view anything may hold: the middle, with what that leaves uncertain.
        let side_share =
            yaw_deg.map_or(0.5, |yaw| ((yaw - OBLIQUE_DEG) / (SIDE_DEG - OBLIQUE_DEG)).clamp(0.0, 1.0));
        let between = |side: f64, oblique: Option<f64>| {
            let oblique = oblique.unwrap_or(side);
            let unknown = if yaw_deg.is_none() { (side - oblique).abs() / 2.0 } else { 0.0 };
            (oblique + (side - oblique) * side_share, unknown)
        };
        let (takeoff_bias_s, takeoff_more) = between(profile.takeoff_bias_s, profile.takeoff_bias_oblique_s);
        let (landing_bias_s, landing_more) = between(profile.landing_bias_s, profile.landing_bias_oblique_s);
        // Feet that stand together in the picture hide nothing of each other's height.
        let far_weight = if together(contact) { 0.5 } else { (1.0 - side_share) / 2.0 };
        let mut weight = [1.0 - far_weight; 2];
        weight[1 - near] = far_weight;
        for (weight, level) in weight.iter_mut().zip(contact.level) {
            if level.is_none() {
                *weight = 0.0;
            }
        }
        let sum = weight[0] + weight[1];
        Self {
            weight: if sum > 0.0 { weight.map(|w| w / sum) } else { [0.5; 2] },
            takeoff_bias_s,
            landing_bias_s,
            takeoff_u_s: profile.takeoff_bias_u_s.hypot(takeoff_more),
            landing_u_s: profile.landing_bias_u_s.hypot(landing_more),
        }
    }

    /// Time of an event from each foot's own. Feet that left or met the ground at clearly different times are told apart:
    /// the last one off is the take-off, the first one on the landing.
    pub(super) fn combine(&self, times: [Option<f64>; 2], last: bool) -> Option<f64> {
        /// Beyond what the points' own errors explain.
        const APART_S: f64 = 0.04;
        match times {
            [Some(left), Some(right)] if self.weight[0].min(self.weight[1]) > 0.0 => {
                if (left - right).abs() > APART_S && self.weight[0].min(self.weight[1]) > 0.35 {
                    return Some(if last { left.max(right) } else { left.min(right) });
                }
                Some(left * self.weight[0] + right * self.weight[1])
            }
            [left, right] => {
                let heavier = usize::from(self.weight[1] > self.weight[0]);
                [left, right][heavier].or(left).or(right)
            }
        }
    }
}

/// Whether both feet stand at the same height in the picture. From the side and from hip height feet at hip width differ by 5 cm.
fn together(contact: &Contact) -> bool {
    const SHARE_OF_APART: f64 = 0.375;
    match contact.level {
        [Some(left), Some(right)] => (left - right).abs() < SHARE_OF_APART * contact.apart,
        _ => false,
    }
}

/// The foot nearer to the camera: the one that stands lower in the picture, or the better seen one.
fn near_foot(ring: &Ring<BodySample>, contact: &Contact) -> usize {
    contact.nearer().unwrap_or_else(|| {
        let right = ring.window(contact.first_above - 1.0, contact.last_above);
        let (mut votes, mut all) = (0usize, 0usize);
        for sample in right {
            all += 1;
            votes += sample.near;
        }
        usize::from(2 * votes > all)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feet(yaw: Option<f64>) -> Feet {
        let contact = Contact {
            level: [Some(0.0), Some(-6.0)],
            apart: 10.0,
            threshold: 5.0,
            jitter: 1.0,
            first_above: 1.0,
            last_above: 1.5,
        };
        let mut ring = Ring::new(9.0, 99);
        for frame in 0..40 {
            ring.push(BodySample { t: f64::from(frame) * 0.05, near: 1, ..BodySample::default() });
        }
        let profile = ModelProfile {
            takeoff_bias_s: 0.010,
            takeoff_bias_oblique_s: Some(-0.002),
            takeoff_bias_u_s: 0.004,
            ..ModelProfile::default()
        };
        Feet::of(&ring, &contact, yaw, &profile)
    }

    #[test]
    fn from_the_side_only_the_near_foot_counts_and_its_bias() {
        let side = feet(Some(88.0));
        assert_eq!((side.weight, side.takeoff_bias_s), ([0.0, 1.0], 0.010));
        let oblique = feet(Some(45.0));
        assert_eq!((oblique.weight, oblique.takeoff_bias_s), ([0.5, 0.5], -0.002));
        let between = feet(Some(78.0));
        assert!((between.takeoff_bias_s - 0.004).abs() < 1e-9 && between.weight[0] < between.weight[1]);
    }

    #[test]
    fn an_unknown_view_costs_certainty() {
        let unknown = feet(None);
        assert!((unknown.takeoff_bias_s - 0.004).abs() < 1e-9);
        assert!(unknown.takeoff_u_s > feet(Some(88.0)).takeoff_u_s + 0.002);
    }

    #[test]
    fn feet_that_leave_at_different_times_are_not_averaged() {
        let feet = feet(Some(10.0));
        assert_eq!(feet.combine([Some(1.00), Some(1.02)], true), Some(1.01));
        assert_eq!(feet.combine([Some(1.00), Some(1.06)], true), Some(1.06));
        assert_eq!(feet.combine([Some(1.00), Some(1.06)], false), Some(1.00));
        assert_eq!(feet.combine([None, Some(1.06)], false), Some(1.06));
    }
}
