//! What a set adds up to, and what is remembered from set to set (METRICS §5.4, §5.6, §5.8).

use super::cue::{Cue, Cues};
use super::one_rm::LoadVelocity;
use super::tempo::{Tempo, explosive, pause_between};
use super::{Rep, RepStatus, Set};
use crate::exercise::Exercise;
use crate::measured::{Measured, Quality};
use crate::signal::median;

/// A rest is told up to this length (METRICS §5.8).
const LONGEST_REST_S: f64 = 900.0;
/// Repetitions that a set's means are taken of; the first ones stay.
const REPS: usize = 128;
/// Exercises and loads whose first set is remembered for the loss from set to set; the oldest goes first.
const FIRSTS: usize = 32;
/// The usual ascent is the median of at least this many.
const USUAL: usize = 2;

/// The coach's choices that the numbers need.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Loaded {
    pub(crate) load_kg: Option<f64>,
    pub(crate) stop_pct: Option<f64>,
}

/// One set while it runs.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    rest_s: Option<f64>,
    previous_end_s: Option<f64>,
    tempos: Vec<Tempo>,
    velocities: Vec<(f64, f64)>,
    best: Option<Measured>,
    last: Option<Measured>,
    low: bool,
    tension_s: f64,
    volume_kg: Option<f64>,
    load_kg: Option<f64>,
    cues: Cues,
    /// Mean velocity of the last counted repetition before a failed one.
    limit_m_s: Option<f64>,
}

impl Ledger {
    /// A set that begins at `start_s` after one that ended at `previous_end_s`.
    pub(crate) fn begin(start_s: f64, previous_end_s: Option<f64>) -> Self {
        let rest_s =
            previous_end_s.map(|end| (start_s - end).max(0.0)).filter(|rest| *rest <= LONGEST_REST_S);
        Self { rest_s, volume_kg: Some(0.0), ..Self::default() }
    }

    /// Completes a filed repetition by what only the set knows, and adds it up. Its cues come back.
    pub(crate) fn note(&mut self, rep: &mut Rep, span_s: (f64, f64), loaded: Loaded) -> Vec<Cue> {
        let pause = self.previous_end_s.map(|end| pause_between(end, span_s.0));
        self.previous_end_s = Some(span_s.1);
        // What lies between two repetitions is the pause before this one: at the top for a squat, at the floor for a deadlift.
        let between = match pause {
            None => Measured::unavailable("before_repetition", "first_of_set"),
            Some(None) => Measured::unavailable("before_repetition", "longer_than_10_s"),
            Some(Some(s)) => Measured::new(
                s,
                rep.start_s.u().unwrap_or(0.05) * std::f64::consts::SQRT_2,
                "before_repetition",
            ),
        };
        if let Some(pending) =
            [&mut rep.pause_bottom_s, &mut rep.pause_top_s].into_iter().find(|p| p.reasons() == [BETWEEN])
        {
            *pending = between;
        }
        let (concentric_s, v) = (rep.concentric_s.value(), rep.mean_concentric_velocity_m_s.value());
        let tempo = Tempo {
            eccentric_s: rep.eccentric_s.value(),
            bottom_s: rep.pause_bottom_s.value(),
            concentric_s,
            top_s: rep.pause_top_s.value(),
        };
        if rep.counts() {
            self.add(rep, tempo, loaded);
        } else if rep.status == RepStatus::Failed {
            self.limit_m_s = self.last.as_ref().and_then(Measured::value);
        }
        let ascents = || self.tempos.iter().filter_map(|tempo| tempo.concentric_s);
        let usual = if ascents().count() > USUAL { median(ascents()) } else { None };
        let fast = explosive(concentric_s, v, usual, self.best.as_ref().and_then(Measured::value));
        rep.tempo = concentric_s.map(|_| tempo.text(fast && rep.counts()));
        for fault in &mut rep.faults {
            fault.rep = rep.rep_number;
        }
        let cues = self.cues.of(rep, loaded.stop_pct);
        rep.stop_cue = self.cues.stopped();
        cues
    }

    fn add(&mut self, rep: &Rep, tempo: Tempo, loaded: Loaded) {
        if self.tempos.len() < REPS {
            self.tempos.push(tempo);
        }
        let under = [&rep.eccentric_s, &rep.concentric_s, &rep.pause_bottom_s, &rep.pause_top_s];
        // The pause before a repetition is rest on the feet, not work under the load.
        self.tension_s +=
            under.iter().filter(|m| m.method() != "before_repetition").filter_map(|m| m.value()).sum::<f64>();
        self.load_kg = loaded.load_kg;
        self.volume_kg = self.volume_kg.zip(loaded.load_kg).map(|(sum, load)| sum + load);
        let velocity = &rep.mean_concentric_velocity_m_s;
        if let (Some(v), Some(u)) = (velocity.value(), velocity.u()) {
            if self.velocities.len() < REPS {
                self.velocities.push((v, u));
            }
            self.low |= velocity.quality() == Quality::Low;
            if self.best.as_ref().and_then(Measured::value).is_none_or(|best| v > best) {
                self.best = Some(velocity.clone());
            }
            self.last = Some(velocity.clone());
        }
    }

    fn mean_tempo(&self) -> Option<String> {
        let mean = |of: fn(&Tempo) -> Option<f64>| {
            let seen = || self.tempos.iter().filter_map(of);
            let n = seen().count();
            (n > 0).then(|| seen().sum::<f64>() / n as f64)
        };
        let tempo = Tempo {
            eccentric_s: mean(|tempo| tempo.eccentric_s),
            bottom_s: mean(|tempo| tempo.bottom_s),
            concentric_s: mean(|tempo| tempo.concentric_s),
            top_s: mean(|tempo| tempo.top_s),
        };
        (!self.tempos.is_empty()).then(|| tempo.text(false))
    }

    fn mean_velocity(&self) -> Measured {
        const METHOD: &str = "mean_of_counted";
        let n = self.velocities.len() as f64;
        if self.velocities.is_empty() {
            return Measured::unavailable(METHOD, "no_velocity");
        }
        let mean = self.velocities.iter().map(|(v, _)| v).sum::<f64>() / n;
        // The scale's part is common to all of them, so it does not shrink with their number.
        let u = self.velocities.iter().map(|(_, u)| u).sum::<f64>() / n;
        let measured = Measured::new(mean, u, METHOD);
        if self.low { measured.capped(Quality::Low, "of_low_quality") } else { measured }
    }
}

/// Reason that marks the pause between repetitions until the set fills it.
pub(crate) const BETWEEN: &str = "between_repetitions";

/// What is remembered of a person from set to set.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    previous_end_s: Option<f64>,
    profile: LoadVelocity,
    /// Exercise, load and best velocity of the first set with them.
    firsts: Vec<(Exercise, Option<f64>, f64)>,
}

impl Memory {
    /// End of the set before.
    pub(crate) fn previous_end_s(&self) -> Option<f64> {
        self.previous_end_s
    }

    /// Closes a set that ended at `end_s`: what it adds up to, and what stays for the next ones. Names and counts are the caller's.
    pub(crate) fn close(&mut self, ledger: &Ledger, exercise: Option<Exercise>, end_s: f64) -> Set {
        const NO_NAME: &str = "exercise_unknown";
        self.previous_end_s = Some(end_s);
        let (velocity_loss_between_sets_pct, one_rep_max_kg) = match exercise {
            None => (
                Measured::unavailable("against_first_set", NO_NAME),
                Measured::unavailable("load_velocity_line", NO_NAME),
            ),
            Some(exercise) => {
                self.profile.add(exercise, ledger.load_kg, ledger.best.as_ref());
                if let Some(limit) = ledger.limit_m_s {
                    self.profile.failed_after(exercise, limit);
                }
                (self.loss(exercise, ledger), self.profile.one_rep_max(exercise))
            }
        };
        let reps = ledger.tempos.len() as f64;
        let u_phase = 0.03 * (3.0 * reps).sqrt();
        Set {
            load_kg: ledger.load_kg,
            volume_load_kg: ledger.volume_kg.filter(|_| reps > 0.0),
            rest_s: ledger.rest_s,
            mean_tempo: ledger.mean_tempo(),
            mean_concentric_velocity_m_s: ledger.mean_velocity(),
            last_mean_concentric_velocity_m_s: ledger
                .last
                .clone()
                .unwrap_or_else(|| Measured::unavailable("displacement_over_time", "no_velocity")),
            time_under_tension_s: Measured::new(ledger.tension_s, u_phase, "sum_of_phases"),
            velocity_loss_between_sets_pct,
            one_rep_max_kg,
            ..Set::default()
        }
    }

    /// Loss of a set's best velocity against the first set of the same exercise with the same load, percent.
    fn loss(&mut self, exercise: Exercise, ledger: &Ledger) -> Measured {
        const METHOD: &str = "against_first_set";
        let Some(best) = ledger.best.as_ref().and_then(Measured::value).filter(|v| *v > 0.0) else {
            return Measured::unavailable(METHOD, "no_velocity");
        };
        let same = |known: &&(Exercise, Option<f64>, f64)| known.0 == exercise && known.1 == ledger.load_kg;
        if let Some((_, _, first)) = self.firsts.iter().find(same) {
            return Measured::new(100.0 * (1.0 - best / first), 3.0, METHOD);
        }
        if self.firsts.len() == FIRSTS {
            self.firsts.remove(0);
        }
        self.firsts.push((exercise, ledger.load_kg, best));
        Measured::unavailable(METHOD, "first_set")
    }
}
