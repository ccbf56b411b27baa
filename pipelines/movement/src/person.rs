//! Everything that is followed of one person.

use std::time::Duration;

use crate::body::{BarSample, BodyReader, BodySample};
use crate::calibrate::{Calibrator, Scale};
use crate::display::Display;
use crate::event::{Event, LivePerson, Phase};
use crate::gait::Gaits;
use crate::jump::Jumps;
use crate::measured::rounded;
use crate::pose::{BarPoint, PersonPose};
use crate::quality::Tally;
use crate::settings::Settings;
use crate::signal::{Ring, SwapGuard, drop_spike};
use crate::station::{Change, Presence};
use crate::strength::{Strength, half_window};

/// Longest history that a metric looks back on (METRICS §7: no repetition lasts longer than 20 s), and its number of samples:
/// enough for 120 fps. At higher rates the oldest go earlier.
pub(crate) const HISTORY_S: f64 = 22.0;
pub(crate) const HISTORY: usize = 2700;
/// Unseen for longer than this, a movement is lost (METRICS §1.4).
const LOST_S: f64 = 0.2;
/// A neighbour-to-neighbour difference beyond this is a spike, as a share of standing height.
const SPIKE: f64 = 0.035;
/// Body height that these shares are taken of, metres.
const SHARE_OF_BODY: f64 = 1.7;
/// Hips can't be faster (METRICS §1.3), and a body that stays elsewhere for this long is another body.
const HOP_M_S: f64 = 12.0;
const HOP_FLOOR_M: f64 = 0.25;
const OTHER_BODY_S: f64 = 0.5;

/// In walking and running the hips move up and down by 4–12 cm (METRICS §6.3, §7).
const LEVEL_M: f64 = 0.18;
const LEVEL_S: f64 = 1.5;
/// Times closer than this are those of one frame.
const SAME_FRAME_S: f64 = 1e-4;

/// What all people of a session share in one frame.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) t: f64,
    pub(crate) median_dt: f64,
    pub(crate) settings: &'a Settings,
}

/// What is known of a person when its movements are looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) person_id: u32,
    /// PTS of the newest frame.
    pub(crate) now: f64,
    pub(crate) median_dt: f64,
    pub(crate) settings: &'a Settings,
    /// The body over the last seconds.
    pub(crate) ring: &'a Ring<BodySample>,
    pub(crate) scale: Scale,
    /// Whether the athlete has stood still in view, so that the scale is that of a standing body.
    pub(crate) has_stood: bool,
    /// Angle between line of sight and facing direction: 0 frontal, 90 from the side.
    pub(crate) yaw_deg: Option<f64>,
    /// When the athlete last went on under a new number.
    pub(crate) id_changed_at: Option<f64>,
}

/// Where movements put what they find.
#[derive(Debug)]
pub(crate) struct Out<'a> {
    pub(crate) tally: &'a mut Tally,
    pub(crate) events: &'a mut Vec<Event>,
}

/// What was observed of one person, before it means anything.
#[derive(Debug)]
struct Observed {
    id: u32,
    reader: BodyReader,
    ring: Ring<BodySample>,
    calibrator: Calibrator,
    id_changed_at: Option<f64>,
}

impl Observed {
    /// What movements look at; `None` before there is a scale.
    fn seen<'a>(&'a self, frame: &Frame<'a>) -> Option<Seen<'a>> {
        Some(Seen {
            person_id: self.id,
            now: frame.t,
            median_dt: frame.median_dt,
            settings: frame.settings,
            ring: &self.ring,
            scale: self.calibrator.scale()?,
            has_stood: self.calibrator.has_stood(),
            yaw_deg: self.calibrator.yaw_deg(),
            id_changed_at: self.id_changed_at,
        })
    }
}

/// One person.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) last_seen: f64,
    observed: Observed,
    jumps: Jumps,
    strength: Strength,
    gaits: Gaits,
    /// Survives gaps, unlike the history.
    last_body: Option<BodySample>,
    lost: bool,
    swaps: SwapGuard,
    display: Display,
    presence: Presence,
}

impl Person {
    pub(crate) fn new(id: u32, settings: &Settings) -> Self {
        Self {
            last_seen: f64::NEG_INFINITY,
            observed: Observed {
                id,
                reader: BodyReader::default(),
                ring: Ring::new(HISTORY_S, HISTORY),
                calibrator: Calibrator::new(settings),
                id_changed_at: None,
            },
            jumps: Jumps::new(),
            strength: Strength::new(settings),
            gaits: Gaits::new(),
            last_body: None,
            lost: false,
            swaps: SwapGuard::default(),
            display: Display::default(),
            presence: Presence::new(settings.station.as_ref()),
        }
    }

    /// Track number.
    pub(crate) fn id(&self) -> u32 {
        self.observed.id
    }

    /// The same athlete under a new number.
    pub(crate) fn rename(&mut self, id: u32) {
        self.observed.id = id;
        self.observed.id_changed_at = Some(self.last_seen);
    }

    /// Where the person was last seen: for telling whether a new number is the same body.
    pub(crate) fn last_body(&self) -> Option<&BodySample> {
        self.last_body.as_ref()
    }

    pub(crate) fn scale(&self) -> Option<Scale> {
        self.observed.calibrator.scale()
    }

    /// Whether two ways to the scale contradict each other.
    pub(crate) fn is_scale_suspect(&self) -> bool {
        self.observed.calibrator.is_suspect()
    }

    pub(crate) fn yaw_deg(&self) -> Option<f64> {
        self.observed.calibrator.yaw_deg()
    }

    /// Whether a set is open that must not be forgotten.
    pub(crate) fn has_open_set(&self) -> bool {
        self.strength.has_open_set()
    }

    /// Takes the pose of one frame.
    pub(crate) fn see(&mut self, frame: &Frame<'_>, pose: &PersonPose<'_>, out: &mut Out<'_>) {
        let limit = LOST_S.max(2.5 * frame.median_dt);
        if frame.t - self.last_seen > limit && self.last_seen.is_finite() {
            out.tally.gaps += 1;
            self.discard(out);
        }
        let size = self.observed.calibrator.body_scale();
        let outliers = &mut out.tally.outliers;
        let sample = self.observed.reader.read(frame.t, &frame.settings.layout, pose, size, outliers);
        if self.is_other_body(&sample, frame) {
            out.tally.outliers += 1;
            return;
        }
        self.lost = false;
        self.last_seen = frame.t;
        self.last_body = Some(sample);
        self.come_and_go(frame, &sample, out);
        self.observed.ring.push(sample);
        self.observed.calibrator.observe(&self.observed.ring);
        let Some(scale) = self.observed.calibrator.scale() else { return };
        if drop_spike(&mut self.observed.ring, SPIKE * SHARE_OF_BODY / scale.m_per_px, scale.m_per_px) {
            out.tally.outliers += 1;
        }
        if self.swaps.look(&mut self.observed.ring, SHARE_OF_BODY / scale.m_per_px) {
            out.tally.sides_swapped += 1;
        }
        self.display.follow(&sample, scale.m_per_px);
        self.follow(frame, frame.t - half_window(frame.median_dt), out);
    }

    /// Whether the person belongs to the station. What others do is followed and not reported.
    pub(crate) fn is_bound(&self) -> bool {
        self.presence.is_bound()
    }

    fn come_and_go(&mut self, frame: &Frame<'_>, sample: &BodySample, out: &mut Out<'_>) {
        let Some(station) = &frame.settings.station else { return };
        match self.presence.follow(station, sample) {
            // What was followed elsewhere is no part of what begins here.
            Some(Change::Bound) => {
                hushed(true, out, |out| self.strength.close_set(self.observed.id, frame.t, out));
            }
            Some(Change::Released) => self.strength.close_set(self.observed.id, frame.t, out),
            None => {}
        }
    }

    /// Where the bar was, as it turned out later.
    pub(crate) fn bar_past(&mut self, past: &[(Duration, BarPoint)]) {
        for sample in self.observed.ring.iter_mut() {
            let at = past.iter().find(|(t, _)| (t.as_secs_f64() - sample.t).abs() < SAME_FRAME_S);
            sample.bar = sample.bar.or_else(|| at.and_then(|(_, bar)| BarSample::of(*bar)));
        }
    }

    /// The person is not in this frame.
    pub(crate) fn miss(&mut self, frame: &Frame<'_>, out: &mut Out<'_>) {
        if !self.lost && frame.t - self.last_seen > LOST_S.max(2.5 * frame.median_dt) {
            self.lost = true;
            self.discard(out);
        }
    }

    /// Closes a set whose rest is over.
    pub(crate) fn rest(&mut self, now: f64, out: &mut Out<'_>) {
        let (id, lost) = (self.id(), self.lost);
        hushed(!self.is_bound(), out, |out| self.strength.rest(id, now, lost, out));
    }

    /// Closes an open set: the person is forgotten.
    pub(crate) fn close(&mut self, now: f64, out: &mut Out<'_>) {
        let unbound = !self.is_bound();
        let (id, jumps, strength) = (self.id(), &mut self.jumps, &mut self.strength);
        hushed(unbound, out, |out| {
            jumps.close(id, now, out);
            strength.close_set(id, now, out);
        });
    }

    /// A coach has chosen.
    pub(crate) fn choose(&mut self, settings: &Settings) {
        self.observed.calibrator.set_height(settings.athlete_height_m);
        self.strength.choose(settings);
    }

    /// Open movements can't go on.
    pub(crate) fn discard(&mut self, out: &mut Out<'_>) {
        let lost = [self.jumps.discard(), self.strength.discard()];
        // A bout of steps does not need its end: what was measured of it comes out.
        let gaits = &mut self.gaits;
        hushed(!self.presence.is_bound(), out, |out| gaits.discard(out));
        out.tally.discarded += lost.iter().filter(|open| **open).count() as u64;
        self.observed.ring.clear();
        self.swaps.reset();
    }

    /// The recording ends: what is still held back comes out.
    pub(crate) fn finish(&mut self, frame: &Frame<'_>, out: &mut Out<'_>) {
        if !self.lost {
            let hush = !self.is_bound();
            if let Some(seen) = self.observed.seen(frame) {
                let (jumps, strength) = (&mut self.jumps, &mut self.strength);
                hushed(hush, out, |out| {
                    if let Some(landing) = jumps.finish(&seen, out) {
                        strength.landed(landing);
                    }
                });
            }
            self.follow(frame, frame.t, out);
            if let Some(seen) = self.observed.seen(frame) {
                let (gaits, strength) = (&mut self.gaits, &mut self.strength);
                hushed(hush, out, |out| {
                    gaits.finish(&seen, out);
                    strength.finish(&seen, out);
                });
            }
        }
        self.close(frame.t, out);
    }

    pub(crate) fn live(&self, frame: &Frame<'_>) -> LivePerson {
        let newest = self.observed.ring.last();
        LivePerson {
            person_id: self.id(),
            phase: self.phase(frame),
            exercise: self.strength.exercise(),
            rep_count: self.strength.rep_count(),
            vertical_velocity_m_s: self
                .observed
                .calibrator
                .scale()
                .and_then(|scale| self.strength.velocity_m_s(scale))
                .map(rounded),
            knee_flexion_deg: newest
                .and_then(|_| self.display.knee_flexion_deg())
                .map(|knee| rounded(frame.settings.model.knee_flexion_deg(knee))),
            last_rep_velocity_m_s: self.strength.last_velocity_m_s().map(rounded),
            last_jump_height_m: self.jumps.last_height_m().map(rounded),
            cadence_spm: self.gaits.cadence_spm(frame.t).map(rounded),
        }
    }

    fn phase(&self, frame: &Frame<'_>) -> Phase {
        if frame.t - self.last_seen > LOST_S.max(2.5 * frame.median_dt) {
            Phase::Lost
        } else if self.gaits.is_moving(frame.t) {
            Phase::Gait
        } else if self.jumps.is_open() {
            Phase::Flight
        } else {
            self.strength.phase()
        }
    }

    /// Whether the hips are where this person's can't be. A body that stays there is taken as this person from then on.
    fn is_other_body(&mut self, sample: &BodySample, frame: &Frame<'_>) -> bool {
        let (Some(scale), Some(last), Some(hip)) =
            (self.observed.calibrator.scale(), self.observed.ring.last(), sample.hip)
        else {
            return false;
        };
        let Some(before) = last.hip else { return false };
        let moved_m = (hip[0] - before[0]).hypot(hip[1] - before[1]) * scale.m_per_px;
        let apart_s = frame.t - last.t;
        moved_m > HOP_FLOOR_M + HOP_M_S * apart_s.min(frame.median_dt * 1.5) && apart_s < OTHER_BODY_S
    }

    /// Runs the state machines on what is known up to `to`.
    fn follow(&mut self, frame: &Frame<'_>, to: f64, out: &mut Out<'_>) {
        let Some(seen) = self.observed.seen(frame) else { return };
        let (jumps, strength, gaits) = (&mut self.jumps, &mut self.strength, &mut self.gaits);
        let mut last_jump = None;
        hushed(!self.presence.is_bound(), out, |out| {
            let before = out.events.len();
            gaits.follow(&seen, out);
            if gaits.is_moving(frame.t) && hips_stay_level(&seen) {
                // Steps bend the knees and leave the ground: they are neither repetitions nor jumps.
                jumps.discard();
                // Three feet in front of each other may still be the step of a lunge: what it may be waits until that is told.
                if gaits.has_begun() {
                    strength.landed(frame.t);
                }
                strength.follow(&seen, to, true, out);
                return;
            }
            if let Some(landing) = jumps.follow(&seen, out) {
                strength.landed(landing);
            }
            // While the feet may be off the ground, the hips' way up may be a jump's: wait for the landing to tell.
            strength.follow(&seen, to, jumps.is_open(), out);
            last_jump = out.events[before..].iter().rev().find_map(|event| match event {
                Event::Jump(jump) => Some(jump.clone()),
                _ => None,
            });
        });
        if let Some(jump) = last_jump {
            self.observed.calibrator.note_jump(&self.observed.ring, &jump);
        }
    }
}

/// Whether the hips kept the height that walking and running keep: a lunge steps, too, but sinks between its steps.
fn hips_stay_level(seen: &Seen<'_>) -> bool {
    let heights = seen.ring.window(seen.now - LEVEL_S, seen.now).filter_map(|s| s.hip.map(|hip| hip[1]));
    let (low, high) =
        heights.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
    (high - low) * seen.scale.m_per_px < LEVEL_M
}

/// Runs `act`; where `hush` holds, its events are not reported and its sets take no number.
fn hushed(hush: bool, out: &mut Out<'_>, act: impl FnOnce(&mut Out<'_>)) {
    let (events, sets) = (out.events.len(), out.tally.sets);
    act(out);
    if hush {
        out.events.truncate(events);
        out.tally.sets = sets;
    }
}
