//! A bout of walking or running: its steps in order, and what follows from two or three of them.

use std::collections::VecDeque;

use super::angles::{foot_pitch, trunk_lean};
use super::corner::{What, corner, stance_speed};
use super::cycles::{Span, check, normalise};
use super::mean::Mean;
use super::record::{Cycle, GaitKind};
use super::sums::Sums;
use crate::body::BodySample;
use crate::person::Seen;
use crate::signal::median;

/// Stance speeds and strides that a median is taken of.
const SPEEDS: usize = 7;
const STRIDES: usize = 15;
/// Steps kept until they are complete.
const RECENT: usize = 5;
/// Strikes further apart than this many steps are not neighbours; a contact is shorter than this.
const NEIGHBOURS: f64 = 1.6;
const LONGEST_CONTACT: f64 = 1.85;
/// And longer than this, seconds.
const SHORTEST_CONTACT_S: f64 = 0.05;
/// Seen from less than this angle, joint angles are foreshortened (METRICS §3: more than 25° off the side).
const SAGITTAL_DEG: f64 = 65.0;

#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    t: f64,
    side: usize,
    off: Option<f64>,
    /// Whether it follows the step before it, by the other foot and in time.
    joined: bool,
    agrees: bool,
}

/// An open bout.
#[derive(Debug)]
pub(super) struct Bout {
    pub(super) direction: f64,
    pub(super) window_from: f64,
    pub(super) whole: Sums,
    pub(super) window: Sums,
    /// Since the last event: side and time, as detected.
    pub(super) strikes: Vec<(usize, f64)>,
    pub(super) toe_offs: Vec<(usize, f64)>,
    pub(super) cycles: Vec<Cycle>,
    /// Forward position of the hips in the picture at the beginning, metres, and now.
    pub(super) from_x: Option<(f64, f64)>,
    pub(super) to_x: (f64, f64),
    steps: VecDeque<Step>,
    speeds: VecDeque<f64>,
    strides: VecDeque<f64>,
    flights: Mean,
}

impl Bout {
    pub(super) fn new(start: f64, direction: f64) -> Self {
        Self {
            direction,
            window_from: start,
            whole: Sums::new(),
            window: Sums::new(),
            strikes: Vec::new(),
            toe_offs: Vec::new(),
            cycles: Vec::new(),
            from_x: None,
            to_x: (start, 0.0),
            steps: VecDeque::with_capacity(RECENT + 1),
            speeds: VecDeque::with_capacity(SPEEDS + 1),
            strides: VecDeque::with_capacity(STRIDES + 1),
            flights: Mean::default(),
        }
    }

    /// Walking or running, from the steps so far.
    pub(super) fn kind(&self) -> GaitKind {
        if self.flights.mean().is_some_and(|flight| flight > 0.0) { GaitKind::Run } else { GaitKind::Walk }
    }

    /// Where the body is in the picture at a time.
    pub(super) fn place(&mut self, seen: &Seen<'_>, t: f64) {
        let Some((t, hip)) = seen.ring.window(t, seen.now).find_map(|s| s.hip.map(|hip| (s.t, hip))) else {
            return;
        };
        let x = self.direction * hip[0] * seen.scale.m_per_px;
        self.from_x.get_or_insert((t, x));
        self.to_x = (t, x);
    }

    /// Learns how fast the feet go backward in stance.
    pub(super) fn learn_speed(&mut self, seen: &Seen<'_>, turn: f64, step_s: f64) {
        if let Some(speed) = stance_speed(seen, turn, step_s, self.direction) {
            push_bounded(&mut self.speeds, speed, SPEEDS);
        }
    }

    /// A foot was furthest ahead at `turn`: it strikes the ground soon after.
    pub(super) fn strike(&mut self, seen: &Seen<'_>, turn: f64, side: usize, agrees: bool, step_s: f64) {
        let Some(speed) = median(self.speeds.iter().copied()) else { return };
        let Some(t) = corner(seen, What::Strike, turn, step_s, speed, self.direction) else { return };
        if self.steps.back().is_some_and(|last| t <= last.t) {
            return;
        }
        let joined =
            self.steps.back().is_some_and(|last| t - last.t < NEIGHBOURS * step_s && last.side != side);
        if self.steps.len() == RECENT {
            self.steps.pop_front();
        }
        self.steps.push_back(Step { t, side, off: None, joined, agrees });
        self.strikes.push((side, t));
        self.at_strike(seen, t, side);
        let n = self.steps.len();
        if n >= 3 {
            let [first, second, third] = [self.steps[n - 3], self.steps[n - 2], self.steps[n - 1]];
            self.stride(seen, first, second, third);
        }
    }

    /// A foot was furthest behind at `turn`: it has left the ground.
    pub(super) fn toe_off(&mut self, seen: &Seen<'_>, turn: f64, side: usize, step_s: f64) {
        let Some(speed) = median(self.speeds.iter().copied()) else { return };
        let Some(t) = corner(seen, What::ToeOff, turn, step_s, speed, self.direction) else { return };
        if self.toe_offs.last().is_some_and(|(_, last)| t - last < 0.3 * step_s) {
            return;
        }
        self.toe_offs.push((side, t));
        let on =
            self.steps.iter_mut().rev().find(|step| step.side == side && step.t < t - SHORTEST_CONTACT_S);
        let Some(on) = on.filter(|step| step.off.is_none() && t - step.t < LONGEST_CONTACT * step_s) else {
            return;
        };
        on.off = Some(t);
        // The next strike has been seen in walking, and comes yet in running.
        let from = on.t;
        let next = self.steps.iter().find(|step| step.t > from).map(|next| next.t);
        self.flights.add(next.map_or(1.0, |next| next - t).signum());
    }

    /// Events since the last report, with the model's known errors taken out; forgets them.
    pub(super) fn take_events(&mut self, strike_bias: f64, toe_off_bias: f64) -> [Vec<(usize, f64)>; 2] {
        let less = |events: &mut Vec<(usize, f64)>, bias: f64| {
            std::mem::take(events).into_iter().map(|(side, t)| (side, t - bias)).collect()
        };
        [less(&mut self.strikes, strike_bias), less(&mut self.toe_offs, toe_off_bias)]
    }

    /// The next window begins.
    pub(super) fn forget_window(&mut self, now: f64) {
        self.window = Sums::new();
        self.window_from = now;
        self.strikes.clear();
        self.toe_offs.clear();
        self.cycles.clear();
    }

    fn sums(&mut self) -> [&mut Sums; 2] {
        [&mut self.whole, &mut self.window]
    }

    fn at_strike(&mut self, seen: &Seen<'_>, t: f64, side: usize) {
        let direction = self.direction;
        let overstride = at(seen, t, |s| {
            let leg = &s.sides[side];
            let (hip, knee, ankle) = (leg.hip?, leg.knee?, leg.ankle?);
            let length =
                (hip[0] - knee[0]).hypot(hip[1] - knee[1]) + (knee[0] - ankle[0]).hypot(knee[1] - ankle[1]);
            (length > 1.0).then(|| direction * (ankle[0] - s.hip.unwrap_or(hip)[0]) / length)
        });
        let speed = median(self.speeds.iter().copied());
        for sums in self.sums() {
            sums.strike(t);
            sums.overstride.add(overstride.unwrap_or(f64::NAN));
            sums.speed.add(speed.unwrap_or(f64::NAN));
        }
    }

    /// Three strikes in a row: everything of the first step is known.
    fn stride(&mut self, seen: &Seen<'_>, first: Step, second: Step, third: Step) {
        if !second.joined {
            return;
        }
        let contact = first.off.map_or(f64::NAN, |off| off - first.t);
        let flight = first.off.map_or(f64::NAN, |off| second.t - off);
        let whole = third.joined && third.side == first.side;
        let swing = first.off.filter(|_| whole).map_or(f64::NAN, |off| third.t - off);
        let stride = if whole { third.t - first.t } else { f64::NAN };
        let lean = self.lean(seen, first.t, second.t);
        let pitch = self.pitch(seen, first, second.t);
        for sums in self.sums() {
            sums.step[second.side].add(second.t - first.t);
            sums.contact[first.side].add(contact);
            sums.flight.add(flight);
            sums.swing.add(swing);
            sums.stride.add(stride);
            sums.lean.add(lean);
            sums.foot_pitch.add(pitch);
        }
        if whole {
            self.cycle(seen, first, second, third);
        }
    }

    fn cycle(&mut self, seen: &Seen<'_>, first: Step, second: Step, third: Step) {
        let kind = self.kind();
        let profile = &seen.settings.model.gait;
        let bias = if kind == GaitKind::Run { profile.run_strike_bias_s } else { profile.walk_strike_bias_s };
        let span = Span {
            side: first.side,
            start: first.t - bias,
            middle: second.t - bias,
            end: third.t - bias,
            kind,
            direction: self.direction,
            median_stride: median(self.strides.iter().copied()),
            alternating: first.agrees && second.agrees && third.agrees,
            sagittal: sagittal(seen),
        };
        let (mut cycle, hips, hips_seen) = normalise(seen, &span);
        let ranges = if kind == GaitKind::Walk { seen.settings.gait_ranges.as_slice() } else { &[] };
        check(&mut cycle, ranges);
        push_bounded(&mut self.strides, span.end - span.start, STRIDES);
        for sums in [&mut self.whole, &mut self.window] {
            sums.cycles.add(&cycle, span.side, ranges);
            if hips_seen && span.side == 0 {
                sums.cycles.add_hips(&hips);
            }
        }
        self.cycles.push(cycle);
    }

    fn lean(&self, seen: &Seen<'_>, from: f64, to: f64) -> f64 {
        let mut mean = Mean::default();
        let leans = seen.ring.window(from, to).filter_map(|s| trunk_lean(s, self.direction));
        leans.for_each(|lean| mean.add(lean));
        mean.mean().unwrap_or(f64::NAN)
    }

    /// Pitch of the foot at its strike against the foot lying flat.
    fn pitch(&self, seen: &Seen<'_>, step: Step, next: f64) -> f64 {
        let pitch = |s: &BodySample| foot_pitch(s, step.side, self.direction);
        let (from, to) = (step.t + 0.16 * (next - step.t), step.t + 0.44 * (next - step.t));
        let flat = median(seen.ring.window(from, to).filter_map(pitch));
        at(seen, step.t, pitch).zip(flat).map_or(f64::NAN, |(strike, flat)| strike - flat)
    }
}

/// Whether the view shows joint angles: stated or measured, or not known and taken as such because the legs swing across.
pub(super) fn sagittal(seen: &Seen<'_>) -> bool {
    seen.settings.view.is_none_or(|view| view.yaw_deg() >= SAGITTAL_DEG)
        && seen.yaw_deg.is_none_or(|yaw| yaw >= SAGITTAL_DEG)
}

/// A value at a time between two frames.
fn at(seen: &Seen<'_>, t: f64, value: impl Fn(&BodySample) -> Option<f64>) -> Option<f64> {
    let reach = 2.1 * seen.median_dt;
    let before = seen.ring.window(t - reach, t).rev().find_map(|s| value(s).map(|v| (s.t, v)));
    let after = seen.ring.window(t, t + reach).find_map(|s| value(s).map(|v| (s.t, v)));
    match (before, after) {
        (Some((t0, v0)), Some((t1, v1))) if t1 > t0 => Some(v0 + (v1 - v0) * (t - t0) / (t1 - t0)),
        (one, other) => one.or(other).map(|(_, v)| v),
    }
}

fn push_bounded(values: &mut VecDeque<f64>, value: f64, limit: usize) {
    if values.len() == limit {
        values.pop_front();
    }
    values.push_back(value);
}
