//! Jumps with known physics.
// Helpers outside of `#[test]` are tests, too.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::fs;

use common::physics::{BODY, Cmj, Figure, G, Posture};
use common::{profile, report, run, settings, truth};
use spotter_movement::{Event, Exercise, Jump, JumpKind, ModelProfile, Quality};

fn jumps(
    figure: &Figure,
    duration_s: f64,
    posture: impl Fn(f64) -> Posture,
    height_m: Option<f64>,
) -> Vec<Jump> {
    let recording = figure.film(duration_s, posture);
    let (events, _) = run(&recording, settings(&recording, height_m, ModelProfile::default()));
    events.into_iter().filter_map(|e| if let Event::Jump(jump) = e { Some(jump) } else { None }).collect()
}

fn one_jump(figure: &Figure, cmj: Cmj) -> Option<Jump> {
    let mut found = jumps(figure, cmj.landing() + 2.0, |t| cmj.posture(t), Some(figure.height_m));
    (found.len() == 1).then(|| found.remove(0))
}

/// METRICS §9 item 1: 95 % of seeds within 1.5 times the error of sampling, or 1 cm.
#[test]
fn an_analytic_parabola_is_measured_at_every_frame_rate_with_jitter_drops_and_noise() {
    for fps in [30.0, 60.0, 120.0] {
        let (mut good, mut all, mut missed) = (0, 0, Vec::new());
        for seed in 0..60 {
            let height_m = 0.10 + 0.01 * f64::from(seed % 51);
            let figure = Figure {
                fps,
                time_jitter: 0.2,
                dropped: 0.05,
                noise_px: f64::from(seed % 3) * 5.0 / 3.0,
                seed: u64::from(seed as u32) + 1,
                ..Figure::default()
            };
            let cmj = Cmj { extension_m: 0.04, ..Cmj::new(1.2 + 0.0017 * f64::from(seed), height_m) };
            let flight_s = (8.0 * height_m / G).sqrt();
            // METRICS §4.9: one frame's error of flight time, without interpolation 0.408 of it.
            let rms = 0.408 * G * flight_s / fps / 4.0;
            all += 1;
            match one_jump(&figure, cmj).and_then(|jump| jump.height_m.value()) {
                Some(height) if (height - height_m).abs() < (1.5 * rms).max(0.010) => good += 1,
                got => missed.push((seed, height_m, got)),
            }
        }
        println!("{fps} fps: {good} of {all} seeds");
        assert!(good * 100 >= all * 95, "{fps} fps: {good} of {all}, missed {missed:.3?}");
    }
}

#[test]
fn phases_depth_and_times_of_a_known_jump() {
    let cmj = Cmj::new(1.3, 0.35);
    let jump = one_jump(&Figure { noise_px: 1.0, ..Figure::default() }, cmj).unwrap();
    assert_eq!(jump.kind, JumpKind::Cmj);
    let near = |what: &str, got: Option<f64>, want: f64, within: f64| {
        assert!(got.is_some_and(|got| (got - want).abs() < within), "{what}: {got:?} instead of {want}");
    };
    near("take-off", jump.takeoff_s.value(), cmj.takeoff(), 0.010);
    near("landing", jump.landing_s.value(), cmj.landing(), 0.010);
    near("flight", jump.flight_time_s.value(), cmj.landing() - cmj.takeoff(), 0.014);
    near("depth", jump.countermovement_depth_m.value(), 0.30, 0.01);
    near("time to take-off", jump.time_to_takeoff_s.value(), cmj.takeoff() - cmj.start, 0.06);
    near("concentric", jump.concentric_s.value(), cmj.takeoff() - cmj.bottom(), 0.03);
    near("eccentric", jump.eccentric_s.value(), cmj.down_s, 0.06);
    near("velocity", jump.takeoff_velocity_m_s.value(), (2.0 * G * 0.35_f64).sqrt(), 0.08);
    near("standing height", jump.height_standing_m.value(), 0.35, 0.02);
    for u in [jump.height_m.u(), jump.takeoff_s.u(), jump.countermovement_depth_m.u()] {
        assert!(u.is_some_and(|u| u > 0.0), "every value states its uncertainty");
    }
}

#[test]
fn without_a_height_the_jump_stands_and_metres_come_from_gravity() {
    let figure = Figure { m_per_px: 0.0041, noise_px: 0.7, ..Figure::default() };
    let cmj = Cmj::new(1.3, 0.30);
    let found = jumps(&figure, 5.0, |t| cmj.posture(t), None);
    assert_eq!(found.len(), 1);
    let jump = &found[0];
    assert!((jump.height_m.value().unwrap() - 0.30).abs() < 0.015, "height needs no scale");
    // The figure is 1.80 m tall, so an assumed height would be 4.5 % off.
    assert!(
        (jump.countermovement_depth_m.value().unwrap() - 0.30).abs() < 0.012,
        "{:?}",
        jump.countermovement_depth_m
    );
    assert!(jump.countermovement_depth_m.reasons().contains(&"no_athlete_height"));
    assert!(jump.countermovement_depth_m.quality() < Quality::High);
}

/// METRICS §9 item 2: a real jump, from the force that it left on a plate.
#[test]
fn the_force_plate_jump() {
    let Some(folder) = truth::folder() else { return };
    let text =
        fs::read_to_string(folder.join("force_plate/jump_forceplate_gidiel/Single-CMJ-Fz.txt")).unwrap();
    let force: Vec<f64> = text.lines().filter_map(|line| line.trim().parse().ok()).collect();
    let known: serde_json::Value =
        serde_json::from_reader(fs::File::open(folder.join("truth.json")).unwrap()).unwrap();
    let known = &known["jump_forceplate_gidiel/Single-CMJ-Fz.txt"];
    let n = |key: &str| known[key].as_f64().unwrap();
    let (weight, takeoff, landing) =
        (n("body_weight_N"), n("takeoff_idx") as usize, n("landing_idx") as usize);
    // Twice integrated from standing to take-off, then free flight; the landing is caught softly, as the plate's end drifts.
    let (mut v, mut y, mut path) = (0.0, 0.0, Vec::with_capacity(force.len()));
    for (i, f) in force.iter().enumerate() {
        if i > 1300 {
            v += (f / weight - 1.0) * G / 1000.0 * f64::from(u8::from(i < landing));
            y += v / 1000.0;
        }
        path.push(y);
        if i >= landing {
            v *= 0.985;
        }
    }
    let at = |t: f64| path[((t * 1000.0) as usize).min(path.len() - 1)];
    for (fps, height_within) in [(30.0, 0.02), (60.0, 0.01)] {
        let figure = Figure { fps, height_m: 1.75, ..Figure::default() };
        let found = jumps(
            &figure,
            4.6,
            |t| {
                let flight = t > takeoff as f64 / 1000.0 && t < landing as f64 / 1000.0;
                Posture {
                    hip_m: at(t),
                    feet_m: if flight { (at(t) - path[takeoff]).max(0.0) } else { 0.0 },
                    ..Posture::default()
                }
            },
            Some(1.75),
        );
        assert_eq!(found.len(), 1, "{fps} fps");
        let jump = &found[0];
        assert_eq!(jump.kind, JumpKind::Cmj);
        let off = |got: Option<f64>, want: &str| (got.unwrap() - n(want)).abs();
        println!(
            "{fps} fps: height off by {:.1} cm, depth {:.1} cm, time to take-off {:.0} ms, RSI-mod {:.1} %",
            100.0 * off(jump.height_m.value(), "height_impulse_m"),
            100.0 * off(jump.countermovement_depth_m.value(), "com_depth_m"),
            1e3 * off(jump.time_to_takeoff_s.value(), "time_to_takeoff_s"),
            100.0 * off(jump.rsi_modified_m_s.value(), "rsi_mod_m_s") / n("rsi_mod_m_s")
        );
        assert!(
            off(jump.height_m.value(), "height_impulse_m") < height_within,
            "{fps} fps: {:?}",
            jump.height_m
        );
        assert!(
            off(jump.countermovement_depth_m.value(), "com_depth_m") < 0.01,
            "{:?}",
            jump.countermovement_depth_m
        );
        assert!(
            off(jump.time_to_takeoff_s.value(), "time_to_takeoff_s") < 0.04,
            "{:?}",
            jump.time_to_takeoff_s
        );
        assert!(
            off(jump.rsi_modified_m_s.value(), "rsi_mod_m_s") < 0.08 * n("rsi_mod_m_s"),
            "{:?}",
            jump.rsi_modified_m_s
        );
    }
}

#[test]
fn ten_jumps_in_a_row_at_any_scale_and_frame_rate() {
    for (fps, m_per_px) in [(25.0, 0.006), (50.0, 0.0015), (100.0, 0.002)] {
        let figure = Figure { fps, m_per_px, noise_px: 0.003 / m_per_px, ..Figure::default() };
        let series: Vec<Cmj> = (0..10).map(|i| Cmj::new(1.0 + 2.5 * f64::from(i), 0.25)).collect();
        let posture = |t: f64| {
            series.iter().rev().find(|cmj| t >= cmj.start).map_or(Posture::default(), |cmj| cmj.posture(t))
        };
        let found = jumps(&figure, 26.5, posture, Some(1.80));
        assert_eq!(found.len(), 10, "{fps} fps");
        assert!(found.iter().all(|jump| jump.kind == JumpKind::Cmj));
    }
}

#[test]
fn a_jump_is_reported_within_150_ms_of_its_landing() {
    for fps in [30.0, 60.0] {
        let cmj = Cmj::new(1.3, 0.30);
        let jump = one_jump(&Figure { fps, ..Figure::default() }, cmj).unwrap();
        assert!(jump.decided_s - cmj.landing() < 0.150, "{fps} fps: {}", jump.decided_s - cmj.landing());
    }
}

#[test]
fn a_jump_that_the_clip_cuts_off_is_no_jump() {
    let cmj = Cmj::new(1.3, 0.35);
    let found = jumps(&Figure::default(), cmj.landing() - 0.05, |t| cmj.posture(t), Some(1.80));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_jump_with_the_take_off_hidden_is_refused() {
    let cmj = Cmj::new(1.3, 0.35);
    let mut recording = Figure::default().film(4.0, |t| cmj.posture(t));
    recording.frames.retain(|frame| (frame.pts.as_secs_f64() - cmj.takeoff()).abs() > 0.07);
    let (events, _) = run(&recording, settings(&recording, Some(1.80), ModelProfile::default()));
    assert!(!events.iter().any(|event| matches!(event, Event::Jump(_))), "{events:?}");
}

#[test]
fn without_feet_or_with_a_model_that_lags_a_jump_is_refused_with_its_reason() {
    let cmj = Cmj::new(1.3, 0.35);
    let coco: Vec<&'static str> = BODY[..11].to_vec();
    let lite = profile("lite");
    for (keypoints, model, reason) in
        [(coco, ModelProfile::default(), "no_feet"), (BODY.to_vec(), lite, "model can't time take-off")]
    {
        let recording = Figure { keypoints, ..Figure::default() }.film(4.0, |t| cmj.posture(t));
        let (events, session) = run(&recording, settings(&recording, Some(1.80), model));
        let [Event::Refused(refusal)] = &events[..] else { panic!("{events:?}") };
        assert!(refusal.reason.contains(reason), "{}", refusal.reason);
        assert!(session.quality().refused[0].contains(reason));
    }
}

#[test]
fn a_subset_without_a_nose_and_arms_is_enough() {
    let keypoints: Vec<&'static str> =
        BODY.iter().copied().filter(|name| !name.contains("nose") && !name.contains("wrist")).collect();
    let cmj = Cmj::new(1.3, 0.35);
    let jump = one_jump(&Figure { keypoints, ..Figure::default() }, cmj).unwrap();
    assert!((jump.height_m.value().unwrap() - 0.35).abs() < 0.01);
    assert!((jump.countermovement_depth_m.value().unwrap() - 0.30).abs() < 0.01);
}

#[test]
fn a_bare_parabola_is_a_jump_of_unknown_kind() {
    let flight = |t: f64| {
        let air = t - 2.0;
        let rise = (2.4 * air - G * air * air / 2.0).max(0.0);
        Posture { hip_m: rise, feet_m: rise, ..Posture::default() }
    };
    let found =
        jumps(&Figure::default(), 4.0, |t| if t > 2.0 { flight(t) } else { Posture::default() }, None);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].kind, JumpKind::Unknown);
    assert!((found[0].height_m.value().unwrap() - 2.4 * 2.4 / 2.0 / G).abs() < 0.01);
    assert_eq!(found[0].countermovement_depth_m.value(), None);
}

#[test]
fn hops_of_a_runner_and_steps_are_no_jumps() {
    // Flights of 0.13 s with 2 cm of rise, 2.9 a second: running without going anywhere.
    let posture = |t: f64| {
        let x = (t * 2.9).fract() / 2.9;
        let v = G * 0.13 / 2.0;
        let air = x - 0.21;
        let rise = if air > 0.0 { v * air - G * air * air / 2.0 } else { 0.0 };
        let stance = if air > 0.0 { 0.0 } else { -0.05 * (std::f64::consts::PI * x / 0.21).sin() };
        Posture {
            hip_m: rise + stance,
            feet_m: rise + if air > 0.0 { 0.05 } else { 0.0 },
            ..Posture::default()
        }
    };
    assert!(jumps(&Figure::default(), 10.0, posture, Some(1.80)).is_empty());
}

#[test]
fn the_choice_of_squats_silences_jumps() {
    let cmj = Cmj::new(1.3, 0.35);
    let recording = Figure::default().film(4.0, |t| cmj.posture(t));
    let mut chosen = settings(&recording, Some(1.80), ModelProfile::default());
    chosen.exercise = Exercise::BackSquat;
    assert_eq!(report(&recording, chosen).jumps().len(), 0);
}

/// METRICS §9 item 8: only PTS counts.
#[test]
fn uneven_frame_times_give_the_same_height() {
    let cmj = Cmj::new(1.3, 0.30);
    let even = one_jump(&Figure::default(), cmj).unwrap().height_m.value().unwrap();
    for seed in 1..9 {
        let uneven = Figure { time_jitter: 0.6, seed, ..Figure::default() };
        let height = one_jump(&uneven, cmj).unwrap().height_m.value().unwrap();
        assert!((height - even).abs() < 0.006, "{height} instead of {even}");
    }
}
