//! All people of one station, live or offline.

use std::time::Duration;

use crate::person::{Frame, Out, Person};
use crate::quality::{Clock, SessionQuality, Tally};
use crate::roster::Roster;
use crate::signal::{Arrival, MOST_PEOPLE, Reorder};
use crate::{BarPoint, Choice, Event, LivePerson, PersonPose, Settings};

/// Turns the poses of one camera into events.
#[derive(Debug)]
pub struct Session {
    settings: Settings,
    order: Reorder,
    clock: Clock,
    roster: Roster,
    tally: Tally,
    live: Vec<LivePerson>,
    pasts: Vec<BarPast>,
}

/// Where a bar was before the frame that it came with.
#[derive(Debug)]
struct BarPast {
    /// The frame's time, once it has arrived.
    frame_t: Option<f64>,
    person_id: u32,
    past: Vec<(Duration, BarPoint)>,
}

impl Session {
    /// A session that has seen nothing.
    pub fn new(settings: Settings) -> Self {
        Self {
            order: Reorder::new(settings.layout.len()),
            settings,
            clock: Clock::default(),
            roster: Roster::new(),
            tally: Tally::default(),
            live: Vec::new(),
            pasts: Vec::new(),
        }
    }

    /// One frame: `pts` is its time, `people` as tracked (24 at most). Appends to `events`.
    ///
    /// Frames go through in the order of their time. One that follows the last one directly goes through at once; one
    /// behind a gap waits for the missing one, 0.1 s or three frames at most (the first frames of a session, while the
    /// frame rate is unknown, always do). A frame that comes later than that, or whose time is known already, is counted and left out.
    pub fn push(&mut self, pts: Duration, people: &[PersonPose<'_>], events: &mut Vec<Event>) {
        let t = pts.as_secs_f64();
        let people = &people[..people.len().min(MOST_PEOPLE)];
        for bar in self.pasts.iter_mut().filter(|bar| bar.frame_t.is_none()) {
            bar.frame_t = Some(t);
        }
        match self.order.offer(t, people, self.clock.median_dt()) {
            Arrival::Next => self.process(t, people, events),
            Arrival::Held => {}
            Arrival::Doubled | Arrival::Late => self.tally.frames_ignored += 1,
        }
        while let Some(held) = self.order.due(self.clock.median_dt()) {
            self.process(held.t, &held.people(), events);
            self.order.give_back(held);
        }
    }

    /// The picture does not continue (a loop, a reconnect): open movements are discarded, finished ones and sets are kept.
    pub fn discontinuity(&mut self, events: &mut Vec<Event>) {
        self.flush(events);
        let mut out = Out { tally: &mut self.tally, events };
        for person in self.roster.iter_mut() {
            person.discard(&mut out);
        }
        self.clock.interrupt();
        self.order.interrupt();
        self.pasts.clear();
        self.live.clear();
    }

    /// The end: emits what is still held back and closes open sets.
    pub fn finish(&mut self, events: &mut Vec<Event>) {
        self.flush(events);
        let Some(t) = self.clock.newest_t() else { return };
        let frame = Frame { t, median_dt: self.clock.median_dt(), settings: &self.settings };
        let mut out = Out { tally: &mut self.tally, events };
        for person in self.roster.iter_mut() {
            person.finish(&frame, &mut out);
        }
    }

    fn flush(&mut self, events: &mut Vec<Event>) {
        while let Some(held) = self.order.take() {
            self.process(held.t, &held.people(), events);
            self.order.give_back(held);
        }
    }

    /// One frame, in its turn.
    fn process(&mut self, t: f64, people: &[PersonPose<'_>], events: &mut Vec<Event>) {
        if !self.clock.tick(t) {
            self.tally.frames_ignored += 1;
            return;
        }
        self.tally.frames += 1;
        self.recall_bars(t);
        let frame = Frame { t, median_dt: self.clock.median_dt(), settings: &self.settings };
        let mut out = Out { tally: &mut self.tally, events };
        self.roster.untangle(&frame, people, &mut out);
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
        let in_view = |person: &&Person| people.iter().any(|pose| pose.id == person.id());
        let present = self.roster.iter().filter(in_view).filter(|person| person.is_bound());
        self.live.extend(present.map(|person| person.live(&frame)));
    }

    /// Where a person's bar was in earlier frames: a bar tracker is only sure of a bar once it has moved. Call it before the
    /// [`Session::push`] of the frame that first has the bar; what lies further back than the analysis looks is left out.
    pub fn bar_past(&mut self, person_id: u32, past: &[(Duration, BarPoint)]) {
        if !past.is_empty() && self.pasts.len() < MOST_PEOPLE {
            self.pasts.push(BarPast { frame_t: None, person_id, past: past.to_vec() });
        }
    }

    /// What is known of bars in earlier frames, in the turn of the frame it came with: the earlier ones have been through then.
    fn recall_bars(&mut self, t: f64) {
        let roster = &mut self.roster;
        self.pasts.retain(|bar| {
            let due = bar.frame_t.is_some_and(|frame_t| frame_t <= t);
            if let Some(person) = roster.iter_mut().find(|person| due && person.id() == bar.person_id) {
                person.bar_past(&bar.past);
            }
            !due
        });
    }

    /// A coach's choice: holds from the next frame on. Another exercise or load closes open sets; a load that is stated for the first
    /// time belongs to the open set, too.
    pub fn choose(&mut self, choice: Choice, events: &mut Vec<Event>) {
        self.flush(events);
        let other = choice.exercise != self.settings.exercise
            || self.settings.load_kg.is_some() && choice.load_kg != self.settings.load_kg;
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

    /// What to show now, one entry a person in view.
    pub fn live(&self) -> &[LivePerson] {
        &self.live
    }

    /// How good the input has been so far.
    pub fn quality(&self) -> SessionQuality {
        SessionQuality::of(&self.tally, &self.clock, self.roster.iter(), &self.settings)
    }
}
