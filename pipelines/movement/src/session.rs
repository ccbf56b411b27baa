//! All people of one station, live or offline.

use std::time::Duration;

use crate::person::{Frame, Out};
use crate::quality::{Clock, SessionQuality, Tally};
use crate::roster::Roster;
use crate::{Choice, Event, LivePerson, PersonPose, Settings};

/// Turns the poses of one camera into events.
#[derive(Debug)]
pub struct Session {
    settings: Settings,
    clock: Clock,
    roster: Roster,
    tally: Tally,
    live: Vec<LivePerson>,
}

impl Session {
    /// A session that has seen nothing.
    pub fn new(settings: Settings) -> Self {
        let roster = Roster::new();
        Self { settings, clock: Clock::default(), roster, tally: Tally::default(), live: Vec::new() }
    }

    /// One frame: `pts` strictly increases, `people` as tracked. Appends to `events`. A frame whose time does not come
    /// after the last one's is counted and left out.
    pub fn push(&mut self, pts: Duration, people: &[PersonPose<'_>], events: &mut Vec<Event>) {
        let t = pts.as_secs_f64();
        if !self.clock.tick(t) {
            self.tally.frames_ignored += 1;
            return;
        }
        self.tally.frames += 1;
        let frame = Frame { t, median_dt: self.clock.median_dt(), settings: &self.settings };
        let mut out = Out { tally: &mut self.tally, events };
        for (index, pose) in people.iter().enumerate() {
            // A number that occurs twice in a frame is one person: the first.
            if people[..index].iter().any(|other| other.id == pose.id) {
                continue;
            }
            if let Some(person) = self.roster.find(&frame, pose, people, &mut out) {
                person.see(&frame, pose, &mut out);
            }
        }
        for person in self.roster.iter_mut() {
            if person.last_seen < t {
                person.miss(&frame, &mut out);
            }
            person.rest(t, &mut out);
        }
        self.roster.forget(t);
        self.live.clear();
        let present = self.roster.iter().filter(|person| people.iter().any(|pose| pose.id == person.id()));
        self.live.extend(present.map(|person| person.live(&frame)));
    }

    /// A coach's choice: holds from the next frame on. Another exercise or load closes open sets.
    pub fn choose(&mut self, choice: Choice, events: &mut Vec<Event>) {
        let other = choice.exercise != self.settings.exercise || choice.load_kg != self.settings.load_kg;
        self.settings.choose(choice);
        let Some(t) = self.clock.newest_t() else { return };
        let mut out = Out { tally: &mut self.tally, events };
        for person in self.roster.iter_mut() {
            if other {
                person.close(t, &mut out);
            }
            person.choose(&self.settings);
        }
    }

    /// The picture does not continue (a loop, a reconnect): open movements are discarded, finished ones and sets are kept.
    pub fn discontinuity(&mut self, events: &mut Vec<Event>) {
        let mut out = Out { tally: &mut self.tally, events };
        for person in self.roster.iter_mut() {
            person.discard(&mut out);
        }
        self.clock.interrupt();
        self.live.clear();
    }

    /// The end: emits what is still held back and closes open sets.
    pub fn finish(&mut self, events: &mut Vec<Event>) {
        let Some(t) = self.clock.newest_t() else { return };
        let frame = Frame { t, median_dt: self.clock.median_dt(), settings: &self.settings };
        let mut out = Out { tally: &mut self.tally, events };
        for person in self.roster.iter_mut() {
            person.finish(&frame, &mut out);
        }
    }

    /// What to show now, one entry a person in view.
    pub fn live(&self) -> &[LivePerson] {
        &self.live
    }

    /// How good the input has been so far.
    pub fn quality(&self) -> SessionQuality {
        SessionQuality::of(&self.tally, &self.clock, self.roster.iter(), &self.settings)
    }
}
