//! What follows a landing: how the fall is caught, and when the athlete stands still (METRICS §4.2).

use super::Landing;
use super::angles::{angle_at, frontal_angle, knee_flexion};
use super::measure::Landed;
use crate::body::BodySample;
use crate::calibrate::Scale;
use crate::measured::{Measured, Quality, rounded};
use crate::person::Seen;
use crate::signal::{Ring, parabola_fit, quantile};

/// METRICS §4.2: the drop is that of the first 0.3 s; standing still is less than 0.05 m/s for 0.3 s.
const DROP_S: f64 = 0.3;
const STILL_M_S: f64 = 0.05;
const STILL_S: f64 = 0.3;
/// Half the stretch over which velocity is taken.
const HALF_S: f64 = 0.1;
/// Knees bend furthest within this time.
const KNEE_S: f64 = 1.0;
const VALGUS_S: f64 = 0.5;
/// Waited for at most.
const LONGEST_S: f64 = 3.0;
/// Seen from the side, and from the front.
const SIDE_DEG: f64 = 65.0;
const FRONT_DEG: f64 = 25.0;

/// A landing that is being watched.
#[derive(Debug)]
pub(super) struct Watched {
    takeoff: f64,
    landing: f64,
    landing_u: f64,
    hip_y: f64,
    scale: Scale,
    yaw_deg: Option<f64>,
    lag_s: Option<f64>,
    quality: Quality,
    /// Since when the hips have been still.
    still_since: Option<f64>,
}

impl Watched {
    pub(super) fn new(landed: &Landed) -> Self {
        Self {
            takeoff: landed.jump.takeoff_s.value().unwrap_or(landed.last.landing),
            landing: landed.last.landing,
            landing_u: landed.last.landing_u,
            hip_y: landed.hip_y,
            scale: landed.scale,
            yaw_deg: landed.yaw_deg,
            lag_s: landed.lag_s,
            quality: landed.jump.quality,
            still_since: None,
        }
    }

    /// Whether a take-off at this time ends the landing before it is over.
    pub(super) fn rebounds(&self, takeoff: f64, within_s: f64) -> bool {
        takeoff - self.landing < within_s
    }

    /// Looks at the newest frame; returns whether all that can be known is known.
    pub(super) fn follow(&mut self, seen: &Seen<'_>) -> bool {
        let at = seen.now - HALF_S.max(2.1 * seen.median_dt);
        if at < self.landing + 0.05 {
            return false;
        }
        let half = HALF_S.max(2.1 * seen.median_dt);
        let hips = seen.ring.window(at - half, at + half).filter_map(|s| s.hip.map(|hip| (s.t, hip[1])));
        let slow = parabola_fit(hips, at).is_some_and(|fit| fit.v.abs() * self.scale.m_per_px < STILL_M_S);
        self.still_since = if slow { self.still_since.or(Some(at)) } else { None };
        self.is_still(at) && at - self.landing > KNEE_S || seen.now - self.landing > LONGEST_S
    }

    fn is_still(&self, at: f64) -> bool {
        self.still_since.is_some_and(|since| at - since >= STILL_S)
    }

    /// What was seen of it; `None` where that is nothing.
    pub(super) fn report(&self, seen: &Seen<'_>) -> Option<Landing> {
        if seen.now - self.landing < DROP_S {
            return None;
        }
        let value =
            |value: f64, u: f64, method| Measured::new(value, u, method).capped(self.quality, "as_its_jump");
        let none = |method, reason| Measured::unavailable(method, reason);
        let drop = lowest(seen.ring, self.landing, self.landing + DROP_S)
            .map(|y| (self.hip_y - y) * self.scale.m_per_px);
        let last = seen.now - HALF_S.max(2.1 * seen.median_dt);
        Some(Landing {
            person_id: seen.person_id,
            takeoff_s: rounded(self.takeoff),
            decided_s: seen.now,
            landing_drop_m: drop.map_or_else(
                || none("hip_kinematics", "no_hip"),
                |m| {
                    value(m, (m * self.scale.u.hypot(0.03)).hypot(0.01), "hip_kinematics")
                        .noted(self.scale.method)
                },
            ),
            time_to_stabilise_s: match self.still_since.filter(|_| self.is_still(last)) {
                Some(since) => value(since - self.landing, 0.05f64.hypot(self.landing_u), "hip_kinematics"),
                None => none("hip_kinematics", "not_still_within_3_s"),
            },
            knee_flexion_touchdown_deg: self
                .knee(seen, |ring| angle_at(ring, self.landing, seen.median_dt, knee_flexion)),
            knee_flexion_max_deg: self.knee(seen, |ring| {
                let after = ring.window(self.landing, self.landing + KNEE_S);
                quantile(after.filter_map(|s| knee_flexion(&s.sides[s.near])), 0.97)
            }),
            touchdown_lag_s: match self.lag_s {
                Some(lag) => value(lag, self.landing_u * 1.5 + 0.004, "toe_hinge"),
                None => none("toe_hinge", "far_foot_hidden"),
            },
            knee_valgus_max_deg: self.valgus(seen.ring),
        })
    }

    fn knee(&self, seen: &Seen<'_>, of: impl Fn(&Ring<BodySample>) -> Option<f64>) -> Measured {
        if self.yaw_deg.is_some_and(|yaw| yaw < SIDE_DEG) {
            return Measured::unavailable("near_leg", "view_not_sagittal");
        }
        let profile = &seen.settings.model;
        let Some(degrees) = of(seen.ring) else { return Measured::unavailable("near_leg", "joint_not_seen") };
        let measured =
            Measured::new(profile.knee_flexion_deg(degrees), profile.knee_flexion_u_deg, "near_leg");
        let cap = if self.yaw_deg.is_none() { Quality::Medium } else { Quality::High };
        if cap == Quality::Medium { measured.capped(cap, "view_unknown") } else { measured }
    }

    fn valgus(&self, ring: &Ring<BodySample>) -> Measured {
        if self.yaw_deg.is_none_or(|yaw| yaw > FRONT_DEG) {
            return Measured::unavailable("frontal_projection", "view_not_frontal");
        }
        let of = |side: usize| {
            let after = ring.window(self.landing, self.landing + VALGUS_S);
            quantile(after.filter_map(|s| frontal_angle(&s.sides[side], &s.sides[1 - side])), 0.95)
        };
        match [of(0), of(1)].into_iter().flatten().reduce(f64::max) {
            // One picture against three dimensions: 2–4° (Gwynne 2014).
            Some(angle) => Measured::new(angle, 4.0, "frontal_projection"),
            None => Measured::unavailable("frontal_projection", "joint_not_seen"),
        }
    }
}

fn lowest(ring: &Ring<BodySample>, from: f64, to: f64) -> Option<f64> {
    quantile(ring.window(from, to).filter_map(|s| s.hip.map(|hip| hip[1])), 0.03)
}
