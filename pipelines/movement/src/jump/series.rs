//! Repeated jumps: collects hops to a series and scores it (METRICS §4.7).

use super::contact::HOP_CONTACT_S;
use super::{Jump, JumpKind, JumpSeries};
use crate::measured::{Measured, Quality};
use crate::signal::line_fit;

/// Fewer hops are a stumble or a habit, unless the coach chose repeated jumps.
const LEAST_HOPS: usize = 3;
/// The test has ten hops; the best five count.
const TEST_HOPS: usize = 10;
const BEST: usize = 5;
/// Kept at most, so that memory is bounded.
const MOST_HOPS: usize = 200;

/// A hop that was measured.
#[derive(Debug, Clone, Copy)]
struct Hop {
    contact: Option<(f64, f64)>,
    flight: Option<f64>,
    height: Option<(f64, f64)>,
    rsi: Option<(f64, f64)>,
    quality: Quality,
}

/// Follows the jumps of one person.
#[derive(Debug, Default)]
pub(super) struct Series {
    start: Option<(f64, f64)>,
    end: (f64, f64),
    hops: Vec<Hop>,
}

impl Series {
    /// Takes a jump; numbers it when it is a hop. Returns a series that it ended.
    pub(super) fn take(&mut self, jump: &mut Jump, chosen: bool) -> Option<JumpSeries> {
        let pair = |measured: &Measured| Some((measured.value()?, measured.u()?));
        if jump.kind == JumpKind::RepeatedJump && self.start.is_some() && self.hops.len() < MOST_HOPS {
            self.end = pair(&jump.landing_s).unwrap_or(self.end);
            self.hops.push(Hop {
                contact: pair(&jump.contact_time_s),
                flight: jump.flight_time_s.value(),
                height: pair(&jump.height_m),
                rsi: pair(&jump.rsi_m_s),
                quality: jump.quality.min(jump.contact_time_s.quality()),
            });
            jump.hop_number = u32::try_from(self.hops.len()).ok();
            return None;
        }
        let ended = self.close(jump.person_id, jump.decided_s, chosen);
        self.start = pair(&jump.takeoff_s);
        self.end = pair(&jump.landing_s).unwrap_or((jump.decided_s, 0.0));
        ended
    }

    /// Whether a series is open whose next hop did not come.
    pub(super) fn is_over(&self, now: f64) -> bool {
        // A hop that is in flight now has left the ground in time, and decides when it lands.
        self.start.is_some() && now - self.end.0 > HOP_CONTACT_S + 0.1
    }

    /// Ends what is open; a series with enough hops comes out.
    pub(super) fn close(&mut self, person_id: u32, now: f64, chosen: bool) -> Option<JumpSeries> {
        let start = self.start.take()?;
        let hops = std::mem::take(&mut self.hops);
        let least = if chosen { 1 } else { LEAST_HOPS };
        (hops.len() >= least).then(|| report(person_id, now, start, self.end, &hops))
    }
}

fn report(person_id: u32, now: f64, start: (f64, f64), end: (f64, f64), hops: &[Hop]) -> JumpSeries {
    let valid: Vec<&Hop> = hops.iter().filter(|hop| hop.rsi.is_some()).collect();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let worst = valid.iter().map(|hop| hop.quality).min().unwrap_or(Quality::Low);
    let short = valid.len() < TEST_HOPS;
    let judge = |measured: Measured| {
        let measured = measured.capped(worst, "as_its_hops");
        if short { measured.capped(Quality::Medium, "fewer_than_ten_hops") } else { measured }
    };
    let none = |method| Measured::unavailable(method, "no_valid_hop");
    let mean = |of: fn(&Hop) -> Option<(f64, f64)>, method| {
        mean_of(valid.iter().filter_map(|hop| of(hop)))
            .map_or_else(|| none(method), |(v, u)| judge(Measured::new(v, u, method)))
    };
    let mut best: Vec<(f64, f64)> = valid.iter().filter_map(|hop| hop.rsi).collect();
    best.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    best.truncate(BEST);
    let rsi_best_5_m_s = match mean_of(best.iter().copied()) {
        Some((score, u)) if best.len() == BEST => judge(Measured::new(score, u, "mean_of_five_best")),
        _ => Measured::unavailable("mean_of_five_best", "fewer_than_five_hops"),
    };
    JumpSeries {
        person_id,
        quality: rsi_best_5_m_s.quality(),
        decided_s: now,
        hop_count: count(hops.len()),
        valid_count: count(valid.len()),
        complete: !short,
        hop_contact_s: hops.iter().map(|hop| hop.contact.map(|c| c.0)).collect(),
        hop_flight_s: hops.iter().map(|hop| hop.flight).collect(),
        hop_height_m: hops.iter().map(|hop| hop.height.map(|h| h.0)).collect(),
        hop_rsi_m_s: hops.iter().map(|hop| hop.rsi.map(|r| r.0)).collect(),
        start_s: Measured::new(start.0, start.1, "toe_hinge"),
        end_s: Measured::new(end.0, end.1, "toe_hinge"),
        rsi_best_5_m_s,
        mean_contact_time_s: mean(|hop| hop.contact, "mean"),
        mean_height_m: mean(|hop| hop.height, "mean"),
        rsi_slope_m_s: slope(hops).map_or_else(|| none("least_squares"), judge),
    }
}

/// Mean with its uncertainty. What the values' errors have in common (the pose model's offsets) does not average out: it is
/// taken as half of each variance.
fn mean_of(values: impl Iterator<Item = (f64, f64)> + Clone) -> Option<(f64, f64)> {
    let n = values.clone().count() as f64;
    let mean = values.clone().map(|(value, _)| value).sum::<f64>() / n;
    let variance = values.map(|(_, u)| u * u).sum::<f64>() / n;
    mean.is_finite().then(|| (mean, (variance / 2.0 + variance / 2.0 / n).sqrt()))
}

/// Change from hop to hop; needs three.
fn slope(hops: &[Hop]) -> Option<Measured> {
    let points = hops.iter().enumerate().filter_map(|(i, hop)| Some((i as f64, hop.rsi?)));
    let n = points.clone().count() as f64;
    if n < 3.0 {
        return None;
    }
    let (_, slope) = line_fit(points.clone().map(|(i, (rsi, _))| (i, rsi)), 0.0)?;
    let mean_i = points.clone().map(|(i, _)| i).sum::<f64>() / n;
    let spread: f64 = points.clone().map(|(i, _)| (i - mean_i).powi(2)).sum();
    let variance = points.map(|(_, (_, u))| u * u).sum::<f64>() / n / 2.0;
    Some(Measured::new(slope, (variance / spread).sqrt(), "least_squares"))
}
