//! Each fault on a body that has it and on one that has not. 400 px are a metre.

use super::*;
use crate::body::{BodySample, Side};
use crate::signal::Ring;

const PX: f64 = 400.0;

/// A body from the side by its segments' angles, degrees: shank, thigh (leaning back), trunk (leaning forward), upper arm and
/// forearm (forward from hanging).
#[derive(Clone, Copy, Default)]
struct Chain {
    shank: f64,
    thigh: f64,
    trunk: f64,
    upper_arm: f64,
    forearm: f64,
}

fn step(from: [f64; 2], length_m: f64, forward_deg: f64, up: f64) -> [f64; 2] {
    let (sin, cos) = forward_deg.to_radians().sin_cos();
    [from[0] + PX * length_m * sin, from[1] + up * PX * length_m * cos]
}

impl Chain {
    fn side(self) -> Side {
        let ankle = [300.0, 30.0];
        let knee = step(ankle, 0.44, self.shank, 1.0);
        let hip = step(knee, 0.44, -self.thigh, 1.0);
        let shoulder = step(hip, 0.52, self.trunk, 1.0);
        let elbow = step(shoulder, 0.33, self.upper_arm, -1.0);
        let wrist = step(elbow, 0.26, self.forearm, -1.0);
        Side {
            shoulder: Some(shoulder),
            elbow: Some(elbow),
            wrist: Some(wrist),
            hip: Some(hip),
            knee: Some(knee),
            ankle: Some(ankle),
            heel: Some([280.0, 5.0]),
            toe: Some([350.0, 5.0]),
        }
    }

    fn between(self, far: Self, share: f64) -> Side {
        let mix = |a: f64, b: f64| a + (b - a) * share;
        Self {
            shank: mix(self.shank, far.shank),
            thigh: mix(self.thigh, far.thigh),
            trunk: mix(self.trunk, far.trunk),
            upper_arm: mix(self.upper_arm, far.upper_arm),
            forearm: mix(self.forearm, far.forearm),
        }
        .side()
    }
}

/// The faults of a repetition that goes from the low posture to the high one (`share` 1) within 1–2 s and back within
/// 2.5–3.5 s; squats begin high. `low_first` is the order.
fn faults(exercise: Exercise, low_first: bool, place: impl Fn(f64) -> Side) -> Vec<&'static str> {
    let mut ring = Ring::new(10.0, 4096);
    let mut points = Vec::new();
    for i in 0..270 {
        let t = f64::from(i) / 60.0;
        let away = (t - 1.0).clamp(0.0, 1.0) - (t - 2.5).clamp(0.0, 1.0);
        let side = place(if low_first { away } else { 1.0 - away });
        let knee_flexion_deg =
            Some(180.0 - crate::body::angle_deg(side.hip.unwrap(), side.knee.unwrap(), side.ankle.unwrap()));
        let (shoulder, wrist) = (side.shoulder.unwrap(), side.wrist.unwrap());
        ring.push(BodySample {
            t,
            nose: Some([shoulder[0], shoulder[1] + 80.0]),
            shoulder: side.shoulder,
            hip: side.hip,
            knee: side.knee,
            ankle: side.ankle,
            wrist: side.wrist,
            knee_flexion_deg,
            sides: [side; 2],
            ..BodySample::default()
        });
        points.push(Point { t, y: wrist[1] / PX, v: 0.0 });
    }
    let (lift, lower) = if low_first { ((1.0, 2.0), (2.5, 3.5)) } else { ((2.5, 3.5), (1.0, 2.0)) };
    let none = Measured::unavailable("x", "not_here");
    let rep = Rep {
        body: Body::new(&ring, (1.0, 3.5)),
        span: Span { eccentric: Some(lower), concentric: lift },
        aspect: Aspect(Some(90.0)),
        points: &points,
        m_per_px: 1.0 / PX,
        u_angle_deg: 7.0,
        depth_m: &none,
        hip_shift_pct: &none,
        knee_ankle_ratio: &none,
        forward_m: &none,
    };
    assess(exercise, &rep).0.into_iter().map(|fault| fault.id).collect()
}

#[test]
fn curls() {
    let hang = Chain::default();
    let curl = |top: Chain| faults(Exercise::BicepsCurl, true, move |share| hang.between(top, share));
    let top = Chain { forearm: 130.0, ..hang };
    assert_eq!(curl(top), [""; 0]);
    assert_eq!(curl(Chain { trunk: -16.0, ..top }), ["swing"]);
    assert_eq!(curl(Chain { upper_arm: 32.0, forearm: 150.0, ..top }), ["upper_arm_swing"]);
    let bent = Chain { forearm: 45.0, ..hang };
    assert_eq!(
        faults(Exercise::BicepsCurl, true, move |share| bent.between(top, share)),
        ["lockout_missing"]
    );
}

#[test]
fn overhead_presses() {
    let rack = Chain { upper_arm: 40.0, forearm: 170.0, ..Chain::default() };
    let press = |rack: Chain, top: Chain| {
        faults(Exercise::OverheadPress, true, move |share| rack.between(top, share))
    };
    let top = Chain { upper_arm: 175.0, forearm: 178.0, ..Chain::default() };
    assert_eq!(press(rack, top), [""; 0]);
    assert_eq!(press(rack, Chain { trunk: -22.0, ..top }), ["lean_back"]);
    assert_eq!(press(rack, Chain { upper_arm: 130.0, forearm: 175.0, ..top }), ["lockout_missing"]);
    assert_eq!(press(Chain { shank: 15.0, thigh: 15.0, ..rack }, top), ["leg_drive"]);
}

#[test]
fn deadlifts() {
    let floor = Chain { shank: 15.0, thigh: 55.0, trunk: 60.0, ..Chain::default() };
    let lift = |top: Chain| faults(Exercise::Deadlift, true, move |share| floor.between(top, share));
    assert_eq!(lift(Chain::default()), [""; 0]);
    assert_eq!(lift(Chain { trunk: -22.0, ..Chain::default() }), ["lean_back"]);
    assert_eq!(lift(Chain { trunk: 20.0, thigh: 15.0, ..Chain::default() }), ["lockout_missing"]);
    // The hips come up with the trunk where it was: the shoulders follow the hips only half as far.
    let shoot = |share: f64| {
        let early = (share / 0.5).min(1.0);
        let late = ((share - 0.5) / 0.5).max(0.0);
        Chain {
            shank: 15.0 * (1.0 - early),
            thigh: 55.0 * (1.0 - early),
            trunk: (60.0 + 25.0 * early) * (1.0 - late),
            ..floor
        }
        .side()
    };
    assert_eq!(faults(Exercise::Deadlift, true, shoot), ["hip_shoot"]);
}

#[test]
fn front_squats_and_rows() {
    let stand = Chain { upper_arm: 85.0, forearm: 160.0, ..Chain::default() };
    let squat =
        |bottom: Chain| faults(Exercise::FrontSquat, false, move |share| bottom.between(stand, share));
    let bottom = Chain { shank: 35.0, thigh: 85.0, trunk: 25.0, ..stand };
    assert_eq!(squat(bottom), [""; 0]);
    assert_eq!(squat(Chain { upper_arm: 50.0, ..bottom }), ["elbow_drop"]);
    assert_eq!(squat(Chain { trunk: 70.0, ..bottom }), ["excessive_lean"]);
    let bent = Chain { shank: 10.0, thigh: 25.0, trunk: 55.0, ..Chain::default() };
    let row = |top: Chain| faults(Exercise::Row, true, move |share| bent.between(top, share));
    let top = Chain { upper_arm: -60.0, forearm: 45.0, ..bent };
    assert_eq!(row(top), [""; 0]);
    assert_eq!(row(Chain { trunk: 30.0, ..top }), ["trunk_rise"]);
    assert_eq!(row(Chain { upper_arm: -20.0, forearm: 10.0, ..bent }), ["pull_short"]);
}

/// Lying, hanging and kneeling bodies, joint by joint in metres.
fn joints(points: [[f64; 2]; 6]) -> Side {
    let [shoulder, elbow, wrist, hip, knee, ankle] = points.map(|[x, y]| Some([PX * x, PX * y]));
    Side { shoulder, elbow, wrist, hip, knee, ankle, ..Side::default() }
}

#[test]
fn push_ups() {
    let push = |sag_m: f64, bent_m: f64| {
        faults(Exercise::PushUp, false, move |share| {
            let shoulder_y = 0.55 - bent_m * (1.0 - share);
            let line = |x: f64| 0.08 + (shoulder_y - 0.08) * x / 1.4;
            // The elbow goes out backwards as far as two links of 0.275 m need it.
            let half = shoulder_y / 2.0;
            let elbow = [1.4 - (0.275f64.powi(2) - half * half).max(0.0).sqrt(), half];
            let hip = [0.85, line(0.85) - sag_m];
            joints([[1.4, shoulder_y], elbow, [1.4, 0.0], hip, [0.42, line(0.42)], [0.0, 0.08]])
        })
    };
    assert_eq!(push(0.0, 0.35), [""; 0]);
    assert_eq!(push(0.12, 0.35), ["hip_sag"]);
    assert_eq!(push(0.0, 0.05), ["depth_short"]);
}

#[test]
fn pull_ups_and_hip_thrusts() {
    let pull = |rise_m: f64, swing_m: f64, hang_m: f64| {
        faults(Exercise::PullUp, true, move |share| {
            let shoulder = [1.0, 2.3 - 0.6 + hang_m + rise_m * share];
            let half = (2.3 - shoulder[1]) / 2.0;
            let elbow = [1.0 + (0.3f64.powi(2) - half * half).max(0.0).sqrt(), shoulder[1] + half];
            let hip = [1.0 + swing_m * (2.0 * share - 1.0), shoulder[1] - 0.5];
            joints([shoulder, elbow, [1.0, 2.3], hip, [1.0, hip[1] - 0.4], [1.0, hip[1] - 0.8]])
        })
    };
    assert_eq!(pull(0.48, 0.0, 0.0), [""; 0]);
    assert_eq!(pull(0.48, 0.45, 0.0), ["kip"]);
    assert_eq!(pull(0.25, 0.0, 0.0), ["chin_below_bar"]);
    assert_eq!(pull(0.33, 0.0, 0.15), ["hang_missing"]);
    let thrust = |top_m: f64| {
        faults(Exercise::HipThrust, true, move |share| {
            let hip = [0.6, 0.15 + (top_m - 0.15) * share];
            joints([[0.1, 0.45], [0.2, 0.3], [0.4, 0.3], hip, [1.05, 0.48], [1.05, 0.05]])
        })
    };
    assert_eq!(thrust(0.46), [""; 0]);
    assert_eq!(thrust(0.33), ["lockout_missing"]);
    assert_eq!(thrust(0.58), ["lumbar_arch"]);
}

#[test]
fn severity_grows_with_the_distance_from_the_limit() {
    let seen = |value: f64, step: f64| {
        Seen { t: 0.0, measure: "x_deg", value, u: 1.0, limit: 55.0, step }.severity()
    };
    assert_eq!(
        [54.0, 55.0, 56.0, 66.0, 80.0].map(|v| seen(v, 10.0)),
        [None, None, Some(1), Some(2), Some(3)]
    );
    assert_eq!([56.0, 50.0, 30.0].map(|v| seen(v, -10.0)), [None, Some(1), Some(3)]);
    assert_eq!(seen(f64::NAN, 1.0), None);
}
