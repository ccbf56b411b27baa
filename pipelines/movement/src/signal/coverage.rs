//! How much of a window was seen (METRICS §1.4, §1.7, §3).

use super::Ring;
use crate::body::BodySample;
use crate::measured::{Caps, Quality};

/// Share of frames that must have passed for high and for medium quality.
const HIGH_SHARE: f64 = 0.9;
const MEDIUM_SHARE: f64 = 0.7;
/// A gap up to this long is bridged without a remark.
const BRIDGED_S: f64 = 0.05;
/// A window with more missing frames than this is of low quality.
const DROPPED_SHARE: f64 = 0.1;

/// What was seen in a window.
#[allow(dead_code, reason = "for the measures of each movement")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Coverage {
    /// Frames with the person in the window.
    pub(crate) frames: usize,
    /// Share of them in which all that is required was seen; 0 without frames.
    pub(crate) share: f64,
    /// Longest time between two frames in which it was, the window's ends included, less one frame interval. Seconds.
    pub(crate) longest_gap_s: f64,
    /// Share of the frames that should have come and did not.
    pub(crate) dropped: f64,
}

#[allow(dead_code, reason = "for the measures of each movement")]
impl Coverage {
    /// Looks at the samples with `from <= t <= to`. `required` says whether one shows all that the metric needs.
    pub(crate) fn of(
        ring: &Ring<BodySample>,
        from: f64,
        to: f64,
        median_dt: f64,
        required: impl Fn(&BodySample) -> bool,
    ) -> Self {
        let (mut frames, mut passed, mut gap, mut last) = (0_usize, 0_usize, 0.0_f64, from);
        for sample in ring.window(from, to) {
            frames += 1;
            if required(sample) {
                passed += 1;
                gap = gap.max(sample.t - last);
                last = sample.t;
            }
        }
        gap = gap.max(to - last);
        let expected = ((to - from) / median_dt).floor().max(1.0);
        Self {
            frames,
            share: if frames > 0 { passed as f64 / frames as f64 } else { 0.0 },
            longest_gap_s: (gap - median_dt).max(0.0),
            dropped: (1.0 - frames as f64 / expected).max(0.0),
        }
    }

    /// What it leaves of a value's quality.
    pub(crate) fn cap(&self, caps: &mut Caps) {
        caps.when(self.dropped > DROPPED_SHARE, Quality::Low, "dropped_frames");
        caps.when(self.share < MEDIUM_SHARE, Quality::Low, "keypoints_hidden");
        let partly = (MEDIUM_SHARE..HIGH_SHARE).contains(&self.share);
        caps.when(partly, Quality::Medium, "keypoints_partly_hidden");
        caps.when(self.longest_gap_s > BRIDGED_S, Quality::Medium, "gap");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measured::Measured;

    /// Ten seconds at 30 fps; `missing` frames did not come, in `hidden` ones there is no hip.
    fn judged(missing: impl Fn(u32) -> bool, hidden: impl Fn(u32) -> bool) -> (Quality, Vec<&'static str>) {
        let mut ring = Ring::new(60.0, 4096);
        for frame in (0..300).filter(|frame| !missing(*frame)) {
            let hip = (!hidden(frame)).then_some([0.0, 0.0]);
            ring.push(BodySample { t: f64::from(frame) / 30.0, hip, ..BodySample::default() });
        }
        let mut caps = Caps::default();
        Coverage::of(&ring, 0.0, 299.0 / 30.0, 1.0 / 30.0, |s| s.hip.is_some()).cap(&mut caps);
        let measured = Measured::new(1.0, 0.1, "x").capped_by(&caps);
        (measured.quality(), measured.reasons().to_vec())
    }

    #[test]
    fn shares_and_gaps_set_the_quality() {
        assert_eq!(judged(|_| false, |_| false), (Quality::High, vec![]));
        // 5 % of single frames.
        assert_eq!(judged(|f| f % 20 == 3, |_| false), (Quality::High, vec![]));
        assert_eq!(judged(|_| false, |f| f % 20 == 3), (Quality::High, vec![]));
        assert_eq!(judged(|f| f % 7 == 3, |_| false), (Quality::Low, vec!["dropped_frames"]));
        assert_eq!(judged(|_| false, |f| f % 5 == 3), (Quality::Medium, vec!["keypoints_partly_hidden"]));
        let (quality, reasons) = judged(|_| false, |f| f % 5 < 2);
        assert_eq!((quality, reasons[0]), (Quality::Low, "keypoints_hidden"));
        assert_eq!(judged(|f| (100..104).contains(&f), |_| false), (Quality::Medium, vec!["gap"]));
    }
}
