//! Who is who from frame to frame. Pure: bodies and timestamps in, ids out.
//!
//! Each track looks for its person where it saw it last. A body that is too far from where its track expects it is someone else
//! (a passer-by in front of the athlete, say) and is refused; the track then waits at the expected place, for a second at most.

use std::time::Duration;

use crate::detection::FoundPerson;
use crate::figure::shared_joints;
use crate::landmarks::Body;
use crate::motion::Trunk;
use crate::region::Region;
use crate::track::{Track, can_be_somebody, can_be_somebody_new, is_same_person};

/// A person unseen for longer than this is gone; who comes back gets a new id. Source: METRICS §1.6.
const MAX_UNSEEN: Duration = Duration::from_secs(1);
/// Somebody new gets an id, and is told of, when seen in this many frames on end: equipment and people half in the picture flicker.
const PROBATION_FRAMES: u32 = 3;
/// An expectation must be better by this to take a person from an older track.
const CLEARLY_BETTER_TORSOS: f32 = 0.05;
/// Somebody new with more of the joints than this on somebody seen is that one, seen wrongly. Measured on the clips: people behind or in
/// front of each other have 0.54 at most but for a few frames; what the model makes of a known person's legs has 0.85 and more.
const MAX_SHARED_JOINTS: f32 = 0.65;
/// The same for somebody missing, who is known to be hidden: while he is, the model makes up half of him from who stands in front.
const MAX_SHARED_JOINTS_OF_MISSING: f32 = 0.4;
/// How often to look for people while somebody is missing or nobody is there.
const SEARCH_INTERVAL: Duration = Duration::from_millis(100);
/// How often to look for more people while everybody known is seen.
const NEWCOMER_INTERVAL: Duration = Duration::from_secs(1);

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
    /// Shorter side of the picture.
    image_px: f32,
    last_search: Option<Duration>,
    /// A track lost its person in this frame.
    lost_now: bool,
    /// Somebody new was found since the last search.
    admitted: bool,
    /// Searches that followed at once on one that found somebody new.
    follow_ups: usize,
}

impl Tracker {
    pub(crate) fn new(max_people: usize) -> Self {
        Self {
            tracks: Vec::with_capacity(max_people),
            max_people,
            next_id: 1,
            now: Duration::ZERO,
            image_px: 0.0,
            last_search: None,
            lost_now: false,
            admitted: false,
            follow_ups: 0,
        }
    }

    /// Forgets everybody. Ids go on.
    pub(crate) fn reset(&mut self) {
        self.tracks.clear();
        self.last_search = None;
        self.lost_now = false;
        self.admitted = false;
        self.follow_ups = 0;
        self.now = Duration::ZERO;
    }

    /// Begins the frame at `pts` of a picture whose shorter side has `image_px`. Time that goes back means another sequence, so
    /// everybody is forgotten.
    pub(crate) fn begin(&mut self, pts: Duration, image_px: f32) {
        if pts < self.now {
            self.reset();
        }
        self.now = pts;
        self.image_px = image_px;
        self.lost_now = false;
        self.tracks.retain(|track| pts.saturating_sub(track.motion.seen) <= MAX_UNSEEN);
        for track in &mut self.tracks {
            track.observed = None;
            track.was_missing = track.missing;
        }
        for track in 0..self.tracks.len() {
            self.tracks[track].behind &= self.has_company(track);
        }
    }

    /// Whether somebody else who is seen is near.
    fn has_company(&self, track: usize) -> bool {
        let mut others = self.tracks.iter().enumerate().filter(|(other, o)| *other != track && !o.missing);
        others.any(|(_, other)| self.tracks[track].is_near(&other.body))
    }

    /// Whether the person is looked for with the others covered: it was found like that, and they are still near.
    pub(crate) fn is_behind(&self, track: usize) -> bool {
        self.tracks[track].behind
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
        self.tracks[track].observed = body.filter(|body| self.can_be(track, body)).copied();
    }

    /// Whether a body may be anybody; who is on probation must be beyond doubt in every frame.
    fn can_be(&self, track: usize, body: &Body) -> bool {
        let is_known = self.tracks[track].id.is_some();
        if is_known { can_be_somebody(body, self.image_px) } else { can_be_somebody_new(body, self.image_px) }
    }

    /// Decides, from what was observed, who is where. Call it once all tracks were observed.
    pub(crate) fn settle(&mut self) {
        for track in &mut self.tracks {
            if let Some(body) = track.observed.filter(|body| !track.accepts(body, self.now)) {
                track.observed = None;
                track.refuse(&body, self.now);
            }
        }
        self.part_collapsed_tracks();
        for track in &mut self.tracks {
            match track.observed.take() {
                Some(body) => track.accept(&body, self.now),
                None => track.missing = true,
            }
        }
    }

    /// Ends the probation of those who were seen often enough and of those who are not seen now. Call it once all who are missing were
    /// looked for where they should be.
    pub(crate) fn conclude(&mut self) {
        // Who was on probation was perhaps nobody.
        self.tracks.retain(|track| !track.missing || track.id.is_some());
        self.lost_now = self.tracks.iter().any(|track| track.missing && !track.was_missing);
        self.end_probations(PROBATION_FRAMES);
    }

    fn end_probations(&mut self, frames: u32) {
        for track in &mut self.tracks {
            if track.id.is_none() && track.sightings >= frames {
                track.id = Some(self.next_id);
                self.next_id += 1;
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
                if !is_same_person(&a, &b) {
                    continue;
                }
                let surprise_of_older = self.tracks[older].surprise_torsos(&Trunk::of(&a), self.now);
                let surprise_of_younger = self.tracks[younger].surprise_torsos(&Trunk::of(&b), self.now);
                let younger_wins = surprise_of_younger + CLEARLY_BETTER_TORSOS < surprise_of_older;
                let loser = &mut self.tracks[if younger_wins { older } else { younger }];
                if let Some(body) = loser.observed.take() {
                    loser.refuse(&body, self.now);
                }
            }
        }
    }

    /// Whether to look for people in the whole picture now.
    pub(crate) fn search_is_due(&self) -> bool {
        let somebody_missing = self.tracks.iter().any(|track| track.missing);
        let interval = if self.tracks.is_empty() || somebody_missing {
            SEARCH_INTERVAL
        } else if self.tracks.len() >= self.max_people {
            return false;
        } else if self.follow_ups > 0 {
            SEARCH_INTERVAL
        } else {
            NEWCOMER_INTERVAL
        };
        self.lost_now || self.last_search.is_none_or(|last| self.now.saturating_sub(last) >= interval)
    }

    /// Notes that the whole picture was searched and everybody found was placed.
    pub(crate) fn searched(&mut self) {
        // Who is there when a sequence begins has not flickered yet, and a short clip has no frame to give away.
        let frames = if self.last_search.is_none() { 1 } else { PROBATION_FRAMES };
        self.end_probations(frames);
        self.last_search = Some(self.now);
        // The detector tells of the clearest person; once that one is known and covered, it tells of the next. What flickers is found
        // again and again, so there is an end to it.
        self.follow_ups =
            if self.admitted && self.follow_ups < self.max_people { self.follow_ups + 1 } else { 0 };
        self.admitted = false;
    }

    /// Where a person that the detector found belongs.
    pub(crate) fn place(&self, found: &FoundPerson) -> Place {
        let trunk = Trunk { hips: found.hips, shoulders: found.shoulders };
        let nearest = self
            .tracks
            .iter()
            .enumerate()
            .map(|(index, track)| (index, track, track.surprise_torsos(&trunk, self.now)))
            .filter(|(_, track, torsos)| *torsos < track.reach_torsos(self.now))
            .min_by(|a, b| a.2.total_cmp(&b.2));
        match nearest {
            Some((index, track, _)) if track.missing => Place::Missing(index),
            Some(_) => Place::Seen,
            None if self.tracks.len() < self.max_people => Place::New,
            None => Place::Full,
        }
    }

    /// Whether the track misses its person.
    pub(crate) fn is_missing(&self, track: usize) -> bool {
        self.tracks[track].missing
    }

    /// Takes what the model saw where somebody was found, if that can be who was found there.
    pub(crate) fn take(&mut self, place: Place, body: &Body) -> bool {
        match place {
            Place::Missing(track) => self.find_again(track, body),
            Place::New => self.admit(body),
            Place::Seen | Place::Full => false,
        }
    }

    /// Gives a missing track what the model saw where its person should be, with the others covered.
    pub(crate) fn find_behind(&mut self, track: usize, body: &Body) {
        let found = self.find_again(track, body);
        self.tracks[track].behind = found;
    }

    /// Gives a missing track what the model saw where its person may be.
    fn find_again(&mut self, track: usize, body: &Body) -> bool {
        let possible = self.can_be(track, body) && !self.is_somebody_seen(body, MAX_SHARED_JOINTS_OF_MISSING);
        let track = &mut self.tracks[track];
        let found = track.missing && possible && track.accepts(body, self.now);
        if found {
            track.accept(body, self.now);
        }
        found
    }

    /// Begins a track, unless the body is nobody or somebody known.
    fn admit(&mut self, body: &Body) -> bool {
        let welcome = can_be_somebody_new(body, self.image_px)
            && !self.is_somebody_seen(body, MAX_SHARED_JOINTS)
            && self.tracks.len() < self.max_people;
        if welcome {
            self.tracks.push(Track::new(body, self.now));
            self.admitted = true;
        }
        welcome
    }

    /// The people seen in this frame with their ids, oldest track first.
    pub(crate) fn people(&self) -> impl Iterator<Item = (u32, &Body)> {
        self.tracks.iter().filter(|track| !track.missing).filter_map(|track| Some((track.id?, &track.body)))
    }

    /// Everybody who is seen, on probation or not.
    pub(crate) fn seen(&self) -> impl Iterator<Item = &Body> {
        self.tracks.iter().filter(|track| !track.missing).map(|track| &track.body)
    }

    fn is_somebody_seen(&self, body: &Body, max_shared: f32) -> bool {
        self.seen().any(|known| is_same_person(known, body) || shared_joints(body, known) > max_shared)
    }
}

#[cfg(test)]
mod tests;
