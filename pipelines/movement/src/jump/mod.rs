//! Jumps: a flight is found by the feet and confirmed by the hips, then measured backwards from its landing.

mod approach;
mod detect;
mod events;
mod measure;
mod record;

pub(crate) use detect::{Contact, FlightDetector};
pub(crate) use measure::{Reject, Surroundings, measure};
pub use record::{Jump, JumpKind};
