//! Gravity as a ruler (METRICS §2 C): in flight the hips fall with 9.81 m/s².

use super::Scale;
use crate::Jump;
use crate::body::BodySample;
use crate::signal::{Recent, Ring, parabola_fit};

/// Scale from the fall in flights.
pub(crate) const GRAVITY: &str = "gravity";
/// Standard gravity, m/s².
const G: f64 = 9.81;
/// Left out at both ends of a flight, seconds.
const MARGIN_S: f64 = 0.02;
/// Lower jumps say too little: the error of a flight of 0.12 m is 4 % (METRICS §2).
const LEAST_HEIGHT_M: f64 = 0.25;
/// As many jumps make a scale.
const LEAST: usize = 3;
/// Hips fall more slowly in the picture than the body: bias +0.3, +4.4, +5.3 % in three kinds of jump (METRICS §2); their mean is
/// taken out, their spread stays.
const HIP_BIAS: f64 = 1.033;
const HIP_BIAS_U: f64 = 0.027;
/// Two scales that differ by more are not both right.
pub(super) const SUSPECT: f64 = 0.08;

/// What jumps say of the scale.
#[derive(Debug, Default)]
pub(super) struct Gravity {
    m_per_px: Recent<16>,
}

impl Gravity {
    /// Takes a jump whose flight is still in `ring`. `hip_gain`: movement of the hip points over that of the hips.
    pub(super) fn note(&mut self, ring: &Ring<BodySample>, jump: &Jump, hip_gain: f64) {
        let (Some(takeoff), Some(landing), Some(height_m)) =
            (jump.takeoff_s.value(), jump.landing_s.value(), jump.height_m.value())
        else {
            return;
        };
        if height_m < LEAST_HEIGHT_M {
            return;
        }
        let (from, to) = (takeoff + MARGIN_S, landing - MARGIN_S);
        let hips = ring.window(from, to).filter_map(|s| s.hip.map(|hip| (s.t, hip[1])));
        let Some(fall) = parabola_fit(hips, f64::midpoint(from, to)) else { return };
        if fall.n >= 6 && fall.r2 > 0.98 && fall.a < 0.0 {
            self.m_per_px.push(G / -fall.a * hip_gain / HIP_BIAS);
        }
    }

    /// Another place in the room, or another body.
    pub(super) fn forget(&mut self) {
        self.m_per_px = Recent::default();
    }

    /// The mean over the jumps; `None` with fewer than three.
    pub(super) fn scale(&self) -> Option<Scale> {
        let n = self.m_per_px.len();
        if n < LEAST {
            return None;
        }
        let m_per_px = self.m_per_px.iter().sum::<f64>() / n as f64;
        Some(Scale { m_per_px, u: HIP_BIAS_U.hypot(0.03 / (n as f64).sqrt()), method: GRAVITY })
    }
}
