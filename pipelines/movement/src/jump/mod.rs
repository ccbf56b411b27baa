//! Jumps: a flight is found by the feet and confirmed by the hips, then measured backwards from its landing.

mod angles;
mod approach;
mod contact;
mod detect;
mod events;
mod feet;
mod landing;
mod measure;
mod phases;
mod posture;
mod reactive;
mod record;
mod report;
mod series;
mod values;

use crate::Exercise;
use crate::event::{Event, Refusal};
use crate::exercise::Family;
use crate::measured::{Measured, Quality, rounded};
use crate::person::{Out, Seen};
use crate::pose::Joint;
use contact::{HOP_CONTACT_S, LastFlight};
use detect::{Contact, FlightDetector};
pub(crate) use events::G;
use landing::Watched;
use measure::{Landed, Reject, Surroundings, measure};
pub use record::{Jump, JumpKind, JumpSeries, Landing};
use series::Series;

/// The jumps of one person.
#[derive(Debug)]
pub(crate) struct Jumps {
    flight: FlightDetector,
    last: Option<LastFlight>,
    last_height_m: Option<f64>,
    watched: Option<Watched>,
    series: Series,
    /// Greatest height and its uncertainty of countermovement and of squat jumps.
    best: [Option<(f64, f64)>; 2],
}

impl Jumps {
    pub(crate) fn new() -> Self {
        Self {
            flight: FlightDetector::new(),
            last: None,
            last_height_m: None,
            watched: None,
            series: Series::default(),
            best: [None; 2],
        }
    }

    /// Whether a flight may be under way.
    pub(crate) fn is_open(&self) -> bool {
        self.flight.is_open()
    }

    /// Height of the last jump, metres.
    pub(crate) fn last_height_m(&self) -> Option<f64> {
        self.last_height_m
    }

    /// Looks at the newest sample; returns the time of a landing, after which nothing else was a movement.
    pub(crate) fn follow(&mut self, seen: &Seen<'_>, out: &mut Out<'_>) -> Option<f64> {
        if !seen.settings.exercise.allows(Family::Jump) {
            return None;
        }
        let contact = self.flight.update(seen.ring, seen.scale.m_per_px);
        let landing = contact.and_then(|contact| self.land(seen, &contact, out));
        if !self.flight.is_open() && self.series.is_over(seen.now) {
            self.end_series(seen, out);
        }
        if self.watched.as_mut().is_some_and(|watched| watched.follow(seen)) {
            self.end_landing(seen, out);
        }
        landing
    }

    /// Forgets an open flight and a landing that is watched; returns whether there was a flight.
    pub(crate) fn discard(&mut self) -> bool {
        self.last = None;
        self.watched = None;
        self.flight.reset()
    }

    /// Ends what is open of a series: its athlete was lost or is forgotten.
    pub(crate) fn close(&mut self, person_id: u32, now: f64, out: &mut Out<'_>) {
        let ended = self.series.close(person_id, now, false);
        out.events.extend(ended.map(Event::JumpSeries));
    }

    /// The recording ends.
    pub(crate) fn finish(&mut self, seen: &Seen<'_>, out: &mut Out<'_>) -> Option<f64> {
        let contact = self.flight.finish();
        let landing = contact.and_then(|contact| self.land(seen, &contact, out));
        self.end_series(seen, out);
        self.end_landing(seen, out);
        landing
    }

    fn end_series(&mut self, seen: &Seen<'_>, out: &mut Out<'_>) {
        let chosen = seen.settings.exercise == Exercise::RepeatedJumps;
        let ended = self.series.close(seen.person_id, seen.now, chosen);
        out.events.extend(ended.map(Event::JumpSeries));
    }

    fn end_landing(&mut self, seen: &Seen<'_>, out: &mut Out<'_>) {
        let landing = self.watched.take().and_then(|watched| watched.report(seen));
        out.events.extend(landing.map(Event::Landing));
    }

    fn land(&mut self, seen: &Seen<'_>, contact: &Contact, out: &mut Out<'_>) -> Option<f64> {
        let with = Surroundings {
            person_id: seen.person_id,
            now: seen.now,
            scale: seen.scale,
            has_stood: seen.has_stood,
            has_toes: seen.settings.layout.has(Joint::Toe),
            yaw_deg: seen.yaw_deg,
            median_dt: seen.median_dt,
            profile: &seen.settings.model,
            exercise: seen.settings.exercise,
            mass_kg: seen.settings.mass_kg,
            last: self.last,
            id_changed: seen.id_changed_at.is_some_and(|t| seen.now - t < 3.0),
        };
        // What the hips do from here on belongs to this flight.
        let rebound = self.watched.as_ref().is_some_and(|w| w.rebounds(contact.first_above, HOP_CONTACT_S));
        match measure(seen.ring, contact, &with) {
            Ok(landed) => {
                if rebound {
                    self.watched = None;
                } else {
                    self.end_landing(seen, out);
                }
                self.report(seen, landed, out);
            }
            Err(Reject::Refused(reason)) => {
                self.last = None;
                out.tally.refuse(reason);
                out.events.push(Event::Refused(Refusal {
                    person_id: seen.person_id,
                    what: "jump",
                    t_s: rounded(contact.first_above),
                    decided_s: seen.now,
                    reason,
                }));
            }
            Err(Reject::NotAJump) => {
                out.tally.not_jumps += 1;
                return None;
            }
        }
        Some(contact.last_above)
    }

    fn report(&mut self, seen: &Seen<'_>, landed: Landed, out: &mut Out<'_>) {
        self.watched = Some(Watched::new(&landed));
        self.last = Some(landed.last);
        let mut jump = landed.jump;
        self.last_height_m = jump.height_m.value();
        self.compare(&mut jump);
        let chosen = seen.settings.exercise == Exercise::RepeatedJumps;
        let ended = self.series.take(&mut jump, chosen);
        out.events.extend(ended.map(Event::JumpSeries));
        out.events.push(Event::Jump(jump));
    }

    /// Eccentric utilisation, once there is a jump of either kind (METRICS §4.5).
    fn compare(&mut self, jump: &mut Jump) {
        let of = match jump.kind {
            JumpKind::Cmj => 0,
            JumpKind::SquatJump if jump.remarks.is_empty() || jump.remarks == ["tucked_landing"] => 1,
            _ => return,
        };
        let (Some(height), Some(u)) = (jump.height_m.value(), jump.height_m.u()) else { return };
        if jump.quality > Quality::Low && self.best[of].is_none_or(|(best, _)| height > best) {
            self.best[of] = Some((height, u));
        }
        if let [Some((cmj, cmj_u)), Some((squat, squat_u))] = self.best {
            let u = cmj / squat * (cmj_u / cmj).hypot(squat_u / squat);
            jump.eccentric_utilisation =
                Measured::new(cmj / squat, u, "cmj_over_squat_jump").capped(jump.quality, "as_its_jump");
        }
    }
}
