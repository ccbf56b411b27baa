//! The signal layer: everything works on seconds and on actual time differences, never on frame counts.

mod fit;
mod median;
mod pair;
mod reorder;
mod ring;
mod spike;

pub(crate) use fit::{Parabola, line_fit, parabola_fit};
pub(crate) use median::{median, quantile};
pub(crate) use pair::{Pair, VISIBLE};
pub(crate) use reorder::{Arrival, MOST_PEOPLE, Reorder};
pub(crate) use ring::{Ring, Timed};
pub(crate) use spike::drop_spike;
