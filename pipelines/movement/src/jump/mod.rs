//! Jumps: a flight is found by the feet and confirmed by the hips, then measured backwards from its landing.

mod approach;
mod detect;
mod events;
mod measure;
mod record;

use crate::event::{Event, Refusal};
use crate::exercise::Family;
use crate::measured::rounded;
use crate::person::{Out, Seen};
use crate::pose::Joint;
use detect::{Contact, FlightDetector};
use measure::{Reject, Surroundings, measure};
pub use record::{Jump, JumpKind};

/// The jumps of one person.
#[derive(Debug)]
pub(crate) struct Jumps {
    flight: FlightDetector,
    last_landing: Option<f64>,
    last_height_m: Option<f64>,
}

impl Jumps {
    pub(crate) fn new() -> Self {
        Self { flight: FlightDetector::new(), last_landing: None, last_height_m: None }
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
        let contact = self.flight.update(seen.ring, seen.scale.m_per_px)?;
        self.land(seen, &contact, out)
    }

    /// Forgets an open flight; returns whether there was one.
    pub(crate) fn discard(&mut self) -> bool {
        self.last_landing = None;
        self.flight.reset()
    }

    /// The recording ends.
    pub(crate) fn finish(&mut self, seen: &Seen<'_>, out: &mut Out<'_>) -> Option<f64> {
        let contact = self.flight.finish()?;
        self.land(seen, &contact, out)
    }

    fn land(&mut self, seen: &Seen<'_>, contact: &Contact, out: &mut Out<'_>) -> Option<f64> {
        let with = Surroundings {
            person_id: seen.person_id,
            now: seen.now,
            scale: seen.scale,
            has_stood: seen.has_stood,
            has_toes: seen.settings.layout.has(Joint::Toe),
            median_dt: seen.median_dt,
            profile: &seen.settings.model,
            last_landing: self.last_landing,
            id_changed: seen.id_changed_at.is_some_and(|t| seen.now - t < 3.0),
        };
        match measure(seen.ring, contact, &with) {
            Ok(jump) => {
                self.last_height_m = jump.height_m.value();
                out.events.push(Event::Jump(jump));
            }
            Err(Reject::Refused(reason)) => {
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
        self.last_landing = Some(contact.last_above);
        self.last_landing
    }
}
