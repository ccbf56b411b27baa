//! Frames in the order of their time, however they arrive.

use std::collections::VecDeque;

use arrayvec::ArrayVec;

use crate::pose::{BarPoint, Keypoint, PersonPose};

/// People of one frame that are looked at; further ones are left out.
pub(crate) const MOST_PEOPLE: usize = 24;
/// A missing frame is waited for this long, or for this many median intervals where frames come slowly (METRICS §0.5).
const HOLD_S: f64 = 0.1;
const HOLD_INTERVALS: f64 = 3.0;
const LONGEST_HOLD_S: f64 = 0.25;
/// A frame that follows within this many median intervals follows directly. One that is missing between two others leaves
/// at least 1.4 where times are off by ± 30 % (METRICS §9 item 8); the median of such intervals is off by up to 8 %.
const DIRECT: f64 = 1.25;
/// What is waited for in full: at the beginning, while no interval is known, and for this long after frames came out of order.
const LEARN_FRAMES: u32 = 8;
const WARY_S: f64 = 2.0;
/// Frames held at once: the longest hold at 240 fps, twice.
const MOST_HELD: usize = 48;

/// A frame that waits for an earlier one. Its buffers are used again.
#[derive(Debug, Default)]
pub(crate) struct Held {
    pub(crate) t: f64,
    people: Vec<(u32, Option<BarPoint>, usize)>,
    keypoints: Vec<Keypoint>,
}

impl Held {
    fn fill(&mut self, t: f64, people: &[PersonPose<'_>], keypoints_a_person: usize) {
        self.t = t;
        self.people.clear();
        self.keypoints.clear();
        for pose in people {
            let keypoints = &pose.keypoints[..pose.keypoints.len().min(keypoints_a_person)];
            self.keypoints.extend_from_slice(keypoints);
            self.people.push((pose.id, pose.bar, keypoints.len()));
        }
    }

    /// The people as they arrived.
    pub(crate) fn people(&self) -> ArrayVec<PersonPose<'_>, MOST_PEOPLE> {
        let mut rest = self.keypoints.as_slice();
        let split = |&(id, bar, len): &(u32, Option<BarPoint>, usize)| {
            let (keypoints, later) = rest.split_at(len);
            rest = later;
            PersonPose { id, keypoints, bar }
        };
        self.people.iter().take(MOST_PEOPLE).map(split).collect()
    }
}

/// What becomes of a frame that arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It is the next one.
    Next,
    /// It waits.
    Held,
    /// A frame of the same time is known.
    Doubled,
    /// Later ones have gone through already.
    Late,
}

/// Puts frames in order. A frame that follows its predecessor directly goes through at once; one behind a gap waits for the
/// missing one, at most for the hold.
#[derive(Debug)]
pub(crate) struct Reorder {
    /// In order of time.
    waiting: VecDeque<Held>,
    spare: Vec<Held>,
    keypoints_a_person: usize,
    newest: f64,
    last: Option<f64>,
    learned: u32,
    wary_until: f64,
}

impl Reorder {
    /// `keypoints_a_person`: the layout's; what a pose has beyond them is not kept.
    pub(crate) fn new(keypoints_a_person: usize) -> Self {
        let held = || Held {
            t: 0.0,
            people: Vec::with_capacity(4),
            keypoints: Vec::with_capacity(4 * keypoints_a_person),
        };
        Self {
            waiting: VecDeque::with_capacity(MOST_HELD + 1),
            spare: (0..=MOST_HELD).map(|_| held()).collect(),
            keypoints_a_person,
            newest: f64::NEG_INFINITY,
            last: None,
            learned: 0,
            wary_until: f64::NEG_INFINITY,
        }
    }

    /// A frame arrives. After [`Arrival::Next`] the caller takes it at once, then asks for those that are [`Reorder::due`].
    pub(crate) fn offer(&mut self, t: f64, people: &[PersonPose<'_>], median_dt: f64) -> Arrival {
        if self.last == Some(t) || self.waiting.iter().any(|held| held.t.total_cmp(&t).is_eq()) {
            return Arrival::Doubled;
        }
        if t < self.newest {
            self.wary_until = self.newest + WARY_S;
        }
        if self.last.is_some_and(|last| t < last) {
            return Arrival::Late;
        }
        self.newest = self.newest.max(t);
        if self.follows(t, median_dt) && self.waiting.front().is_none_or(|first| t < first.t) {
            self.passed(t);
            return Arrival::Next;
        }
        let mut held = self.spare.pop().unwrap_or_default();
        held.fill(t, people, self.keypoints_a_person);
        let place = self.waiting.partition_point(|earlier| earlier.t < t);
        self.waiting.insert(place, held);
        Arrival::Held
    }

    /// The next frame that need not wait any longer. Goes back with [`Reorder::give_back`].
    pub(crate) fn due(&mut self, median_dt: f64) -> Option<Held> {
        let first = self.waiting.front()?;
        let waited = self.newest - first.t >= hold_s(median_dt) || self.waiting.len() > MOST_HELD;
        if waited || self.follows(first.t, median_dt) { self.take() } else { None }
    }

    /// The next frame, due or not: nothing more comes.
    pub(crate) fn take(&mut self) -> Option<Held> {
        let held = self.waiting.pop_front()?;
        self.passed(held.t);
        Some(held)
    }

    /// Takes a frame's buffers back.
    pub(crate) fn give_back(&mut self, held: Held) {
        self.spare.push(held);
    }

    /// The picture does not continue: intervals are to be learned again.
    pub(crate) fn interrupt(&mut self) {
        self.learned = 0;
    }

    fn follows(&self, t: f64, median_dt: f64) -> bool {
        self.learned >= LEARN_FRAMES
            && t > self.wary_until
            && self.last.is_some_and(|last| t - last <= DIRECT * median_dt)
    }

    fn passed(&mut self, t: f64) {
        self.last = Some(t);
        self.learned = self.learned.saturating_add(1);
    }
}

fn hold_s(median_dt: f64) -> f64 {
    (HOLD_INTERVALS * median_dt).clamp(HOLD_S, LONGEST_HOLD_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DT: f64 = 1.0 / 60.0;

    /// Sends frames by number; returns what came out after each.
    fn send(order: &mut Reorder, frames: &[u32]) -> Vec<Vec<u32>> {
        let number = |t: f64| (t / DT).round() as u32;
        let mut all = Vec::new();
        for &frame in frames {
            let t = f64::from(frame) * DT;
            let mut out = Vec::new();
            if order.offer(t, &[], DT) == Arrival::Next {
                out.push(frame);
            }
            while let Some(held) = order.due(DT) {
                out.push(number(held.t));
                order.give_back(held);
            }
            all.push(out);
        }
        all
    }

    fn learned() -> Reorder {
        let mut order = Reorder::new(0);
        let first: Vec<u32> = (0..20).collect();
        assert_eq!(send(&mut order, &first).concat(), first);
        order
    }

    #[test]
    fn in_order_without_a_gap_nothing_waits() {
        assert_eq!(send(&mut learned(), &[20, 21, 22]), [[20], [21], [22]]);
    }

    #[test]
    fn a_missing_frame_is_waited_for_and_the_others_follow_it() {
        let mut order = learned();
        let out = send(&mut order, &[21, 22, 20]);
        // Frames have come out of order: each waits in full for a while.
        assert_eq!(out.concat(), Vec::<u32>::new());
        let later: Vec<u32> = (23..23 + 150).collect();
        let out = send(&mut order, &later);
        assert_eq!(out.concat(), (20..23 + 150).collect::<Vec<_>>());
        assert!(out[..2].concat().is_empty() && !out[10].contains(&33));
        assert_eq!(out.last().unwrap(), &[172], "at once again");
    }

    #[test]
    fn a_frame_that_never_comes_is_given_up_after_the_hold() {
        let out = send(&mut learned(), &[21, 22, 23, 24, 25, 26, 27, 28]);
        assert_eq!(out[..6].concat(), Vec::<u32>::new());
        assert_eq!(out[6..], [(21..=27).collect::<Vec<_>>(), vec![28]]);
    }

    #[test]
    fn late_and_doubled_frames_are_told() {
        let mut order = learned();
        assert_eq!(order.offer(19.0 * DT, &[], DT), Arrival::Doubled);
        assert_eq!(order.offer(3.0 * DT, &[], DT), Arrival::Late);
        assert_eq!(order.offer(25.0 * DT, &[], DT), Arrival::Held);
        assert_eq!(order.offer(25.0 * DT, &[], DT), Arrival::Doubled);
    }

    #[test]
    fn a_frame_far_in_the_future_stops_nothing() {
        let mut order = learned();
        let mut frames = vec![9_000_000];
        frames.extend(20..200);
        let out = send(&mut order, &frames).concat();
        assert_eq!(out, (20..200).collect::<Vec<_>>());
    }

    #[test]
    fn the_number_of_waiting_frames_is_bounded() {
        let mut order = learned();
        for frame in (1_000..2_000).rev() {
            send(&mut order, &[frame]);
            assert!(order.waiting.len() <= MOST_HELD);
        }
    }

    #[test]
    fn people_come_out_as_they_went_in() {
        let keypoints = [1.0, 2.0, 3.0].map(|x_px| Keypoint { x_px, y_px: 0.0, confidence: 1.0 });
        let mut order = Reorder::new(2);
        let pose = |id, keypoints| PersonPose { id, keypoints, bar: None };
        order.offer(1.0, &[pose(4, &keypoints[..1]), pose(5, &keypoints)], DT);
        let held = order.take().unwrap();
        let people = held.people();
        assert_eq!((people[0].id, people[0].keypoints), (4, &keypoints[..1]));
        assert_eq!((people[1].id, people[1].keypoints), (5, &keypoints[..2]), "beyond the layout");
    }
}
