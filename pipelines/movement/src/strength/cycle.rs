//! Finds cycles of the hips, down and up, as they happen (METRICS §5.2).

use super::track::Moment;
use crate::signal::{Ring, Timed};

/// Velocity that begins a movement, and below which there is none, m/s.
const MOVING_M_S: f64 = 0.08;
const STILL_M_S: f64 = 0.02;
/// Less than this is swaying.
const LEAST_DROP_M: f64 = 0.06;
/// A stop in a shallow descent ends it: the athlete only stands lower now.
const SETTLED_DROP_M: f64 = 0.12;
const SETTLED_S: f64 = 1.5;
/// A repetition is over when this share of the way up is behind it.
const CLOSED: f64 = 0.85;
/// A stop below that: a failed attempt when the hips sink again, a repetition without lockout when they stay.
const STALL_S: f64 = 0.7;
const STAYED_S: f64 = 1.2;
/// Higher above the beginning than this: a jump.
const OVERSHOOT_M: f64 = 0.12;
/// The beginning of a descent is looked for this far back.
const START_S: f64 = 4.0;
/// METRICS §7: no repetition lasts longer.
const LONGEST_S: f64 = 20.0;

/// How a cycle ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Back at the top.
    Closed,
    /// Stopped on the way up and stayed there.
    NotLockedOut,
    /// Stopped on the way up and sank again.
    Failed,
    /// The recording ended within the last 15 %.
    Cut,
}

/// One movement down and up. Seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cycle {
    /// Beginning of the descent.
    pub(crate) start: f64,
    /// Lowest point of the hips.
    pub(crate) low: f64,
    /// Moment at which it was seen to be over.
    pub(crate) end: f64,
    pub(crate) how: End,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Down {
    start: f64,
    top: f64,
    low: f64,
    low_t: f64,
    still_since: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Up {
    down: Down,
    highest: f64,
    stalled_since: Option<f64>,
    stalled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Top,
    Down(Down),
    Up(Up),
    /// After a jump: the landing is no repetition.
    Landing {
        since: f64,
        still_since: Option<f64>,
    },
}

/// Follows the hips of one person.
#[derive(Debug)]
pub(crate) struct CycleDetector {
    state: State,
}

impl CycleDetector {
    pub(crate) fn new() -> Self {
        Self { state: State::Top }
    }

    /// Forgets an open cycle; returns whether there was one worth mentioning.
    pub(crate) fn reset(&mut self) -> bool {
        matches!(std::mem::replace(&mut self.state, State::Top), State::Down(_) | State::Up(_))
    }

    /// A jump landed at `t`.
    pub(crate) fn landed(&mut self, t: f64) {
        self.state = State::Landing { since: t, still_since: None };
    }

    /// Beginning of the open cycle, if one is open.
    pub(crate) fn open_since(&self) -> Option<f64> {
        match self.state {
            State::Down(down) | State::Up(Up { down, .. }) => Some(down.start),
            State::Top | State::Landing { .. } => None,
        }
    }

    /// Whether the hips are on their way up.
    pub(crate) fn is_up(&self) -> bool {
        matches!(self.state, State::Up(_))
    }

    /// Takes the newest moment, which is already in `track`. `metre_px` is a metre of hip movement in pixels.
    pub(crate) fn update(&mut self, track: &Ring<Moment>, moment: &Moment, metre_px: f64) -> Option<Cycle> {
        let v = moment.hip_v / metre_px;
        match self.state {
            State::Top => {
                if v < -MOVING_M_S
                    && let Some(down) = descent(track, moment, metre_px)
                {
                    self.state = State::Down(down);
                }
                None
            }
            State::Down(down) => {
                self.state = descend(down, moment, metre_px);
                None
            }
            State::Up(up) => {
                let (state, cycle) = rise(up, moment, metre_px);
                self.state = state;
                cycle
            }
            State::Landing { since, still_since } => {
                let still_since = (v.abs() < MOVING_M_S).then(|| still_since.unwrap_or(moment.t));
                let stood = still_since.is_some_and(|from| moment.t - from > 0.25 && moment.t - since > 0.3);
                self.state = if stood || moment.t - since > 3.0 {
                    State::Top
                } else {
                    State::Landing { since, still_since }
                };
                None
            }
        }
    }

    /// The recording ends.
    pub(crate) fn finish(&mut self, now: f64) -> Option<Cycle> {
        match std::mem::replace(&mut self.state, State::Top) {
            State::Up(up) if up.share(up.highest) > CLOSED => {
                Some(Cycle { start: up.down.start, low: up.down.low_t, end: now, how: End::Cut })
            }
            _ => None,
        }
    }
}

/// The descent that the newest moment belongs to; `None` where its beginning was not seen.
fn descent(track: &Ring<Moment>, moment: &Moment, metre_px: f64) -> Option<Down> {
    let start =
        track.window(moment.t - START_S, moment.t).rev().find(|past| past.hip_v / metre_px >= -STILL_M_S)?;
    Some(Down { start: start.t(), top: start.hip, low: moment.hip, low_t: moment.t, still_since: None })
}

fn descend(mut down: Down, moment: &Moment, metre_px: f64) -> State {
    let v = moment.hip_v / metre_px;
    if moment.hip < down.low {
        down.low = moment.hip;
        down.low_t = moment.t;
    }
    let drop_m = (down.top - down.low) / metre_px;
    down.still_since = (v.abs() < 2.0 * STILL_M_S).then(|| down.still_since.unwrap_or(moment.t));
    let settled =
        drop_m < SETTLED_DROP_M && down.still_since.is_some_and(|since| moment.t - since > SETTLED_S);
    let swayed = v > -STILL_M_S && drop_m < LEAST_DROP_M;
    if settled || swayed || moment.t - down.start > LONGEST_S {
        return State::Top;
    }
    let risen_m = (moment.hip - down.low) / metre_px;
    if v > MOVING_M_S && risen_m > (0.1 * drop_m).max(0.02) {
        return State::Up(Up { down, highest: moment.hip, stalled_since: None, stalled: false });
    }
    State::Down(down)
}

fn rise(mut up: Up, moment: &Moment, metre_px: f64) -> (State, Option<Cycle>) {
    let v = moment.hip_v / metre_px;
    up.highest = up.highest.max(moment.hip);
    let share = up.share(moment.hip);
    let over = |how| Cycle { start: up.down.start, low: up.down.low_t, end: moment.t, how };
    if (moment.hip - up.down.top) / metre_px > OVERSHOOT_M || moment.t - up.down.start > LONGEST_S {
        return (State::Top, None);
    }
    if share > CLOSED {
        return if v <= STILL_M_S { (State::Top, Some(over(End::Closed))) } else { (State::Up(up), None) };
    }
    if v < STILL_M_S {
        let since = up.stalled_since.unwrap_or(moment.t);
        up.stalled_since = Some(since);
        up.stalled |= moment.t - since > STALL_S;
        if moment.t - since > STAYED_S && up.share(up.highest) > 0.6 && v.abs() < 2.0 * STILL_M_S {
            return (State::Top, Some(over(End::NotLockedOut)));
        }
    } else {
        up.stalled_since = None;
    }
    let sunk_m = (up.highest - moment.hip) / metre_px;
    if v < -MOVING_M_S && sunk_m > 0.03 {
        if up.stalled {
            return (State::Top, Some(over(End::Failed)));
        }
        // A bounce, or a second dip before the top: still the same repetition, from the lower of the two points.
        return (State::Down(Down { still_since: None, ..up.down }), None);
    }
    (State::Up(up), None)
}

impl Up {
    /// Share of the way back up.
    fn share(&self, hip: f64) -> f64 {
        (hip - self.down.low) / (self.down.top - self.down.low).max(1e-9)
    }
}
