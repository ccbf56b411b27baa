//! Squat repetitions: the hips go down and come up again; the bar on the shoulders is what is measured.

mod cycle;
mod measure;
mod phases;
mod record;

pub(crate) use cycle::{Cycle, CycleDetector};
pub(crate) use measure::{RepContext, measure};
pub use record::{Rep, RepStatus};
