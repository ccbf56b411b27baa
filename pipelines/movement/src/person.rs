//! Everything that is followed of one person.

use crate::body::{BodyReader, BodySample};
use crate::calibrate::{Calibrator, Scale};
use crate::event::{Event, LivePerson, Phase, Refusal};
use crate::jump::{self, Contact, FlightDetector, Reject, Surroundings};
use crate::measured::rounded;
use crate::pose::{Joint, PersonPose};
use crate::quality::Tally;
use crate::sets::Sets;
use crate::settings::{Exercise, Settings};
use crate::signal::Ring;
use crate::squat::{self, Cycle, CycleDetector, RepContext};
use crate::track::{BarModel, Moment, drop_spike, half_window, moment};

/// Longest history that a metric looks back on (METRICS §7: no repetition lasts longer than 20 s), and its number of samples:
/// enough for 120 fps. At higher rates the oldest go earlier.
const HISTORY_S: f64 = 22.0;
const HISTORY: usize = 2700;
/// Unseen for longer than this, a movement is lost (METRICS §1.4).
const LOST_S: f64 = 0.2;
/// A neighbour-to-neighbour difference beyond this is a spike, as a share of standing height.
const SPIKE: f64 = 0.035;
/// Hips can't be faster (METRICS §1.3), and a body that stays elsewhere for this long is another body.
const HOP_M_S: f64 = 12.0;
const HOP_FLOOR_M: f64 = 0.25;
const OTHER_BODY_S: f64 = 0.5;

/// What all people of a session share in one frame.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) t: f64,
    pub(crate) median_dt: f64,
    pub(crate) settings: &'a Settings,
}

/// One person.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) id: u32,
    pub(crate) last_seen: f64,
    reader: BodyReader,
    ring: Ring<BodySample>,
    track: Ring<Moment>,
    /// Moments up to here are in `track`.
    tracked_to: f64,
    /// Moments up to here have gone through the cycle detector.
    cycled_to: f64,
    calibrator: Calibrator,
    flight: FlightDetector,
    cycles: CycleDetector,
    pub(crate) sets: Sets,
    last_landing: Option<f64>,
    /// Survives gaps, unlike the history.
    last_body: Option<BodySample>,
    id_changed_at: Option<f64>,
    last_rep_velocity: Option<f64>,
    last_jump_height: Option<f64>,
    lost: bool,
}

impl Person {
    pub(crate) fn new(id: u32, settings: &Settings) -> Self {
        Self {
            id,
            last_seen: f64::NEG_INFINITY,
            reader: BodyReader::default(),
            ring: Ring::new(HISTORY_S, HISTORY),
            track: Ring::new(HISTORY_S, HISTORY),
            tracked_to: f64::NEG_INFINITY,
            cycled_to: f64::NEG_INFINITY,
            calibrator: Calibrator::new(settings.athlete_height_m, &settings.model, settings.view),
            flight: FlightDetector::new(),
            cycles: CycleDetector::new(),
            sets: Sets::new(settings.exercise),
            last_landing: None,
            last_body: None,
            id_changed_at: None,
            last_rep_velocity: None,
            last_jump_height: None,
            lost: false,
        }
    }

    /// The same athlete under a new number.
    pub(crate) fn rename(&mut self, id: u32) {
        self.id = id;
        self.id_changed_at = Some(self.last_seen);
    }

    /// Where the person was last seen: for telling whether a new number is the same body.
    pub(crate) fn last_body(&self) -> Option<&BodySample> {
        self.last_body.as_ref()
    }

    pub(crate) fn scale(&self) -> Option<Scale> {
        self.calibrator.scale()
    }

    pub(crate) fn yaw_deg(&self) -> Option<f64> {
        self.calibrator.yaw_deg()
    }

    /// Takes the pose of one frame.
    pub(crate) fn see(
        &mut self,
        frame: &Frame<'_>,
        pose: &PersonPose<'_>,
        tally: &mut Tally,
        events: &mut Vec<Event>,
    ) {
        let limit = LOST_S.max(2.5 * frame.median_dt);
        if frame.t - self.last_seen > limit && self.last_seen.is_finite() {
            tally.gaps += 1;
            self.discard(tally);
        }
        let sample = self.reader.read(frame.t, &frame.settings.layout, pose);
        if self.is_other_body(&sample, frame) {
            tally.outliers += 1;
            return;
        }
        self.lost = false;
        self.last_seen = frame.t;
        self.last_body = Some(sample);
        self.ring.push(sample);
        self.calibrator.observe(&self.ring);
        let Some(scale) = self.calibrator.scale() else { return };
        if drop_spike(&mut self.ring, SPIKE * 1.7 / scale.m_per_px) {
            tally.outliers += 1;
        }
        self.follow(frame, scale, frame.t - half_window(frame.median_dt), tally, events);
    }

    /// The person is not in this frame.
    pub(crate) fn miss(&mut self, frame: &Frame<'_>, tally: &mut Tally) {
        if !self.lost && frame.t - self.last_seen > LOST_S.max(2.5 * frame.median_dt) {
            self.lost = true;
            self.discard(tally);
        }
    }

    /// Closes a set whose rest is over.
    pub(crate) fn rest(&mut self, now: f64, next_events: &mut Vec<Event>) {
        let open = self.cycles.open_since().is_some() && !self.lost;
        if let Some(set) = self.sets.rest(now, open, self.id) {
            next_events.push(Event::SetEnded(set));
        }
    }

    /// Open movements can't go on.
    pub(crate) fn discard(&mut self, tally: &mut Tally) {
        let lost = [self.flight.reset(), self.cycles.reset()];
        tally.discarded += lost.iter().filter(|open| **open).count() as u64;
        self.ring.clear();
        self.track.clear();
        self.last_landing = None;
    }

    /// The recording ends: what is still held back comes out.
    pub(crate) fn finish(&mut self, frame: &Frame<'_>, tally: &mut Tally, events: &mut Vec<Event>) {
        if let Some(scale) = self.calibrator.scale()
            && !self.lost
        {
            if let Some(contact) = self.flight.finish() {
                self.land(frame, scale, &contact, tally, events);
            }
            self.follow(frame, scale, frame.t, tally, events);
            if let Some(cycle) = self.cycles.finish(frame.t) {
                self.close(frame, scale, &cycle, tally, events);
            }
        }
        if let Some(set) = self.sets.close(frame.t, self.id) {
            events.push(Event::SetEnded(set));
        }
    }

    pub(crate) fn live(&self, frame: &Frame<'_>) -> LivePerson {
        let newest = self.ring.last();
        let scale = self.calibrator.scale();
        let velocity = self.track.last().zip(scale).map(|(m, scale)| {
            let v = m.bar.map_or(m.hip_v, |(_, v)| v);
            rounded(v * scale.m_per_px)
        });
        LivePerson {
            person_id: self.id,
            phase: self.phase(frame),
            exercise: self.sets.exercise(),
            rep_count: self.sets.rep_count(),
            vertical_velocity_m_s: velocity,
            knee_flexion_deg: newest
                .and_then(|s| s.knee_flexion_deg)
                .map(|knee| rounded(knee - frame.settings.model.knee_flexion_bias_deg)),
            last_rep_velocity_m_s: self.last_rep_velocity.map(rounded),
            last_jump_height_m: self.last_jump_height.map(rounded),
        }
    }

    fn phase(&self, frame: &Frame<'_>) -> Phase {
        if frame.t - self.last_seen > LOST_S.max(2.5 * frame.median_dt) {
            Phase::Lost
        } else if self.flight.is_open() {
            Phase::Flight
        } else if self.cycles.is_up() {
            Phase::Concentric
        } else if self.cycles.open_since().is_some() {
            Phase::Eccentric
        } else if self.track.last().is_some() {
            Phase::Idle
        } else {
            Phase::Unknown
        }
    }

    /// Whether the hips are where this person's can't be. A body that stays there is taken as this person from then on.
    fn is_other_body(&mut self, sample: &BodySample, frame: &Frame<'_>) -> bool {
        let (Some(scale), Some(last), Some(hip)) = (self.calibrator.scale(), self.ring.last(), sample.hip)
        else {
            return false;
        };
        let Some(before) = last.hip else { return false };
        let moved_m = (hip[0] - before[0]).hypot(hip[1] - before[1]) * scale.m_per_px;
        let apart_s = frame.t - last.t;
        moved_m > HOP_FLOOR_M + HOP_M_S * apart_s.min(frame.median_dt * 1.5) && apart_s < OTHER_BODY_S
    }

    /// Differentiates up to `to` and runs the state machines.
    fn follow(
        &mut self,
        frame: &Frame<'_>,
        scale: Scale,
        to: f64,
        tally: &mut Tally,
        events: &mut Vec<Event>,
    ) {
        self.differentiate(frame, to);
        let jumps = frame.settings.exercise != Exercise::BackSquat;
        if jumps && let Some(contact) = self.flight.update(&self.ring, scale.m_per_px) {
            self.land(frame, scale, &contact, tally, events);
        }
        // While the feet may be off the ground, the hips' way up may be a jump's: wait for the landing to tell.
        if frame.settings.exercise != Exercise::Cmj && !self.flight.is_open() {
            self.cycle(frame, scale, tally, events);
        }
    }

    fn differentiate(&mut self, frame: &Frame<'_>, to: f64) {
        let model = BarModel { shoulder_gain: frame.settings.model.shoulder_vertical_gain_squat };
        let half = half_window(frame.median_dt);
        let from = self.tracked_to;
        for sample in self.ring.window(from, to).filter(|s| s.t > from) {
            if let Some(moment) = moment(&self.ring, sample.t, half, model) {
                self.track.push(moment);
            }
            self.tracked_to = sample.t;
        }
    }

    fn cycle(&mut self, frame: &Frame<'_>, scale: Scale, tally: &mut Tally, events: &mut Vec<Event>) {
        let metre_px = frame.settings.model.hip_vertical_gain_squat / scale.m_per_px;
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
            self.close(frame, scale, &cycle, tally, events);
            self.cycle(frame, scale, tally, events);
        }
    }

    fn close(
        &mut self,
        frame: &Frame<'_>,
        scale: Scale,
        cycle: &Cycle,
        tally: &mut Tally,
        events: &mut Vec<Event>,
    ) {
        let context = RepContext {
            person_id: self.id,
            now: frame.t,
            scale,
            has_stood: self.calibrator.has_stood(),
            yaw_deg: self.calibrator.yaw_deg(),
            median_dt: frame.median_dt,
            profile: &frame.settings.model,
            exercise: frame.settings.exercise,
            id_changed: self.id_changed_at.is_some_and(|t| t >= cycle.start && t <= cycle.end),
        };
        let Some(mut rep) = squat::measure(&self.ring, &self.track, cycle, &context) else {
            tally.not_squats += 1;
            return;
        };
        self.sets.file(&mut rep, &mut tally.sets);
        if rep.counts() {
            self.last_rep_velocity = rep.mean_concentric_velocity_m_s.value();
        }
        events.push(Event::Rep(rep));
    }

    fn land(
        &mut self,
        frame: &Frame<'_>,
        scale: Scale,
        contact: &Contact,
        tally: &mut Tally,
        events: &mut Vec<Event>,
    ) {
        let with = Surroundings {
            person_id: self.id,
            now: frame.t,
            scale,
            has_stood: self.calibrator.has_stood(),
            has_toes: frame.settings.layout.has(Joint::Toe),
            median_dt: frame.median_dt,
            profile: &frame.settings.model,
            last_landing: self.last_landing,
            id_changed: self.id_changed_at.is_some_and(|t| frame.t - t < 3.0),
        };
        match jump::measure(&self.ring, contact, &with) {
            Ok(jump) => {
                self.last_jump_height = jump.height_m.value();
                events.push(Event::Jump(jump));
            }
            Err(Reject::Refused(reason)) => {
                tally.refuse(reason);
                events.push(Event::Refused(Refusal {
                    person_id: self.id,
                    what: "jump",
                    t_s: rounded(contact.first_above),
                    decided_s: frame.t,
                    reason,
                }));
            }
            Err(Reject::NotAJump) => {
                tally.not_jumps += 1;
                return;
            }
        }
        self.last_landing = Some(contact.last_above);
        self.cycles.landed(contact.last_above);
        self.cycled_to = self.cycled_to.max(contact.last_above);
    }
}
