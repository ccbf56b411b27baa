//! A squat seen from the front, with known valgus and shift. The camera is far away: a knee that comes forward does not move
//! in the picture.

/// Sizes of an athlete of 1.80 m, metres (Drillis and Contini).
const HEIGHT_M: f64 = 1.80;
const THIGH_M: f64 = 0.245 * HEIGHT_M;
const SHANK_M: f64 = 0.246 * HEIGHT_M;
const ANKLE_M: f64 = 0.039 * HEIGHT_M;
const HALF_HIPS_M: f64 = 0.10;

/// At the bottom, left and right; all grow evenly with the depth.
#[derive(Clone, Copy)]
pub struct FrontalSquat {
    /// Forward lean of the shanks, degrees.
    pub shank_deg: [f64; 2],
    /// Rise of the thighs above the horizontal, degrees.
    pub thigh_deg: [f64; 2],
    /// Knees towards the middle, metres.
    pub inward_m: [f64; 2],
    /// Hips to the athlete's left, metres.
    pub shift_m: f64,
    /// Half of the distance of the ankles, metres.
    pub half_stance_m: f64,
    /// 1 where the athlete faces the camera, −1 where he is seen from behind.
    pub facing: f64,
}

impl Default for FrontalSquat {
    fn default() -> Self {
        Self {
            shank_deg: [30.0; 2],
            thigh_deg: [20.0; 2],
            inward_m: [0.0; 2],
            shift_m: 0.0,
            half_stance_m: 0.17,
            facing: 1.0,
        }
    }
}

impl FrontalSquat {
    /// Where a keypoint is at this share of the way down: metres to the right in the picture and up.
    pub fn place(&self, down: f64, name: &str) -> [f64; 2] {
        let left = name.starts_with("left");
        let side = usize::from(!left);
        // The athlete's left is on the right of a picture from the front.
        let out = if left { self.facing } else { -self.facing };
        let ankle = [out * self.half_stance_m, ANKLE_M];
        let knee_y = ankle[1] + SHANK_M * (self.shank_deg[side] * down).to_radians().cos();
        let knee_x = out * (self.half_stance_m - 0.03 - self.inward_m[side] * down);
        // Upright, the thigh is vertical; at the bottom it has turned to its angle above the horizontal.
        let hip_y = |side: usize| {
            let rise = 90.0 - (90.0 - self.thigh_deg[side]) * down;
            ankle[1]
                + SHANK_M * (self.shank_deg[side] * down).to_radians().cos()
                + THIGH_M * rise.to_radians().sin()
        };
        // The pelvis is stiff and level: both hips at the mean height.
        let hip_y = f64::midpoint(hip_y(0), hip_y(1));
        let middle_x = self.facing * self.shift_m * down;
        let shoulder_y = hip_y + 0.288 * HEIGHT_M * (1.0 - 0.2 * down);
        let joint = name.trim_start_matches("left_").trim_start_matches("right_");
        match joint {
            "nose" => [middle_x, shoulder_y + 0.106 * HEIGHT_M],
            "shoulder" => [middle_x + out * 0.2075, shoulder_y],
            "wrist" | "elbow" => [middle_x + out * 0.35, shoulder_y],
            "hip" => [middle_x + out * HALF_HIPS_M, hip_y],
            "knee" => [knee_x, knee_y],
            "ankle" => ankle,
            "heel" => [ankle[0], 0.02],
            "foot_index" => [ankle[0], 0.0],
            other => panic!("the figure has no {other}"),
        }
    }

    /// Angle from hip–knee to knee–ankle in the picture, degrees, + medial.
    pub fn fppa_deg(&self, down: f64, side: usize) -> f64 {
        let name = |joint: &str| format!("{}_{joint}", if side == 0 { "left" } else { "right" });
        let at = |joint: &str| self.place(down, &name(joint));
        let out = if side == 0 { self.facing } else { -self.facing };
        let turn = |from: [f64; 2], to: [f64; 2]| (out * (to[0] - from[0])).atan2(from[1] - to[1]);
        (turn(at("knee"), at("ankle")) - turn(at("hip"), at("knee"))).to_degrees()
    }
}
