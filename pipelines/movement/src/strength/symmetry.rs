//! What the view from the front shows: valgus, hip shift, difference between the knees (METRICS §5.7).

use super::posture::{Aspect, Body};
use super::span::Span;
use crate::body::{BodySample, Side};
use crate::measured::{Caps, Measured, Quality};
use crate::signal::{median, quantile};

/// Standard error of measurement of a frontal-plane projection angle: 2–4° (Gwynne and Curran 2014, R24).
const U_FPPA_DEG: f64 = 4.0;
/// A thigh that points towards the camera, shorter than this share of the shank in the picture, has no frontal angle.
const FORESHORTENED: f64 = 0.6;
/// Horizontal uncertainty of a pair's mid-point, metres.
const U_MIDDLE_M: f64 = 0.01;
/// Perspective widens the knees, which are nearer to the camera than the ankles, by up to this share.
const U_PERSPECTIVE: f64 = 0.06;
/// Knees closer together than this share of the ankles' distance are a valgus (METRICS §5.7).
pub(crate) const NARROW_KNEES: f64 = 0.85;
/// An asymmetry is shown when it exceeds twice its uncertainty and this, percent.
const SHOWN_PCT: f64 = 5.0;
/// Standard uncertainty of the difference between the knees from the front, degrees: the limbs' lengths in the picture.
const U_KNEES_DEG: f64 = 6.0;
/// Reason for an asymmetry that is too small to be told.
const SYMMETRIC: &str = "within_uncertainty";
/// Half of the time that a posture is the median of, seconds.
const AROUND_S: f64 = 0.1;

/// Left-right values of one repetition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Symmetry {
    pub(crate) hip_shift_pct: Measured,
    pub(crate) knee_difference_deg: Measured,
    /// Frontal-plane projection angle at the bottom, left and right.
    pub(crate) fppa_deg: [Measured; 2],
    /// Greatest in the ascent, left and right.
    pub(crate) fppa_max_deg: [Measured; 2],
    pub(crate) knee_ankle_ratio: Measured,
}

/// Measures one repetition; each value says why, where the view does not show it. `lower_half_end` is when half of the
/// ascent's height was gained: above, straight legs bring the knees together whatever they do.
pub(crate) fn symmetry(
    body: &Body<'_>,
    span: &Span,
    lower_half_end: f64,
    aspect: Aspect,
    m_per_px: f64,
    caps: &Caps,
) -> Symmetry {
    if let Err(reason) = aspect.frontal() {
        let none = |method| Measured::unavailable(method, reason);
        return Symmetry {
            hip_shift_pct: none(SHIFT),
            knee_difference_deg: none(KNEES),
            fppa_deg: [none(FPPA), none(FPPA)],
            fppa_max_deg: [none(FPPA), none(FPPA)],
            knee_ankle_ratio: none(RATIO),
        };
    }
    let (from, to) = span.bottom();
    let bottom = (from - AROUND_S, to + AROUND_S);
    let ascent = (from, span.concentric.1);
    Symmetry {
        hip_shift_pct: hip_shift(body, bottom, m_per_px).capped_by(caps),
        knee_difference_deg: knee_difference(body, span, bottom).capped_by(caps),
        fppa_deg: [0, 1].map(|side| fppa(body, side, bottom, 0.5).capped_by(caps)),
        fppa_max_deg: [0, 1].map(|side| fppa(body, side, ascent, 0.95).capped_by(caps)),
        knee_ankle_ratio: ratio(body, bottom, (from, lower_half_end.max(to))).capped_by(caps),
    }
}

const SHIFT: &str = "hips_over_feet";
const KNEES: &str = "limb_lengths_from_front";
const FPPA: &str = "frontal_projection";
const RATIO: &str = "knees_over_ankles";

/// Left ankle minus right ankle, pixels: the stance, positive where the athlete faces the camera.
fn stance(s: &BodySample) -> Option<f64> {
    let px = s.sides[0].ankle?[0] - s.sides[1].ankle?[0];
    (px.abs() > 5.0).then_some(px)
}

/// Middle of the hips off the middle of the feet as a share of the stance, percent, + to the athlete's left.
fn hip_shift(body: &Body<'_>, span: (f64, f64), m_per_px: f64) -> Measured {
    let middle = |a: Option<[f64; 2]>, b: Option<[f64; 2]>| Some(f64::midpoint(a?[0], b?[0]));
    let shift = body.over(span, 0.5, |_, s| {
        let [left, right] = &s.sides;
        Some(100.0 * (middle(left.hip, right.hip)? - middle(left.ankle, right.ankle)?) / stance(s)?)
    });
    let stance_m = body.over(span, 0.5, |_, s| Some(stance(s)?.abs() * m_per_px));
    let (Some(shift), Some(stance_m)) = (shift, stance_m) else {
        return Measured::unavailable(SHIFT, "hips_or_ankles_not_seen");
    };
    shown(Measured::new(shift, 100.0 * U_MIDDLE_M / stance_m, SHIFT), 100.0)
}

/// An asymmetry as it is shown: only beyond twice its uncertainty and beyond 5 % of `whole` (METRICS §5.7).
fn shown(measured: Measured, whole: f64) -> Measured {
    let (Some(value), Some(u)) = (measured.value(), measured.u()) else { return measured };
    let beyond = value.abs() > 2.0 * u && value.abs() > SHOWN_PCT / 100.0 * whole.abs();
    if beyond { measured } else { Measured::unavailable(measured.method(), SYMMETRIC) }
}

/// Frontal-plane projection angle of one leg, degrees, + medial (valgus): the turn from hip–knee to knee–ankle in the picture.
fn fppa(body: &Body<'_>, side: usize, span: (f64, f64), q: f64) -> Measured {
    let seen = || {
        body.ring.window(span.0, span.1).filter_map(|s| {
            let outward = if side == 0 { stance(s)?.signum() } else { -stance(s)?.signum() };
            let Side { hip, knee, ankle, .. } = s.sides[side];
            let (hip, knee, ankle) = (hip?, knee?, ankle?);
            let (thigh, shank) =
                ([knee[0] - hip[0], knee[1] - hip[1]], [ankle[0] - knee[0], ankle[1] - knee[1]]);
            let length = thigh[0].hypot(thigh[1]) / shank[0].hypot(shank[1]).max(1.0);
            let turn = (outward * shank[0]).atan2(-shank[1]) - (outward * thigh[0]).atan2(-thigh[1]);
            Some((turn.to_degrees(), length))
        })
    };
    let frames = body.ring.window(span.0, span.1).count();
    let (Some(length), true) = (median(seen().map(|(_, length)| length)), seen().count() * 2 >= frames)
    else {
        return Measured::unavailable(FPPA, "leg_not_seen");
    };
    // Over the ascent, only where the thigh has a direction in the picture.
    let of_greatest = q > 0.5;
    let usable = || seen().filter(|(_, length)| !of_greatest || *length >= FORESHORTENED).map(|(deg, _)| deg);
    let Some(deg) = quantile(usable(), q) else { return Measured::unavailable(FPPA, "thigh_foreshortened") };
    let measured = Measured::new(deg, U_FPPA_DEG / length.clamp(0.2, 1.0), FPPA)
        .capped(Quality::Medium, "projection_of_one_camera");
    if !of_greatest && length < FORESHORTENED {
        measured.capped(Quality::Low, "thigh_foreshortened")
    } else {
        measured
    }
}

/// Distance of the knees over that of the ankles: the least of the bottom and the lower half of the ascent.
fn ratio(body: &Body<'_>, bottom: (f64, f64), lower_half: (f64, f64)) -> Measured {
    let of = |_: &Body<'_>, s: &BodySample| Some((s.sides[0].knee?[0] - s.sides[1].knee?[0]) / stance(s)?);
    let at_bottom = body.over(bottom, 0.5, of);
    let rising = body.over(lower_half, 0.1, of);
    match at_bottom.into_iter().chain(rising).reduce(f64::min) {
        Some(ratio) => Measured::new(ratio, U_PERSPECTIVE * ratio.abs().max(0.5), RATIO),
        None => Measured::unavailable(RATIO, "leg_not_seen"),
    }
}

/// Knee flexion at the bottom, right minus left, degrees. From the front a leg bends towards the camera: what thigh and shank have
/// lost of their standing length tells how far. A difference seen from 45° is none: with toes turned out by 18° a symmetric squat
/// shows 20° of it.
fn knee_difference(body: &Body<'_>, span: &Span, bottom: (f64, f64)) -> Measured {
    let standing = (span.start() - 0.3, span.start() + 0.05);
    let ends = (span.end() - 0.05, span.end() + 0.2);
    let mut flexion = [0.0; 2];
    for (side, flexion) in flexion.iter_mut().enumerate() {
        let length = |of: fn(&Side) -> Option<f64>| {
            let at = |span| body.over(span, 0.5, |_, s| of(&s.sides[side]));
            at(standing).into_iter().chain(at(ends)).reduce(f64::max)
        };
        let (Some(thigh), Some(shank)) = (length(thigh_px), length(shank_px)) else {
            return Measured::unavailable(KNEES, "leg_not_seen");
        };
        let bent = body.over(bottom, 0.5, |_, s| spatial_flexion_deg(&s.sides[side], thigh, shank));
        let Some(bent) = bent else { return Measured::unavailable(KNEES, "leg_not_seen") };
        *flexion = bent;
    }
    let difference = flexion[1] - flexion[0];
    let measured =
        Measured::new(difference, U_KNEES_DEG, KNEES).capped(Quality::Medium, "projection_of_one_camera");
    shown(measured, flexion[0].max(flexion[1]))
}

fn thigh_px(side: &Side) -> Option<f64> {
    let (hip, knee) = (side.hip?, side.knee?);
    Some((hip[0] - knee[0]).hypot(hip[1] - knee[1]))
}

fn shank_px(side: &Side) -> Option<f64> {
    let (knee, ankle) = (side.knee?, side.ankle?);
    Some((knee[0] - ankle[0]).hypot(knee[1] - ankle[1]))
}

/// Knee flexion in space from the front: the knee is in front of hip and ankle by what the limbs lost of their length.
fn spatial_flexion_deg(side: &Side, thigh_px: f64, shank_px: f64) -> Option<f64> {
    let (hip, knee, ankle) = (side.hip?, side.knee?, side.ankle?);
    let depth = |length: f64, seen: f64| (length * length - seen * seen).max(0.0).sqrt();
    let thigh = [knee[0] - hip[0], knee[1] - hip[1]];
    let shank = [ankle[0] - knee[0], ankle[1] - knee[1]];
    let (forward, back) =
        (depth(thigh_px, thigh[0].hypot(thigh[1])), -depth(shank_px, shank[0].hypot(shank[1])));
    let dot = thigh[0] * shank[0] + thigh[1] * shank[1] + forward * back;
    let cross = [
        thigh[1] * back - forward * shank[1],
        forward * shank[0] - thigh[0] * back,
        thigh[0] * shank[1] - thigh[1] * shank[0],
    ];
    let size = cross.iter().map(|c| c * c).sum::<f64>().sqrt();
    Some(size.atan2(dot).to_degrees())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::Ring;

    /// Two links of 100 px, stance 200 px; `bend` in degrees turns each thigh and shank forward by half of it, `inward` moves
    /// each knee to the middle, `shift` the hips to the athlete's left.
    fn squatting(bend: [f64; 2], inward: [f64; 2], shift: f64, facing_camera: bool) -> BodySample {
        let sign = if facing_camera { 1.0 } else { -1.0 };
        let sides = std::array::from_fn(|side| {
            let out = if side == 0 { sign } else { -sign };
            let height = 100.0 * (bend[side].to_radians() / 2.0).cos();
            let ankle = [300.0 + 100.0 * out, 0.0];
            let knee = [ankle[0] - out * inward[side], height];
            let hip = [ankle[0] + sign * shift, 2.0 * height];
            Side { hip: Some(hip), knee: Some(knee), ankle: Some(ankle), ..Side::default() }
        });
        BodySample { sides, ..BodySample::default() }
    }

    fn measure(bend: [f64; 2], inward: [f64; 2], shift: f64, facing_camera: bool) -> Symmetry {
        let span = Span { eccentric: Some((1.0, 2.0)), concentric: (2.2, 3.2) };
        let mut ring = Ring::new(10.0, 4096);
        for i in 0..120 {
            let t = f64::from(i) / 30.0;
            let depth = (1.3 - (t - 2.1).abs()).clamp(0.0, 1.0);
            let scaled = |values: [f64; 2]| values.map(|value| value * depth);
            let sample = squatting(scaled(bend), scaled(inward), shift * depth, facing_camera);
            ring.push(BodySample { t, ..sample });
        }
        let body = Body::new(&ring, (1.0, 3.2));
        symmetry(&body, &span, 2.7, Aspect(Some(0.0)), 0.0025, &Caps::default())
    }

    #[test]
    fn known_angles_and_shifts_from_the_front_and_from_behind() {
        for facing in [true, false] {
            let seen = measure([90.0, 90.0], [0.0, 20.0], 24.0, facing);
            // 20 px inward on half-heights of 70.7 px: 15.8° on each side of the knee, and the hips' shift.
            let links = |inward: f64, shift: f64| {
                ((inward / 70.71f64).atan() + ((inward + shift) / 70.71f64).atan()).to_degrees()
            };
            let got = seen.fppa_deg[1].value().unwrap();
            assert!((got - links(20.0, -24.0)).abs() < 3.0, "right {got} {}", links(20.0, -24.0));
            let ratio = seen.knee_ankle_ratio.value().unwrap();
            assert!((ratio - 180.0 / 200.0).abs() < 0.02, "{ratio}");
            let shift = seen.hip_shift_pct.value().unwrap();
            assert!((shift - 12.0).abs() < 1.5, "{shift}");
        }
    }

    #[test]
    fn valgus_is_medial_on_both_sides() {
        let seen = measure([90.0, 90.0], [25.0, 25.0], 0.0, true);
        for side in 0..2 {
            let got = seen.fppa_deg[side].value().unwrap();
            assert!((got - 2.0 * (25.0f64 / 70.71).atan().to_degrees()).abs() < 3.0, "{got}");
            assert!(seen.fppa_max_deg[side].value().unwrap() > 30.0);
        }
        let bow = measure([90.0, 90.0], [-25.0, -25.0], 0.0, true);
        assert!(bow.fppa_deg[0].value().unwrap() < -30.0);
        assert!(bow.knee_ankle_ratio.value().unwrap() > 1.0);
    }

    #[test]
    fn a_difference_between_the_knees_is_told_when_it_is_one() {
        let seen = measure([70.0, 100.0], [0.0; 2], 0.0, true);
        let got = seen.knee_difference_deg.value().unwrap();
        assert!((got - 30.0).abs() < 4.0, "{got}");
        let even = measure([90.0, 92.0], [0.0; 2], 2.0, true);
        assert_eq!(even.knee_difference_deg.reasons(), [SYMMETRIC]);
        assert_eq!((even.hip_shift_pct.value(), even.hip_shift_pct.reasons()), (None, &[SYMMETRIC][..]));
    }

    #[test]
    fn another_view_shows_none_of_it() {
        let ring = Ring::new(1.0, 4);
        let body = Body::new(&ring, (0.0, 1.0));
        let span = Span { eccentric: None, concentric: (0.0, 1.0) };
        let seen = symmetry(&body, &span, 0.5, Aspect(Some(45.0)), 0.0025, &Caps::default());
        assert_eq!(seen.hip_shift_pct.reasons(), ["view_not_frontal"]);
        let unknown = symmetry(&body, &span, 0.5, Aspect(None), 0.0025, &Caps::default());
        assert_eq!(unknown.fppa_deg[0].reasons(), ["view_unknown"]);
    }
}
