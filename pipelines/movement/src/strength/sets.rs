//! Sets: names the exercise, numbers the repetitions, and says when a set is over (METRICS §5.8).

use super::cue::Cue;
use super::ledger::{Ledger, Loaded, Memory};
use super::spec::Spec;
use super::{Rep, Set};
use crate::exercise::UNKNOWN;
use crate::measured::{Measured, Quality};
use crate::signal::median;

/// A set is over after this long without a new repetition, or after this many times its median repetition.
const REST_S: f64 = 8.0;
const REST_REPS: f64 = 3.0;
/// Agreeing repetitions that settle the exercise while the set runs.
const AGREEING: u32 = 2;
/// Durations remembered for the median of a set; the first ones stay.
const DURATIONS: usize = 64;

/// Exercises told apart within a set; there is no third kin.
const VOTES: usize = 2;

#[derive(Debug)]
struct Open {
    number: u32,
    start_s: f64,
    end_s: f64,
    last_start_s: f64,
    rep_count: u32,
    partial_count: u32,
    durations_s: Vec<f64>,
    /// How many counted repetitions were taken for what.
    votes: Vec<(&'static Spec, u32)>,
    best: Option<Measured>,
    last_loss: Measured,
    ledger: Ledger,
}

/// The sets of one person.
#[derive(Debug)]
pub(crate) struct Sets {
    chosen: Option<&'static Spec>,
    open: Option<Open>,
    memory: Memory,
}

impl Sets {
    pub(crate) fn new(chosen: Option<&'static Spec>) -> Self {
        Self { chosen, open: None, memory: Memory::default() }
    }

    /// A coach has chosen.
    pub(crate) fn choose(&mut self, chosen: Option<&'static Spec>) {
        self.chosen = chosen;
    }

    /// Counted repetitions of the open set.
    pub(crate) fn rep_count(&self) -> u32 {
        self.open.as_ref().map_or(0, |open| open.rep_count)
    }

    /// What the open set is, as far as its repetitions tell.
    pub(crate) fn leading(&self) -> Option<&'static Spec> {
        self.chosen.or_else(|| self.open.as_ref()?.leading().map(|(spec, _)| spec))
    }

    /// Whether the exercise is settled: chosen, or two repetitions agree.
    pub(crate) fn is_settled(&self) -> bool {
        let votes = self.open.as_ref().and_then(Open::leading).map_or(0, |(_, votes)| votes);
        self.chosen.is_some() || votes >= AGREEING
    }

    /// Exercise of the open set as far as it is settled.
    pub(crate) fn exercise(&self) -> &'static str {
        self.leading().filter(|_| self.is_settled()).map_or(UNKNOWN, Spec::name)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Files a repetition: gives it its set, its number, its exercise and its velocity loss. Returns the open set, closed,
    /// where the repetition is of another exercise, and the cues that it gives. `next_number` counts the session's sets.
    pub(crate) fn file(
        &mut self,
        rep: &mut Rep,
        spec: &'static Spec,
        next_number: &mut u32,
        loaded: Loaded,
    ) -> (Option<Set>, Vec<Cue>) {
        let other = rep.counts() && self.leading().is_some_and(|leading| !leading.is_kin(spec));
        let closed =
            if other && self.chosen.is_none() { self.close(rep.decided_s, rep.person_id) } else { None };
        let (start, end) =
            (rep.start_s.value().unwrap_or(rep.decided_s), rep.end_s.value().unwrap_or(rep.decided_s));
        let rested_from = self.memory.previous_end_s();
        let open = self.open.get_or_insert_with(|| {
            *next_number += 1;
            Open::new(*next_number, start, end, rested_from)
        });
        open.end_s = end;
        open.last_start_s = start;
        rep.set_number = open.number;
        if rep.counts() {
            open.rep_count += 1;
            open.vote(spec);
            rep.rep_number = Some(open.rep_count);
            if open.durations_s.len() < DURATIONS {
                open.durations_s.push(end - start);
            }
            rep.velocity_loss_pct = open.velocity_loss(&rep.mean_concentric_velocity_m_s);
            open.last_loss = rep.velocity_loss_pct.clone();
        } else {
            open.partial_count += 1;
        }
        rep.exercise = self.exercise();
        let cues = self.open.as_mut().map(|open| open.ledger.note(rep, (start, end), loaded));
        (closed, cues.unwrap_or_default())
    }

    /// Closes the set when no repetition has begun for the rest's length.
    pub(crate) fn rest(&mut self, now: f64, repetition_open: bool, person_id: u32) -> Option<Set> {
        let open = self.open.as_ref().filter(|_| !repetition_open)?;
        let repetition_s = median(open.durations_s.iter().copied()).unwrap_or(0.0);
        let rest_s = REST_S.max(REST_REPS * repetition_s);
        (now - open.last_start_s.max(open.end_s - rest_s / 2.0) > rest_s)
            .then(|| self.close(now, person_id))
            .flatten()
    }

    /// Closes the open set.
    pub(crate) fn close(&mut self, now: f64, person_id: u32) -> Option<Set> {
        // One repetition alone has passed every gate of its exercise; only what never counted stays without a name.
        let exercise = self.leading().map_or(UNKNOWN, Spec::name);
        let known = self.leading().map(|spec| spec.exercise);
        let open = self.open.take()?;
        let sums = self.memory.close(&open.ledger, known, open.end_s);
        Some(Set {
            person_id,
            set_number: open.number,
            exercise,
            rep_count: open.rep_count,
            partial_count: open.partial_count,
            start_s: open.start_s,
            end_s: open.end_s,
            decided_s: now,
            best_mean_concentric_velocity_m_s: open
                .best
                .unwrap_or_else(|| Measured::unavailable("displacement_over_time", "no_velocity")),
            velocity_loss_pct: open.last_loss,
            ..sums
        })
    }
}

impl Open {
    fn new(number: u32, start_s: f64, end_s: f64, rested_from: Option<f64>) -> Self {
        Self {
            number,
            start_s,
            end_s,
            last_start_s: start_s,
            rep_count: 0,
            partial_count: 0,
            durations_s: Vec::with_capacity(DURATIONS),
            votes: Vec::with_capacity(VOTES),
            best: None,
            last_loss: Measured::unavailable("against_fastest_in_set", "no_velocity"),
            ledger: Ledger::begin(start_s, rested_from),
        }
    }

    fn vote(&mut self, spec: &'static Spec) {
        match self.votes.iter_mut().find(|(voted, _)| voted.exercise == spec.exercise) {
            Some((_, votes)) => *votes += 1,
            None => self.votes.push((spec, 1)),
        }
    }

    /// What most counted repetitions were taken for; the first of equals.
    fn leading(&self) -> Option<(&'static Spec, u32)> {
        self.votes.iter().copied().reduce(|best, next| if next.1 > best.1 { next } else { best })
    }

    /// Loss against the fastest repetition so far (METRICS §5.4). The scale cancels.
    fn velocity_loss(&mut self, velocity: &Measured) -> Measured {
        const METHOD: &str = "against_fastest_in_set";
        let Some(now) = velocity.value().filter(|v| *v > 0.0) else {
            return Measured::unavailable(METHOD, "no_velocity");
        };
        let best = match self.best.as_ref().and_then(Measured::value) {
            Some(best) if best >= now => best,
            _ => {
                self.best = Some(velocity.clone());
                now
            }
        };
        let loss = Measured::new(100.0 * (1.0 - now / best), 3.0, METHOD);
        let unsteady =
            velocity.quality() == Quality::Low && !velocity.reasons().contains(&"no_athlete_height");
        if unsteady { loss.capped(Quality::Low, "unsteady_velocity") } else { loss }
    }
}
