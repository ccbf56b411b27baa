//! The signal layer: everything works on seconds and on actual time differences, never on frame counts.

mod coverage;
mod fit;
mod guard;
mod median;
mod one_euro;
mod pair;
mod recent;
mod reorder;
mod ring;
mod spike;
mod swap;
#[cfg(test)]
mod table;

#[allow(unused_imports, reason = "for the measures of each movement")]
pub(crate) use coverage::Coverage;
pub(crate) use fit::{Parabola, line_fit, parabola_fit};
pub(crate) use guard::{BodyScale, Guard, Joints, Seen};
pub(crate) use median::{median, quantile};
pub use one_euro::OneEuro;
pub(crate) use pair::{Pair, VISIBLE};
pub(crate) use recent::Recent;
pub(crate) use reorder::{Arrival, MOST_PEOPLE, Reorder};
pub(crate) use ring::{Ring, Timed};
pub(crate) use spike::drop_spike;
pub(crate) use swap::SwapGuard;
