//! What the bar's test and example share: clips with their pose files, and where the plate truly is.

#![allow(dead_code, reason = "each uses a part of it")]
#![allow(clippy::struct_field_names, clippy::unwrap_used, reason = "only used by tests and examples")]

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use serde_json::Value;
use spotter_models::bar::{BarObservation, BarTracker, metres_per_pixel};
use spotter_models::{KEYPOINT_COUNT, Keypoint, Pose};

use crate::support::{Clip, Format, repository, truth};

/// One frame's answer.
pub(crate) struct Frame {
    pub(crate) at_s: f64,
    pub(crate) bar: Option<BarObservation>,
}

/// What the tracker said of a clip.
pub(crate) struct Run {
    pub(crate) frames: Vec<Frame>,
    pub(crate) people_with_bar: BTreeSet<u32>,
    /// Whether nobody had a bar, and what the frame cost.
    pub(crate) cost_ms: Vec<(bool, f64)>,
    pub(crate) height: f64,
}

/// The poses of each frame of a pose file.
pub(crate) fn poses_of(file: &Path) -> Vec<Vec<Pose>> {
    let text = std::fs::read_to_string(file).unwrap();
    let person = |value: &Value| {
        let mut keypoints = [Keypoint::default(); KEYPOINT_COUNT];
        for (keypoint, values) in keypoints.iter_mut().zip(value["kp"].as_array().unwrap()) {
            let number = |i: usize| values[i].as_f64().unwrap() as f32;
            *keypoint = Keypoint { x_px: number(0), y_px: number(1), confidence: number(2) };
        }
        Pose { id: value["id"].as_u64().unwrap() as u32, keypoints, presence: 1.0 }
    };
    let frame = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        value["people"].as_array().unwrap().iter().map(person).collect()
    };
    text.lines().skip(1).map(frame).collect()
}

/// Tracks the bars of a clip.
pub(crate) fn run(video: &Path, poses: &Path) -> Option<Run> {
    let poses = poses_of(poses);
    let mut clip = Clip::open(video, Format::I420)?;
    let mut run = Run {
        frames: Vec::new(),
        people_with_bar: BTreeSet::new(),
        cost_ms: Vec::new(),
        height: clip.height as f64,
    };
    let mut tracker = BarTracker::new();
    for poses in &poses {
        let Some((image, pts)) = clip.next_frame() else { break };
        let start = Instant::now();
        let bars = tracker.observe(&image, pts, poses).unwrap();
        let cost = start.elapsed().as_secs_f64() * 1e3;
        let found = bars.iter().position(Option::is_some);
        run.cost_ms.push((found.is_none(), cost));
        let bar = found.and_then(|index| bars[index]);
        for (pose, bar) in poses.iter().zip(bars) {
            if bar.is_some() {
                run.people_with_bar.insert(pose.id);
            }
        }
        let past = found.map_or(&[][..], |index| tracker.past(poses[index].id));
        for (time, bar) in past {
            let frame =
                run.frames.iter_mut().rev().find(|frame| (frame.at_s - time.as_secs_f64()).abs() < 1e-6);
            if let Some(frame) = frame {
                frame.bar.get_or_insert(*bar);
            }
        }
        run.frames.push(Frame { at_s: pts.as_secs_f64(), bar });
    }
    Some(run)
}

/// A projected plate.
pub(crate) struct Plate {
    pub(crate) x_px: f64,
    pub(crate) y_px: f64,
    pub(crate) radius_px: f64,
    pub(crate) m_per_px: f64,
}

/// One true repetition.
pub(crate) struct Rep {
    pub(crate) concentric_s: [f64; 2],
    pub(crate) velocity_m_s: f64,
}

/// Where the plate of a rendered clip is.
pub(crate) struct Truth {
    /// Middle of the bar in each frame, metres.
    path: Vec<[f64; 3]>,
    /// Distance of the near plate's outer face from the bar's middle, with its sign, metres.
    face_m: f64,
    pub(crate) plate_radius_m: f64,
    view: [[f64; 4]; 3],
    focal_px: f64,
    size: [f64; 2],
    fps: f64,
    pub(crate) reps: Vec<Rep>,
}

impl Truth {
    pub(crate) fn open(clip: &str) -> Option<Self> {
        let file = truth(&format!("clips/{clip}.truth.json"))?;
        let value: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let paths = repository().join("models/tests/reference/bar_paths.json");
        let paths: Value = serde_json::from_str(&std::fs::read_to_string(paths).unwrap()).unwrap();
        let millimetres: Vec<[f64; 2]> = serde_json::from_value(paths.get(clip)?.clone()).unwrap();
        let config = &value["config"];
        // The bars of the generator's `scene/props.py`; defaults of its `stage.py`.
        let curl = config["motion"]["type"] == "biceps_curl";
        let thicknesses: Vec<f64> = config["plates"].as_array().map_or(vec![0.035, 0.03], |plates| {
            plates.iter().map(|plate| plate[0].as_f64().unwrap()).collect()
        });
        let (plate_radius_m, face) = if curl {
            (0.11, 0.36 + 0.01 + 0.03)
        } else {
            let gaps = 0.005 * (thicknesses.len() - 1) as f64;
            (
                config["plate_r"].as_f64().unwrap_or(0.225),
                0.66 + 0.01 + thicknesses.iter().sum::<f64>() + gaps,
            )
        };
        let camera = &value["camera"];
        let near_side = camera["eye"][1].as_f64().unwrap().signum();
        let view: [[f64; 4]; 4] = serde_json::from_value(camera["view_matrix"].clone()).unwrap();
        let rep = |rep: &Value| Rep {
            concentric_s: ["t_concentric_start", "t_concentric_end"].map(|key| rep[key].as_f64().unwrap()),
            velocity_m_s: rep["mean_concentric_velocity_implement"].as_f64().unwrap(),
        };
        Some(Self {
            path: millimetres.iter().map(|[x, z]| [1e-3 * x, 0.0, 1e-3 * z]).collect(),
            face_m: near_side * face,
            plate_radius_m,
            view: [view[0], view[1], view[2]],
            focal_px: camera["focal_px"].as_f64().unwrap(),
            size: ["width", "height"].map(|key| value[key].as_f64().unwrap()),
            fps: value["fps"].as_f64().unwrap(),
            reps: value["truth"]["reps"].as_array().unwrap().iter().map(rep).collect(),
        })
    }

    /// The near plate's outer face in a frame.
    pub(crate) fn plate(&self, frame: usize) -> Option<Plate> {
        let [x, _, z] = *self.path.get(frame)?;
        let [right, up, back] = self.view.map(|row| row[0] * x + row[1] * self.face_m + row[2] * z + row[3]);
        let m_per_px = -back / self.focal_px;
        Some(Plate {
            x_px: 0.5 * self.size[0] + right / m_per_px,
            y_px: 0.5 * self.size[1] - up / m_per_px,
            radius_px: self.plate_radius_m / m_per_px,
            m_per_px,
        })
    }

    /// Differences between the tracker and the truth.
    pub(crate) fn place_errors(&self, run: &Run) -> PlaceErrors {
        let pairs: Vec<(BarObservation, Plate)> =
            run.frames.iter().enumerate().filter_map(|(i, f)| Some((f.bar?, self.plate(i)?))).collect();
        let mean = |of: &dyn Fn(&(BarObservation, Plate)) -> f64| {
            pairs.iter().map(of).sum::<f64>() / pairs.len() as f64
        };
        let offset = [mean(&|(b, p)| b.x_px - p.x_px), mean(&|(b, p)| b.y_px - p.y_px)];
        let ratio = |(b, p): &(BarObservation, Plate)| b.radius_px.unwrap() / p.radius_px - 1.0;
        let radius_bias = mean(&ratio);
        let mut distances: Vec<f64> = pairs
            .iter()
            .map(|(b, p)| (b.x_px - p.x_px - offset[0]).hypot(b.y_px - p.y_px - offset[1]))
            .collect();
        distances.sort_by(f64::total_cmp);
        let is_off =
            |(b, p): &&(BarObservation, Plate)| (b.x_px - p.x_px).hypot(b.y_px - p.y_px) > 0.5 * p.radius_px;
        PlaceErrors {
            offset,
            rms_px: (distances.iter().map(|d| d * d).sum::<f64>() / distances.len() as f64).sqrt(),
            p95_px: distances.get(distances.len() * 95 / 100).copied().unwrap_or(f64::NAN),
            most_px: distances.last().copied().unwrap_or(f64::NAN),
            off: pairs.iter().filter(is_off).count(),
            u_px: mean(&|(b, _)| b.u_px),
            radius_bias,
            radius_sd: mean(&|pair| (ratio(pair) - radius_bias).powi(2)).sqrt(),
            radius_px: mean(&|(_, p)| p.radius_px),
        }
    }

    /// Mean concentric velocity of a rep: with the true scale, with the plate's, and with the plate's and own phases.
    pub(crate) fn velocities(&self, run: &Run, rep: &Rep) -> Option<[f64; 3]> {
        let [from, to] = rep.concentric_s;
        let middle = 0.5 * run.height;
        let pixels = Series::of(run, |i, bar| Some((bar.y_px - middle, self.plate(i)?.m_per_px)));
        let true_scale = (pixels.at(from)? - pixels.at(to)?) / (to - from);
        let heights = Series::of(run, |_, bar| {
            Some((bar.y_px - middle, metres_per_pixel(2.0 * self.plate_radius_m, bar.radius_px?)?))
        });
        let plate_scale = (heights.at(from)? - heights.at(to)?) / (to - from);
        let [own_from, own_to] = heights.lift(from, to)?;
        let own = (heights.at(own_from)? - heights.at(own_to)?) / (own_to - own_from);
        Some([true_scale, plate_scale, own])
    }
}

/// Depth of the bar below the picture's middle against time, metres. About the middle, because the scale changes with the bar's depth
/// and the lines of sight meet the picture at a right angle there.
struct Series(Vec<(f64, f64)>);

impl Series {
    /// From pixels and metres of a pixel; the scale is smoothed over 0.5 s, as nothing moves in depth faster than that.
    fn of(run: &Run, value: impl Fn(usize, &BarObservation) -> Option<(f64, f64)>) -> Self {
        let raw: Vec<(f64, f64, f64)> = run
            .frames
            .iter()
            .enumerate()
            .filter_map(|(i, frame)| {
                let (y_px, scale) = value(i, frame.bar.as_ref()?)?;
                Some((frame.at_s, y_px, scale))
            })
            .collect();
        let smooth = |now: f64| {
            let near = raw.iter().filter(|(t, ..)| (t - now).abs() <= 0.25);
            near.clone().map(|(.., scale)| scale).sum::<f64>() / near.count() as f64
        };
        Self(raw.iter().map(|&(t, y_px, _)| (t, y_px * smooth(t))).collect())
    }

    /// Between two frames that are no more than 0.1 s apart.
    fn at(&self, t: f64) -> Option<f64> {
        let after = self.0.partition_point(|(at, _)| *at < t);
        if self.0.get(after).is_some_and(|(at, _)| (at - t).abs() < 1e-6) {
            return Some(self.0[after].1);
        }
        let (t0, y0) = *self.0.get(after.checked_sub(1)?)?;
        let (t1, y1) = *self.0.get(after)?;
        (t1 - t0 <= 0.1).then(|| y0 + (y1 - y0) * (t - t0) / (t1 - t0))
    }

    /// Upward velocity by a straight line through 0.17 s, m/s.
    fn velocity(&self, t: f64) -> Option<f64> {
        let near: Vec<_> = self.0.iter().filter(|(at, _)| (at - t).abs() <= 0.085).collect();
        let n = near.len() as f64;
        let (mt, my) = (near.iter().map(|p| p.0).sum::<f64>() / n, near.iter().map(|p| p.1).sum::<f64>() / n);
        let tt: f64 = near.iter().map(|p| (p.0 - mt).powi(2)).sum();
        let ty: f64 = near.iter().map(|p| (p.0 - mt) * (p.1 - my)).sum();
        (near.len() >= 4).then_some(-ty / tt)
    }

    /// The lift around a true one, bounded as METRICS §5.4: back and forth from the fastest moment to 0.02 m/s.
    fn lift(&self, from: f64, to: f64) -> Option<[f64; 2]> {
        let step = 0.002;
        let fastest = (0..((to - from) / step) as usize)
            .map(|i| from + i as f64 * step)
            .filter_map(|t| Some((t, self.velocity(t)?)))
            .max_by(|a, b| a.1.total_cmp(&b.1))?
            .0;
        let edge = |sign: f64| {
            let mut t = fastest;
            while let Some(v) = self.velocity(t) {
                if v <= 0.02 {
                    return t;
                }
                t += sign * step;
            }
            t - sign * step
        };
        Some([edge(-1.0), edge(1.0)])
    }
}

/// See [`Truth::place_errors`].
pub(crate) struct PlaceErrors {
    pub(crate) offset: [f64; 2],
    pub(crate) rms_px: f64,
    pub(crate) p95_px: f64,
    pub(crate) most_px: f64,
    /// Frames in which the centre is farther than half a radius from the plate's.
    pub(crate) off: usize,
    pub(crate) u_px: f64,
    pub(crate) radius_bias: f64,
    pub(crate) radius_sd: f64,
    pub(crate) radius_px: f64,
}
