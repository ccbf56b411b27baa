//! A stick figure with known physics: Drillis and Contini's proportions, legs by two-link kinematics.

use std::time::Duration;

use spotter_movement::{Keypoint, PoseFrame};

use super::{Random, Recording};

pub const G: f64 = 9.81;

/// What the body does at a time, metres from standing.
#[derive(Clone, Copy, Default)]
pub struct Posture {
    /// Hips above their standing height.
    pub hip_m: f64,
    /// Feet above the floor.
    pub feet_m: f64,
    /// To the right of where it began.
    pub x_m: f64,
    /// Wrists above the shoulders (negative: hanging).
    pub wrist_m: f64,
    /// Trunk from the vertical, degrees forward.
    pub lean_deg: f64,
}

#[derive(Clone)]
pub struct Figure {
    pub height_m: f64,
    pub m_per_px: f64,
    pub fps: f64,
    /// Share of a frame interval that each time is off.
    pub time_jitter: f64,
    /// Share of frames that are missing.
    pub dropped: f64,
    pub noise_px: f64,
    pub seed: u64,
    pub keypoints: Vec<&'static str>,
}

pub const BODY: [&str; 15] = [
    "nose",
    "left_shoulder",
    "right_shoulder",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_heel",
    "right_heel",
    "left_foot_index",
    "right_foot_index",
];

impl Default for Figure {
    fn default() -> Self {
        Self {
            height_m: 1.80,
            m_per_px: 0.003,
            fps: 60.0,
            time_jitter: 0.0,
            dropped: 0.0,
            noise_px: 0.0,
            seed: 1,
            keypoints: BODY.to_vec(),
        }
    }
}

impl Figure {
    /// Films the figure from 0 to `duration_s`.
    pub fn film(&self, duration_s: f64, posture: impl Fn(f64) -> Posture) -> Recording {
        let mut random = Random(self.seed);
        let mut frames = Vec::new();
        for i in 0..(duration_s * self.fps) as u64 {
            let t = (i as f64 + self.time_jitter * (random.uniform() - 0.5)) / self.fps;
            let (noise, missing) = (random.clone(), random.uniform() < self.dropped);
            random.0 = noise.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(i);
            if !missing || i == 0 {
                frames.push(self.frame(t.max(0.0), posture(t), &mut random));
            }
        }
        Recording {
            keypoints: self.keypoints.iter().map(ToString::to_string).collect(),
            width: 1280,
            height: 960,
            frames,
        }
    }

    /// Films keypoints that are where `place` says: metres to the right and up of the middle of the feet.
    pub fn film_points(&self, duration_s: f64, place: impl Fn(f64, &str) -> [f64; 2]) -> Recording {
        let mut recording = self.film(duration_s, |_| Posture::default());
        let mut random = Random(self.seed ^ 0x5eed);
        for frame in &mut recording.frames {
            let t = frame.pts.as_secs_f64();
            for (name, point) in self.keypoints.iter().zip(&mut frame.people[0].keypoints) {
                let [x, y] = place(t, name);
                point.x_px = 640.0 + x / self.m_per_px + self.noise_px * random.normal();
                point.y_px = 900.0 - y / self.m_per_px + self.noise_px * random.normal();
            }
        }
        recording
    }

    fn frame(&self, t: f64, posture: Posture, random: &mut Random) -> PoseFrame {
        let h = self.height_m;
        let ankle = [0.0, 0.039 * h + posture.feet_m];
        let hip = [0.0, 0.530 * h + posture.hip_m];
        let (thigh, shank) = (0.245 * h, 0.246 * h);
        // The knee points forward so that the lengths hold.
        let reach = (hip[1] - ankle[1]).clamp(0.05, thigh + shank);
        let below = (reach * reach + shank * shank - thigh * thigh) / (2.0 * reach);
        let knee = [(shank * shank - below * below).max(0.0).sqrt(), ankle[1] + below];
        let lean = posture.lean_deg.to_radians();
        let shoulder = [0.288 * h * lean.sin(), hip[1] + 0.288 * h * lean.cos()];
        let place = |name: &str| match name.trim_start_matches("left_").trim_start_matches("right_") {
            // 0.868 of standing height above the ankle, as measured on rendered bodies.
            "nose" => [shoulder[0] + 0.05, shoulder[1] + 0.089 * h],
            "wrist" => [shoulder[0] + 0.05, shoulder[1] + posture.wrist_m],
            "hip" => hip,
            "knee" => knee,
            "ankle" => ankle,
            "heel" => [-0.05, posture.feet_m],
            "foot_index" => [0.15, posture.feet_m],
            "shoulder" | "ear" | "eye" | "elbow" => shoulder,
            other => panic!("the figure has no {other}"),
        };
        let keypoints = self.keypoints.iter().map(|name| {
            let [x, y] = place(name);
            Keypoint {
                x_px: 640.0 + (x + posture.x_m) / self.m_per_px + self.noise_px * random.normal(),
                y_px: 900.0 - y / self.m_per_px + self.noise_px * random.normal(),
                confidence: 0.98,
            }
        });
        PoseFrame { pts: Duration::from_secs_f64(t), people: vec![super::person(1, keypoints.collect())] }
    }
}

/// A countermovement jump that begins at `start`: down on a cosine, up with constant acceleration, then a free parabola, and
/// a landing that catches the fall.
#[derive(Clone, Copy)]
pub struct Cmj {
    pub start: f64,
    pub depth_m: f64,
    pub down_s: f64,
    pub height_m: f64,
    /// Hips above standing at take-off.
    pub extension_m: f64,
}

impl Cmj {
    pub fn new(start: f64, height_m: f64) -> Self {
        Self { start, depth_m: 0.30, down_s: 0.55, height_m, extension_m: 0.0 }
    }

    fn v(&self) -> f64 {
        (2.0 * G * self.height_m).sqrt()
    }

    pub fn bottom(&self) -> f64 {
        self.start + self.down_s
    }

    pub fn takeoff(&self) -> f64 {
        // From rest over depth and extension with constant acceleration.
        self.bottom() + 2.0 * (self.depth_m + self.extension_m) / self.v()
    }

    pub fn landing(&self) -> f64 {
        self.takeoff() + 2.0 * self.v() / G
    }

    pub fn posture(&self, t: f64) -> Posture {
        let v = self.v();
        let (hip_m, feet_m) = if t < self.start {
            (0.0, 0.0)
        } else if t < self.bottom() {
            let x = std::f64::consts::PI * (t - self.start) / self.down_s;
            (-self.depth_m * (1.0 - x.cos()) / 2.0, 0.0)
        } else if t < self.takeoff() {
            let push = t - self.bottom();
            let up = self.takeoff() - self.bottom();
            (-self.depth_m + v / up * push * push / 2.0, 0.0)
        } else if t < self.landing() {
            let air = t - self.takeoff();
            let rise = v * air - G * air * air / 2.0;
            (self.extension_m + rise, rise)
        } else {
            // Caught like an overdamped spring: starts with the velocity of the fall, ends standing.
            let x = (t - self.landing()) / 0.12;
            (self.extension_m * (-x).exp() - v * 0.12 * x * (-x).exp(), 0.0)
        };
        Posture { hip_m, feet_m, ..Posture::default() }
    }
}

/// Squats that begin at `start`, each down and up on a cosine with pauses.
#[derive(Clone, Copy)]
pub struct Squats {
    pub start: f64,
    pub reps: u32,
    pub depth_m: f64,
    pub down_s: f64,
    pub pause_s: f64,
    pub up_s: f64,
    pub top_s: f64,
}

impl Squats {
    pub fn new(reps: u32) -> Self {
        Self { start: 1.5, reps, depth_m: 0.45, down_s: 1.2, pause_s: 0.3, up_s: 1.0, top_s: 0.6 }
    }

    pub fn cycle_s(&self) -> f64 {
        self.down_s + self.pause_s + self.up_s + self.top_s
    }

    pub fn end(&self) -> f64 {
        self.start + f64::from(self.reps) * self.cycle_s()
    }

    pub fn posture(&self, t: f64) -> Posture {
        let ease = |x: f64| (1.0 - (std::f64::consts::PI * x.clamp(0.0, 1.0)).cos()) / 2.0;
        let since = t - self.start;
        if since < 0.0 || since >= f64::from(self.reps) * self.cycle_s() {
            return Posture::default();
        }
        let x = since % self.cycle_s();
        let down = ease(x / self.down_s);
        let up = ease((x - self.down_s - self.pause_s) / self.up_s);
        Posture { hip_m: -self.depth_m * (down - up), ..Posture::default() }
    }
}
