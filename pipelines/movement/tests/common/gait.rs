//! Truth of walking and running, and how far what was found is from it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use spotter_movement::{FootEvent, Keypoint, PoseFrame, PosePerson};

use super::{Recording, truth};

/// A foot strike or toe-off.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub what: &'static str,
    pub side: String,
    pub t: f64,
}

/// Events of a rendered clip.
pub fn events(clip: &truth::Clip) -> Vec<Known> {
    let events = clip.truth["truth"]["events"].as_array().map_or(&[][..], Vec::as_slice);
    let known = |event: &Value| Known {
        what: if event["type"] == "foot_strike" { "foot_strike" } else { "toe_off" },
        side: event["side"].as_str().unwrap().to_owned(),
        t: truth::number(event, "t"),
    };
    events.iter().map(known).collect()
}

/// Errors of what was found, in seconds, by side; with what was missed and what was invented.
#[derive(Debug, Default)]
pub struct Errors {
    pub by_side: BTreeMap<String, Vec<f64>>,
    pub missed: usize,
    pub invented: usize,
}

impl Errors {
    /// Pairs each true event with the nearest found of its side within `reach_s`, within the given times.
    pub fn of(found: &[FootEvent], known: &[Known], what: &str, from: f64, to: f64, reach_s: f64) -> Self {
        let mut errors = Self::default();
        let mut used = vec![false; found.len()];
        for truth in known.iter().filter(|known| known.what == what) {
            let near = (0..found.len())
                .filter(|i| {
                    !used[*i] && found[*i].side == truth.side && (found[*i].t_s - truth.t).abs() < reach_s
                })
                .min_by(|a, b| (found[*a].t_s - truth.t).abs().total_cmp(&(found[*b].t_s - truth.t).abs()));
            match near {
                Some(i) => {
                    used[i] = true;
                    errors.by_side.entry(truth.side.clone()).or_default().push(found[i].t_s - truth.t);
                }
                None => errors.missed += usize::from((from..to).contains(&truth.t)),
            }
        }
        let inside = |event: &FootEvent| (from..to).contains(&event.t_s);
        errors.invented = found.iter().zip(used).filter(|(event, used)| !used && inside(event)).count();
        errors
    }

    pub fn all(&self) -> Vec<f64> {
        self.by_side.values().flatten().copied().collect()
    }
}

pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

pub fn sd(values: &[f64]) -> f64 {
    let mean = mean(values);
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
}

pub fn rms(values: &[f64]) -> f64 {
    (values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64).sqrt()
}

/// Contact times of steps that have both events, and those of the truth: found minus true.
pub fn contact_errors(strikes: &[FootEvent], offs: &[FootEvent], known: &[Known]) -> Vec<f64> {
    let mut errors = Vec::new();
    for truth in known.iter().filter(|known| known.what == "foot_strike") {
        let mut offs_of = known.iter().filter(|k| k.what == "toe_off" && k.side == truth.side).map(|k| k.t);
        let Some(off) = offs_of.find(|off| *off > truth.t + 0.04 && *off < truth.t + 1.2) else { continue };
        let Some(strike) = strikes.iter().find(|s| s.side == truth.side && (s.t_s - truth.t).abs() < 0.1)
        else {
            continue;
        };
        if let Some(found) = offs.iter().find(|o| o.side == truth.side && (o.t_s - off).abs() < 0.12) {
            errors.push((found.t_s - strike.t_s) - (off - truth.t));
        }
    }
    errors
}

/// A recorded pose file.
pub fn pose_file(path: PathBuf) -> Option<Recording> {
    let file = std::fs::File::open(path).ok()?;
    let mut reader = spotter_movement::PoseReader::new(std::io::BufReader::new(file)).unwrap();
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame().unwrap() {
        frames.push(frame);
    }
    let header = reader.header();
    Some(Recording {
        keypoints: header.keypoints.clone(),
        width: header.width,
        height: header.height,
        frames,
    })
}

/// Markers of a walk over force plates, seen from the side at every `step`th frame of 150 a second; strikes and toe-offs from
/// the plates (20 N). `mirrored` walks to the left.
pub fn marker_walk(name: &str, step: usize, mirrored: bool) -> Option<(Recording, Vec<Known>)> {
    let folder = truth::folder()?.join("mocap/gait_bmc");
    let text = std::fs::read_to_string(folder.join(format!("{name}.trc"))).unwrap();
    let mut lines = text.lines().skip(3);
    let names: Vec<&str> = lines.next().unwrap().split('\t').filter(|n| !n.is_empty()).skip(2).collect();
    let column = |marker: &str| 2 + 3 * names.iter().position(|n| *n == marker).unwrap();
    let points = [
        ("left_hip", column("L.GTR")),
        ("right_hip", column("R.GTR")),
        ("left_knee", column("L.Knee")),
        ("right_knee", column("R.Knee")),
        ("left_ankle", column("L.Ankle")),
        ("right_ankle", column("R.Ankle")),
        ("left_heel", column("L.Heel")),
        ("right_heel", column("R.Heel")),
        ("left_foot_index", column("L.MT1")),
        ("right_foot_index", column("R.MT1")),
    ];
    let rows = lines.map(|line| line.split('\t').collect::<Vec<_>>());
    let rows = rows.filter(|row| row.len() > 10 && !row[0].trim().is_empty()).enumerate();
    let sign = if mirrored { -1.0 } else { 1.0 };
    let frames = rows.step_by(step).map(|(i, row)| {
        let value = |column: usize| row.get(column).and_then(|v| v.trim().parse::<f64>().ok());
        let keypoint = |&(_, column): &(&str, usize)| match (value(column), value(column + 1)) {
            // 3 mm a pixel.
            (Some(x), Some(y)) => {
                Keypoint { x_px: 1000.0 + sign * x / 3.0, y_px: 700.0 - y / 3.0, confidence: 1.0 }
            }
            _ => Keypoint::default(),
        };
        let person = PosePerson {
            id: 1,
            keypoints: points.iter().map(keypoint).collect(),
            bar: None,
            bar_past: Vec::new(),
        };
        PoseFrame { pts: Duration::from_secs_f64(i as f64 / 150.0), people: vec![person] }
    });
    let keypoints = points.map(|(name, _)| name.to_owned()).to_vec();
    let recording = Recording { keypoints, width: 2000, height: 800, frames: frames.collect() };
    Some((recording, plates(&folder.join(format!("{name}.forces")), name)))
}

fn plates(path: &std::path::Path, name: &str) -> Vec<Known> {
    let text = std::fs::read_to_string(path).unwrap();
    let rate: f64 = text.lines().find_map(|l| l.strip_prefix("SampleRate=")).unwrap().trim().parse().unwrap();
    let mut lines = text.lines().skip_while(|line| !line.starts_with("#Sample"));
    let columns: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let rows: Vec<Vec<f64>> = lines
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.split('\t').filter_map(|v| v.trim().parse().ok()).collect())
        .collect();
    // Plates in the order in which they are stepped on, with the foot that does (from the heel marker nearest to the force).
    let steps: &[(&str, &str)] = if name == "walk1" {
        &[("FY6", "left"), ("FY5", "right"), ("FY3", "left"), ("FY4", "right")]
    } else {
        &[("FY6", "right"), ("FY5", "left"), ("FY3", "right"), ("FY4", "left")]
    };
    let mut events = Vec::new();
    for (plate, side) in steps {
        let column = columns.iter().position(|c| c == plate).unwrap();
        let force = |i: usize| rows[i][column];
        for i in 1..rows.len() {
            let crossed = |up: bool| {
                if up {
                    force(i - 1) <= 20.0 && force(i) > 20.0
                } else {
                    force(i - 1) > 20.0 && force(i) <= 20.0
                }
            };
            for (up, what) in [(true, "foot_strike"), (false, "toe_off")] {
                if crossed(up) {
                    events.push(Known { what, side: (*side).to_owned(), t: i as f64 / rate });
                }
            }
        }
    }
    events.sort_by(|a, b| a.t.total_cmp(&b.t));
    events
}
