//! Whether a cycle was a repetition, of what, and whether it counts (METRICS §5.1, §5.2, §5.8).

use super::RepStatus;
use super::classify::{Body, classify};
use super::cycle::{Cycle, End, Lane, Order};
use super::measure::RepContext;
use super::phases::{Phases, Point, phases};
use super::shoulders::OnShoulders;
use super::signal::{BOUNDARY_HALF_S, Channel, Moment, half_window, heights};
use super::spec::{BAR_BEHIND_SHOULDER, Spec};
use crate::body::BodySample;
use crate::settings::ModelProfile;
use crate::signal::{Ring, median, quantile};

/// METRICS §5.1, squats: what counts beside 20 cm of hip travel, and what is at least worth reporting.
const ROM_DEG: f64 = 50.0;
const BOTTOM_DEG: f64 = 70.0;
/// Knees bend in every step; in a squat the hips go down with them.
const ROM_BENT_M: f64 = 0.17;
/// Hips that go down this far bend the knees, whatever the view shows of them.
const ROM_SURE_M: f64 = 0.30;
/// Share of the range that counts from which on a repetition is worth reporting.
const PARTIAL: f64 = 0.5;
/// Feet that move further are walking, stepping off something or someone else's.
const FEET_M: f64 = 0.25;
/// A lunge takes one step.
const STEP_M: f64 = 1.0;
/// Faster hips fly or belong to someone else; faster hands throw.
const FASTEST_HIPS_M_S: f64 = 2.2;
const FASTEST_M_S: f64 = 4.0;
/// A lift that stopped for this long before its end has failed. The velocity threshold sees a stop some 0.1 s early and late.
const STALL_S: f64 = 0.9;
/// A stop that moves no faster and no further than this is still one.
const DRIFT_M_S: f64 = 0.03;
const DRIFT_M: f64 = 0.03;

/// A cycle that was a repetition.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judged {
    pub(crate) spec: &'static Spec,
    pub(crate) status: RepStatus,
    /// Phases on the followed point of the body.
    pub(crate) phases: Phases,
    pub(crate) body: Body,
    pub(crate) knees: Option<Knees>,
}

impl Judged {
    /// Vertical range of the hips, metres.
    pub(crate) fn hip_rom_m(&self, with: &RepContext<'_>) -> Option<f64> {
        match self.spec.lane.channel {
            Channel::Hip => Some(self.phases.top_y - self.phases.low_y),
            _ => (self.body.hip_range > 0.0).then_some(self.body.hip_range * with.stature_m),
        }
    }
}

/// Knee flexion at the top and at the bottom, degrees.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Knees {
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

/// Metres of a channel's movement per pixel, with what the pose model is known to do to it.
pub(crate) fn lane_scale(lane: Lane, m_per_px: f64, profile: &ModelProfile) -> f64 {
    match (lane.channel, lane.order) {
        (Channel::Hip, Order::EccentricFirst) => m_per_px / profile.hip_vertical_gain_squat,
        _ => m_per_px,
    }
}

/// Judges a cycle of this lane. `leading` is what the open set is so far; `chosen` what the coach said.
pub(crate) fn judge(
    ring: &Ring<BodySample>,
    track: &Ring<Moment>,
    cycle: &Cycle,
    lane: Lane,
    with: &RepContext<'_>,
    leading: Option<&'static Spec>,
) -> Option<Judged> {
    let phases = lane_phases(ring, track, cycle, lane, with)?;
    let stature_m = with.stature_m;
    let body = Body::read(ring, &phases, with.scale.m_per_px / stature_m);
    let knees = Knees::of(ring, &phases, with);
    let fits = |spec: &Spec| spec.lane == lane && (spec.posture)(&body);
    let (spec, sure) = match (with.chosen, classify(lane, &body)) {
        (Some(chosen), _) => (chosen, fits(chosen)),
        (None, Some(spec)) => (spec, true),
        // A settled set goes on when a hidden hand or foot leaves a posture open.
        (None, None) => (leading.filter(|leading| leading.lane == lane && with.settled)?, false),
    };
    let fastest = if lane.channel == Channel::Hip { FASTEST_HIPS_M_S } else { FASTEST_M_S };
    if !feet_stay(spec, &body, stature_m) || phases.peak_v > fastest {
        return None;
    }
    let stay_s = stay_s(track, lane, &phases, lane_scale(lane, with.scale.m_per_px, with.profile));
    let status = status(spec, cycle, &phases, &body, knees, stay_s, stature_m)?;
    let known = with.chosen.is_some() || leading.is_some_and(|leading| leading.is_kin(spec));
    // What does not count is told of squats and of what the set is about; else every gesture would be half a curl.
    let told = status == RepStatus::Counted || sure && (known || spec.is_squat());
    told.then_some(Judged { spec, status, phases, body, knees })
}

/// Phases of the followed point; where hips and shoulders go together, of the mean of both: each is hidden or shaken at
/// other moments.
fn lane_phases(
    ring: &Ring<BodySample>,
    track: &Ring<Moment>,
    cycle: &Cycle,
    lane: Lane,
    with: &RepContext<'_>,
) -> Option<Phases> {
    let scale = lane_scale(lane, with.scale.m_per_px, with.profile);
    let span = (cycle.start - 0.3, cycle.end);
    let followed: Vec<Point> = track
        .window(span.0, span.1)
        .filter_map(|m| m.channel(lane.channel).map(|h| Point { t: m.t, y: h.y * scale, v: h.v * scale }))
        .collect();
    let half = BOUNDARY_HALF_S.max(half_window(with.median_dt));
    let quiet = |height: &dyn Fn(&BodySample) -> Option<f64>| heights(ring, span, half, scale, height);
    if (lane.channel, lane.order) == (Channel::Hip, Order::EccentricFirst) {
        // Until the exercise is known, a bar on the back is as good a guess as any.
        let behind = with.chosen.map_or(BAR_BEHIND_SHOULDER, |chosen| chosen.bar_behind_shoulder);
        let bar = OnShoulders::new(behind, with.profile);
        let as_hips = with.profile.hip_vertical_gain_squat;
        let both = quiet(&|s| Some(f64::midpoint(s.hip?[1], bar.height(s)? * as_hips)));
        if both.len() == followed.len()
            && let Some(together) = phases(&both, lane.order)
        {
            return together.on(&followed);
        }
    }
    let alone = quiet(&|s| lane.channel.point(s).map(|p| p[1]));
    phases(&alone, lane.order).and_then(|alone| alone.on(&followed))
}

impl Knees {
    fn of(ring: &Ring<BodySample>, phases: &Phases, with: &RepContext<'_>) -> Option<Self> {
        // From the front a knee bends towards the camera: its angle in the picture says nothing.
        if with.yaw_deg.is_some_and(|yaw| yaw < 30.0) {
            return None;
        }
        let flexion = |from: f64, to: f64| ring.window(from, to).filter_map(|s| s.knee_flexion_deg);
        let seen = flexion(phases.start, phases.end).count();
        if seen * 10 < ring.window(phases.start, phases.end).count() * 7 {
            return None;
        }
        let start = (phases.start - 0.3, phases.start + 0.05);
        let turn = (phases.far - 0.15, phases.back + 0.15);
        let (top, bottom) = match phases.order {
            Order::EccentricFirst => (start, turn),
            Order::ConcentricFirst => (turn, start),
        };
        // The greatest of many noisy angles over-reads: the 90th percentile around the bottom.
        let bottom = quantile(flexion(bottom.0, bottom.1), 0.9)?;
        Some(Self { top: median(flexion(top.0, top.1))?, bottom: with.profile.knee_flexion_deg(bottom) })
    }

    fn range(self) -> f64 {
        self.bottom - self.top
    }
}

/// How long the followed point stayed where it turned, seconds. Where a pose drifts a velocity says that the way back has begun;
/// a way that is slower than [`DRIFT_M_S`] on the whole is none.
fn stay_s(track: &Ring<Moment>, lane: Lane, phases: &Phases, m_per_px: f64) -> f64 {
    let height = |m: &Moment| m.channel(lane.channel).map(|height| height.y * m_per_px);
    let still = phases.back - phases.far;
    let Some(turned) = track.window(phases.back, phases.end).find_map(height) else { return still };
    let drifts = |m: &&Moment| {
        let most = DRIFT_M.min(DRIFT_M_S * (m.t - phases.back));
        height(m).is_some_and(|y| (y - turned).abs() < most)
    };
    let last = track.window(phases.back, phases.end).rev().find(drifts);
    last.map_or(still, |last| last.t - phases.far)
}

fn feet_stay(spec: &Spec, body: &Body, stature_m: f64) -> bool {
    let [x, y] = body.foot_range.map(|share| share * stature_m);
    if spec.feet_stay { x < FEET_M && y < FEET_M } else { x < STEP_M }
}

fn status(
    spec: &Spec,
    cycle: &Cycle,
    phases: &Phases,
    body: &Body,
    knees: Option<Knees>,
    stay_s: f64,
    stature_m: f64,
) -> Option<RepStatus> {
    let rom_m = phases.top_y - phases.low_y;
    let shoulders_m = body.shoulder_range * stature_m;
    let (full, worth) = if (spec.lane.channel, spec.lane.order) == (Channel::Hip, Order::EccentricFirst) {
        squat_gates(spec, rom_m, shoulders_m, knees)
    } else {
        (rom_m >= spec.rom_m && (spec.reached)(body), rom_m >= PARTIAL * spec.rom_m)
    };
    match (spec.lane.order, cycle.how) {
        (Order::EccentricFirst, End::Closed | End::Cut) | (Order::ConcentricFirst, _) if full => {
            Some(RepStatus::Counted)
        }
        _ if !worth => None,
        (Order::EccentricFirst, End::Failed) => Some(RepStatus::Failed),
        (Order::ConcentricFirst, _) if stay_s >= STALL_S => Some(RepStatus::Failed),
        _ => Some(RepStatus::Partial),
    }
}

/// Whether a squat or lunge is deep enough, and whether it is worth reporting. Hips alone mislead where the pose model
/// holds them up, knees where the view foreshortens them.
fn squat_gates(spec: &Spec, hip_rom_m: f64, shoulders_m: f64, knees: Option<Knees>) -> (bool, bool) {
    let deep = match knees {
        Some(knees) if spec.is_squat() => {
            let bent = knees.range() >= ROM_DEG && hip_rom_m >= ROM_BENT_M;
            knees.bottom > BOTTOM_DEG && (hip_rom_m >= spec.rom_m || bent) || hip_rom_m >= ROM_SURE_M
        }
        _ => hip_rom_m >= spec.rom_m,
    };
    let bends = knees.is_none_or(|knees| knees.range() >= ROM_DEG / 2.0);
    // Of somebody who stands behind a bar only the hips seem to move.
    let sinks = shoulders_m == 0.0 || shoulders_m >= PARTIAL * spec.rom_m;
    (deep, hip_rom_m >= PARTIAL * spec.rom_m && sinks && (bends || !spec.is_squat()))
}

#[cfg(test)]
mod tests {
    use super::super::signal::Height;
    use super::*;

    /// A lift to 0.3 m that arrives at 1 s, sinks by 15 mm while it is held for `held_s`, and goes down within 0.9 s.
    fn stayed_s(held_s: f64) -> f64 {
        let y = |t: f64| match t {
            t if t < 1.0 => 0.3 * t,
            t if t < 1.0 + held_s => 0.3 - 0.015 * (t - 1.0) / held_s,
            t => 0.285 * (1.0 - (t - 1.0 - held_s) / 0.9),
        };
        let lane = Lane { channel: Channel::Shoulder, order: Order::ConcentricFirst };
        let mut track = Ring::new(20.0, 1000);
        let end = 1.9 + held_s;
        for t in (0..).map(|frame| f64::from(frame) / 30.0).take_while(|t| *t < end) {
            let shoulder = Some(Height { y: 200.0 * y(t), v: 0.0 });
            track.push(Moment { t, hip: None, shoulder, wrist: None });
        }
        // The drift's velocity took the hold's second part for the way back.
        let back = 1.0 + held_s / 3.0;
        let phases = Phases {
            order: lane.order,
            start: 0.0,
            far: 1.0,
            back,
            end,
            low_y: 0.0,
            top_y: 0.3,
            gained: 0.3,
            peak_v: 0.3,
        };
        stay_s(&track, lane, &phases, 1.0 / 200.0)
    }

    #[test]
    fn a_hold_that_sinks_a_little_is_still_a_hold() {
        assert!((1.0..1.2).contains(&stayed_s(1.05)), "{}", stayed_s(1.05));
        assert!(stayed_s(0.6) < STALL_S, "a short stop is no failed lift: {}", stayed_s(0.6));
    }
}
