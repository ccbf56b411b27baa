//! Squats with known physics.
// Helpers outside of `#[test]` are tests, too.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod common;

use common::physics::{BODY, Figure, Posture, Squats};
use common::{Recording, push, report, run, settings};
use spotter_movement::{Event, Exercise, ModelProfile, Quality, Rep, RepStatus, Session, Set};

fn analyse(recording: &Recording) -> (Vec<Rep>, Vec<Set>) {
    let (events, _) = run(recording, settings(recording, Some(1.80), ModelProfile::default()));
    let mut reps = Vec::new();
    let mut sets = Vec::new();
    for event in events {
        match event {
            Event::Rep(rep) => reps.push(rep),
            Event::SetEnded(set) => sets.push(set),
            // The figure's knees are always below its hips: what it does is short of depth.
            Event::Cue(_) => {}
            other => panic!("squats gave {other:?}"),
        }
    }
    (reps, sets)
}

fn counted(reps: &[Rep]) -> usize {
    reps.iter().filter(|rep| rep.counts()).count()
}

fn value(measured: &spotter_movement::Measured) -> f64 {
    measured.value().unwrap()
}

#[test]
fn ten_squats_are_ten_with_their_phases_at_every_frame_rate() {
    for fps in [25.0, 30.0, 60.0, 120.0] {
        let squats = Squats::new(10);
        let figure = Figure { fps, noise_px: 1.0, time_jitter: 0.2, ..Figure::default() };
        let (reps, sets) = analyse(&figure.film(squats.end() + 1.0, |t| squats.posture(t)));
        assert_eq!((reps.len(), counted(&reps), sets.len()), (10, 10, 1), "{fps} fps");
        assert_eq!((sets[0].exercise, sets[0].rep_count), ("back_squat", 10));
        for (i, rep) in reps.iter().enumerate() {
            let start = squats.start + i as f64 * squats.cycle_s();
            let near = |what: &str, got: f64, want: f64, within: f64| {
                assert!((got - want).abs() < within, "{fps} fps, rep {i}: {what} {got} instead of {want}");
            };
            near("start", value(&rep.start_s), start, 0.10);
            near("bottom", value(&rep.bottom_s), start + 1.2, 0.08);
            near("end", value(&rep.end_s), start + 2.5, 0.08);
            near("eccentric", value(&rep.eccentric_s), 1.2, 0.12);
            near("pause", value(&rep.pause_s), 0.3, 0.12);
            near("concentric", value(&rep.concentric_s), 1.0, 0.12);
            near("range", value(&rep.rom_m), 0.45, 0.02);
            near("hip range", value(&rep.hip_rom_m), 0.45, 0.02);
            near("mean velocity", value(&rep.mean_concentric_velocity_m_s), 0.45, 0.05);
            near(
                "peak velocity",
                value(&rep.peak_concentric_velocity_m_s),
                0.45 * std::f64::consts::FRAC_PI_2,
                0.06,
            );
            // Two links of 0.441 and 0.4428 m that reach 0.8838 − 0.45 m.
            near("knee", value(&rep.knee_flexion_deg), 121.2, 3.0);
            near("partition", value(&rep.start_s) + value(&rep.eccentric_s), value(&rep.bottom_s), 1e-9);
            assert_eq!(rep.rep_number, Some(i as u32 + 1));
            assert_eq!(
                rep.exercise,
                if i == 0 { "unknown" } else { "back_squat" },
                "locked after two agreeing reps"
            );
        }
    }
}

#[test]
fn reps_without_any_pause_are_told_apart() {
    let squats = Squats { pause_s: 0.0, top_s: 0.0, down_s: 0.9, up_s: 0.9, ..Squats::new(12) };
    let figure = Figure { noise_px: 1.0, fps: 30.0, ..Figure::default() };
    let (reps, _) = analyse(&figure.film(squats.end() + 1.0, |t| squats.posture(t)));
    assert_eq!((reps.len(), counted(&reps)), (12, 12));
}

#[test]
fn slow_reps_and_long_pauses_are_counted() {
    for squats in [
        Squats { down_s: 4.0, up_s: 4.0, ..Squats::new(3) },
        Squats { down_s: 3.0, pause_s: 4.0, up_s: 2.0, top_s: 3.0, ..Squats::new(3) },
    ] {
        let figure = Figure { noise_px: 1.0, ..Figure::default() };
        let (reps, sets) = analyse(&figure.film(squats.end() + 1.0, |t| squats.posture(t)));
        assert_eq!((reps.len(), counted(&reps), sets.len()), (3, 3, 1), "{reps:?}");
        let pause = value(&reps[1].pause_s);
        // A cosine of 4 s stays within the velocity band of rest for 0.15 s at each side of its turn.
        assert!((pause - squats.pause_s).abs() < 0.35, "{pause}");
    }
}

#[test]
fn shallow_reps_are_reported_and_not_counted() {
    let squats = Squats { depth_m: 0.12, ..Squats::new(4) };
    let figure = Figure { noise_px: 1.0, ..Figure::default() };
    let (reps, sets) = analyse(&figure.film(squats.end() + 1.0, |t| squats.posture(t)));
    assert_eq!(reps.len(), 4);
    assert!(reps.iter().all(|rep| rep.status == RepStatus::Partial && rep.rep_number.is_none()));
    assert_eq!((sets[0].exercise, sets[0].rep_count, sets[0].partial_count), ("unknown", 0, 4));
}

#[test]
fn a_failed_rep_is_told() {
    // Down, half way up, a second of struggle, down again, and out of the rack's pins at last.
    let posture = |t: f64| {
        let points = [
            (0.0, 0.0),
            (1.5, 0.0),
            (2.7, -0.5),
            (3.5, -0.2),
            (4.7, -0.2),
            (5.7, -0.5),
            (7.5, 0.0),
            (9.0, 0.0),
        ];
        let after = points.iter().position(|(at, _)| *at > t).unwrap_or(points.len() - 1);
        let ((t0, y0), (t1, y1)) = (points[after - 1], points[after]);
        let x = ((t - t0) / (t1 - t0)).clamp(0.0, 1.0);
        Posture {
            hip_m: y0 + (y1 - y0) * (1.0 - (std::f64::consts::PI * x).cos()) / 2.0,
            ..Posture::default()
        }
    };
    let (reps, _) = analyse(&Figure { noise_px: 0.7, ..Figure::default() }.film(9.0, posture));
    assert!(reps.iter().any(|rep| rep.status == RepStatus::Failed), "{reps:?}");
}

#[test]
fn a_clip_that_begins_or_ends_within_a_rep_counts_whole_reps_only() {
    let squats = Squats::new(4);
    // From the bottom of the first rep on, until the bottom of the last one.
    let begin = squats.start + 1.3;
    let film = Figure { noise_px: 0.7, ..Figure::default() };
    let recording = film.film(3.0 * squats.cycle_s(), |t| squats.posture(t + begin));
    let (reps, _) = analyse(&recording);
    assert_eq!(counted(&reps), 2, "{reps:?}");
    // Half way down at the first frame.
    let recording = film.film(2.0 * squats.cycle_s(), |t| squats.posture(t + squats.start + 0.6));
    assert_eq!(counted(&analyse(&recording).0), 1);
}

#[test]
fn a_clip_that_ends_with_the_last_rep_keeps_it() {
    let squats = Squats { top_s: 0.5, ..Squats::new(3) };
    let figure = Figure { noise_px: 0.7, ..Figure::default() };
    let (reps, _) = analyse(&figure.film(squats.end() - 0.5 - 0.03, |t| squats.posture(t)));
    assert_eq!(counted(&reps), 3);
}

#[test]
fn somebody_who_moves_at_once_is_measured_with_a_remark() {
    let squats = Squats { start: 0.0, ..Squats::new(5) };
    let figure = Figure { noise_px: 0.7, ..Figure::default() };
    let (reps, _) = analyse(&figure.film(squats.end(), |t| squats.posture(t + 0.05)));
    // The first began before anything was seen to stand.
    assert!((4..=5).contains(&counted(&reps)), "{}", counted(&reps));
    assert!((value(&reps[3].rom_m) - 0.45).abs() < 0.03);
}

#[test]
fn without_a_height_the_metres_are_of_low_quality_and_say_why() {
    let squats = Squats::new(3);
    let recording = Figure::default().film(squats.end(), |t| squats.posture(t));
    let (events, _) = run(&recording, settings(&recording, None, ModelProfile::default()));
    let Some(Event::Rep(rep)) = events.first() else { panic!("{events:?}") };
    assert_eq!(rep.rom_m.quality(), Quality::Low);
    assert!(rep.rom_m.reasons().contains(&"no_athlete_height"));
    // 1.80 m against the assumed 1.72 m: within two uncertainties.
    assert!((value(&rep.rom_m) - 0.45).abs() < 2.0 * rep.rom_m.u().unwrap());
    assert_eq!(rep.concentric_s.quality(), Quality::High, "time needs no scale");
}

#[test]
fn without_shoulders_there_is_no_velocity_and_hips_alone_still_count() {
    let squats = Squats::new(3);
    let keypoints: Vec<&'static str> = BODY
        .iter()
        .copied()
        .filter(|name| ["hip", "knee", "ankle"].iter().any(|joint| name.contains(joint)))
        .collect();
    let (reps, _) =
        analyse(&Figure { keypoints, ..Figure::default() }.film(squats.end(), |t| squats.posture(t)));
    assert_eq!(counted(&reps), 3);
    assert_eq!(reps[0].point, "hip");
    assert_eq!(reps[0].mean_concentric_velocity_m_s.value(), None);
    assert_eq!(reps[0].mean_concentric_velocity_m_s.reasons(), ["no_shoulders"]);
}

#[test]
fn dropped_frames_and_short_gaps_lose_no_rep_and_long_gaps_do() {
    let squats = Squats::new(6);
    let mut recording = Figure { fps: 30.0, dropped: 0.05, noise_px: 1.0, ..Figure::default() }
        .film(squats.end() + 1.0, |t| squats.posture(t));
    let in_gap = |t: f64, rep: f64, at: f64, length: f64| {
        let from = squats.start + rep * squats.cycle_s() + at;
        t > from && t < from + length
    };
    recording.frames.retain(|frame| !in_gap(frame.pts.as_secs_f64(), 1.0, 0.6, 0.15));
    assert_eq!(counted(&analyse(&recording).0), 6);
    // Half a second without the athlete at the bottom of a rep: that one can't be known.
    for frame in &mut recording.frames {
        if in_gap(frame.pts.as_secs_f64(), 3.0, 0.9, 0.5) {
            frame.people.clear();
        }
    }
    let (events, session) = run(&recording, settings(&recording, Some(1.80), ModelProfile::default()));
    assert_eq!(events.iter().filter(|e| matches!(e, Event::Rep(rep) if rep.counts())).count(), 5);
    let quality = session.quality();
    assert!(quality.tracking_gaps >= 1 && quality.movements_discarded >= 1);
    assert!(quality.dropped_pct > 2.0);
}

#[test]
fn an_athlete_who_gets_a_new_number_goes_on() {
    let squats = Squats::new(6);
    let mut recording =
        Figure { noise_px: 0.7, ..Figure::default() }.film(squats.end() + 1.0, |t| squats.posture(t));
    let change = squats.start + 2.0 * squats.cycle_s() + 0.8;
    for frame in &mut recording.frames {
        if frame.pts.as_secs_f64() > change {
            frame.people[0].id = 9;
        }
    }
    let (reps, sets) = analyse(&recording);
    assert_eq!((counted(&reps), sets.len(), sets[0].rep_count), (6, 1, 6));
    assert_eq!(reps[2].quality, Quality::Low, "the number changed within this rep");
    assert!(reps[2].rom_m.reasons().contains(&"identity_changed"));
    assert_eq!((reps[1].person_id, reps[5].person_id), (1, 9));
}

#[test]
fn sets_are_parted_by_rest() {
    let squats = Squats::new(3);
    let second = squats.end() + 12.0;
    let recording =
        Figure { fps: 30.0, noise_px: 1.0, ..Figure::default() }.film(second + squats.end() + 10.0, |t| {
            if t < second { squats.posture(t) } else { squats.posture(t - second) }
        });
    let (reps, sets) = analyse(&recording);
    assert_eq!((reps.len(), sets.len()), (6, 2));
    assert_eq!(sets.iter().map(|set| set.rep_count).collect::<Vec<_>>(), [3, 3]);
    assert_eq!((reps[2].set_number, reps[3].set_number, reps[3].rep_number), (1, 2, Some(1)));
    assert!(sets[0].decided_s < second && sets[0].decided_s > squats.end() + 4.0);
}

#[test]
fn velocity_loss_follows_the_slowing() {
    // Each rep takes longer to come up: 1.0, 1.1 … 1.6 s.
    let starts: Vec<(f64, f64)> =
        (0..7).map(|i| (1.5 + 3.2 * f64::from(i), 1.0 + 0.1 * f64::from(i))).collect();
    let posture = |t: f64| {
        let Some((start, up_s)) = starts.iter().rev().find(|(start, _)| t >= *start) else {
            return Posture::default();
        };
        Squats { start: *start, up_s: *up_s, ..Squats::new(1) }.posture(t)
    };
    let (reps, sets) = analyse(&Figure { noise_px: 0.7, ..Figure::default() }.film(25.0, posture));
    assert_eq!(counted(&reps), 7);
    let loss = value(&sets[0].velocity_loss_pct);
    assert!((loss - 37.5).abs() < 5.0, "1 − 1.0/1.6 is 37.5 %: {loss}");
    assert!(value(&reps[0].velocity_loss_pct).abs() < 1e-9);
}

#[test]
fn a_lift_from_the_floor_is_no_squat_unless_the_coach_says_so() {
    let squats = Squats { depth_m: 0.32, ..Squats::new(4) };
    let lift = |t: f64| {
        let posture = squats.posture(t);
        Posture { wrist_m: -0.70, lean_deg: -posture.hip_m / 0.32 * 65.0, ..posture }
    };
    let recording = Figure { noise_px: 0.7, ..Figure::default() }.film(squats.end() + 1.0, lift);
    // It is a deadlift: from the floor to standing, the first of the four without its beginning.
    let (reps, sets) = analyse(&recording);
    assert_eq!((counted(&reps), reps.len(), sets[0].exercise), (3, 3, "deadlift"));
    let mut chosen = settings(&recording, Some(1.80), ModelProfile::default());
    chosen.exercise = Exercise::BackSquat;
    let (events, _) = run(&recording, chosen);
    assert_eq!(
        events.iter().filter(|e| matches!(e, Event::Rep(rep) if rep.exercise == "back_squat")).count(),
        4
    );
}

#[test]
fn a_squat_with_hanging_arms_or_from_the_front_is_a_squat() {
    let squats = Squats::new(4);
    let hanging = |t: f64| Posture { wrist_m: -0.75, ..squats.posture(t) };
    let recording = Figure { noise_px: 0.7, ..Figure::default() }.film(squats.end() + 1.0, hanging);
    assert_eq!(counted(&analyse(&recording).0), 4);
    let squats = Squats { depth_m: 0.25, ..Squats::new(4) };
    let mut frontal =
        Figure { noise_px: 0.7, ..Figure::default() }.film(squats.end() + 1.0, |t| squats.posture(t));
    for frame in &mut frontal.frames {
        for (name, point) in frontal.keypoints.iter().zip(&mut frame.people[0].keypoints) {
            // Knees stay above the ankles, sides are apart.
            let side = if name.starts_with("left") { 1.0 } else { -1.0 };
            point.x_px = 640.0 + side * if name.contains("shoulder") { 68.0 } else { 40.0 };
        }
    }
    assert_eq!(counted(&analyse(&frontal).0), 4);
}

#[test]
fn the_report_gives_all_reps_the_exercise_of_their_set() {
    let squats = Squats::new(3);
    let recording = Figure::default().film(squats.end() + 1.0, |t| squats.posture(t));
    let report = report(&recording, settings(&recording, Some(1.80), ModelProfile::default()));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["gait"], serde_json::Value::Null);
    let reps = json["sets"][0]["reps"].as_array().unwrap();
    assert_eq!(reps.len(), 3);
    for rep in reps {
        assert_eq!(rep["exercise"], "back_squat");
        for name in [
            "start_s",
            "bottom_s",
            "end_s",
            "rom_m",
            "knee_flexion_deg",
            "eccentric_s",
            "pause_s",
            "concentric_s",
            "mean_concentric_velocity_m_s",
        ] {
            assert!(rep[name].is_f64(), "{name}: {}", rep[name]);
            let origin = &rep["provenance"][name];
            assert!(
                origin["u"].is_f64() && origin["method"].is_string() && origin["quality"].is_string(),
                "{name}: {origin}"
            );
        }
    }
}

#[test]
fn a_rep_is_told_soon_after_its_end() {
    let squats = Squats { top_s: 1.0, ..Squats::new(3) };
    for fps in [30.0, 60.0] {
        let (reps, _) =
            analyse(&Figure { fps, ..Figure::default() }.film(squats.end(), |t| squats.posture(t)));
        for rep in reps {
            let late = rep.decided_s - value(&rep.end_s);
            assert!((0.0..=0.15).contains(&late), "{fps} fps: {late}");
        }
    }
}

#[test]
fn a_loop_discards_the_open_rep_and_goes_on() {
    let squats = Squats::new(2);
    let recording = Figure { fps: 30.0, ..Figure::default() }.film(squats.end(), |t| squats.posture(t));
    let mut session = Session::new(settings(&recording, Some(1.80), ModelProfile::default()));
    let mut events = Vec::new();
    let cut = squats.start + 1.0;
    for frame in recording.frames.iter().filter(|frame| frame.pts.as_secs_f64() < cut) {
        push(&mut session, frame, &mut events);
    }
    session.discontinuity(&mut events);
    for frame in &recording.frames {
        let later = frame.pts + std::time::Duration::from_secs_f64(cut + 1.0);
        push(
            &mut session,
            &spotter_movement::PoseFrame { pts: later, people: frame.people.clone() },
            &mut events,
        );
    }
    session.finish(&mut events);
    assert_eq!(events.iter().filter(|e| matches!(e, Event::Rep(rep) if rep.counts())).count(), 2);
    assert_eq!(session.quality().movements_discarded, 1);
}
