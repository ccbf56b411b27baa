//! Inputs for the tests: rendered clips with their truth, recorded poses, and movements with known physics.
// Each test program uses its own part, and the one example does, too: outside of `#[test]` the lints don't see that it is a test.
#![allow(dead_code, unreachable_pub, missing_docs)]
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, clippy::must_use_candidate)]
#![allow(clippy::missing_panics_doc)]

pub mod coverage;
pub mod frontal;
pub mod gait;
pub mod physics;
pub mod truth;
pub mod walker;
pub mod wild;

use std::time::Duration;

use spotter_movement::{
    Event, Keypoint, Layout, ModelProfile, PersonPose, PoseFrame, PosePerson, Report, Session, Settings,
    Source,
};

/// A recording to analyse.
#[derive(Clone)]
pub struct Recording {
    pub keypoints: Vec<String>,
    pub width: u32,
    pub height: u32,
    pub frames: Vec<PoseFrame>,
}

pub fn settings(recording: &Recording, athlete_height_m: Option<f64>, model: ModelProfile) -> Settings {
    let layout = Layout::from_names(&recording.keypoints).unwrap();
    Settings { athlete_height_m, model, ..Settings::new(layout, recording.width, recording.height) }
}

/// A person without a bar.
pub fn person(id: u32, keypoints: Vec<Keypoint>) -> PosePerson {
    PosePerson { id, keypoints, bar: None, bar_past: Vec::new() }
}

/// Runs a recording through a session.
pub fn run(recording: &Recording, settings: Settings) -> (Vec<Event>, Session) {
    let mut session = Session::new(settings);
    let mut events = Vec::new();
    for frame in &recording.frames {
        push(&mut session, frame, &mut events);
    }
    session.finish(&mut events);
    (events, session)
}

pub fn push(session: &mut Session, frame: &PoseFrame, events: &mut Vec<Event>) {
    let people: Vec<PersonPose<'_>> =
        frame.people.iter().map(|p| PersonPose { id: p.id, keypoints: &p.keypoints, bar: p.bar }).collect();
    for person in &frame.people {
        session.bar_past(person.id, &person.bar_past);
    }
    session.push(frame.pts, &people, events);
}

pub fn report(recording: &Recording, settings: Settings) -> Report {
    let (events, session) = run(recording, settings);
    let first = recording.frames.first().map_or(Duration::ZERO, |f| f.pts);
    let last = recording.frames.last().map_or(Duration::ZERO, |f| f.pts);
    let source = Source {
        file: "test.jsonl".to_owned(),
        width: recording.width,
        height: recording.height,
        fps: None,
        frames: recording.frames.len() as u64,
        duration_s: last.saturating_sub(first).as_secs_f64(),
        model: None,
    };
    Report::new(source, &events, session.quality())
}

/// A small generator of random numbers (the mixer of `SplitMix64`), so that tests are the same everywhere.
#[derive(Clone)]
pub struct Random(pub u64);

impl Random {
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Normal with standard deviation 1 (sum of twelve).
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// Adds independent jitter to each coordinate.
pub fn jitter(recording: &mut Recording, sigma_px: f64, seed: u64) {
    let mut random = Random(seed);
    for frame in &mut recording.frames {
        for Keypoint { x_px, y_px, .. } in frame.people.iter_mut().flat_map(|p| &mut p.keypoints) {
            *x_px += sigma_px * random.normal();
            *y_px += sigma_px * random.normal();
        }
    }
}

/// The frames as they arrive when each is delayed by up to `lag_s`.
pub fn delayed(recording: &Recording, lag_s: f64, seed: u64) -> Recording {
    let mut random = Random(seed);
    let mut arrivals: Vec<(f64, PoseFrame)> = recording
        .frames
        .iter()
        .map(|f| (f.pts.as_secs_f64() + lag_s * random.uniform(), f.clone()))
        .collect();
    arrivals.sort_by(|a, b| a.0.total_cmp(&b.0));
    let frames: Vec<PoseFrame> = arrivals.into_iter().map(|(_, frame)| frame).collect();
    assert!(frames.windows(2).any(|pair| pair[1].pts < pair[0].pts), "nothing was out of order");
    Recording { frames, ..recording.clone() }
}

/// Known biases of a pose model's raw landmarks, from its manifest.
pub fn profile(model: &str) -> ModelProfile {
    profile_of(model, "movement")
}

/// Known biases of a pose model, from a table of its manifest: `movement`, or `movement_refined`, which says what differs.
pub fn profile_of(model: &str, table: &str) -> ModelProfile {
    let path =
        format!("{}/../../models/manifests/blazepose_landmark_{model}.toml", env!("CARGO_MANIFEST_DIR"));
    let manifest: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let mut figures = manifest["movement"].as_table().unwrap().clone();
    figures.extend(manifest[table].as_table().unwrap().clone());
    let profile: ModelProfile = toml::Value::Table(figures).try_into().unwrap();
    profile.check().unwrap();
    profile
}

/// Known biases of a pose model after its refinement by the heatmap.
pub fn refined_profile(model: &str) -> ModelProfile {
    let path =
        format!("{}/../../models/manifests/blazepose_landmark_{model}.toml", env!("CARGO_MANIFEST_DIR"));
    let manifest: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let mut movement = manifest["movement"].as_table().unwrap().clone();
    movement.extend(manifest["movement_refined"].as_table().unwrap().clone());
    let profile: ModelProfile = movement.try_into().unwrap();
    profile.check().unwrap();
    profile
}
