//! The bar as tracked in the picture is the measured point, at its own scale.
// Helpers outside of `#[test]` are tests, too.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod common;

use common::physics::{Figure, Squats};
use common::{Recording, delayed, run, settings};
use spotter_movement::{BarPoint, Event, ModelProfile, Rep};

const DEPTH_M: f64 = 0.45;

/// Squats of 0.45 m with a plate of 0.45 m whose picture is 20 % larger than the body's scale says: it is nearer to the camera.
fn squats_with_bar(seen: impl Fn(usize) -> bool) -> (Squats, Recording) {
    let squats = Squats { depth_m: DEPTH_M, ..Squats::new(4) };
    let figure = Figure { fps: 60.0, noise_px: 0.7, ..Figure::default() };
    let mut recording = figure.film(squats.end() + 1.0, |t| squats.posture(t));
    let bar_m_per_px = figure.m_per_px / 1.2;
    for (i, frame) in recording.frames.iter_mut().enumerate() {
        let height_m = 1.45 + squats.posture(frame.pts.as_secs_f64()).hip_m;
        frame.people[0].bar = seen(i).then(|| BarPoint {
            x_px: 640.0,
            y_px: 900.0 - height_m / bar_m_per_px,
            radius_px: Some(0.225 / bar_m_per_px),
            u_px: 0.3,
        });
    }
    (squats, recording)
}

fn reps(recording: &Recording, plate_diameter_m: Option<f64>) -> Vec<Rep> {
    let settings = settings(recording, Some(1.80), ModelProfile::default());
    let (events, _) = run(recording, spotter_movement::Settings { plate_diameter_m, ..settings });
    events
        .into_iter()
        .filter_map(|event| if let Event::Rep(rep) = event { Some(rep) } else { None })
        .collect()
}

#[test]
fn a_tracked_bar_is_measured_at_the_scale_of_its_plate() {
    let (squats, recording) = squats_with_bar(|_| true);
    let reps = reps(&recording, Some(0.45));
    assert_eq!(reps.len(), 4);
    for (i, rep) in reps.iter().enumerate() {
        let value = |measured: &spotter_movement::Measured| measured.value().unwrap();
        assert_eq!(rep.point, "bar");
        assert!((value(&rep.rom_m) - DEPTH_M).abs() < 0.005, "{:?}", rep.rom_m);
        let mean = DEPTH_M / squats.up_s;
        assert!((value(&rep.mean_concentric_velocity_m_s) - mean).abs() < 0.04);
        let peak = mean * std::f64::consts::FRAC_PI_2;
        assert!((value(&rep.peak_concentric_velocity_m_s) - peak).abs() < 0.02);
        let start = squats.start + i as f64 * squats.cycle_s();
        assert!((value(&rep.start_s) - start).abs() < 0.08);
        assert!(rep.rom_m.reasons().contains(&"plate_diameter"), "{:?}", rep.rom_m);
        // Better known than by the athlete's height: 2 % against 5 %.
        assert!(rep.rom_m.u().unwrap() < 0.02, "{:?}", rep.rom_m);
    }
}

#[test]
fn a_plate_of_unknown_size_takes_the_size_that_fits_the_movement() {
    let (_, recording) = squats_with_bar(|_| true);
    let reps = reps(&recording, None);
    assert_eq!(reps.len(), 4);
    for rep in &reps {
        assert!((rep.rom_m.value().unwrap() - DEPTH_M).abs() < 0.005, "{:?}", rep.rom_m);
        assert!(rep.rom_m.reasons().contains(&"inferred_plate"), "{:?}", rep.rom_m);
    }
}

#[test]
fn a_bar_that_is_lost_for_a_third_of_the_time_is_not_measured_on() {
    let (_, recording) = squats_with_bar(|i| i % 60 < 40);
    let reps = reps(&recording, Some(0.45));
    assert_eq!(reps.len(), 4);
    assert!(reps.iter().all(|rep| rep.point == "bar_on_shoulders"), "{reps:?}");
}

/// The tracker is sure of a bar in the middle of the first descent and says then where it was before. Frames that wait for an earlier
/// one do not keep what is known of their bar from its place.
#[test]
fn where_the_bar_was_is_known_whatever_the_order_of_arrival() {
    let (squats, mut recording) = squats_with_bar(|_| true);
    let sure = recording.frames.iter().position(|f| f.pts.as_secs_f64() > squats.start + 0.5).unwrap();
    let past = |frame: &spotter_movement::PoseFrame| Some((frame.pts, frame.people[0].bar?));
    let known: Vec<_> = recording.frames[..sure].iter().filter_map(past).collect();
    recording.frames[..sure].iter_mut().for_each(|frame| frame.people[0].bar = None);
    recording.frames[sure].people[0].bar_past = known;
    let in_order = reps(&recording, Some(0.45));
    assert_eq!(in_order[0].point, "bar", "the first repetition begins before the tracker is sure");
    for seed in 0..8 {
        assert_eq!(reps(&delayed(&recording, 0.095, seed), Some(0.45)), in_order, "seed {seed}");
    }
}
