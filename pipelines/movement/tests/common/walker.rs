//! A figure that walks or runs with known events: feet that stand still on the ground, then swing on a curve; hips that rise and
//! fall with the steps.

use std::f64::consts::PI;
use std::time::Duration;

use spotter_movement::{Keypoint, PoseFrame, PosePerson};

use super::gait::Known;
use super::physics::BODY;
use super::{Random, Recording};

#[derive(Clone)]
pub struct Walker {
    pub height_m: f64,
    pub m_per_px: f64,
    pub fps: f64,
    pub speed_m_s: f64,
    /// Seconds from left strike to right strike, and from right to left.
    pub steps_s: [f64; 2],
    /// Contact time of the left and of the right foot.
    pub contact_s: [f64; 2],
    pub oscillation_m: f64,
    /// +1 to the right of the picture, −1 to the left.
    pub direction: f64,
    /// Through the picture instead of on a belt.
    pub overground: bool,
    pub time_jitter: f64,
    pub dropped: f64,
    pub noise_px: f64,
    pub seed: u64,
    pub keypoints: Vec<&'static str>,
}

impl Walker {
    pub fn running() -> Self {
        Self {
            height_m: 1.78,
            m_per_px: 0.004,
            fps: 60.0,
            speed_m_s: 3.0,
            steps_s: [0.35, 0.35],
            contact_s: [0.24, 0.24],
            oscillation_m: 0.08,
            direction: 1.0,
            overground: false,
            time_jitter: 0.0,
            dropped: 0.0,
            noise_px: 0.0,
            seed: 1,
            keypoints: BODY.to_vec(),
        }
    }

    pub fn walking() -> Self {
        Self {
            speed_m_s: 1.3,
            steps_s: [0.55, 0.55],
            contact_s: [0.68, 0.68],
            oscillation_m: 0.04,
            ..Self::running()
        }
    }

    fn stride_s(&self) -> f64 {
        self.steps_s[0] + self.steps_s[1]
    }

    /// The first strike of each foot.
    fn first(&self, side: usize) -> f64 {
        0.3 + if side == 0 { 0.0 } else { self.steps_s[0] }
    }

    pub fn known(&self, duration_s: f64) -> Vec<Known> {
        let mut events = Vec::new();
        for (side, name) in ["left", "right"].into_iter().enumerate() {
            for k in -1..(duration_s / self.stride_s()) as i32 + 2 {
                let strike = self.first(side) + f64::from(k) * self.stride_s();
                for (what, t) in [("foot_strike", strike), ("toe_off", strike + self.contact_s[side])] {
                    if (0.0..duration_s).contains(&t) {
                        events.push(Known { what, side: name.to_owned(), t });
                    }
                }
            }
        }
        events.sort_by(|a, b| a.t.total_cmp(&b.t));
        events
    }

    pub fn film(&self, duration_s: f64) -> Recording {
        let mut random = Random(self.seed);
        let mut frames = Vec::new();
        for i in 0..(duration_s * self.fps) as u64 {
            let t = (i as f64 + self.time_jitter * (random.uniform() - 0.5)) / self.fps;
            let missing = random.uniform() < self.dropped;
            if !missing || i == 0 {
                frames.push(self.frame(t.max(0.0), &mut random));
            }
        }
        let keypoints = self.keypoints.iter().map(ToString::to_string).collect();
        Recording { keypoints, width: 1920, height: 1080, frames }
    }

    /// Ankle ahead of the hips and above its standing height.
    fn ankle(&self, side: usize, t: f64) -> [f64; 2] {
        let contact = self.contact_s[side];
        let (reach, swing) = (self.speed_m_s * contact / 2.0, self.stride_s() - contact);
        let since = (t - self.first(side)).rem_euclid(self.stride_s());
        if since <= contact {
            return [reach - self.speed_m_s * since, 0.0];
        }
        // Forward on a cubic that leaves and comes with a part of the belt's speed, as feet do; up and down on half a sine.
        let s = (since - contact) / swing;
        let (from, to) = (-0.5 * self.speed_m_s * swing, -0.35 * self.speed_m_s * swing);
        let (s2, s3) = (s * s, s * s * s);
        let x = -reach * (2.0 * s3 - 3.0 * s2 + 1.0)
            + from * (s3 - 2.0 * s2 + s)
            + reach * (3.0 * s2 - 2.0 * s3)
            + to * (s3 - s2);
        // Meets the ground with 1.1 m/s running and 0.5 m/s walking.
        [x, 0.055 * self.speed_m_s * (PI * s).sin()]
    }

    fn frame(&self, t: f64, random: &mut Random) -> PoseFrame {
        let h = self.height_m;
        let (thigh, shank) = (0.245 * h, 0.246 * h);
        // Lowest in the middle of each contact.
        let phase = (t - self.first(0) - self.contact_s[0] / 2.0) / self.stride_s();
        let hip_y = 0.49 * h - 0.5 * self.oscillation_m * (4.0 * PI * phase).cos();
        let travelled = if self.overground { self.speed_m_s * t - 2.5 } else { 0.0 };
        let place = |name: &str| {
            let side = usize::from(name.starts_with("right_"));
            let [x, up] = self.ankle(side, t);
            let ankle = [x, 0.039 * h + up];
            let knee = {
                let (dx, dy) = (ankle[0], ankle[1] - hip_y);
                let reach = dx.hypot(dy).min(0.999 * (thigh + shank));
                let along = (thigh * thigh - shank * shank + reach * reach) / (2.0 * reach);
                let off = (thigh * thigh - along * along).max(0.0).sqrt();
                let (ux, uy) = (dx / dx.hypot(dy), dy / dx.hypot(dy));
                [ux * along - uy * off, hip_y + uy * along + ux * off]
            };
            match name.trim_start_matches("left_").trim_start_matches("right_") {
                "hip" => [0.0, hip_y],
                "knee" => knee,
                "ankle" => ankle,
                "heel" => [ankle[0] - 0.05, ankle[1] - 0.039 * h],
                "foot_index" => [ankle[0] + 0.15, ankle[1] - 0.039 * h],
                "shoulder" => [0.05, hip_y + 0.288 * h],
                "nose" => [0.15, hip_y + 0.394 * h],
                "wrist" => [0.15, hip_y + 0.05],
                other => panic!("the figure has no {other}"),
            }
        };
        let keypoints = self.keypoints.iter().map(|name| {
            let [x, y] = place(name);
            Keypoint {
                x_px: 960.0
                    + self.direction * (x + travelled) / self.m_per_px
                    + self.noise_px * random.normal(),
                y_px: 900.0 - y / self.m_per_px + self.noise_px * random.normal(),
                confidence: 0.98,
            }
        });
        let person = PosePerson { id: 1, keypoints: keypoints.collect(), bar: None, bar_past: Vec::new() };
        PoseFrame { pts: Duration::from_secs_f64(t), people: vec![person] }
    }
}
