//! What a quantity is held to, value by value.

use crate::errors::{Off, Sample};
use crate::table::{Met, Table};

/// What a quantity is held to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limit {
    /// One frame; the errors are milliseconds.
    Frames,
    Cm(f64),
    Spm(f64),
    /// Nothing; the errors have this unit.
    None(&'static str),
}

impl Limit {
    /// The error in units of the limit.
    fn share_of(self, off: &Off) -> f64 {
        match self {
            Self::Frames => off.error / (1e3 * off.frame_s),
            Self::Cm(limit) | Self::Spm(limit) => off.error / limit,
            Self::None(_) => 0.0,
        }
    }

    /// The row of these errors: met when every single one keeps within the limit.
    pub(crate) fn row(self, table: &mut Table, what: &str, target: &str, sample: &Sample<'_>) {
        let Some(worst) =
            sample.worst_by(|off| if matches!(self, Self::None(_)) { off.error } else { self.share_of(off) })
        else {
            table.row(what, target, "–".to_owned(), Met::Absent);
            return;
        };
        let (clip, rms) = (&worst.clip, sample.rms());
        let text = match self {
            Self::Frames => format!("worst {:+.1} frames (`{clip}`), rms {rms:.0} ms", self.share_of(worst)),
            Self::Cm(_) => format!("worst {:+.1} cm (`{clip}`), rms {rms:.1}", worst.error),
            Self::Spm(_) => format!("worst {:+.2} spm (`{clip}`)", worst.error),
            Self::None(unit) => format!("worst {:+.2}{unit} (`{clip}`), rms {rms:.2}", worst.error),
        };
        if matches!(self, Self::None(_)) {
            table.row(what, target, text, Met::Open);
            return;
        }
        let within = sample.count(|off| self.share_of(off).abs() <= 1.0);
        let text = format!("{text}; {within} of {} within", sample.n());
        table.row(what, target, text, Met::of(within == sample.n()));
    }
}
