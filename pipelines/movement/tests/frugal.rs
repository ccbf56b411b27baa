//! Memory: no allocation a frame after warm-up, and bounded over a long day.
// Helpers outside of `#[test]` are tests, too.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod common;

use common::physics::{Figure, Posture, Squats};
use common::{Recording, profile, settings, truth};
use spotter_movement::{ModelProfile, PersonPose, Session, Settings};

/// Frames until buffers have their size.
const WARM_UP_S: f64 = 5.0;

/// Movements that were looked at and given up; to look at one takes memory, as an event does.
fn looked_at(session: &Session) -> u64 {
    let quality = session.quality();
    quality.not_reps + quality.not_jumps + quality.movements_discarded
}

/// Frames after the warm-up that allocated though no movement came to its end, out of all.
fn allocating(recording: &Recording, settings: Settings) -> (Vec<f64>, usize) {
    let mut session = Session::new(settings);
    let mut events = Vec::with_capacity(64);
    let (mut times, mut all) = (Vec::new(), 0);
    for frame in &recording.frames {
        let people: Vec<PersonPose<'_>> = frame
            .people
            .iter()
            .map(|p| PersonPose { id: p.id, keypoints: &p.keypoints, bar: None })
            .collect();
        events.clear();
        let before = looked_at(&session);
        let used = allocation_counter::measure(|| session.push(frame.pts, &people, &mut events));
        let t = frame.pts.as_secs_f64();
        if t > WARM_UP_S && events.is_empty() && before == looked_at(&session) {
            all += 1;
            if used.count_total > 0 {
                times.push(t);
            }
        }
    }
    (times, all)
}

#[test]
fn standing_and_squatting_allocate_nothing_between_events() {
    let squats = Squats { start: 6.0, ..Squats::new(5) };
    for fps in [30.0, 60.0, 120.0] {
        let figure = Figure { fps, noise_px: 1.0, time_jitter: 0.4, dropped: 0.03, ..Figure::default() };
        let recording =
            figure.film(squats.end() + 15.0, |t| Posture { x_m: 0.02 * t.sin(), ..squats.posture(t) });
        let (times, all) = allocating(&recording, settings(&recording, Some(1.80), ModelProfile::default()));
        println!("{fps} fps: {} of {all} frames allocate", times.len());
        assert_eq!(times, Vec::<f64>::new(), "{fps} fps");
    }
}

#[test]
fn recorded_people_allocate_nothing_between_events() {
    if truth::folder().is_none() {
        return;
    }
    for name in ["squat_sag_30", "press_45_30", "walk_sag_30", "run_sag_60", "squat_passby_30"] {
        let recording = truth::poses(name, "full");
        let (times, all) = allocating(&recording, settings(&recording, Some(1.80), profile("full")));
        println!("{name}: {} of {all} frames allocate", times.len());
        // A person who comes into view takes memory once.
        assert!(times.len() <= 2, "{name}: {times:?}");
    }
}
