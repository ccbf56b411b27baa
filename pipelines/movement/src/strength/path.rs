//! The way of the bar in the plane of movement (METRICS §5.7).

use super::posture::{Aspect, Body};
use crate::body::BodySample;
use crate::exercise::Exercise;
use crate::signal::parabola_fit;

/// Points of a path that is reported, at most.
pub(crate) const POINTS: usize = 50;
/// Points are parabola fits over ± this, seconds: keypoint jitter would lengthen the path.
const HALF_S: f64 = 0.1;
/// Distance of the bar's centre behind the shoulder joints over trunk length, with the bar on the back.
const BAR_BEHIND_SHOULDER: f64 = 0.18;

/// What is taken for the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follow {
    /// The bar itself, as tracked in the picture.
    Bar,
    /// The hands hold it.
    Wrists,
    /// It lies on the back.
    OnBack,
    /// The shoulders carry it, or are what moves.
    Shoulders,
    /// It lies on the hips.
    Hips,
}

impl Follow {
    /// What stands for the bar in an exercise, where it is not tracked in the picture.
    pub(crate) fn of(exercise: Exercise) -> Self {
        match exercise {
            Exercise::BackSquat => Self::OnBack,
            Exercise::FrontSquat | Exercise::Lunge | Exercise::PushUp | Exercise::PullUp => Self::Shoulders,
            Exercise::HipThrust => Self::Hips,
            _ => Self::Wrists,
        }
    }

    /// Name as reported.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bar => "bar",
            Self::Wrists => "wrists",
            Self::OnBack => "bar_on_shoulders",
            Self::Shoulders => "shoulders",
            Self::Hips => "hip",
        }
    }

    /// Standard uncertainty of a horizontal distance, metres, beside that of the scale: 1–2 cm for a point of the body that
    /// stands for the bar (METRICS §5.7), less for the bar itself.
    pub(crate) fn u_m(self) -> f64 {
        if self == Self::Bar { 0.005 } else { 0.015 }
    }

    fn place(self, body: &Body<'_>, s: &BodySample) -> Option<[f64; 2]> {
        match self {
            Self::Bar => s.bar.map(|bar| bar.centre),
            Self::Wrists => s.wrist,
            Self::Shoulders => s.shoulder,
            Self::Hips => s.hip,
            Self::OnBack => {
                // At a right angle behind the trunk.
                let (shoulder, hip) = (s.shoulder?, s.hip?);
                let (dx, dy) = (shoulder[0] - hip[0], shoulder[1] - hip[1]);
                let behind = BAR_BEHIND_SHOULDER * body.facing;
                Some([shoulder[0] - behind * dy, shoulder[1] + behind * dx])
            }
        }
    }
}

/// The way of the bar over a repetition: metres from where it began, x forward and y up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Path {
    times: Vec<f64>,
    /// At most [`POINTS`], evenly spread in time.
    pub(crate) points: Vec<[f64; 2]>,
}

/// The path between two moments.
///
/// # Errors
/// The reason why there is none.
pub(crate) fn path(
    body: &Body<'_>,
    follow: Follow,
    (from, to): (f64, f64),
    aspect: Aspect,
    m_per_px: f64,
) -> Result<Path, &'static str> {
    aspect.sagittal()?;
    let frames = body.ring.window(from, to).count();
    let seen = body.ring.window(from, to).filter(|s| follow.place(body, s).is_some()).count();
    if frames < 3 || seen * 10 < frames * 9 {
        return Err("bar_not_seen");
    }
    let count = frames.min(POINTS);
    let smooth = |t: f64, axis: usize| {
        let window = body.ring.window(t - HALF_S, t + HALF_S);
        parabola_fit(window.filter_map(|s| Some((s.t, follow.place(body, s)?[axis]))), t).map(|fit| fit.y0)
    };
    let mut path = Path { times: Vec::with_capacity(count), points: Vec::with_capacity(count) };
    let mut origin = None;
    for i in 0..count {
        let t = from + (to - from) * i as f64 / (count - 1) as f64;
        let (Some(x), Some(y)) = (smooth(t, 0), smooth(t, 1)) else { continue };
        let [x0, y0] = *origin.get_or_insert([x, y]);
        let forward = body.facing * (x - x0) * m_per_px / aspect.in_plane();
        path.times.push(t);
        path.points.push([forward, (y - y0) * m_per_px]);
    }
    if path.points.len() * 10 < count * 9 { Err("bar_not_seen") } else { Ok(path) }
}

impl Path {
    /// Greatest distance forward of the beginning, metres.
    pub(crate) fn forward_m(&self) -> f64 {
        self.points.iter().map(|p| p[0]).fold(0.0, f64::max)
    }

    /// Greatest distance behind the beginning, metres, as a positive number.
    pub(crate) fn back_m(&self) -> f64 {
        -self.points.iter().map(|p| p[0]).fold(0.0, f64::min)
    }

    /// Distance forward of the beginning at a time, metres.
    pub(crate) fn forward_at_m(&self, t: f64) -> Option<f64> {
        let after = self.times.iter().position(|at| *at >= t)?;
        let before = after.saturating_sub(1);
        let step = self.times[after] - self.times[before];
        let share = if step > 0.0 { (t - self.times[before]) / step } else { 1.0 };
        Some(self.points[before][0] + (self.points[after][0] - self.points[before][0]) * share)
    }

    /// Height gained over length of the way between two moments, 0–1: 1 is straight up.
    pub(crate) fn efficiency(&self, (from, to): (f64, f64)) -> Option<f64> {
        let within = || self.times.iter().zip(&self.points).filter(|(t, _)| **t >= from && **t <= to);
        let (first, last) = (within().next()?.1, within().next_back()?.1);
        let steps = within().zip(within().skip(1));
        let length: f64 = steps.map(|((_, a), (_, b))| (b[0] - a[0]).hypot(b[1] - a[1])).sum();
        (length > 0.01).then(|| ((last[1] - first[1]).abs() / length).clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Side;
    use crate::signal::Ring;

    fn hands(fps: f64, facing: f64, place: impl Fn(f64) -> [f64; 2]) -> Ring<BodySample> {
        let mut ring = Ring::new(10.0, 4096);
        for i in 0..(2.0 * fps) as usize {
            let t = i as f64 / fps;
            let [x, y] = place(t);
            let side = Side { heel: Some([0.0, 0.0]), toe: Some([50.0 * facing, 0.0]), ..Side::default() };
            let wrist = Some([500.0 + facing * x / 0.0025, y / 0.0025]);
            ring.push(BodySample { t, wrist, sides: [side; 2], ..BodySample::default() });
        }
        ring
    }

    /// Half a circle of radius 0.25 m: 0.25 m forward, 0.5 m up on a way of π·0.25 m.
    #[test]
    fn a_half_circle() {
        for (fps, facing) in [(30.0, 1.0), (60.0, -1.0), (120.0, 1.0)] {
            let ring = hands(fps, facing, |t| {
                let angle = std::f64::consts::PI * t / 1.9;
                [0.25 * angle.sin(), -0.25 * angle.cos()]
            });
            let path =
                path(&Body::new(&ring, (0.0, 1.9)), Follow::Wrists, (0.0, 1.9), Aspect(Some(90.0)), 0.0025)
                    .unwrap();
            assert!((path.forward_m() - 0.25).abs() < 0.005, "{fps} fps: {}", path.forward_m());
            assert!(path.back_m() < 0.005);
            let efficiency = path.efficiency((0.0, 1.9)).unwrap();
            assert!((efficiency - 2.0 / std::f64::consts::PI).abs() < 0.01, "{efficiency}");
            assert!(path.points.len() <= POINTS && path.points[0] == [0.0, 0.0]);
            assert!((path.forward_at_m(0.95).unwrap() - 0.25).abs() < 0.005);
        }
    }

    #[test]
    fn a_straight_way_is_straight_and_a_view_from_the_front_has_none() {
        let ring = hands(60.0, 1.0, |t| [0.0, 0.3 * t]);
        let body = Body::new(&ring, (0.0, 1.9));
        let way = path(&body, Follow::Wrists, (0.2, 1.8), Aspect(Some(75.0)), 0.0025).unwrap();
        assert!(way.forward_m() < 1e-6 && way.back_m() < 1e-6);
        assert!((way.efficiency((0.2, 1.8)).unwrap() - 1.0).abs() < 1e-6);
        assert_eq!(
            path(&body, Follow::Wrists, (0.2, 1.8), Aspect(Some(45.0)), 0.0025),
            Err("view_not_sagittal")
        );
        assert_eq!(path(&body, Follow::Bar, (0.2, 1.8), Aspect(None), 0.0025), Err("bar_not_seen"));
    }
}
