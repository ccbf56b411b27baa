//! What the athlete should be told now (METRICS §5.4, §5.9).

use super::Rep;
use crate::record::{plain_as_is, record};

/// Why a cue is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CueKind {
    /// The set has lost as much velocity as the coach allows: stop.
    Stop,
    /// The same form fault in two repetitions in a row.
    Form,
}

plain_as_is!(CueKind);

record! {
    /// Something to tell the athlete now.
    pub struct Cue {
        plain {
            /// Person.
            person_id: u32,
            /// Exercise, as far as it is settled.
            exercise: &'static str,
            /// Number of the set in this session, from 1.
            set_number: u32,
            /// Number of the repetition that gave the cue; `None` where it does not count.
            rep_number: Option<u32>,
            /// `stop` or `form`.
            kind: CueKind,
            /// `velocity_loss`, or the fault's id.
            id: &'static str,
            /// 1–3, of a form fault.
            severity: Option<u32>,
            /// What was measured: percent of velocity lost, or the fault's evidence.
            value: f64,
            /// The limit that it passed.
            limit: f64,
            /// PTS of the frame at which it was decided, seconds.
            decided_s: f64,
        }
        measured {}
    }
}

/// Remembers what was told in a set.
#[derive(Debug, Default)]
pub(crate) struct Cues {
    stopped: bool,
    /// Faults of the repetition before, with whether they were told.
    before: Vec<(&'static str, bool)>,
}

impl Cues {
    /// The cues that a filed repetition gives: the stop once a set, when the velocity loss first reaches `stop_pct`; a form fault
    /// when it is seen in two repetitions in a row, and not again before a repetition without it.
    pub(crate) fn of(&mut self, rep: &Rep, stop_pct: Option<f64>) -> Vec<Cue> {
        let cue = |kind, id, severity, value, limit| Cue {
            person_id: rep.person_id,
            exercise: rep.exercise,
            set_number: rep.set_number,
            rep_number: rep.rep_number,
            kind,
            id,
            severity,
            value,
            limit,
            decided_s: rep.decided_s,
        };
        let mut cues = Vec::new();
        if let Some((limit, loss)) = stop_pct.zip(rep.velocity_loss_pct.value())
            && !self.stopped
            && loss >= limit
        {
            self.stopped = true;
            cues.push(cue(CueKind::Stop, "velocity_loss", None, loss, limit));
        }
        let mut now = Vec::with_capacity(rep.faults.len());
        for fault in &rep.faults {
            let before = self.before.iter().find(|(id, _)| *id == fault.id);
            let told = before.is_some_and(|(_, told)| *told);
            if before.is_some() && !told {
                let evidence = &fault.evidence;
                let severity = Some(u32::from(fault.severity));
                cues.push(cue(CueKind::Form, fault.id, severity, evidence.value, evidence.limit));
            }
            now.push((fault.id, before.is_some()));
        }
        self.before = now;
        cues
    }

    /// Whether the stop was told.
    pub(crate) fn stopped(&self) -> bool {
        self.stopped
    }
}
