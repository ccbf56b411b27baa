//! Angles and places of the body within a repetition, and what the view lets be said of them (METRICS §0.3, §3).

use crate::body::{BodySample, Side, angle_deg};
use crate::signal::{Ring, median, quantile};

/// Angles in the picture hold from the side ± this, degrees (METRICS §3).
const SAGITTAL_WITHIN_DEG: f64 = 25.0;
/// What is seen across the body holds from the front ± this, degrees (METRICS §5.7).
const FRONTAL_WITHIN_DEG: f64 = 15.0;
/// Half of the time that a posture at a moment is the median of, seconds.
const AROUND_S: f64 = 0.1;

/// Reason for what needs the view from the side.
pub(crate) const NOT_SAGITTAL: &str = "view_not_sagittal";
/// Reason for what needs the view from the front.
pub(crate) const NOT_FRONTAL: &str = "view_not_frontal";
/// Reason, or remark, where the view is not known.
pub(crate) const VIEW_UNKNOWN: &str = "view_unknown";

/// From where the athlete is seen: degrees between the line of sight and where he faces, 90 from the side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Aspect(pub(crate) Option<f64>);

impl Aspect {
    /// Angles in the plane of movement can be read.
    ///
    /// # Errors
    /// The reason why not. An unknown view is taken as one from the side: [`Aspect::known`] tells.
    pub(crate) fn sagittal(self) -> Result<(), &'static str> {
        match self.0 {
            Some(yaw) if (yaw - 90.0).abs() > SAGITTAL_WITHIN_DEG => Err(NOT_SAGITTAL),
            _ => Ok(()),
        }
    }

    /// Angles across the body can be read.
    ///
    /// # Errors
    /// The reason why not.
    pub(crate) fn frontal(self) -> Result<(), &'static str> {
        match self.0 {
            Some(yaw) if yaw.abs() <= FRONTAL_WITHIN_DEG => Ok(()),
            Some(_) => Err(NOT_FRONTAL),
            None => Err(VIEW_UNKNOWN),
        }
    }

    /// Whether the view is known at all.
    pub(crate) fn known(self) -> bool {
        self.0.is_some()
    }

    /// Share of a movement in the athlete's plane that is seen in the picture.
    pub(crate) fn in_plane(self) -> f64 {
        self.0.map_or(1.0, |yaw| yaw.to_radians().sin())
    }
}

/// The body over one repetition.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Body<'a> {
    pub(crate) ring: &'a Ring<BodySample>,
    /// +1 where the athlete faces to the right in the picture, −1 to the left.
    pub(crate) facing: f64,
}

impl<'a> Body<'a> {
    /// The body between two moments.
    pub(crate) fn new(ring: &'a Ring<BodySample>, (from, to): (f64, f64)) -> Self {
        let toes = ring.window(from, to).filter_map(|s| {
            let foot = |side: &Side| Some(side.toe?[0] - side.heel?[0]);
            foot(&s.sides[s.near]).or_else(|| foot(&s.sides[1 - s.near]))
        });
        // Without feet: knees bend forward.
        let knees =
            ring.window(from, to).filter_map(|s| Some(s.knee?[0] - f64::midpoint(s.hip?[0], s.ankle?[0])));
        let forward = median(toes).filter(|px| px.abs() > 2.0).or_else(|| median(knees)).unwrap_or(1.0);
        Self { ring, facing: if forward < 0.0 { -1.0 } else { 1.0 } }
    }

    /// Median around a moment.
    pub(crate) fn at(&self, t: f64, of: impl Fn(&Self, &BodySample) -> Option<f64>) -> Option<f64> {
        self.over((t - AROUND_S, t + AROUND_S), 0.5, of)
    }

    /// A quantile of what is seen between two moments; `None` where less than half of the frames show it.
    pub(crate) fn over(
        &self,
        (from, to): (f64, f64),
        q: f64,
        of: impl Fn(&Self, &BodySample) -> Option<f64>,
    ) -> Option<f64> {
        let frames = self.ring.window(from, to).count();
        let seen = self.ring.window(from, to).filter_map(|s| of(self, s)).count();
        if seen == 0 || seen * 2 < frames {
            return None;
        }
        quantile(self.ring.window(from, to).filter_map(|s| of(self, s)), q)
    }

    /// Range of what is seen between two moments, from the 5th to the 95th percentile: single frames are noise.
    pub(crate) fn range(
        &self,
        span: (f64, f64),
        of: impl Fn(&Self, &BodySample) -> Option<f64>,
    ) -> Option<f64> {
        Some(self.over(span, 0.95, &of)? - self.over(span, 0.05, &of)?)
    }

    /// Trunk from the vertical, degrees, + forward: `atan2(x_shoulder − x_hip, y_shoulder − y_hip)` (METRICS §0.3).
    pub(crate) fn trunk_lean(&self, s: &BodySample) -> Option<f64> {
        let (shoulder, hip) = (s.shoulder?, s.hip?);
        Some((self.facing * (shoulder[0] - hip[0])).atan2(shoulder[1] - hip[1]).to_degrees())
    }

    /// Near shank from the vertical, degrees, + forward.
    pub(crate) fn shank_lean(&self, s: &BodySample) -> Option<f64> {
        let side = near(s);
        let (knee, ankle) = (side.knee?, side.ankle?);
        Some((self.facing * (knee[0] - ankle[0])).atan2(knee[1] - ankle[1]).to_degrees())
    }

    /// Near thigh from the horizontal, degrees, + while the hip is above the knee.
    #[allow(clippy::unused_self)] // One signature for all angles.
    pub(crate) fn thigh_from_horizontal(&self, s: &BodySample) -> Option<f64> {
        let side = near(s);
        let (hip, knee) = (side.hip?, side.knee?);
        Some((hip[1] - knee[1]).atan2((hip[0] - knee[0]).abs()).to_degrees())
    }

    /// Flexion of the near hip, degrees: 180° − angle(shoulder, hip, knee), negative where the trunk is behind the thigh.
    pub(crate) fn hip_flexion(&self, s: &BodySample) -> Option<f64> {
        let side = near(s);
        let (shoulder, hip, knee) = (side.shoulder?, side.hip?, side.knee?);
        let (thigh, trunk) =
            ([hip[0] - knee[0], hip[1] - knee[1]], [shoulder[0] - hip[0], shoulder[1] - hip[1]]);
        let turn = self.facing * (thigh[0] * trunk[1] - thigh[1] * trunk[0]);
        Some(-turn.signum() * (180.0 - angle_deg(shoulder, hip, knee)))
    }

    /// Flexion of the near knee, degrees.
    #[allow(clippy::unused_self)]
    pub(crate) fn knee_flexion(&self, s: &BodySample) -> Option<f64> {
        s.knee_flexion_deg
    }

    /// Flexion of the near elbow, degrees: 180° − angle(shoulder, elbow, wrist).
    #[allow(clippy::unused_self)]
    pub(crate) fn elbow_flexion(&self, s: &BodySample) -> Option<f64> {
        let side = near(s);
        Some(180.0 - angle_deg(side.shoulder?, side.elbow?, side.wrist?))
    }

    /// Near upper arm from hanging, degrees, + forward.
    pub(crate) fn upper_arm(&self, s: &BodySample) -> Option<f64> {
        let side = near(s);
        let (shoulder, elbow) = (side.shoulder?, side.elbow?);
        Some((self.facing * (elbow[0] - shoulder[0])).atan2(shoulder[1] - elbow[1]).to_degrees())
    }
}

/// The limb nearer to the camera.
pub(crate) fn near(s: &BodySample) -> &Side {
    &s.sides[s.near]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_supports_what_it_shows() {
        let can = |yaw: Option<f64>| {
            let aspect = Aspect(yaw);
            (aspect.sagittal().is_ok(), aspect.frontal().is_ok())
        };
        assert_eq!(can(Some(90.0)), (true, false));
        assert_eq!(can(Some(66.0)), (true, false));
        assert_eq!(can(Some(45.0)), (false, false));
        assert_eq!(can(Some(16.0)), (false, false));
        assert_eq!(can(Some(5.0)), (false, true));
        assert_eq!(can(None), (true, false));
    }

    #[test]
    fn lean_has_its_sign_from_where_the_toes_point() {
        let at = |x: f64, y: f64| Some([x, y]);
        for toe_x in [20.0, -20.0] {
            let side = Side { heel: at(0.0, 0.0), toe: at(toe_x, 0.0), ..Side::default() };
            let mut ring = Ring::new(1.0, 8);
            for t in 0..3 {
                ring.push(BodySample {
                    t: f64::from(t) / 30.0,
                    hip: at(0.0, 100.0),
                    shoulder: at(100.0, 200.0),
                    sides: [side; 2],
                    ..BodySample::default()
                });
            }
            let body = Body::new(&ring, (0.0, 1.0));
            let lean = body.over((0.0, 1.0), 0.5, Body::trunk_lean).unwrap();
            assert!((lean - 45.0 * toe_x.signum()).abs() < 1e-9, "{lean}");
        }
    }
}
