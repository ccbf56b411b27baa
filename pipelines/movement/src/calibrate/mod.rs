//! Pixels to metres (METRICS §2): A from the athlete's height while he stands, B from the plate, C from flights, D on the floor.
//!
//! With a height that is A, which C only checks. Without one it is B where the camera's distance is known, else C after three
//! jumps, else A with an assumed height, which says so.

mod floor;
mod gravity;
mod limbs;
mod plate;
mod stature;

use std::collections::VecDeque;

use crate::Jump;
use crate::body::BodySample;
use crate::settings::{Settings, View};
use crate::signal::{BodyScale, Ring, Timed, median};
pub use floor::{Floor, FloorError, FloorMarks};
pub(crate) use gravity::GRAVITY;
use gravity::Gravity;
use limbs::{LimbStature, Limbs};
pub(crate) use plate::PLATE;
use plate::Plate;
use stature::{breadths, limb_stature, standing_stature, stands_straight, yaw_deg};

/// Height taken where none is given: between the means of adult women and men; 1 σ of adults around it.
pub(crate) const ASSUMED_HEIGHT_M: f64 = 1.72;
const ASSUMED_HEIGHT_U: f64 = 0.06;
/// What the longest sum of limb lengths adds where nothing better is known yet: they shorten in most views.
const LONGEST_LIMBS_U: f64 = 0.12;

/// Standing still: this long, moving less than this share of height.
const QUIET_S: f64 = 0.3;
const QUIET_SHARE: f64 = 0.012;
/// Samples of standing kept, and how far apart they are taken.
const SAMPLES: usize = 48;
const EVERY_S: f64 = 0.1;

/// Whether somebody can be this tall. A height that nobody has is a typing error; the caller's own check names it to the
/// user.
pub(crate) fn is_human(height_m: f64) -> bool {
    (0.5..=2.6).contains(&height_m)
}

/// Metres per pixel at the athlete.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    pub(crate) m_per_px: f64,
    /// Relative standard uncertainty.
    pub(crate) u: f64,
    pub(crate) method: &'static str,
}

impl Scale {
    /// Nobody said how tall the athlete is.
    pub(crate) fn assumed(&self) -> bool {
        self.method == ASSUMED
    }
}

/// Scale from the given height.
pub(crate) const HEIGHT: &str = "athlete_height";
/// Scale from an assumed height.
pub(crate) const ASSUMED: &str = "assumed_height";

#[derive(Debug, Clone, Copy)]
struct Standing {
    stature_px: f64,
    breadths: Option<f64>,
}

/// Finds the scale of one person.
#[derive(Debug)]
pub(crate) struct Calibrator {
    height_m: Option<f64>,
    gain: f64,
    gain_u: f64,
    stated_view: Option<View>,
    standing: VecDeque<Standing>,
    last_taken: f64,
    place_x: f64,
    /// Longest recent sum of limb lengths, as stature.
    limbs_px: Option<f64>,
    limbs: Limbs,
    scale: Option<Scale>,
    yaw_deg: Option<f64>,
    plate: Plate,
    plate_diameter_m: Option<f64>,
    camera_distance_m: Option<f64>,
    gravity: Gravity,
    hip_gain: f64,
}

impl Calibrator {
    pub(crate) fn new(settings: &Settings) -> Self {
        let model = &settings.model;
        Self {
            height_m: settings.athlete_height_m.filter(|height| is_human(*height)),
            gain: model.standing_scale_gain,
            gain_u: model.standing_scale_gain_u,
            stated_view: settings.view,
            plate: Plate::default(),
            plate_diameter_m: settings.plate_diameter_m,
            camera_distance_m: settings.camera_distance_m,
            gravity: Gravity::default(),
            hip_gain: model.hip_vertical_gain_jump,
            standing: VecDeque::with_capacity(SAMPLES),
            last_taken: f64::NEG_INFINITY,
            place_x: 0.0,
            limbs_px: None,
            limbs: Limbs::default(),
            scale: None,
            yaw_deg: None,
        }
    }

    /// Another athlete height, or none. The scale follows with the next frame.
    pub(crate) fn set_height(&mut self, height_m: Option<f64>) {
        self.height_m = height_m.filter(|height| is_human(*height));
        self.decide();
    }

    /// Looks at the newest samples.
    pub(crate) fn observe(&mut self, ring: &Ring<BodySample>) {
        let Some(sample) = ring.last() else { return };
        if let Some(limbs) = limb_stature(sample) {
            let longest = self.limbs_px.unwrap_or(limbs);
            // Rises with the longest seen, sinks slowly when the person walks away.
            self.limbs_px = Some(if limbs > longest {
                longest + (limbs - longest) * 0.3
            } else {
                longest + (limbs - longest) * 0.005
            });
            self.limbs.observe(sample, longest);
        }
        if sample.t - self.last_taken >= EVERY_S && self.stands_still(ring, sample) {
            self.take(sample);
        }
        self.plate.observe(sample);
        if self.standing.is_empty() || self.scale.is_some_and(|scale| scale.method != HEIGHT) {
            self.decide();
        }
    }

    /// Takes a jump that was measured, with its flight still in `ring`.
    pub(crate) fn note_jump(&mut self, ring: &Ring<BodySample>, jump: &Jump) {
        self.gravity.note(ring, jump, self.hip_gain);
        self.decide();
    }

    /// Whether the scale from the given height and that from jumps can't both be right (METRICS §2: more than 8 % apart).
    pub(crate) fn is_suspect(&self) -> bool {
        let (Some(scale), Some(gravity)) = (self.scale, self.gravity.scale()) else { return false };
        scale.method == HEIGHT && (scale.m_per_px / gravity.m_per_px - 1.0).abs() > gravity::SUSPECT
    }

    /// Chooses the scale from what is known.
    fn decide(&mut self) {
        let standing = || {
            median(self.standing.iter().map(|s| s.stature_px))
                .map(|px| self.scale_of(px, 0.0))
                .or_else(|| self.limbs.stature().map(|LimbStature { px, u }| self.scale_of(px, u)))
                .or_else(|| self.limbs_px.map(|px| self.scale_of(px, LONGEST_LIMBS_U)))
        };
        let plate = || self.plate.body_scale(self.plate_diameter_m?, self.camera_distance_m, self.yaw_deg());
        self.scale = if self.height_m.is_some() {
            standing()
        } else {
            plate().or_else(|| self.gravity.scale()).or_else(standing)
        };
    }

    /// The scale; `None` before any limb was seen.
    pub(crate) fn scale(&self) -> Option<Scale> {
        self.scale
    }

    /// How large the body is in the picture; `None` before any limb was seen.
    pub(crate) fn body_scale(&self) -> Option<BodyScale> {
        let m_per_px = self.scale?.m_per_px;
        let height_m = self.height_m.unwrap_or(ASSUMED_HEIGHT_M);
        // The scale is that of where the athlete last stood; who comes nearer grows.
        let stature_px = (height_m / m_per_px).max(self.limbs_px.unwrap_or(0.0));
        Some(BodyScale { m_per_px: height_m / stature_px, stature_px })
    }

    /// Whether the athlete has stood still in view.
    pub(crate) fn has_stood(&self) -> bool {
        !self.standing.is_empty()
    }

    /// Angle between line of sight and facing direction: 0 frontal, 90 from the side. Stated by the installer or estimated.
    pub(crate) fn yaw_deg(&self) -> Option<f64> {
        self.stated_view.map(View::yaw_deg).or(self.yaw_deg)
    }

    fn take(&mut self, sample: &BodySample) {
        let (Some(stature_px), Some(hip)) = (standing_stature(sample), sample.hip) else { return };
        // Elsewhere in the room the scale is another one.
        if self.standing.is_empty() || (hip[0] - self.place_x).abs() > 0.25 * stature_px {
            if !self.standing.is_empty() {
                self.gravity.forget();
            }
            self.standing.clear();
            self.place_x = hip[0];
        }
        if self.standing.len() == SAMPLES {
            self.standing.pop_front();
        }
        self.standing.push_back(Standing { stature_px, breadths: breadths(sample) });
        self.last_taken = sample.t;
        self.yaw_deg = median(self.standing.iter().filter_map(|s| s.breadths)).map(yaw_deg);
        self.decide();
    }

    fn scale_of(&self, stature_px: f64, more_u: f64) -> Scale {
        let (height_m, method, height_u) = match self.height_m {
            Some(height) => (height, HEIGHT, 0.0),
            None => (ASSUMED_HEIGHT_M, ASSUMED, ASSUMED_HEIGHT_U),
        };
        Scale {
            m_per_px: height_m / stature_px / self.gain,
            u: (self.gain_u.powi(2) + height_u.powi(2) + more_u.powi(2)).sqrt(),
            method,
        }
    }

    /// Upright on straight legs and without movement for [`QUIET_S`].
    fn stands_still(&self, ring: &Ring<BodySample>, sample: &BodySample) -> bool {
        let Some(stature) = standing_stature(sample) else { return false };
        let upright = sample.lean_sin().is_none_or(|lean| lean < 0.45);
        if !(stands_straight(sample, stature) && upright)
            || self.limbs_px.is_some_and(|limbs| stature < 0.8 * limbs)
        {
            return false;
        }
        let mut oldest = sample.t;
        for past in ring.iter().rev() {
            let (Some(now), Some(then)) = (sample.hip, past.hip) else { return false };
            if (now[0] - then[0]).abs().max((now[1] - then[1]).abs()) > QUIET_SHARE * stature {
                return false;
            }
            oldest = past.t();
            if sample.t - oldest >= QUIET_S {
                break;
            }
        }
        sample.t - oldest >= QUIET_S
    }
}

#[cfg(test)]
mod tests {
    use super::stature::NOSE_ANKLE;
    use super::*;
    use crate::{BarPoint, Layout, ModelProfile};

    fn settings(athlete_height_m: Option<f64>) -> Settings {
        Settings { athlete_height_m, ..Settings::new(Layout::blazepose(), 1280, 720) }
    }

    fn standing(t: f64, nose: bool) -> BodySample {
        let point = |share: f64| Some([300.0, -900.0 + 600.0 * share]);
        BodySample {
            t,
            nose: nose.then(|| [300.0, -900.0 + 600.0 * (NOSE_ANKLE + 0.039)]),
            shoulder: point(0.818),
            hip: point(0.530),
            knee: point(0.285),
            ankle: point(0.039),
            ..BodySample::default()
        }
    }

    fn calibrated(height_m: Option<f64>, nose: bool) -> Calibrator {
        let mut calibrator = Calibrator::new(&settings(height_m));
        let mut ring = Ring::new(2.0, 200);
        for frame in 0..60 {
            ring.push(standing(f64::from(frame) / 60.0, nose));
            calibrator.observe(&ring);
        }
        calibrator
    }

    #[test]
    fn a_given_height_gives_the_scale_with_and_without_a_nose() {
        for nose in [true, false] {
            let scale = calibrated(Some(1.80), nose).scale().unwrap();
            assert!((scale.m_per_px - 0.003).abs() < 1e-9, "{scale:?}");
            assert_eq!(scale.method, HEIGHT);
        }
    }

    #[test]
    fn without_a_height_the_scale_says_that_it_assumes_one() {
        let (given, assumed) = (calibrated(Some(1.72), true), calibrated(None, true));
        let (given, assumed) = (given.scale().unwrap(), assumed.scale().unwrap());
        assert!(assumed.assumed() && assumed.u > given.u + 0.02);
        assert!((given.m_per_px - assumed.m_per_px).abs() < 1e-12);
    }

    #[test]
    fn a_known_gain_of_the_model_is_taken_out() {
        let model = ModelProfile { standing_scale_gain: 1.06, ..ModelProfile::default() };
        let mut calibrator = Calibrator::new(&Settings { model, ..settings(Some(1.80)) });
        let mut ring = Ring::new(2.0, 200);
        for frame in 0..60 {
            ring.push(standing(f64::from(frame) / 60.0, true));
            calibrator.observe(&ring);
        }
        assert!((calibrator.scale().unwrap().m_per_px - 0.003 / 1.06).abs() < 1e-9);
    }

    /// A plate of 450 mm at 2.3 m, a body at 3 m: METRICS §2 B.
    #[test]
    fn the_plate_gives_the_scale_of_the_body_behind_it() {
        let focal_px = 1000.0;
        let bar = BarPoint { x_px: 0.0, y_px: 0.0, radius_px: Some(0.225 * focal_px / 2.3), u_px: 0.3 };
        let mut calibrator = Calibrator::new(&Settings {
            camera_distance_m: Some(3.0),
            plate_diameter_m: Some(0.45),
            ..settings(None)
        });
        let mut ring = Ring::new(2.0, 200);
        for frame in 0..60 {
            let mut sample = standing(f64::from(frame) / 60.0, true);
            sample.bar = crate::body::BarSample::of(bar);
            ring.push(sample);
            calibrator.observe(&ring);
        }
        let at = |distance_m: f64| distance_m / focal_px;
        assert!((calibrator.plate.scale(0.45).unwrap().m_per_px / at(2.3) - 1.0).abs() < 1e-9);
        let body = calibrator.scale().unwrap();
        assert!((body.m_per_px / at(3.0) - 1.0).abs() < 1e-9, "{body:?}");
        assert!(body.method == PLATE && (0.03..0.06).contains(&body.u));
        calibrator.set_height(Some(1.80));
        assert_eq!(calibrator.scale().unwrap().method, HEIGHT, "a height that is given comes first");
    }

    #[test]
    fn the_view_is_told_by_the_breadths() {
        for yaw in [0.0_f64, 45.0, 70.0, 90.0] {
            let seen = 1.15 * yaw.to_radians().cos();
            assert!((yaw_deg(seen) - yaw).abs() < 1e-4, "{yaw}");
        }
        assert!(yaw_deg(1.4) < 1e-9);
    }
}
