//! Walking and running: steps are found by the foot that is in front, timed by the foot on the ground, and added up.

mod angles;
mod bout;
mod corner;
mod cycles;
mod feet;
mod legs;
mod mean;
mod measure;
mod profile;
mod ranges;
mod record;
mod report;
mod rhythm;
mod sums;
mod turns;

use std::collections::VecDeque;

use crate::event::{Event, Refusal};
use crate::exercise::{Exercise, Family};
use crate::measured::rounded;
use crate::person::{Out, Seen};
use bout::Bout;
use corner::What;
use feet::{Apart, Feet};
use measure::Context;
pub use profile::GaitProfile;
pub use ranges::CycleRange;
pub(crate) use ranges::level_walking;
pub use record::{
    Completeness, Cycle, FootEvent, Gait, GaitBout, GaitKind, MeanCurve, RangeCheck, ReasonCount,
    ValidationFailure,
};
use rhythm::Rhythm;
use turns::Maxima;

/// A long bout is reported in windows of this length, seconds.
const WINDOW_S: f64 = 30.0;
/// Turning points that wait to be timed, at most, and for how long, seconds.
const WAITING: usize = 64;
const WAIT_S: f64 = 6.0;
/// Which foot is in front is asked in this half window, seconds.
const SIDE_S: f64 = 0.08;
/// A toe-off waits until the front foot's turning point is known from which it takes its side, in step times.
const SIDE_STEPS: f64 = 0.55;
/// A turning point at the end of a recording counts when its event has been seen, in step times.
const SEEN_STEPS: f64 = 0.3;
/// A bout has at least this many strikes.
const LEAST_STRIKES: u32 = 4;

/// A foot furthest ahead or furthest behind.
#[derive(Debug, Clone, Copy)]
struct Turn {
    t: f64,
    what: What,
}

/// The walking and running of one person.
#[derive(Debug)]
pub(crate) struct Gaits {
    feet: Feet,
    ahead: Maxima,
    behind: Maxima,
    waiting: VecDeque<Turn>,
    rhythm: Rhythm,
    bout: Option<Box<Bout>>,
    context: Option<Context>,
    chosen: Exercise,
}

impl Gaits {
    pub(crate) fn new() -> Self {
        Self {
            feet: Feet::new(),
            ahead: Maxima::new(),
            behind: Maxima::new(),
            waiting: VecDeque::with_capacity(WAITING),
            rhythm: Rhythm::new(),
            bout: None,
            context: None,
            chosen: Exercise::Auto,
        }
    }

    /// Whether the athlete walks or runs, or is about to: nothing else is a movement then.
    pub(crate) fn is_moving(&self, now: f64) -> bool {
        self.bout.is_some() || self.rhythm.moving(now)
    }

    /// Whether the steps are known to be a gait.
    pub(crate) fn has_begun(&self) -> bool {
        self.bout.is_some()
    }

    /// Steps a minute over the last ten seconds.
    pub(crate) fn cadence_spm(&self, now: f64) -> Option<f64> {
        self.bout.as_ref().and_then(|_| self.rhythm.cadence_spm(now))
    }

    /// Looks at the newest sample.
    pub(crate) fn follow(&mut self, seen: &Seen<'_>, out: &mut Out<'_>) {
        self.chosen = seen.settings.exercise;
        if !self.chosen.allows(Family::Gait) {
            return;
        }
        self.context = Some(Context::of(seen));
        if self.feet.push(seen) {
            self.end(out);
        }
        while let Some(apart) = self.feet.next(seen.now, seen.median_dt) {
            self.turn(&apart);
        }
        self.begin(seen);
        self.settle(seen, false);
        if let Some(bout) = &mut self.bout {
            bout.place(seen, seen.now);
            if seen.now - bout.window_from >= WINDOW_S {
                self.report("window", out);
            }
        }
        if self.bout.is_some() && !self.rhythm.goes_on(seen.now) {
            self.settle(seen, true);
            self.end(out);
        }
    }

    /// The athlete was lost: what was measured comes out.
    pub(crate) fn discard(&mut self, out: &mut Out<'_>) {
        self.end(out);
    }

    /// The recording ends.
    pub(crate) fn finish(&mut self, seen: &Seen<'_>, out: &mut Out<'_>) {
        if !seen.settings.exercise.allows(Family::Gait) {
            return;
        }
        // The last moments come with a one-sided median.
        while let Some(apart) = self.feet.next(f64::INFINITY, seen.median_dt) {
            self.turn(&apart);
        }
        self.begin(seen);
        if let Some(step_s) = self.rhythm.step_s() {
            let late_enough = |t: &f64| seen.now - t > SEEN_STEPS * step_s;
            if let Some(t) = self.ahead.last().filter(late_enough) {
                self.waiting.push_back(Turn { t, what: What::Strike });
                self.rhythm.push(t, self.feet.side_in_front(t, SIDE_S));
            }
            if let Some(t) = self.behind.last().filter(late_enough) {
                self.waiting.push_back(Turn { t, what: What::ToeOff });
            }
        }
        self.settle(seen, true);
        self.end(out);
    }

    /// Looks for turning points of both feet.
    fn turn(&mut self, apart: &Apart) {
        let ahead = apart.front.and_then(|front| self.ahead.push(apart.t, front));
        if let Some(t) = ahead {
            self.rhythm.push(t, self.feet.side_in_front(t, SIDE_S));
            self.wait(Turn { t, what: What::Strike });
        }
        if let Some(t) = apart.back.and_then(|back| self.behind.push(apart.t, -back)) {
            self.wait(Turn { t, what: What::ToeOff });
        }
    }

    fn wait(&mut self, turn: Turn) {
        let old = |first: &Turn| self.bout.is_none() && turn.t - first.t > WAIT_S;
        while self.waiting.len() >= WAITING || self.waiting.front().is_some_and(old) {
            self.waiting.pop_front();
        }
        // Both feet's turning points come in order of confirmation: keep them in order of time.
        let place = self.waiting.partition_point(|other| other.t <= turn.t);
        self.waiting.insert(place, turn);
    }

    /// Opens a bout once the steps make a gait, from the first of them.
    fn begin(&mut self, seen: &Seen<'_>) {
        if self.bout.is_some() {
            return;
        }
        let (Some(first), Some(step_s), Some(direction)) =
            (self.rhythm.steady(), self.rhythm.step_s(), self.feet.direction())
        else {
            return;
        };
        let mut bout = Box::new(Bout::new(first.t, direction));
        bout.place(seen, first.t);
        self.waiting.retain(|turn| turn.t >= first.t - 0.5 * step_s);
        for turn in self.waiting.iter().filter(|turn| turn.what == What::Strike) {
            bout.learn_speed(seen, turn.t, step_s);
        }
        self.bout = Some(bout);
    }

    /// Times the turning points around which enough has been seen.
    fn settle(&mut self, seen: &Seen<'_>, all: bool) {
        let (Some(bout), Some(step_s)) = (&mut self.bout, self.rhythm.step_s()) else { return };
        while let Some(turn) = self.waiting.front().copied() {
            let wait = turn.what.ready().max(if turn.what == What::ToeOff { SIDE_STEPS } else { 0.0 });
            if !all && seen.now < turn.t + wait * step_s {
                break;
            }
            self.waiting.pop_front();
            let Some(step) = self.rhythm.nearest(turn.t) else { continue };
            if turn.what == What::Strike {
                bout.learn_speed(seen, turn.t, step_s);
                bout.strike(seen, turn.t, step.side, step.agrees, step_s);
            } else if (step.t - turn.t).abs() < 0.7 * step_s {
                bout.toe_off(seen, turn.t, 1 - step.side, step_s);
            }
        }
    }

    /// Closes the bout and forgets everything.
    fn end(&mut self, out: &mut Out<'_>) {
        if self.bout.as_ref().is_some_and(|bout| bout.whole.strikes >= LEAST_STRIKES) {
            self.report("bout", out);
        }
        self.bout = None;
        self.waiting.clear();
        self.rhythm.reset();
        self.feet.reset();
        (self.ahead, self.behind) = (Maxima::new(), Maxima::new());
    }

    fn report(&mut self, scope: &'static str, out: &mut Out<'_>) {
        let (Some(bout), Some(context)) = (&mut self.bout, &self.context) else { return };
        if let Some(reason) = context.refusal() {
            bout.forget_window(context.now);
            // Once a bout: the steps of a long run are not refused again and again.
            if scope == "bout" {
                out.tally.refuse(reason);
                out.events.push(Event::Refused(Refusal {
                    person_id: context.person_id,
                    what: "gait",
                    t_s: rounded(bout.whole.first.unwrap_or(context.now)),
                    decided_s: context.now,
                    reason,
                }));
            }
            return;
        }
        out.events.push(Event::Gait(Box::new(report::report(bout, context, scope, self.chosen))));
    }
}
