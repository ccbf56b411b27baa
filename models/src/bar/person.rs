//! The bar of one person: candidates until one moves with the hands or the shoulders, then that one.

use std::time::Duration;

use super::BarObservation;
use super::body::{Body, distance};
use super::ellipse::Ellipse;
use super::finder::{ASPECTS, Finder, Region};
use super::luma::Luma;
use super::outline::{CANDIDATE_COVERAGE, is_head, is_same, measured, region_of};
use super::ring::RingFitter;
use super::track::{Sample, Track};

/// Radii of what hangs on bars: plates of 0.18–0.45 m diameter, seen at the body's depth or up to a third nearer.
const RADII_M: [f64; 2] = [0.09, 0.31];
/// Farthest that a plate's centre is from the nearest hand or shoulder in the picture, metres at the body's depth.
const REACH_M: f64 = 0.65;
/// Time from one search of the picture to the next, seconds. Each tries one of the [`ASPECTS`]: that spreads the cost over frames.
const SEARCH_S: f64 = 0.06;
/// Time from one search to the next of a person who has had no bar for so long, seconds: resting, or not lifting at all. Who then
/// takes a bar holds it for longer than the four searches take before it moves.
const IDLE_SEARCH_S: f64 = 0.15;
/// See [`IDLE_SEARCH_S`], seconds.
const IDLE_AFTER_S: f64 = 4.0;
/// Time from one search for a bar that is hidden to the next, seconds.
const SEARCH_AGAIN_S: f64 = 0.1;
/// Candidates followed at once.
const CANDIDATES: usize = 12;
/// Share that must be seen on average until a candidate is believed. Plates reach 0.75–0.97, what else is round in a gym and moves 0.62.
const SURE_COVERAGE: f64 = 0.72;
/// The plate at a bar's nearer end looks at most this much larger than the one at the other.
const NEARER_END: f64 = 1.5;
/// A candidate that is not seen for so long is dropped, seconds.
const CANDIDATE_GONE_S: f64 = 0.15;
/// A bar that is not seen for so long is searched for, seconds.
const HIDDEN_S: f64 = 0.12;
/// And given up after this time, seconds.
const LOST_S: f64 = 2.0;
/// Farthest from the expected place that a hidden bar is believed to come back, metres.
const RETURN_M: f64 = 0.25;
/// A bar that is this much higher or lower against its anchor than it was when it was believed has been let go, metres,
const APART_M: f64 = 0.40;
/// after this time, seconds.
const APART_S: f64 = 0.4;
/// Time constant with which the body's scale shrinks, seconds: it is the largest of foreshortened ones.
const SCALE_S: f64 = 8.0;

/// Tools that all people share.
pub(super) struct Tools {
    pub(super) finder: Finder,
    pub(super) fitter: RingFitter,
}

/// A believed bar.
struct Lock {
    track: Track,
    /// Which anchor it moves with.
    anchor: usize,
    /// How well it did, as a correlation.
    agreement: f64,
    /// Height of the bar under its anchor when it was believed, pixels.
    below_anchor: f64,
    apart_since_s: Option<f64>,
}

/// One person's candidates and bar.
pub(super) struct Person {
    pub(super) id: u32,
    pub(super) seen_s: f64,
    px_per_m: Option<f64>,
    candidates: Vec<Track>,
    lock: Option<Lock>,
    searched_s: f64,
    /// When this person was first seen, or last had a bar.
    without_bar_since_s: Option<f64>,
    /// Which aspect is next.
    turn: usize,
    pub(super) past: Vec<(Duration, BarObservation)>,
}

impl Person {
    pub(super) fn new(id: u32) -> Self {
        Self {
            id,
            seen_s: f64::NEG_INFINITY,
            px_per_m: None,
            candidates: Vec::with_capacity(CANDIDATES),
            lock: None,
            searched_s: f64::NEG_INFINITY,
            without_bar_since_s: None,
            turn: 0,
            past: Vec::new(),
        }
    }

    /// The outline of the bar that this person has.
    pub(super) fn bar(&self) -> Option<Ellipse> {
        self.lock.as_ref().map(|lock| lock.track.last().ring.ellipse)
    }

    /// What the next frame says. `taken` are the bars of others.
    pub(super) fn observe(
        &mut self,
        luma: &Luma<'_>,
        now_s: f64,
        body: &Body,
        tools: &mut Tools,
        taken: impl Fn(&Ellipse) -> bool,
    ) -> Option<BarObservation> {
        self.past.clear();
        let px_per_m = self.learn_scale(body, now_s)?;
        self.seen_s = now_s;
        if self.lock.is_some() {
            self.without_bar_since_s = None;
            let observation = self.follow_bar(luma, now_s, body, tools, px_per_m);
            if self.lock.is_some() {
                return observation;
            }
        }
        self.follow_candidates(luma, now_s, body, tools, px_per_m);
        let without_s = now_s - *self.without_bar_since_s.get_or_insert(now_s);
        let pause_s = if without_s < IDLE_AFTER_S { SEARCH_S } else { IDLE_SEARCH_S };
        if now_s - self.searched_s >= pause_s {
            self.searched_s = now_s;
            self.search(luma, now_s, body, tools, px_per_m, taken);
        }
        self.believe(px_per_m, body)
    }

    fn learn_scale(&mut self, body: &Body, now_s: f64) -> Option<f64> {
        let Some(new) = body.px_per_m else { return self.px_per_m };
        let old = self.px_per_m.unwrap_or(new);
        let dt = (now_s - self.seen_s).clamp(0.0, 1.0);
        let gain = if new > old { 1.0 - (-dt / 0.3).exp() } else { 1.0 - (-dt / SCALE_S).exp() };
        let scale = old + gain * (new - old);
        self.px_per_m = (scale >= 20.0).then_some(scale);
        self.px_per_m
    }

    fn follow_candidates(&mut self, luma: &Luma<'_>, now_s: f64, body: &Body, tools: &mut Tools, scale: f64) {
        self.candidates.retain_mut(|track| {
            let seen = track.follow(luma, &mut tools.fitter, now_s, scale, body.anchors);
            let ellipse = track.last().ring.ellipse;
            (seen || now_s - track.last().at_s <= CANDIDATE_GONE_S)
                && body.reach([ellipse.x, ellipse.y]) <= 1.3 * REACH_M * scale
        });
        // Two that run into one another are one: the better seen stays.
        let mut i = 0;
        while i < self.candidates.len() {
            let ellipse = self.candidates[i].last().ring.ellipse;
            let age = self.candidates[i].history.len();
            let doubled = self.candidates.iter().enumerate().any(|(j, other)| {
                let same = is_same(&other.last().ring.ellipse, &ellipse, 0.08);
                j != i && same && (other.history.len(), i) > (age, j)
            });
            if doubled {
                self.candidates.swap_remove(i);
            } else {
                i += 1;
            }
        }
    }

    fn search(
        &mut self,
        luma: &Luma<'_>,
        now_s: f64,
        body: &Body,
        tools: &mut Tools,
        scale: f64,
        taken: impl Fn(&Ellipse) -> bool,
    ) {
        let Some(region) = region_of(body, REACH_M * scale) else { return };
        let radii = RADII_M.map(|radius| radius * scale);
        let reach = REACH_M * scale;
        let aspect = ASPECTS[self.turn % ASPECTS.len()];
        self.turn += 1;
        tools.finder.find(luma, region, radii, aspect, |x, y| body.is_within([x, y], reach));
        // Large ones first: a plate before its hub.
        tools.finder.found.sort_unstable_by(|a, b| b.ellipse.radius.total_cmp(&a.ellipse.radius));
        for candidate in &tools.finder.found {
            if self.candidates.len() >= CANDIDATES {
                break;
            }
            let Some(sample) = measured(luma, &mut tools.fitter, &candidate.ellipse, now_s, body) else {
                continue;
            };
            let ellipse = sample.ring.ellipse;
            let known =
                self.candidates.iter().any(|track| is_same(&track.last().ring.ellipse, &ellipse, 0.15));
            if !known && !is_head(&ellipse, body, scale) && !taken(&ellipse) {
                self.candidates.push(Track::start(sample));
            }
        }
    }

    /// Believes the largest of the candidates that move with the body: of two plates the nearer, of a plate and its hub the plate.
    fn believe(&mut self, scale: f64, body: &Body) -> Option<BarObservation> {
        let mut best: Option<(usize, usize, f64)> = None;
        for (index, track) in self.candidates.iter().enumerate() {
            let Some((anchor, agreement)) = track.companion(scale, 1.0) else { continue };
            if track.coverage() < SURE_COVERAGE || is_head(&track.last().ring.ellipse, body, scale) {
                continue;
            }
            let outer = self.outermost(index, scale);
            if best
                .is_none_or(|(other, ..)| self.candidates[outer].radius() > self.candidates[other].radius())
            {
                best = Some((outer, anchor, agreement));
            }
        }
        let (index, anchor, agreement) = best?;
        let track = self.candidates.swap_remove(index);
        self.candidates.clear();
        let below_anchor = below(&track, anchor)?;
        let before = track.history.iter().map(|sample| {
            let time = Duration::try_from_secs_f64(sample.at_s).unwrap_or_default();
            (time, observation(sample, agreement))
        });
        self.past.extend(before);
        self.past.pop();
        let now = observation(track.last(), agreement);
        self.lock = Some(Lock { track, anchor, agreement, below_anchor, apart_since_s: None });
        Some(now)
    }

    /// The largest candidate that moves too and is either around this one, as a plate is around its hub, or a little larger, as the plate at
    /// the bar's nearer end. It may be a hair's breadth from having moved far enough, and its outline less complete.
    fn outermost(&self, sure: usize, scale: f64) -> usize {
        let core = self.candidates[sure].last().ring.ellipse;
        let mut best = sure;
        for (index, track) in self.candidates.iter().enumerate() {
            let ellipse = track.last().ring.ellipse;
            let around = distance([core.x, core.y], [ellipse.x, ellipse.y]) < 0.3 * ellipse.radius;
            let nearer_end = track.radius() < NEARER_END * core.radius;
            let larger = track.radius() > self.candidates[best].radius();
            let complete = track.coverage() >= CANDIDATE_COVERAGE;
            if (around || nearer_end) && larger && complete && track.companion(scale, 0.75).is_some() {
                best = index;
            }
        }
        best
    }

    fn follow_bar(
        &mut self,
        luma: &Luma<'_>,
        now_s: f64,
        body: &Body,
        tools: &mut Tools,
        scale: f64,
    ) -> Option<BarObservation> {
        let lock = self.lock.as_mut()?;
        let mut seen = lock.track.follow(luma, &mut tools.fitter, now_s, scale, body.anchors);
        let hidden_s = now_s - lock.track.last().at_s;
        if !seen && hidden_s > HIDDEN_S && now_s - self.searched_s >= SEARCH_AGAIN_S {
            self.searched_s = now_s;
            seen = find_again(luma, now_s, body, tools, scale, lock);
        }
        if !seen {
            if hidden_s > LOST_S {
                self.lock = None;
            }
            return None;
        }
        if lock.is_apart(scale) {
            self.lock = None;
            return None;
        }
        Some(observation(lock.track.last(), lock.agreement))
    }
}

impl Lock {
    /// Whether the bar has been somewhere else than its anchor for long enough to have been let go.
    fn is_apart(&mut self, scale: f64) -> bool {
        let now_s = self.track.last().at_s;
        let Some(below) = below(&self.track, self.anchor) else { return false };
        if (below - self.below_anchor).abs() <= APART_M * scale {
            self.apart_since_s = None;
            return false;
        }
        now_s - *self.apart_since_s.get_or_insert(now_s) >= APART_S
    }
}

/// Height of the bar under an anchor, pixels.
fn below(track: &Track, anchor: usize) -> Option<f64> {
    let sample = track.last();
    sample.anchors[anchor].map(|place| sample.ring.ellipse.y - place[1])
}

/// Looks for a bar that was hidden, where its anchor went since.
fn find_again(
    luma: &Luma<'_>,
    now_s: f64,
    body: &Body,
    tools: &mut Tools,
    scale: f64,
    lock: &mut Lock,
) -> bool {
    let last = *lock.track.last();
    let moved = match (last.anchors[lock.anchor], body.anchors[lock.anchor]) {
        (Some(then), Some(now)) => [now[0] - then[0], now[1] - then[1]],
        _ => [0.0; 2],
    };
    let old = last.ring.ellipse;
    let expected = [old.x + moved[0], old.y + moved[1]];
    let reach = RETURN_M * scale;
    let region = Region { from: expected.map(|v| v - reach), to: expected.map(|v| v + reach) };
    let radii = [0.9 * old.radius, 1.1 * old.radius];
    tools.finder.find(luma, region, radii, old.aspect, |x, y| distance([x, y], expected) <= reach);
    let mut best: Option<Sample> = None;
    for candidate in &tools.finder.found {
        let Some(sample) = measured(luma, &mut tools.fitter, &candidate.ellipse, now_s, body) else {
            continue;
        };
        let ellipse = sample.ring.ellipse;
        if (ellipse.radius / old.radius - 1.0).abs() < 0.08
            && best.is_none_or(|other| sample.ring.coverage > other.ring.coverage)
        {
            best = Some(sample);
        }
    }
    if let Some(sample) = best {
        lock.track.resume(sample);
    }
    best.is_some()
}

fn observation(sample: &Sample, agreement: f64) -> BarObservation {
    let ellipse = sample.ring.ellipse;
    // Half of the outline is the least that is believed; four fifths is as good as all of it.
    let seen = ((sample.ring.coverage - 0.3) / 0.5).clamp(0.0, 1.0);
    BarObservation {
        x_px: ellipse.x,
        y_px: ellipse.y,
        radius_px: Some(sample.ring.radius),
        u_px: sample.ring.u_px,
        confidence: seen * agreement.clamp(0.0, 1.0),
    }
}
