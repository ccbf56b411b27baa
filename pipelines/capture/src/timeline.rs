//! The time of a frame: strictly increasing, whatever loops and cameras do.

use std::time::Duration;

/// Used where neither the frame nor the one before it tells how long a frame lasts.
const FALLBACK_STEP: Duration = Duration::from_millis(1);

/// A frame's place on the source's time line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) pts: Duration,
    /// The frame does not continue the one before it.
    pub(crate) discontinuity: bool,
}

/// Turns the running time of buffers into presentation times over all passes of a repeated file.
#[derive(Debug)]
pub(crate) struct Timeline {
    /// Where this pass's running time 0 lies on the time line; decided by the pass's first frame.
    pass_start_ns: i128,
    pass_begins: bool,
    passes: u64,
    /// This pass's first frame.
    pass_first: Option<Duration>,
    last: Option<Duration>,
    /// How long the last frame is shown: the distance to the first frame of the next pass.
    last_step: Duration,
}

impl Timeline {
    pub(crate) fn new() -> Self {
        Self {
            pass_start_ns: 0,
            pass_begins: true,
            passes: 1,
            pass_first: None,
            last: None,
            last_step: FALLBACK_STEP,
        }
    }

    /// The next frame is the first of another pass: it follows the last one by that one's duration, wherever the
    /// container lets its own time begin. Returns how long the pass that ends was.
    pub(crate) fn begin_pass(&mut self) -> Duration {
        self.pass_begins = true;
        self.passes += 1;
        match (self.pass_first, self.last) {
            (Some(first), Some(last)) => (last + self.last_step).saturating_sub(first),
            _ => Duration::ZERO,
        }
    }

    /// Whether this is not the first pass.
    pub(crate) fn is_repeating(&self) -> bool {
        self.passes > 1
    }

    /// Places a frame. None when it would not lie behind the frame before it (a camera repeating a time stamp).
    pub(crate) fn stamp(&mut self, running_time: Duration, duration: Option<Duration>) -> Option<Stamp> {
        if self.pass_begins
            && let Some(last) = self.last
        {
            self.pass_start_ns = nanoseconds(last + self.last_step) - nanoseconds(running_time);
        }
        let pts_ns = nanoseconds(running_time) + self.pass_start_ns;
        let pts = Duration::from_nanos(u64::try_from(pts_ns).ok()?);
        if self.last.is_some_and(|last| pts <= last) {
            return None;
        }
        let since_last = self.last.filter(|_| !self.pass_begins).map(|last| pts.saturating_sub(last));
        self.last_step = duration.filter(|step| !step.is_zero()).or(since_last).unwrap_or(self.last_step);
        self.last = Some(pts);
        if self.pass_begins {
            self.pass_first = Some(pts);
        }
        Some(Stamp { pts, discontinuity: std::mem::replace(&mut self.pass_begins, false) })
    }
}

fn nanoseconds(time: Duration) -> i128 {
    i128::try_from(time.as_nanos()).unwrap_or(i128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn pts(stamp: Option<Stamp>) -> Option<Duration> {
        stamp.map(|stamp| stamp.pts)
    }

    #[test]
    fn the_first_pass_keeps_the_containers_time() {
        let mut timeline = Timeline::new();
        assert_eq!(timeline.stamp(ms(80), None), Some(Stamp { pts: ms(80), discontinuity: true }));
        assert_eq!(timeline.stamp(ms(120), None), Some(Stamp { pts: ms(120), discontinuity: false }));
    }

    #[test]
    fn the_next_pass_follows_by_the_last_frames_duration() {
        let mut timeline = Timeline::new();
        timeline.stamp(ms(0), Some(ms(40)));
        timeline.stamp(ms(40), Some(ms(100)));
        assert_eq!(timeline.begin_pass(), ms(140));
        assert_eq!(timeline.stamp(ms(0), Some(ms(40))), Some(Stamp { pts: ms(140), discontinuity: true }));
        assert_eq!(timeline.stamp(ms(40), None), Some(Stamp { pts: ms(180), discontinuity: false }));
    }

    #[test]
    fn a_container_whose_time_begins_late_leaves_no_gap_between_passes() {
        let mut timeline = Timeline::new();
        timeline.stamp(ms(500), None);
        timeline.stamp(ms(540), None);
        assert_eq!(timeline.begin_pass(), ms(80));
        assert_eq!(pts(timeline.stamp(ms(500), None)), Some(ms(580)));
        assert_eq!(pts(timeline.stamp(ms(540), None)), Some(ms(620)));
    }

    #[test]
    fn a_repeated_or_earlier_time_stamp_is_refused() {
        let mut timeline = Timeline::new();
        timeline.stamp(ms(40), None);
        assert_eq!(timeline.stamp(ms(40), None), None);
        assert_eq!(timeline.stamp(ms(20), None), None);
        assert_eq!(timeline.stamp(ms(41), None), Some(Stamp { pts: ms(41), discontinuity: false }));
    }
}
