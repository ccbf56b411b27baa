//! A figure of 33 BlazePose keypoints that squats, seen obliquely: for pages and pictures, not for measuring.

/// Where a figure stands and how far down it is.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    /// Between the ankles, pixels.
    pub floor_px: [f32; 2],
    /// Standing height, pixels.
    pub height_px: f32,
    /// 0 standing, 1 thighs level.
    pub depth: f32,
}

impl Figure {
    /// `[x, y, confidence]` of each keypoint; the far arm is given as badly visible.
    pub fn keypoints(&self) -> Vec<[f32; 3]> {
        let h = self.height_px;
        let up = |from: [f32; 2], length: f32, forward_deg: f32| {
            let angle = (forward_deg * self.depth).to_radians();
            [from[0] + h * length * angle.sin(), from[1] - h * length * angle.cos()]
        };
        let mut points = vec![[0.0, 0.0, 0.95]; 33];
        for (side, offset, seen) in [(0, -0.05, 0.96), (1, 0.05, 0.9)] {
            let shift = |point: [f32; 2], right: f32, down: f32| [point[0] + h * right, point[1] + h * down];
            let ankle = shift(self.floor_px, offset * 1.3, -0.045 + offset * 0.3);
            let knee = up(ankle, 0.235, 32.0);
            let hip = up(knee, 0.245, -88.0);
            let shoulder = shift(up(hip, 0.285, 42.0), offset * 0.9, 0.0);
            let elbow = shift(shoulder, offset * 0.6 - 0.07, 0.13);
            let wrist = shift(shoulder, offset * 1.9 - 0.01, 0.015);
            let far = if side == 0 { 1.0 } else { 0.55 };
            let limbs =
                [(11, shoulder, 1.0), (13, elbow, far), (15, wrist, far), (23, hip, 1.0), (25, knee, 1.0)];
            for (index, at, factor) in limbs {
                points[index + side] = [at[0], at[1], seen * factor];
            }
            for (index, right, down) in [(27, 0.0, 0.0), (29, -0.03, 0.03), (31, 0.1, 0.04)] {
                let at = shift(ankle, right, down);
                points[index + side] = [at[0], at[1], seen];
            }
            for index in [17, 19, 21] {
                points[index + side] = [wrist[0], wrist[1] - 0.02 * h, seen * far];
            }
            let face = shift(shoulder, 0.02 - offset, -0.135);
            for index in [1, 3, 5, 7, 9] {
                points[index + side] = [face[0] + 0.01 * h, face[1], 0.9];
            }
        }
        points[0] = [f32::midpoint(points[11][0], points[12][0]) + 0.06 * h, points[11][1] - 0.12 * h, 0.98];
        points
    }
}
