//! Finds cycles of a point, there and back, as they happen (METRICS §5.2).
//!
//! Heights are turned so that the first phase of a repetition goes down: the descent of a squat, the lift of a deadlift. One
//! machine then serves both orders; "down" below means away from where the repetition began.

use super::signal::{Channel, Moment};
use crate::signal::{Ring, Timed};

/// Velocity that begins a movement, and below which there is none, m/s.
const MOVING_M_S: f64 = 0.08;
const STILL_M_S: f64 = 0.02;
/// Less than this is swaying.
const LEAST_DROP_M: f64 = 0.06;
/// A stop in a shallow descent ends it: the athlete only stands lower now.
const SETTLED_DROP_M: f64 = 0.12;
const SETTLED_S: f64 = 1.5;
/// A repetition is over when this share of the way back is behind it.
const CLOSED: f64 = 0.85;
/// One that turns before that is over, too, when it has come back this far.
const TURNED: f64 = 0.6;
/// A stop below that, which is less than this much of a way in this time: a failed attempt when the point sinks again, a
/// repetition without lockout when it stays. (By way, not by velocity: jitter shakes a velocity more than a stop allows.)
const STALL_M: f64 = 0.03;
const STALL_S: f64 = 0.7;
const STAYED_S: f64 = 2.0;
/// Higher above the beginning than this: hips that jump; any other point has gone on to somewhere else.
const OVERSHOOT_M: f64 = 0.12;
/// The beginning of a descent is looked for this far back.
const START_S: f64 = 4.0;
/// METRICS §7: no repetition lasts longer.
const LONGEST_S: f64 = 20.0;

/// Which phase a repetition begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    EccentricFirst,
    ConcentricFirst,
}

/// What a detector follows: a point, in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lane {
    pub(crate) channel: Channel,
    pub(crate) order: Order,
}

impl Lane {
    /// 1 where the first phase goes down, −1 where it goes up.
    pub(crate) fn sign(self) -> f64 {
        match self.order {
            Order::EccentricFirst => 1.0,
            Order::ConcentricFirst => -1.0,
        }
    }
}

/// How a cycle ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Back where it began.
    Closed,
    /// Stopped on the way back and stayed there, or turned late on the way.
    NotLockedOut,
    /// Stopped on the way back and sank again.
    Failed,
    /// The recording ended within the last 15 %.
    Cut,
}

/// One movement there and back. Seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cycle {
    /// Beginning of the first phase.
    pub(crate) start: f64,
    /// Moment at which it was seen to be over.
    pub(crate) end: f64,
    pub(crate) how: End,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Down {
    start: f64,
    top: f64,
    low: f64,
    still_since: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Up {
    down: Down,
    highest: f64,
    /// When the way back began.
    since: f64,
    /// Since when it has stopped, if it has.
    stopped_at: Option<f64>,
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

/// Height and velocity of the followed point, turned so that a repetition begins downward. Heights stay pixels: while the
/// athlete's scale is still being found, only differences at one scale mean anything.
#[derive(Debug, Clone, Copy)]
struct Point {
    t: f64,
    /// Pixels.
    y: f64,
    /// Metres per second.
    v: f64,
    metre_px: f64,
}

/// Follows one point of one person.
#[derive(Debug)]
pub(crate) struct CycleDetector {
    pub(crate) lane: Lane,
    state: State,
}

impl CycleDetector {
    pub(crate) fn new(lane: Lane) -> Self {
        Self { lane, state: State::Top }
    }

    /// Forgets an open cycle; returns whether there was one worth mentioning.
    pub(crate) fn reset(&mut self) -> bool {
        matches!(std::mem::replace(&mut self.state, State::Top), State::Down(_) | State::Up(_))
    }

    /// A jump landed at `t`.
    pub(crate) fn landed(&mut self, t: f64) {
        self.state = State::Landing { since: t, still_since: None };
    }

    /// Whether a cycle is open.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, State::Down(_) | State::Up(_))
    }

    /// Whether the load is being lifted: the second phase of a squat, the first of a deadlift.
    pub(crate) fn is_concentric(&self) -> bool {
        match self.lane.order {
            Order::EccentricFirst => matches!(self.state, State::Up(_)),
            Order::ConcentricFirst => matches!(self.state, State::Down(_)),
        }
    }

    /// Takes the newest moment, which is already in `track`. `metre_px` is a metre of the point's movement in pixels.
    pub(crate) fn update(&mut self, track: &Ring<Moment>, moment: &Moment, metre_px: f64) -> Option<Cycle> {
        let point = self.point(moment, metre_px)?;
        match self.state {
            State::Top => {
                if point.v < -MOVING_M_S
                    && let Some(down) = self.descent(track, &point, metre_px)
                {
                    self.state = State::Down(down);
                }
                None
            }
            State::Down(down) => {
                self.state = descend(down, &point);
                None
            }
            State::Up(up) => {
                let (state, cycle) = self.rise(track, up, &point);
                self.state = state;
                cycle
            }
            State::Landing { since, still_since } => {
                let still_since = (point.v.abs() < MOVING_M_S).then(|| still_since.unwrap_or(point.t));
                let stood = still_since.is_some_and(|from| point.t - from > 0.25 && point.t - since > 0.3);
                self.state = if stood || point.t - since > 3.0 {
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
                Some(Cycle { start: up.down.start, end: now, how: End::Cut })
            }
            _ => None,
        }
    }

    fn point(&self, moment: &Moment, metre_px: f64) -> Option<Point> {
        let height = moment.channel(self.lane.channel)?;
        let sign = self.lane.sign();
        Some(Point { t: moment.t, y: sign * height.y, v: sign * height.v / metre_px, metre_px })
    }

    /// The descent that the newest moment belongs to; `None` where its beginning was not seen.
    fn descent(&self, track: &Ring<Moment>, now: &Point, metre_px: f64) -> Option<Down> {
        let start = track
            .window(now.t - START_S, now.t)
            .rev()
            .filter_map(|past| Some((past.t(), self.point(past, metre_px)?)))
            .find(|(_, past)| past.v >= -STILL_M_S)?;
        Some(Down { start: start.0, top: start.1.y, low: now.y, still_since: None })
    }

    /// Whether the way back has not gone on for [`STALL_S`].
    fn stops(&self, track: &Ring<Moment>, up: &Up, point: &Point) -> bool {
        let then = point.t - STALL_S;
        let past = track.window(then, point.t).next().and_then(|past| self.point(past, point.metre_px));
        up.since <= then && past.is_some_and(|past| (point.y - past.y).abs() / point.metre_px < STALL_M)
    }

    fn rise(&self, track: &Ring<Moment>, mut up: Up, point: &Point) -> (State, Option<Cycle>) {
        up.highest = up.highest.max(point.y);
        let share = up.share(point.y);
        let over = |how| (State::Top, Some(Cycle { start: up.down.start, end: point.t, how }));
        if point.t - up.down.start > LONGEST_S {
            return (State::Top, None);
        }
        if (point.y - up.down.top) / point.metre_px > OVERSHOOT_M {
            let jumped = self.lane == Lane { channel: Channel::Hip, order: Order::EccentricFirst };
            return if jumped { (State::Top, None) } else { over(End::Closed) };
        }
        if share > CLOSED {
            return if point.v <= STILL_M_S { over(End::Closed) } else { (State::Up(up), None) };
        }
        if self.stops(track, &up, point) {
            let stopped_at = *up.stopped_at.get_or_insert(point.t - STALL_S);
            up.stalled = true;
            if point.t - stopped_at > STAYED_S && up.share(up.highest) > TURNED {
                return over(End::NotLockedOut);
            }
        } else {
            up.stopped_at = None;
        }
        if point.v < -MOVING_M_S && (up.highest - point.y) / point.metre_px > 0.03 {
            if up.stalled && self.lane.order == Order::EccentricFirst {
                return over(End::Failed);
            }
            if up.share(up.highest) > TURNED {
                return over(End::NotLockedOut);
            }
            // A bounce, or a second dip before the top: still the same repetition, from the lower of the two points.
            return (State::Down(Down { still_since: None, ..up.down }), None);
        }
        (State::Up(up), None)
    }
}

fn descend(mut down: Down, point: &Point) -> State {
    down.low = down.low.min(point.y);
    let drop_m = (down.top - down.low) / point.metre_px;
    down.still_since = (point.v.abs() < 2.0 * STILL_M_S).then(|| down.still_since.unwrap_or(point.t));
    let settled =
        drop_m < SETTLED_DROP_M && down.still_since.is_some_and(|since| point.t - since > SETTLED_S);
    // By way, not by velocity: jitter shakes a slow descent's velocity more than a sway does.
    let back_m = (point.y - down.low) / point.metre_px;
    let swayed = drop_m < LEAST_DROP_M && back_m > (0.5 * drop_m).max(0.01);
    if settled || swayed || point.t - down.start > LONGEST_S {
        return State::Top;
    }
    if point.v > MOVING_M_S && back_m > (0.1 * drop_m).max(0.02) {
        return State::Up(Up { down, highest: point.y, since: point.t, stopped_at: None, stalled: false });
    }
    State::Down(down)
}

impl Up {
    /// Share of the way back.
    fn share(&self, y: f64) -> f64 {
        (y - self.down.low) / (self.down.top - self.down.low).max(1e-9)
    }
}
