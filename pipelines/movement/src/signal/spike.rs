//! Single samples that can't be.

use super::Ring;
use crate::body::BodySample;

/// Hands and feet turn round this hard, m/s²: a running foot in its swing. In a frame at 30 fps that is 8 cm.
const TURN_M_S2: f64 = 150.0;

/// Limits of a point's difference from both its neighbours, pixels.
#[derive(Debug, Clone, Copy)]
struct Limits {
    trunk: f64,
    limbs: f64,
}

/// A spike: the sample before the newest differs from both its neighbours, which agree with each other. Dropped, so that no
/// window sees it; returns whether a point was. (A Hampel filter would also cut the first frames of a fast movement out of
/// rest.) `limit_px` holds for the trunk, and for hands and feet on top of what they can turn round in.
pub(crate) fn drop_spike(ring: &mut Ring<BodySample>, limit_px: f64, m_per_px: f64) -> bool {
    let (Some(before), Some(after)) = (ring.before_last(2).copied(), ring.before_last(0).copied()) else {
        return false;
    };
    let Some(sample) = ring.before_last_mut(1) else { return false };
    let dt = (sample.t - before.t).max(after.t - sample.t);
    let limits = Limits { trunk: limit_px, limbs: limit_px + TURN_M_S2 * dt * dt / 2.0 / m_per_px };
    let mut dropped = false;
    let mut trunk = |point: &mut Option<[f64; 2]>, a: Option<[f64; 2]>, c: Option<[f64; 2]>| {
        dropped |= drop_point(point, a, c, limits.trunk, rise);
    };
    trunk(&mut sample.hip, before.hip, after.hip);
    trunk(&mut sample.shoulder, before.shoulder, after.shoulder);
    for side in 0..2 {
        let level = |sample: &BodySample| sample.foot_y[side].map(|y| [0.0, y]);
        let mut foot = level(sample);
        trunk(&mut foot, level(&before), level(&after));
        sample.foot_y[side] = foot.map(|p| p[1]);
    }
    let mut limb = |point: &mut Option<[f64; 2]>, a: Option<[f64; 2]>, c: Option<[f64; 2]>| {
        dropped |= drop_point(point, a, c, limits.limbs, distance);
    };
    limb(&mut sample.wrist, before.wrist, after.wrist);
    limb(&mut sample.knee, before.knee, after.knee);
    limb(&mut sample.ankle, before.ankle, after.ankle);
    for side in 0..2 {
        let (a, point, c) = (&before.sides[side], &mut sample.sides[side], &after.sides[side]);
        limb(&mut point.shoulder, a.shoulder, c.shoulder);
        limb(&mut point.elbow, a.elbow, c.elbow);
        limb(&mut point.wrist, a.wrist, c.wrist);
        limb(&mut point.hip, a.hip, c.hip);
        limb(&mut point.knee, a.knee, c.knee);
        limb(&mut point.ankle, a.ankle, c.ankle);
        limb(&mut point.heel, a.heel, c.heel);
        limb(&mut point.toe, a.toe, c.toe);
    }
    dropped
}

fn drop_point(
    point: &mut Option<[f64; 2]>,
    before: Option<[f64; 2]>,
    after: Option<[f64; 2]>,
    limit: f64,
    off: impl Fn([f64; 2], [f64; 2]) -> f64,
) -> bool {
    let (Some(b), Some(a), Some(c)) = (*point, before, after) else { return false };
    let spike = off(a, b) > limit && off(b, c) > limit && off(a, c) < limit / 2.0;
    if spike {
        *point = None;
    }
    spike
}

fn rise(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[1] - b[1]).abs()
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(fps: f64, hip: impl Fn(f64) -> f64) -> Ring<BodySample> {
        let mut ring = Ring::new(60.0, 4096);
        for frame in 0..(6.0 * fps) as usize {
            let t = frame as f64 / fps;
            ring.push(BodySample { t, hip: Some([0.0, hip(t)]), ..BodySample::default() });
        }
        ring
    }

    #[test]
    fn a_spike_is_dropped_and_a_take_off_is_not() {
        let mut spiky = ring(60.0, |t| if (t - 1.0).abs() < 1e-6 { 50.0 } else { 0.0 });
        let mut kept = Ring::new(60.0, 4096);
        let mut dropped = 0;
        for sample in spiky.iter() {
            kept.push(*sample);
            dropped += usize::from(drop_spike(&mut kept, 10.0, 0.003));
        }
        assert_eq!(dropped, 1);
        spiky.clear();
        let flight = ring(30.0, |t| (t - 1.0).max(0.0) * 2.5 * 300.0);
        let mut kept = Ring::new(60.0, 4096);
        for sample in flight.iter() {
            kept.push(*sample);
            assert!(!drop_spike(&mut kept, 18.0, 0.003));
        }
    }
}
