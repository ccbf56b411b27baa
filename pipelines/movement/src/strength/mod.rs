//! Strength repetitions: found by the hips, measured on the bar.

mod cycle;
mod measure;
mod phases;
mod record;
mod report;
mod sets;
mod track;

use crate::calibrate::Scale;
use crate::event::{Event, Phase};
use crate::exercise::Family;
use crate::person::{HISTORY, HISTORY_S, Out, Seen};
use crate::settings::Settings;
use crate::signal::Ring;
use cycle::{Cycle, CycleDetector};
use measure::{RepContext, measure};
pub use record::{Rep, RepStatus, Set};
use sets::Sets;
pub(crate) use track::half_window;
use track::{BarModel, Moment, moment};

/// The repetitions and sets of one person.
#[derive(Debug)]
pub(crate) struct Strength {
    track: Ring<Moment>,
    /// Moments up to here are in `track`.
    tracked_to: f64,
    /// Moments up to here have gone through the cycle detector.
    cycled_to: f64,
    cycles: CycleDetector,
    sets: Sets,
    last_velocity_m_s: Option<f64>,
}

impl Strength {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            track: Ring::new(HISTORY_S, HISTORY),
            tracked_to: f64::NEG_INFINITY,
            cycled_to: f64::NEG_INFINITY,
            cycles: CycleDetector::new(),
            sets: Sets::new(settings.exercise),
            last_velocity_m_s: None,
        }
    }

    /// A coach has chosen.
    pub(crate) fn choose(&mut self, settings: &Settings) {
        self.sets.choose(settings.exercise);
    }

    /// Whether a set is open.
    pub(crate) fn has_open_set(&self) -> bool {
        self.sets.is_open()
    }

    /// Exercise of the open set as far as it is settled.
    pub(crate) fn exercise(&self) -> &'static str {
        self.sets.exercise()
    }

    /// Counted repetitions of the open set.
    pub(crate) fn rep_count(&self) -> u32 {
        self.sets.rep_count()
    }

    /// Mean concentric velocity of the last counted repetition, metres per second.
    pub(crate) fn last_velocity_m_s(&self) -> Option<f64> {
        self.last_velocity_m_s
    }

    /// Upward velocity of the bar now, metres per second.
    pub(crate) fn velocity_m_s(&self, scale: Scale) -> Option<f64> {
        self.track.last().map(|m| m.bar.map_or(m.hip_v, |(_, v)| v) * scale.m_per_px)
    }

    /// What the athlete is doing.
    pub(crate) fn phase(&self) -> Phase {
        if self.cycles.is_up() {
            Phase::Concentric
        } else if self.cycles.open_since().is_some() {
            Phase::Eccentric
        } else if self.track.last().is_some() {
            Phase::Idle
        } else {
            Phase::Unknown
        }
    }

    /// A jump landed at `t`: what came before was no repetition.
    pub(crate) fn landed(&mut self, t: f64) {
        self.cycles.landed(t);
        self.cycled_to = self.cycled_to.max(t);
    }

    /// Differentiates up to `to` and looks for repetitions, unless a flight may be under way.
    pub(crate) fn follow(&mut self, seen: &Seen<'_>, to: f64, in_flight: bool, out: &mut Out<'_>) {
        self.differentiate(seen, to);
        if seen.settings.exercise.allows(Family::Strength) && !in_flight {
            self.cycle(seen, out);
        }
    }

    /// Closes a set whose rest is over.
    pub(crate) fn rest(&mut self, person_id: u32, now: f64, lost: bool, out: &mut Out<'_>) {
        let open = self.cycles.open_since().is_some() && !lost;
        if let Some(set) = self.sets.rest(now, open, person_id) {
            out.events.push(Event::SetEnded(set));
        }
    }

    /// Closes an open set.
    pub(crate) fn close_set(&mut self, person_id: u32, now: f64, out: &mut Out<'_>) {
        if let Some(set) = self.sets.close(now, person_id) {
            out.events.push(Event::SetEnded(set));
        }
    }

    /// Forgets an open repetition; returns whether there was one.
    pub(crate) fn discard(&mut self) -> bool {
        self.track.clear();
        self.cycles.reset()
    }

    /// The recording ends: a repetition that is all but over still counts.
    pub(crate) fn finish(&mut self, seen: &Seen<'_>, out: &mut Out<'_>) {
        if let Some(cycle) = self.cycles.finish(seen.now) {
            self.close(seen, &cycle, out);
        }
    }

    fn differentiate(&mut self, seen: &Seen<'_>, to: f64) {
        let model = BarModel { shoulder_gain: seen.settings.model.shoulder_vertical_gain_squat };
        let half = half_window(seen.median_dt);
        let from = self.tracked_to;
        for sample in seen.ring.window(from, to).filter(|s| s.t > from) {
            if let Some(moment) = moment(seen.ring, sample.t, half, model) {
                self.track.push(moment);
            }
            self.tracked_to = sample.t;
        }
    }

    fn cycle(&mut self, seen: &Seen<'_>, out: &mut Out<'_>) {
        let metre_px = seen.settings.model.hip_vertical_gain_squat / seen.scale.m_per_px;
        let from = self.cycled_to;
        let mut closed = None;
        for moment in self.track.window(from, f64::INFINITY).filter(|m| m.t > from) {
            self.cycled_to = moment.t;
            if let Some(cycle) = self.cycles.update(&self.track, moment, metre_px) {
                closed = Some(cycle);
                break;
            }
        }
        if let Some(cycle) = closed {
            self.close(seen, &cycle, out);
            self.cycle(seen, out);
        }
    }

    fn close(&mut self, seen: &Seen<'_>, cycle: &Cycle, out: &mut Out<'_>) {
        let context = RepContext {
            person_id: seen.person_id,
            now: seen.now,
            scale: seen.scale,
            has_stood: seen.has_stood,
            yaw_deg: seen.yaw_deg,
            median_dt: seen.median_dt,
            profile: &seen.settings.model,
            exercise: seen.settings.exercise,
            id_changed: seen.id_changed_at.is_some_and(|t| t >= cycle.start && t <= cycle.end),
        };
        let Some(mut rep) = measure(seen.ring, &self.track, cycle, &context) else {
            out.tally.not_squats += 1;
            return;
        };
        self.sets.file(&mut rep, &mut out.tally.sets);
        if rep.counts() {
            self.last_velocity_m_s = rep.mean_concentric_velocity_m_s.value();
        }
        out.events.push(Event::Rep(rep));
    }
}
