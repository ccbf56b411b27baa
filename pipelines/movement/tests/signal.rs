//! The signal layer from outside: order of arrival, gaps and doubled frames change no number.
// Helpers outside of `#[test]` are tests, too.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::physics::{Cmj, Figure, Squats};
use common::{Recording, delayed, profile, run, settings, truth};
use spotter_movement::{Event, Keypoint, ModelProfile, PoseFrame, Quality};

/// Squats, then a jump.
fn training(figure: &Figure) -> Recording {
    let squats = Squats::new(2);
    let cmj = Cmj::new(squats.end() + 1.0, 0.30);
    figure.film(cmj.landing() + 1.5, |t| if t < squats.end() { squats.posture(t) } else { cmj.posture(t) })
}

fn bytes(recording: &Recording, model: &ModelProfile) -> (String, u64) {
    let (events, session) = run(recording, settings(recording, Some(1.80), model.clone()));
    (serde_json::to_string(&events).unwrap(), session.quality().frames_ignored)
}

fn same_events_in_any_order(recording: &Recording, lag_s: f64, model: &ModelProfile, label: &str) {
    let in_order = bytes(recording, model);
    assert!(in_order.0.contains("decided_s"), "{label}: no event to compare");
    for seed in 0..4 {
        assert_eq!(bytes(&delayed(recording, lag_s, seed), model), in_order, "{label}, seed {seed}");
    }
    println!("{label}: 4 orders, the same bytes");
}

/// METRICS §9 item 8.
#[test]
fn the_order_of_arrival_within_the_lag_changes_nothing() {
    for (fps, time_jitter, dropped) in
        [(25.0, 0.0, 0.0), (30.0, 0.6, 0.0), (60.0, 0.6, 0.05), (120.0, 0.3, 0.02)]
    {
        let figure = Figure { fps, time_jitter, dropped, noise_px: 1.0, ..Figure::default() };
        same_events_in_any_order(&training(&figure), 0.095, &ModelProfile::default(), &format!("{fps} fps"));
    }
}

#[test]
fn the_order_of_arrival_changes_nothing_in_recorded_poses() {
    if truth::folder().is_none() {
        return;
    }
    for name in ["squat_sag_60", "cmj_45_30"] {
        same_events_in_any_order(&truth::poses(name, "full"), 0.095, &profile("full"), name);
    }
}

/// Times that jitter by ± 30 % and 5 % of missing frames: every number stays within its stated uncertainty (2 σ).
#[test]
fn late_doubled_and_missing_frames_change_no_number_beyond_its_uncertainty() {
    let values = |recording: &Recording| {
        let (events, _) = run(recording, settings(recording, Some(1.80), ModelProfile::default()));
        let mut values = Vec::new();
        for event in &events {
            match event {
                Event::Rep(rep) => values.extend([
                    rep.rom_m.clone(),
                    rep.mean_concentric_velocity_m_s.clone(),
                    rep.eccentric_s.clone(),
                    rep.concentric_s.clone(),
                ]),
                Event::Jump(jump) => {
                    values.extend([
                        jump.height_m.clone(),
                        jump.flight_time_s.clone(),
                        jump.takeoff_s.clone(),
                    ]);
                }
                _ => {}
            }
        }
        values
    };
    let figure = Figure::default();
    let steady = values(&training(&figure));
    assert_eq!(steady.len(), 11);
    let mut outside = 0;
    let mut all = 0;
    for seed in 1..9 {
        let mut rough = training(&Figure { time_jitter: 0.6, dropped: 0.05, seed, ..figure.clone() });
        let doubled: Vec<PoseFrame> = rough.frames.iter().step_by(7).cloned().collect();
        rough.frames.extend(doubled);
        rough.frames.sort_by_key(|frame| frame.pts);
        let rough = values(&delayed(&rough, 0.09, seed));
        assert_eq!(rough.len(), steady.len(), "seed {seed}");
        for (a, b) in rough.iter().zip(&steady) {
            let (Some(x), Some(y)) = (a.value(), b.value()) else { panic!("seed {seed}: {a:?}, {b:?}") };
            // A value may say that it was disturbed; one that doesn't must hold.
            if a.quality() > Quality::Low {
                all += 1;
                outside += usize::from((x - y).abs() > 2.0 * a.u().unwrap());
            }
        }
    }
    println!("{outside} of {all} values beyond 2 σ of the undisturbed ones");
    assert_eq!(outside, 0, "of {all}");
}

const CLIPS: [&str; 14] = [
    "cmj_45_30",
    "cmj_sag_60",
    "curl_45_30",
    "deadlift_sag_30",
    "drop_jump_sag_120",
    "drop_jump_sag_60",
    "press_45_30",
    "run_sag_60",
    "squat_45_30",
    "squat_jump_sag_60",
    "squat_passby_30",
    "squat_sag_30",
    "squat_sag_60",
    "walk_sag_30",
];

/// Exact joints of real movements: nothing is an outlier, no side is exchanged.
#[test]
fn exact_joints_lose_no_point() {
    let mut lost = Vec::new();
    for name in CLIPS {
        let Some(clip) = truth::clip(name) else { return };
        let mut recording = truth::joints(&clip);
        // The truth has the passer-by outside of the picture, too, where perspective draws limbs out of shape.
        let (width, height) = (f64::from(recording.width), f64::from(recording.height));
        for frame in &mut recording.frames {
            frame.people.retain(|person| {
                let inside = |p: &Keypoint| (0.0..width).contains(&p.x_px) && (0.0..height).contains(&p.y_px);
                person.keypoints.iter().all(inside)
            });
        }
        let (_, session) =
            run(&recording, settings(&recording, Some(clip.height_m), ModelProfile::default()));
        let quality = session.quality();
        if (quality.outliers, quality.sides_swapped) != (0, 0) {
            lost.push((name, quality.outliers, quality.sides_swapped));
        }
    }
    assert_eq!(lost, []);
}

/// Legs that a model exchanges for two frames are exchanged back, in running.
#[test]
fn exchanged_legs_are_put_back() {
    let Some(clip) = truth::clip("run_sag_60") else { return };
    let mut recording = truth::joints(&clip);
    let place = |name: &str| recording.keypoints.iter().position(|known| known == name).unwrap();
    let pairs = ["knee", "ankle", "heel", "foot_index"]
        .map(|joint| (place(&format!("left_{joint}")), place(&format!("right_{joint}"))));
    let mut exchanges = 0;
    for start in (60..recording.frames.len() - 60).step_by(47) {
        // Legs that pass each other can't be told apart, and need not be.
        let apart = |frame: &PoseFrame| {
            let keypoints = &frame.people[0].keypoints;
            let distance = |&(l, r): &(usize, usize)| {
                (keypoints[l].x_px - keypoints[r].x_px).hypot(keypoints[l].y_px - keypoints[r].y_px)
            };
            pairs.iter().map(distance).fold(f64::INFINITY, f64::min)
        };
        if recording.frames[start - 1..start + 3].iter().any(|frame| apart(frame) < 60.0) {
            continue;
        }
        exchanges += 1;
        for frame in &mut recording.frames[start..start + 2] {
            for (left, right) in pairs {
                frame.people[0].keypoints.swap(left, right);
            }
        }
    }
    assert!(exchanges > 3, "{exchanges}");
    let (_, session) = run(&recording, settings(&recording, Some(clip.height_m), ModelProfile::default()));
    assert_eq!(session.quality().sides_swapped, exchanges);
}
