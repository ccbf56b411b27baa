//! One person in one frame, as the metrics read it: sides combined, pixels, y up.

use crate::pose::{BarPoint, Joint, Layout, PersonPose};
use crate::signal::{BodyScale, Guard, Joints, Pair, Seen, Timed, VISIBLE};

/// The joints of one side of the body. Pixels, y up; `None` where not seen.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Side {
    pub(crate) shoulder: Option<[f64; 2]>,
    pub(crate) elbow: Option<[f64; 2]>,
    pub(crate) wrist: Option<[f64; 2]>,
    pub(crate) hip: Option<[f64; 2]>,
    pub(crate) knee: Option<[f64; 2]>,
    pub(crate) ankle: Option<[f64; 2]>,
    pub(crate) heel: Option<[f64; 2]>,
    pub(crate) toe: Option<[f64; 2]>,
}

/// The bar or plate as tracked in the picture. Pixels, x to the right, **y up**.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct BarSample {
    pub(crate) centre: [f64; 2],
    /// Radius of the plate, where it is seen as a disc.
    pub(crate) radius_px: Option<f64>,
    /// Standard uncertainty of the centre.
    pub(crate) u_px: f64,
}

impl BarSample {
    /// The bar as movement reads it; `None` where a figure of it can't be.
    pub(crate) fn of(bar: BarPoint) -> Option<Self> {
        let bar = bar.checked()?;
        Some(Self { centre: [bar.x_px, -bar.y_px], radius_px: bar.radius_px, u_px: bar.u_px })
    }
}

/// One frame of a person. Points in pixels, x to the right, **y up** (so negative); `None` where not seen.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct BodySample {
    pub(crate) t: f64,
    pub(crate) nose: Option<[f64; 2]>,
    pub(crate) shoulder: Option<[f64; 2]>,
    pub(crate) hip: Option<[f64; 2]>,
    pub(crate) knee: Option<[f64; 2]>,
    pub(crate) ankle: Option<[f64; 2]>,
    pub(crate) wrist: Option<[f64; 2]>,
    /// Height of each toe (left, right), or of each ankle where the layout has no toes.
    pub(crate) foot_y: [Option<f64>; 2],
    /// Knee flexion of the near limb, degrees.
    pub(crate) knee_flexion_deg: Option<f64>,
    /// Distance between the shoulders.
    pub(crate) shoulder_width: Option<f64>,
    /// Distance between the hips.
    pub(crate) hip_width: Option<f64>,
    /// Left and right.
    pub(crate) sides: [Side; 2],
    /// The side nearer to the camera: 0 left, 1 right.
    pub(crate) near: usize,
    /// The bar, where it is tracked.
    pub(crate) bar: Option<BarSample>,
}

impl Timed for BodySample {
    fn t(&self) -> f64 {
        self.t
    }
}

impl BodySample {
    /// Length of the trunk in the picture.
    pub(crate) fn trunk(&self) -> Option<f64> {
        let (shoulder, hip) = (self.shoulder?, self.hip?);
        Some((shoulder[0] - hip[0]).hypot(shoulder[1] - hip[1]))
    }

    /// Sine of the trunk's lean from the vertical in the picture, without its direction.
    pub(crate) fn lean_sin(&self) -> Option<f64> {
        let (shoulder, hip) = (self.shoulder?, self.hip?);
        let length = self.trunk()?;
        (length > 1.0).then(|| (shoulder[0] - hip[0]).abs() / length)
    }
}

/// Combines keypoints to samples; remembers how well each side is seen.
#[derive(Debug, Default)]
pub(crate) struct BodyReader {
    shoulder: Pair,
    hip: Pair,
    knee: Pair,
    ankle: Pair,
    wrist: Pair,
    near: NearSide,
    guard: Guard,
}

impl BodyReader {
    /// Reads one frame. With a scale, points that can't be are left out; how many is added to `outliers`.
    pub(crate) fn read(
        &mut self,
        t: f64,
        layout: &Layout,
        pose: &PersonPose<'_>,
        scale: Option<BodyScale>,
        outliers: &mut u64,
    ) -> BodySample {
        let mut joints: Joints = Joint::ALL.map(|joint| {
            layout.joint(pose.keypoints, joint).map(|side| side.map(|(p, c)| ([p[0], -p[1]], c)))
        });
        *outliers += self.guard.check(t, scale, &mut joints);
        let [shoulders, elbows, wrists, hips, knees, ankles, heels, toes] = joints;
        let feet = if layout.has(Joint::Toe) { toes } else { ankles };
        let point = |combined: Option<([f64; 2], f64)>| combined.map(|(p, _)| p);
        let seen = |joint: Seen| joint.filter(|(_, c)| *c >= VISIBLE).map(|(p, _)| p);
        let mut sample = BodySample {
            t,
            nose: layout.nose(pose.keypoints).filter(|(_, c)| *c >= VISIBLE).map(|(p, _)| [p[0], -p[1]]),
            shoulder: point(self.shoulder.combine(t, shoulders)),
            hip: point(self.hip.combine(t, hips)),
            knee: point(self.knee.combine(t, knees)),
            ankle: point(self.ankle.combine(t, ankles)),
            wrist: point(self.wrist.combine(t, wrists)),
            foot_y: feet.map(|foot| seen(foot).map(|p| p[1])),
            knee_flexion_deg: None,
            shoulder_width: width(shoulders.map(seen)),
            hip_width: width(hips.map(seen)),
            sides: std::array::from_fn(|side| Side {
                shoulder: seen(shoulders[side]),
                elbow: seen(elbows[side]),
                wrist: seen(wrists[side]),
                hip: seen(hips[side]),
                knee: seen(knees[side]),
                ankle: seen(ankles[side]),
                heel: seen(heels[side]),
                toe: seen(toes[side]),
            }),
            near: 0,
            bar: pose.bar.and_then(BarSample::of),
        };
        let confidence = [self.hip.confidence(), self.knee.confidence(), self.ankle.confidence()];
        sample.knee_flexion_deg = self.near.knee_flexion(confidence, hips, knees, ankles);
        sample.near = usize::from(self.near.right);
        sample
    }
}

/// How far left and right are apart across the picture.
fn width(sides: [Option<[f64; 2]>; 2]) -> Option<f64> {
    Some((sides[0]?[0] - sides[1]?[0]).abs())
}

/// The limb nearer to the camera: the far one is hidden and its points are guesses (METRICS §0.3).
#[derive(Debug, Default)]
struct NearSide {
    right: bool,
    leg_px: [f64; 2],
}

impl NearSide {
    fn knee_flexion(
        &mut self,
        confidence: [[f64; 2]; 3],
        hips: [Option<([f64; 2], f64)>; 2],
        knees: [Option<([f64; 2], f64)>; 2],
        ankles: [Option<([f64; 2], f64)>; 2],
    ) -> Option<f64> {
        // A knee angle bears a less certain point than an event does (METRICS §3).
        const ANGLE_CONFIDENCE: f64 = 0.3;
        for side in 0..2 {
            if let (Some((h, _)), Some((k, _)), Some((a, _))) = (hips[side], knees[side], ankles[side]) {
                let length = (h[0] - k[0]).hypot(h[1] - k[1]) + (k[0] - a[0]).hypot(k[1] - a[1]);
                self.leg_px[side] += (length - self.leg_px[side]) * 0.05;
            }
        }
        let seen = |side: usize| confidence.iter().map(|joint| joint[side]).sum::<f64>();
        // Seen equally well, the longer leg is the nearer and the less foreshortened one. Both with hysteresis.
        let lead = (seen(1) - seen(0))
            + 5.0 * (self.leg_px[1] - self.leg_px[0]) / self.leg_px[0].max(self.leg_px[1]).max(1.0);
        if lead.abs() > 0.15 {
            self.right = lead > 0.0;
        }
        let flexion = |side: usize| {
            let [(h, hc), (k, kc), (a, ac)] = [hips[side]?, knees[side]?, ankles[side]?];
            (hc.min(kc).min(ac) >= ANGLE_CONFIDENCE).then(|| 180.0 - angle_deg(h, k, a))
        };
        flexion(usize::from(self.right))
    }
}

/// Angle at `b` between `a` and `c`, 0–180°. By atan2, which is exact near 0 and 180 where acos is not.
pub(crate) fn angle_deg(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> f64 {
    let (ba, bc) = ([a[0] - b[0], a[1] - b[1]], [c[0] - b[0], c[1] - b[1]]);
    (ba[0] * bc[1] - ba[1] * bc[0]).abs().atan2(ba[0] * bc[0] + ba[1] * bc[1]).to_degrees()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_of_known_triangles() {
        assert!((angle_deg([0.0, 1.0], [0.0, 0.0], [1.0, 0.0]) - 90.0).abs() < 1e-12);
        assert!((angle_deg([0.0, 2.0], [0.0, 1.0], [0.0, 0.0]) - 180.0).abs() < 1e-12);
        assert!(angle_deg([0.0, 0.0], [0.0, 0.0], [0.0, 0.0]).abs() < 1e-12, "no limb has no angle");
    }
}
