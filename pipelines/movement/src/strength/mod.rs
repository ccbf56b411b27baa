//! Strength repetitions: found by the point of the body that the exercise moves, measured on the bar.
//!
//! [`signal`] differentiates heights, [`cycle`] finds movements there and back in each lane, [`judge`] says which of them
//! were repetitions and of what ([`spec`] and [`classify`]), [`measure`] measures those, [`details`] adds power, way of the bar,
//! posture and [`faults`], [`sets`] names and numbers them, [`ledger`] adds a set up.

mod classify;
mod cue;
mod cycle;
mod details;
mod faults;
mod judge;
mod ledger;
mod load;
mod measure;
mod one_rm;
mod path;
mod phases;
mod plate_size;
mod posture;
mod profile;
mod record;
mod report;
mod sets;
mod shoulders;
mod signal;
mod span;
mod spec;
mod symmetry;
mod tempo;

use crate::calibrate::{ASSUMED_HEIGHT_M, Scale, is_human};
use crate::event::{Event, Phase};
use crate::exercise::Family;
use crate::person::{HISTORY, HISTORY_S, Out, Seen};
use crate::settings::Settings;
use crate::signal::Ring;
pub use cue::{Cue, CueKind};
use cycle::{Cycle, CycleDetector, Lane, Order};
pub use faults::{Evidence, Fault, NotAssessed};
use judge::{judge, lane_scale};
use ledger::Loaded;
use measure::{RepContext, measure};
use plate_size::PlateSize;
pub use record::{Rep, RepStatus, Set};
use sets::Sets;
pub(crate) use signal::half_window;
use signal::{Channel, Moment, moment};
use spec::{SPECS, Spec};

/// Cycles that overlap one already told by more than this are the same movement seen at another point.
const OVERLAP_S: f64 = 0.3;
/// Lanes that exercises are followed in.
const LANES: usize = 6;
/// The lane of squats.
const HIPS_DOWN: Lane = Lane { channel: Channel::Hip, order: Order::EccentricFirst };

/// The repetitions and sets of one person.
#[derive(Debug)]
pub(crate) struct Strength {
    track: Ring<Moment>,
    /// Moments up to here are in `track`.
    tracked_to: f64,
    /// Moments up to here have gone through the cycle detectors.
    cycled_to: f64,
    /// One a lane: all lanes, or that of the chosen exercise.
    detectors: Vec<CycleDetector>,
    chosen: Option<&'static Spec>,
    sets: Sets,
    plate_size: PlateSize,
    /// Lane and end of the last repetition told.
    last_told: Option<(Lane, f64)>,
    last_velocity_m_s: Option<f64>,
}

/// Cycles of all lanes that closed at one moment.
type Closed = [Option<(Lane, Cycle)>; LANES];

impl Strength {
    pub(crate) fn new(settings: &Settings) -> Self {
        let chosen = spec::chosen(settings.exercise);
        let mut strength = Self {
            track: Ring::new(HISTORY_S, HISTORY),
            tracked_to: f64::NEG_INFINITY,
            cycled_to: f64::NEG_INFINITY,
            detectors: Vec::with_capacity(LANES),
            chosen,
            sets: Sets::new(chosen),
            plate_size: PlateSize::default(),
            last_told: None,
            last_velocity_m_s: None,
        };
        strength.watch();
        strength
    }

    /// Watches the lane of the chosen exercise, or all; what is under way in a lane that stays goes on.
    fn watch(&mut self) {
        let chosen = self.chosen;
        let watched = |lane: Lane| chosen.is_none_or(|chosen| chosen.lane == lane);
        self.detectors.retain(|detector| watched(detector.lane));
        for lane in SPECS.iter().map(|spec| spec.lane).filter(|lane| watched(*lane)) {
            if self.detectors.iter().all(|detector| detector.lane != lane) {
                self.detectors.push(CycleDetector::new(lane));
            }
        }
    }

    /// A coach has chosen.
    pub(crate) fn choose(&mut self, settings: &Settings) {
        self.chosen = spec::chosen(settings.exercise);
        self.sets.choose(self.chosen);
        self.watch();
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

    /// Upward velocity now, metres per second: of the point that the open set's exercise is followed by.
    pub(crate) fn velocity_m_s(&self, scale: Scale) -> Option<f64> {
        let newest = self.track.last()?;
        let channel = match self.sets.leading().map(|spec| spec.lane) {
            // The shoulders are nearer to the bar than the hips are.
            None | Some(HIPS_DOWN) => newest.shoulder.or(newest.hip),
            Some(lane) => newest.channel(lane.channel),
        };
        channel.map(|height| height.v * scale.m_per_px)
    }

    /// What the athlete is doing.
    pub(crate) fn phase(&self) -> Phase {
        match self.detector() {
            Some(detector) if detector.is_open() && detector.is_concentric() => Phase::Concentric,
            Some(detector) if detector.is_open() => Phase::Eccentric,
            _ if self.track.last().is_some() => Phase::Idle,
            _ => Phase::Unknown,
        }
    }

    /// The detector of the open set's lane; that of squats while there is no set.
    fn detector(&self) -> Option<&CycleDetector> {
        let lane = self.sets.leading().map_or(HIPS_DOWN, |spec| spec.lane);
        self.detectors.iter().find(|detector| detector.lane == lane)
    }

    /// A jump landed at `t`: what came before was no repetition.
    pub(crate) fn landed(&mut self, t: f64) {
        for detector in &mut self.detectors {
            detector.landed(t);
        }
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
        let open = self.detector().is_some_and(CycleDetector::is_open) && !lost;
        if let Some(set) = self.sets.rest(now, open, person_id) {
            // Another set may have other plates.
            self.plate_size = PlateSize::default();
            out.events.push(Event::SetEnded(set));
        }
    }

    /// Closes an open set.
    pub(crate) fn close_set(&mut self, person_id: u32, now: f64, out: &mut Out<'_>) {
        if let Some(set) = self.sets.close(now, person_id) {
            // Another set may have other plates.
            self.plate_size = PlateSize::default();
            out.events.push(Event::SetEnded(set));
        }
    }

    /// Forgets an open repetition; returns whether there was one.
    pub(crate) fn discard(&mut self) -> bool {
        self.track.clear();
        let worth_mentioning = self.detector().is_some_and(CycleDetector::is_open);
        for detector in &mut self.detectors {
            detector.reset();
        }
        worth_mentioning
    }

    /// The recording ends: a repetition that is all but over still counts.
    pub(crate) fn finish(&mut self, seen: &Seen<'_>, out: &mut Out<'_>) {
        for i in 0..self.detectors.len() {
            if let Some(cycle) = self.detectors[i].finish(seen.now) {
                self.close(seen, self.detectors[i].lane, &cycle, out);
            }
        }
    }

    fn differentiate(&mut self, seen: &Seen<'_>, to: f64) {
        let half = half_window(seen.median_dt);
        let from = self.tracked_to;
        for sample in seen.ring.window(from, to).filter(|s| s.t > from) {
            self.track.push(moment(seen.ring, sample.t, half));
            self.tracked_to = sample.t;
        }
    }

    fn cycle(&mut self, seen: &Seen<'_>, out: &mut Out<'_>) {
        while let Some(closed) = self.advance(seen) {
            for (lane, cycle) in closed.into_iter().flatten() {
                self.close(seen, lane, &cycle, out);
            }
        }
    }

    /// Runs the detectors on until a cycle closes; `None` when all moments are through.
    fn advance(&mut self, seen: &Seen<'_>) -> Option<Closed> {
        let from = self.cycled_to;
        for moment in self.track.window(from, f64::INFINITY).filter(|m| m.t > from) {
            self.cycled_to = moment.t;
            let mut closed: Closed = [None; LANES];
            for (detector, closed) in self.detectors.iter_mut().zip(&mut closed) {
                let metre_px = 1.0 / lane_scale(detector.lane, seen.scale.m_per_px, &seen.settings.model);
                *closed = detector.update(&self.track, moment, metre_px).map(|cycle| (detector.lane, cycle));
            }
            if closed.iter().any(Option::is_some) {
                return Some(closed);
            }
        }
        None
    }

    fn close(&mut self, seen: &Seen<'_>, lane: Lane, cycle: &Cycle, out: &mut Out<'_>) {
        let told = self.last_told.is_some_and(|(told, end)| told != lane && cycle.start < end - OVERLAP_S);
        let context = RepContext {
            person_id: seen.person_id,
            now: seen.now,
            scale: seen.scale,
            stature_m: stature_m(seen.settings),
            plate_diameter_m: seen.settings.plate_diameter_m,
            plate_size: &self.plate_size,
            has_stood: seen.has_stood,
            yaw_deg: seen.yaw_deg,
            median_dt: seen.median_dt,
            profile: &seen.settings.model,
            chosen: self.chosen,
            settled: self.sets.is_settled(),
            load_kg: seen.settings.load_kg,
            mass_kg: seen.settings.mass_kg,
            id_changed: seen.id_changed_at.is_some_and(|t| t >= cycle.start && t <= cycle.end),
        };
        let judged = judge(seen.ring, &self.track, cycle, lane, &context, self.sets.leading());
        let Some(judged) = judged.filter(|_| !told) else {
            out.tally.not_reps += 1;
            return;
        };
        let (mut rep, plate_ratio_m) = measure(seen.ring, cycle, &judged, &context);
        let loaded =
            Loaded { load_kg: seen.settings.load_kg, stop_pct: seen.settings.velocity_loss_stop_pct };
        let (closed, cues) = self.sets.file(&mut rep, judged.spec, &mut out.tally.sets, loaded);
        if closed.is_some() {
            self.plate_size = PlateSize::default();
        }
        self.plate_size.observe(plate_ratio_m.unwrap_or(f64::NAN));
        out.events.extend(closed.map(Event::SetEnded));
        self.last_told = Some((lane, cycle.end));
        if rep.counts() {
            self.last_velocity_m_s = rep.mean_concentric_velocity_m_s.value();
        }
        out.events.push(Event::Rep(rep));
        out.events.extend(cues.into_iter().map(Event::Cue));
    }
}

/// Standing height that the scale in metres stands for.
fn stature_m(settings: &Settings) -> f64 {
    settings.athlete_height_m.filter(|height| is_human(*height)).unwrap_or(ASSUMED_HEIGHT_M)
}
