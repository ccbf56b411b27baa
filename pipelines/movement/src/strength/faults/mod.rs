//! Form faults of one repetition (METRICS §5.9), each with what it was seen by; what the view can't show is listed as such.

mod arms;
mod legs;
mod table;
#[cfg(test)]
mod tests;
mod trunk;

use super::phases::Point;
use super::posture::{Aspect, Body};
use super::span::Span;
use crate::exercise::Exercise;
use crate::measured::{Measured, rounded};
use crate::record::plain_as_is;

/// What a fault was seen by.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Evidence {
    /// What was measured, with its unit.
    pub measure: &'static str,
    /// Its value.
    pub value: f64,
    /// Its standard uncertainty (1 σ).
    pub u: f64,
    /// The limit that it passed.
    pub limit: f64,
}

/// A form fault.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Fault {
    /// Which one, such as `excessive_lean`.
    pub id: &'static str,
    /// 1 slight, 2 clear, 3 gross.
    pub severity: u8,
    /// Number of the repetition among the counted ones of the set; null where it does not count.
    pub rep: Option<u32>,
    /// When it was greatest, seconds.
    pub t_s: f64,
    /// What it was seen by.
    pub evidence: Evidence,
}

/// A fault that could not be looked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct NotAssessed {
    /// Which one.
    pub id: &'static str,
    /// Why.
    pub reason: &'static str,
}

plain_as_is!(Vec<Fault>, Vec<NotAssessed>);

/// What faults are looked for in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rep<'a> {
    pub(crate) body: Body<'a>,
    pub(crate) span: Span,
    pub(crate) aspect: Aspect,
    /// The followed point in metres, upward.
    pub(crate) points: &'a [Point],
    pub(crate) m_per_px: f64,
    /// Standard uncertainty of a joint angle, degrees.
    pub(crate) u_angle_deg: f64,
    /// Hip below knee at the bottom, metres.
    pub(crate) depth_m: &'a Measured,
    pub(crate) hip_shift_pct: &'a Measured,
    pub(crate) knee_ankle_ratio: &'a Measured,
    /// Greatest distance of the bar forward of where it began, metres.
    pub(crate) forward_m: &'a Measured,
}

/// A value against its limit. Beyond it by `step` the fault is a clear one, by twice that a gross one.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Seen {
    t: f64,
    measure: &'static str,
    value: f64,
    u: f64,
    limit: f64,
    /// Signed: negative where less than the limit is the fault.
    step: f64,
}

impl Seen {
    fn severity(&self) -> Option<u8> {
        let beyond = (self.value - self.limit) / self.step;
        if beyond <= 0.0 || !beyond.is_finite() {
            None
        } else if beyond < 1.0 {
            Some(1)
        } else if beyond < 2.0 {
            Some(2)
        } else {
            Some(3)
        }
    }
}

/// What a check gives: a value to judge, or the reason why there is none.
type Outcome = Result<Seen, &'static str>;
type Check = fn(&Rep<'_>) -> Outcome;

/// Looks for the faults of an exercise.
pub(crate) fn assess(exercise: Exercise, rep: &Rep<'_>) -> (Vec<Fault>, Vec<NotAssessed>) {
    let (mut faults, mut not_assessed) = (Vec::new(), Vec::new());
    for &(id, check) in table::checks(exercise) {
        match check(rep) {
            Ok(seen) => faults.extend(seen.severity().map(|severity| Fault {
                id,
                severity,
                rep: None,
                t_s: rounded(seen.t),
                evidence: Evidence {
                    measure: seen.measure,
                    value: rounded(seen.value),
                    u: rounded(seen.u),
                    limit: rounded(seen.limit),
                },
            })),
            Err(reason) => not_assessed.push(NotAssessed { id, reason }),
        }
    }
    (faults, not_assessed)
}

/// A measured value, or the reason why there is none.
fn value_of(measured: &Measured) -> Result<(f64, f64), &'static str> {
    measured
        .value()
        .zip(measured.u())
        .ok_or_else(|| measured.reasons().first().copied().unwrap_or("not_measured"))
}
