//! The outline of a round plate in the picture: an ellipse, because the camera rarely looks along the bar.

/// A circle seen at an angle: its longer half axis is as long as if it were seen face on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ellipse {
    /// Centre, pixels.
    pub(super) x: f64,
    /// Centre, pixels, downward.
    pub(super) y: f64,
    /// Longer half axis, pixels.
    pub(super) radius: f64,
    /// Shorter over longer half axis, in (0, 1]: the cosine of the angle between bar and line of sight.
    pub(super) aspect: f64,
    /// Direction of the shorter axis (the bar's) against the picture's rows, radians, clockwise on the screen.
    pub(super) tilt: f64,
}

/// Seen closer to its face than this, an ellipse's tilt is lost in the noise.
const ROUND: f64 = 0.93;

impl Ellipse {
    /// The shorter and the longer half axis as vectors, pixels.
    pub(super) fn axes(&self) -> [[f64; 2]; 2] {
        let (sin, cos) = self.tilt.sin_cos();
        let shorter = self.radius * self.aspect;
        [[shorter * cos, shorter * sin], [-self.radius * sin, self.radius * cos]]
    }

    /// Whether the tilt means something.
    pub(super) fn has_tilt(&self) -> bool {
        self.aspect < ROUND
    }

    /// The ellipse whose outline in this one's own unit circle is
    /// `1 + a0 + a1·cos θ + b1·sin θ + a2·cos 2θ + b2·sin 2θ`, to first order.
    pub(super) fn moved(&self, [a0, a1, b1, a2, b2]: [f64; 5]) -> Self {
        let [shorter, longer] = self.axes();
        let x = self.x + a1 * shorter[0] + b1 * longer[0];
        let y = self.y + a1 * shorter[1] + b1 * longer[1];
        if !self.has_tilt() {
            // Along one axis 1 + a0 + a2, along the other 1 + a0 − a2.
            let (across, along) = (self.aspect * (1.0 + a0 + a2), 1.0 + a0 - a2);
            let radius = self.radius * along.max(across);
            return Self { x, y, radius, aspect: (across / along).min(1.0), tilt: self.tilt };
        }
        let column = |p: f64, q: f64| [p * shorter[0] + q * longer[0], p * shorter[1] + q * longer[1]];
        let first = column(1.0 + a0 + a2, b2);
        let second = column(b2, 1.0 + a0 - a2);
        Self::of_conjugate(x, y, first, second)
    }

    /// The ellipse with these two conjugate half diameters: singular values of the matrix that has them as columns.
    fn of_conjugate(x: f64, y: f64, p: [f64; 2], q: [f64; 2]) -> Self {
        // Moments of the outline.
        let xx = p[0] * p[0] + q[0] * q[0];
        let yy = p[1] * p[1] + q[1] * q[1];
        let xy = p[0] * p[1] + q[0] * q[1];
        let mean = 0.5 * (xx + yy);
        let half_difference = (0.5 * (xx - yy)).hypot(xy);
        let longer = (mean + half_difference).max(0.0).sqrt();
        let shorter = (mean - half_difference).max(0.0).sqrt();
        // The longer axis lies at half the angle of (xx − yy, 2·xy); the shorter is at a right angle to it.
        let of_longer = 0.5 * (2.0 * xy).atan2(xx - yy);
        let mut tilt = of_longer - core::f64::consts::FRAC_PI_2;
        while tilt <= -core::f64::consts::FRAC_PI_2 {
            tilt += core::f64::consts::PI;
        }
        Self { x, y, radius: longer, aspect: (shorter / longer).min(1.0), tilt }
    }
}
