//! Finds flights: both feet above the level that carried them.

use crate::body::BodySample;
use crate::signal::{Ring, line_fit, median, parabola_fit, quantile};

/// A foot is off the ground above this height over its level (METRICS §4.3), but not below four times its jitter.
const LIFT_M: f64 = 0.030;
const LIFT_MAX_M: f64 = 0.060;
/// Feet whose levels differ by more in the picture stand at different distances from the camera.
const APART_M: f64 = 0.04;
/// The level of a foot is its median over this stretch before it lifts.
const LEVEL_FROM_S: f64 = 0.25;
const LEVEL_TO_S: f64 = 0.06;
/// Samples further above the lowest ones than this belong to the fall or flight before a short contact, not to the ground.
const GROUND_BAND_M: f64 = 0.04;
/// The hips rise at least this fast when both feet have just left the ground, whatever the jump's height.
const RISING_M_S: f64 = 0.35;
const RECENT_S: f64 = 0.07;
/// Longer than any flight (METRICS §7).
const LONGEST_S: f64 = 1.35;
/// By then it shows whether the hips fall freely; if not, a foot was only lifted, or its point jumped, and everything
/// that waits for the landing can go on.
const PROOF_S: f64 = 0.15;
const FALLING_M_S2: std::ops::RangeInclusive<f64> = 3.5..=20.0;
/// Waited after the landing for the samples that time it.
const SETTLE_S: f64 = 0.08;

/// Where the feet stood before a flight, and when they were seen above it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Contact {
    /// Level of each foot that was seen, pixels.
    pub(crate) level: [Option<f64>; 2],
    /// Difference of the levels from which one foot is clearly nearer to the camera, pixels.
    pub(crate) apart: f64,
    /// Lift that counts as off the ground, pixels.
    pub(crate) threshold: f64,
    /// Jitter of the feet on the ground, pixels.
    pub(crate) jitter: f64,
    /// First sample above the threshold.
    pub(crate) first_above: f64,
    /// Last sample above the threshold.
    pub(crate) last_above: f64,
}

impl Contact {
    /// The foot that clearly stands nearer to the camera, lower in the picture: 0 left, 1 right.
    pub(crate) fn nearer(&self) -> Option<usize> {
        match self.level {
            [Some(left), Some(right)] if left < right - self.apart => Some(0),
            [Some(left), Some(right)] if right < left - self.apart => Some(1),
            _ => None,
        }
    }

    /// Height of a foot above its level, pixels.
    pub(crate) fn lift_of(&self, sample: &BodySample, side: usize) -> Option<f64> {
        Some(sample.foot_y[side]? - self.level[side]?)
    }

    /// Height of the lower foot above its level, pixels. Of two feet at clearly different levels in the picture only the
    /// nearer to the camera counts: the further one is half hidden, and follows late.
    pub(crate) fn lift(&self, sample: &BodySample) -> Option<f64> {
        match self.nearer() {
            Some(side) => self.lift_of(sample, side),
            None => (0..2).filter_map(|side| self.lift_of(sample, side)).reduce(f64::min),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Ground,
    Air(Contact),
    Landed(Contact),
}

/// Follows the feet of one person.
#[derive(Debug)]
pub(crate) struct FlightDetector {
    state: State,
}

impl FlightDetector {
    pub(crate) fn new() -> Self {
        Self { state: State::Ground }
    }

    /// Whether a flight may be under way, so that nothing else should be concluded yet.
    pub(crate) fn is_open(&self) -> bool {
        self.state != State::Ground
    }

    /// Forgets an open flight; returns whether there was one.
    pub(crate) fn reset(&mut self) -> bool {
        std::mem::replace(&mut self.state, State::Ground) != State::Ground
    }

    /// Looks at the newest sample; returns a flight that has landed.
    pub(crate) fn update(&mut self, ring: &Ring<BodySample>, m_per_px: f64) -> Option<Contact> {
        let now = ring.last()?.t;
        match self.state {
            State::Ground => {
                if let Some(contact) = lifted(ring, m_per_px) {
                    self.state = State::Air(contact);
                }
                None
            }
            State::Air(contact) => {
                self.state = in_air(ring, contact, now, m_per_px);
                None
            }
            State::Landed(contact) => {
                if now - contact.last_above < SETTLE_S {
                    return None;
                }
                self.state = State::Ground;
                Some(contact)
            }
        }
    }

    /// The recording ends: a flight whose landing was seen is still worth measuring.
    pub(crate) fn finish(&mut self) -> Option<Contact> {
        match std::mem::replace(&mut self.state, State::Ground) {
            State::Landed(contact) => Some(contact),
            State::Ground | State::Air(_) => None,
        }
    }
}

/// Both feet have been above their level for two samples while the hips rise.
fn lifted(ring: &Ring<BodySample>, m_per_px: f64) -> Option<Contact> {
    let (newest, before) = (ring.before_last(0)?, ring.before_last(1)?);
    if hip_velocity(ring, newest.t)? * m_per_px < RISING_M_S {
        return None;
    }
    let mut contact = Contact {
        level: [None; 2],
        apart: APART_M / m_per_px,
        threshold: 0.0,
        jitter: 0.0,
        first_above: before.t,
        last_above: newest.t,
    };
    for side in 0..2 {
        let contact_window = ring.window(before.t - LEVEL_FROM_S, before.t - LEVEL_TO_S);
        let heights = contact_window.filter_map(|sample| sample.foot_y[side]);
        let Some(lowest) = quantile(heights.clone(), 0.15) else { continue };
        let heights = heights.filter(move |y| *y < lowest + GROUND_BAND_M / m_per_px);
        let Some(level) = median(heights.clone()) else { continue };
        if heights.clone().count() < 3 {
            continue;
        }
        contact.level[side] = Some(level);
        let jitter = 1.4826 * median(heights.map(|y| (y - level).abs())).unwrap_or(0.0);
        contact.jitter = contact.jitter.max(jitter);
    }
    contact.threshold = (LIFT_M / m_per_px).max(4.0 * contact.jitter).min(LIFT_MAX_M / m_per_px);
    let above = |sample: &BodySample| contact.lift(sample).is_some_and(|lift| lift > contact.threshold);
    if !(above(newest) && above(before)) {
        return None;
    }
    // The hips may have passed their velocity only after the feet had left.
    let earlier = ring.window(before.t - 0.15, before.t).rev().take_while(|sample| above(sample));
    contact.first_above = earlier.last().map_or(before.t, |sample| sample.t);
    Some(contact)
}

fn in_air(ring: &Ring<BodySample>, mut contact: Contact, now: f64, m_per_px: f64) -> State {
    if now - contact.first_above > LONGEST_S {
        return State::Ground;
    }
    if (PROOF_S..PROOF_S + 0.07).contains(&(now - contact.first_above))
        && !falls_freely(ring, &contact, now, m_per_px)
    {
        return State::Ground;
    }
    let (Some(newest), Some(before)) = (ring.before_last(0), ring.before_last(1)) else {
        return State::Ground;
    };
    let below = |sample: &BodySample| contact.lift(sample).is_some_and(|lift| lift < contact.threshold);
    let falling = hip_velocity(ring, now).is_some_and(|v| v * m_per_px < 0.0);
    if below(newest) && below(before) && falling {
        return State::Landed(contact);
    }
    if !below(newest) && contact.lift(newest).is_some() {
        contact.last_above = now;
    }
    State::Air(contact)
}

/// Whether the hips have been in free fall since the feet left, roughly.
fn falls_freely(ring: &Ring<BodySample>, contact: &Contact, now: f64, m_per_px: f64) -> bool {
    let flight = ring.window(contact.first_above, now).filter_map(|s| s.hip.map(|hip| (s.t, hip[1])));
    parabola_fit(flight, now).is_none_or(|fit| fit.n < 5 || FALLING_M_S2.contains(&(-fit.a * m_per_px)))
}

/// Velocity of the hips over the last moments, pixels per second.
fn hip_velocity(ring: &Ring<BodySample>, now: f64) -> Option<f64> {
    let recent = ring.window(now - RECENT_S, now).filter_map(|s| s.hip.map(|hip| (s.t, hip[1])));
    line_fit(recent, now).map(|(_, slope)| slope)
}
