//! Who is who from frame to frame. Pure: bodies and timestamps in, ids out.
//!
//! Each track looks for its person where it saw it last. A body that is too far from where its track expects it is someone else
//! (a passer-by in front of the athlete, say) and is refused; the track then waits at the expected place, for a second at most.

use std::time::Duration;

use crate::detection::FoundPerson;
use crate::landmarks::Body;
use crate::pose::Keypoint;
use crate::region::{Point, Region};
use crate::steady::SteadyRegion;

/// A person unseen for longer than this is gone; who comes back gets a new id. Source: METRICS §1.6.
const MAX_UNSEEN: Duration = Duration::from_secs(1);
/// Below this presence a region shows nobody. Source: MediaPipe, `tensors_to_pose_landmarks_and_segmentation`.
const MIN_PRESENCE: f32 = 0.5;
/// A trunk farther than this from where it is expected is another person's, in torso lengths. Source: METRICS §1.6.
const GATE_TORSOS: f32 = 0.5;
/// The gate opens with the time since the person was seen: people accelerate. A torso is half a metre.
const GATE_TORSOS_A_SECOND: f32 = 4.0;
/// It never opens wider than this.
const MAX_GATE_TORSOS: f32 = 1.5;
/// Bodies nearer than this, as the mean over trunk and legs, are the same person seen by two tracks.
const SAME_BODY_TORSOS: f32 = 0.3;
/// An expectation must be better by this to take a person from an older track.
const CLEARLY_BETTER_TORSOS: f32 = 0.2;
/// A motion is carried on for no longer than this: nobody in a gym walks through a wall.
const MAX_EXTRAPOLATION: Duration = Duration::from_millis(500);
/// How often to look for people while somebody is missing or nobody is there.
const SEARCH_INTERVAL: Duration = Duration::from_millis(100);
/// How often to look for more people while everybody known is seen.
const NEWCOMER_INTERVAL: Duration = Duration::from_secs(1);

/// Shoulders, hips, knees and ankles.
const BODY_KEYPOINTS: [usize; 8] = [11, 12, 23, 24, 25, 26, 27, 28];

/// One person over time.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    /// Stable number.
    pub(crate) id: u32,
    /// As last seen.
    pub(crate) body: Body,
    /// When last seen.
    seen: Duration,
    /// Where to look for it.
    region: SteadyRegion,
    /// Of the trunk, smoothed.
    velocity_px_s: [f32; 2],
    /// The model did not see it in the last frame.
    missing: bool,
    /// What the model saw in this frame, until the tracks are settled.
    observed: Option<Body>,
}

/// Where a person that the detector found belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The person of this track, which is seen already.
    Seen,
    /// Perhaps the person that this track (by position) misses.
    Missing(usize),
    /// Somebody new.
    New,
    /// Somebody new, for whom there is no place.
    Full,
}

/// All people in view.
#[derive(Debug)]
pub(crate) struct Tracker {
    tracks: Vec<Track>,
    max_people: usize,
    next_id: u32,
    now: Duration,
    last_search: Option<Duration>,
    /// A track lost its person in this frame.
    lost_now: bool,
}

impl Tracker {
    pub(crate) fn new(max_people: usize) -> Self {
        Self {
            tracks: Vec::with_capacity(max_people),
            max_people,
            next_id: 1,
            now: Duration::ZERO,
            last_search: None,
            lost_now: false,
        }
    }

    /// Forgets everybody. Ids go on.
    pub(crate) fn reset(&mut self) {
        self.tracks.clear();
        self.last_search = None;
        self.lost_now = false;
        self.now = Duration::ZERO;
    }

    /// Begins the frame at `pts`. Time that goes back means another sequence, so everybody is forgotten.
    pub(crate) fn begin(&mut self, pts: Duration) {
        if pts < self.now {
            self.reset();
        }
        self.now = pts;
        self.lost_now = false;
        self.tracks.retain(|track| pts.saturating_sub(track.seen) <= MAX_UNSEEN);
        for track in &mut self.tracks {
            track.observed = None;
        }
    }

    /// Number of tracks, seen and missing.
    pub(crate) fn len(&self) -> usize {
        self.tracks.len()
    }

    /// Where the track's person should be now.
    pub(crate) fn expected_region(&self, track: usize) -> Region {
        self.tracks[track].expected_region(self.now)
    }

    /// Notes what the model saw where the track's person should be.
    pub(crate) fn observe(&mut self, track: usize, body: Option<&Body>) {
        self.tracks[track].observed = body.copied();
    }

    /// Decides, from what was observed, who is where. Call it once all tracks were observed.
    pub(crate) fn settle(&mut self) {
        for track in &mut self.tracks {
            if !track.observed.as_ref().is_some_and(|body| track.accepts(body, self.now)) {
                track.observed = None;
            }
        }
        self.part_collapsed_tracks();
        for track in &mut self.tracks {
            if let Some(body) = track.observed.take() {
                track.accept(&body, self.now);
            } else {
                self.lost_now |= !track.missing;
                track.missing = true;
            }
        }
    }

    /// Two tracks that see one body: it stays with the one that expected it, on a tie with the older one.
    fn part_collapsed_tracks(&mut self) {
        for older in 0..self.tracks.len() {
            for younger in older + 1..self.tracks.len() {
                let (Some(a), Some(b)) = (self.tracks[older].observed, self.tracks[younger].observed) else {
                    continue;
                };
                if distance_torsos(&a, &b) >= SAME_BODY_TORSOS {
                    continue;
                }
                let surprise_of_older = self.tracks[older].surprise_torsos(&a, self.now);
                let surprise_of_younger = self.tracks[younger].surprise_torsos(&b, self.now);
                let younger_wins = surprise_of_younger + CLEARLY_BETTER_TORSOS < surprise_of_older;
                self.tracks[if younger_wins { older } else { younger }].observed = None;
            }
        }
    }

    /// Whether to look for people in the whole picture now.
    pub(crate) fn search_is_due(&self) -> bool {
        let somebody_missing = self.tracks.iter().any(|track| track.missing);
        let interval = if self.tracks.is_empty() || somebody_missing {
            SEARCH_INTERVAL
        } else if self.tracks.len() < self.max_people {
            NEWCOMER_INTERVAL
        } else {
            return false;
        };
        self.lost_now || self.last_search.is_none_or(|last| self.now.saturating_sub(last) >= interval)
    }

    /// Notes that the whole picture was searched.
    pub(crate) fn searched(&mut self) {
        self.last_search = Some(self.now);
    }

    /// Where a person that the detector found belongs.
    pub(crate) fn place(&self, found: &FoundPerson) -> Place {
        let trunk = Trunk { hips: found.hips, shoulders: found.shoulders };
        let nearest = self
            .tracks
            .iter()
            .enumerate()
            .map(|(index, track)| (index, track, track.expected_trunk(self.now).distance_px(&trunk) / track.torso_px()))
            .filter(|(_, track, torsos)| *torsos < track.gate_torsos(self.now))
            .min_by(|a, b| a.2.total_cmp(&b.2));
        match nearest {
            Some((index, track, _)) if track.missing => Place::Missing(index),
            Some(_) => Place::Seen,
            None if self.tracks.len() < self.max_people => Place::New,
            None => Place::Full,
        }
    }

    /// Gives a missing track what the model saw where the detector found its person.
    pub(crate) fn find_again(&mut self, track: usize, body: &Body) {
        if self.is_somebody_seen(body) {
            return;
        }
        let track = &mut self.tracks[track];
        if track.accepts(body, self.now) {
            track.accept(body, self.now);
        }
    }

    /// Begins a track, unless the body is nobody or somebody known.
    pub(crate) fn admit(&mut self, body: &Body) {
        if body.presence < MIN_PRESENCE || self.is_somebody_seen(body) || self.tracks.len() >= self.max_people {
            return;
        }
        self.tracks.push(Track {
            id: self.next_id,
            body: *body,
            region: SteadyRegion::new(body.center, body.top),
            seen: self.now,
            velocity_px_s: [0.0; 2],
            missing: false,
            observed: None,
        });
        self.next_id += 1;
    }

    /// The people seen in this frame, oldest track first.
    pub(crate) fn seen(&self) -> impl Iterator<Item = &Track> {
        self.tracks.iter().filter(|track| !track.missing)
    }

    fn is_somebody_seen(&self, body: &Body) -> bool {
        self.seen().any(|track| distance_torsos(&track.body, body) < SAME_BODY_TORSOS)
    }
}

impl Track {
    fn accepts(&self, body: &Body, now: Duration) -> bool {
        body.presence >= MIN_PRESENCE && self.surprise_torsos(body, now) < self.gate_torsos(now)
    }

    fn accept(&mut self, body: &Body, now: Duration) {
        let elapsed_s = now.saturating_sub(self.seen).as_secs_f32();
        if self.missing {
            self.region = SteadyRegion::new(body.center, body.top);
        } else {
            self.region.follow(body.center, body.top, elapsed_s);
        }
        if elapsed_s > 0.0 {
            let (before, after) = (Trunk::of(&self.body), Trunk::of(body));
            for axis in 0..2 {
                let velocity = (after.hips[axis] - before.hips[axis]) / elapsed_s;
                self.velocity_px_s[axis] = 0.5 * (self.velocity_px_s[axis] + velocity);
            }
        }
        self.body = *body;
        self.seen = now;
        self.missing = false;
    }

    /// How far the trunk is from where it would be after standing still, or after moving on as before: the nearer of both.
    fn surprise_torsos(&self, body: &Body, now: Duration) -> f32 {
        let trunk = Trunk::of(body);
        let still = Trunk::of(&self.body).distance_px(&trunk);
        let moving = self.expected_trunk(now).distance_px(&trunk);
        still.min(moving) / self.torso_px()
    }

    fn gate_torsos(&self, now: Duration) -> f32 {
        let unseen_s = now.saturating_sub(self.seen).as_secs_f32();
        (GATE_TORSOS + GATE_TORSOS_A_SECOND * unseen_s).min(MAX_GATE_TORSOS)
    }

    fn expected_trunk(&self, now: Duration) -> Trunk {
        let [dx, dy] = self.expected_motion_px(now);
        let Trunk { hips, shoulders } = Trunk::of(&self.body);
        Trunk { hips: [hips[0] + dx, hips[1] + dy], shoulders: [shoulders[0] + dx, shoulders[1] + dy] }
    }

    fn expected_motion_px(&self, now: Duration) -> [f32; 2] {
        let elapsed_s = now.saturating_sub(self.seen).min(MAX_EXTRAPOLATION).as_secs_f32();
        self.velocity_px_s.map(|velocity| velocity * elapsed_s)
    }

    /// A person seen in the last frame is looked for where it was, as the reference does; one that is missing, where it would be.
    fn expected_region(&self, now: Duration) -> Region {
        let [dx, dy] = self.expected_motion_px(now);
        let region = self.region.region();
        if self.missing { region.moved_by(dx, dy) } else { region }
    }

    fn torso_px(&self) -> f32 {
        torso_px(&self.body)
    }
}

/// Centres of hips and shoulders.
#[derive(Debug, Clone, Copy)]
struct Trunk {
    hips: Point,
    shoulders: Point,
}

impl Trunk {
    fn of(body: &Body) -> Self {
        let middle = |a: usize, b: usize| {
            let (a, b) = (body.keypoints[a], body.keypoints[b]);
            [0.5 * (a.x_px + b.x_px), 0.5 * (a.y_px + b.y_px)]
        };
        Self { hips: middle(23, 24), shoulders: middle(11, 12) }
    }

    /// Mean distance of hips and shoulders.
    fn distance_px(&self, other: &Self) -> f32 {
        let between = |a: Point, b: Point| (a[0] - b[0]).hypot(a[1] - b[1]);
        0.5 * (between(self.hips, other.hips) + between(self.shoulders, other.shoulders))
    }
}

/// Length of the torso, but no less than a bent or foreshortened one of that body would have upright.
fn torso_px(body: &Body) -> f32 {
    /// Radius of the circle around a body over its torso length, at most.
    const RADII_A_TORSO: f32 = 2.4;
    let Trunk { hips, shoulders } = Trunk::of(body);
    let length_px = (hips[0] - shoulders[0]).hypot(hips[1] - shoulders[1]);
    let radius_px = (body.top[0] - body.center[0]).hypot(body.top[1] - body.center[1]);
    length_px.max(radius_px / RADII_A_TORSO).max(1.0)
}

/// Mean distance of the bodies' larger joints, in the smaller one's torso lengths.
fn distance_torsos(a: &Body, b: &Body) -> f32 {
    let between = |a: &Keypoint, b: &Keypoint| (a.x_px - b.x_px).hypot(a.y_px - b.y_px);
    let sum_px: f32 = BODY_KEYPOINTS.iter().map(|&k| between(&a.keypoints[k], &b.keypoints[k])).sum();
    sum_px / BODY_KEYPOINTS.len() as f32 / torso_px(a).min(torso_px(b))
}
