//! Single samples that can't be.

use super::Ring;
use crate::body::BodySample;

/// A spike: the sample before the newest differs from both its neighbours, which agree with each other. Dropped, so that no
/// window sees it. (A Hampel filter would also cut the first frames of a fast movement out of rest.)
pub(crate) fn drop_spike(ring: &mut Ring<BodySample>, limit_px: f64) -> bool {
    let (Some(before), Some(after)) = (ring.before_last(2).copied(), ring.before_last(0).copied()) else {
        return false;
    };
    let Some(sample) = ring.before_last_mut(1) else { return false };
    let off = |a: f64, b: f64, c: f64| {
        (b - a).abs() > limit_px && (b - c).abs() > limit_px && (a - c).abs() < limit_px / 2.0
    };
    let mut dropped = false;
    let mut check = |point: &mut Option<[f64; 2]>, a: Option<[f64; 2]>, c: Option<[f64; 2]>| {
        if let (Some(b), Some(a), Some(c)) = (*point, a, c)
            && off(a[1], b[1], c[1])
        {
            *point = None;
            dropped = true;
        }
    };
    check(&mut sample.hip, before.hip, after.hip);
    check(&mut sample.shoulder, before.shoulder, after.shoulder);
    for side in 0..2 {
        let mut foot = sample.foot_y[side].map(|y| [0.0, y]);
        check(&mut foot, before.foot_y[side].map(|y| [0.0, y]), after.foot_y[side].map(|y| [0.0, y]));
        sample.foot_y[side] = foot.map(|p| p[1]);
    }
    dropped
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
            dropped += usize::from(drop_spike(&mut kept, 10.0));
        }
        assert_eq!(dropped, 1);
        spiky.clear();
        let flight = ring(30.0, |t| (t - 1.0).max(0.0) * 2.5 * 300.0);
        let mut kept = Ring::new(60.0, 4096);
        for sample in flight.iter() {
            kept.push(*sample);
            assert!(!drop_spike(&mut kept, 18.0));
        }
    }
}
