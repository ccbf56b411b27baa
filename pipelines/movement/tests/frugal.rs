//! Memory: no allocation a frame after warm-up, and bounded over a long day.
// Helpers outside of `#[test]` are tests, too.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::time::Duration;

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
        // A person who comes into view takes memory once. A step is an event without a message of its own: it is kept, with its
        // cycle, until the bout is reported; there are no more than four strikes and toe-offs a second of walking, six of running.
        let steps = match name {
            "walk_sag_30" => all * 4 / 30,
            "run_sag_60" => all * 6 / 60,
            _ => 0,
        };
        assert!(times.len() <= 2 + steps, "{name}: {times:?}");
    }
}

/// A day of `hours` with `bursts` an hour of an athlete who squats for 20 s while others pass: memory in use after the first
/// hour and at its end, and the most ever in use, bytes.
fn day(hours: u32, bursts: u32) -> (i64, i64, u64) {
    let squats = Squats::new(5);
    let figure = Figure { fps: 30.0, ..Figure::default() };
    let burst = figure.film(20.0, |t| squats.posture(t));
    let walker = figure.film(20.0, |t| Posture { x_m: -4.0 + 0.8 * t, ..Posture::default() });
    let mut session = Session::new(settings(&burst, Some(1.80), ModelProfile::default()));
    let mut events = Vec::new();
    let (mut first_hour, mut in_use, mut most) = (0, 0, 0);
    let mut seen = 0_u64;
    for hour in 0..hours {
        let used = allocation_counter::measure(|| {
            for number in 0..bursts {
                let start_s = 3600.0 * (f64::from(hour) + f64::from(number) / f64::from(bursts));
                for (athlete, passer) in burst.frames.iter().zip(&walker.frames) {
                    let id = 2 * (hour * bursts + number);
                    let people = [(id, athlete), (id + 1, passer)].map(|(id, frame)| PersonPose {
                        id,
                        keypoints: &frame.people[0].keypoints,
                        bar: None,
                    });
                    session.push(athlete.pts + Duration::from_secs_f64(start_s), &people, &mut events);
                    seen += events.drain(..).count() as u64;
                }
            }
        });
        in_use += used.bytes_current;
        most = most.max(used.bytes_max + u64::try_from(in_use).unwrap_or(0));
        if hour == 0 {
            first_hour = in_use;
        }
    }
    let sets = u64::from(hours * bursts);
    assert!(seen >= 5 * sets, "{seen} events in {sets} sets: the day was not analysed");
    (first_hour, in_use, most)
}

fn bounded(hours: u32, bursts: u32) {
    let (first_hour, end, most) = day(hours, bursts);
    println!("after the first hour {first_hour} bytes, after {hours} hours {end}, at most {most}");
    assert!(end - first_hour < 1 << 20, "{first_hour} → {end}");
    assert!(most < 128 << 20, "{most}");
}

#[test]
fn memory_does_not_grow_over_a_sparse_day() {
    bounded(8, 6);
}

/// Eight hours without a pause, in a release build: `make soak`.
#[test]
#[ignore = "takes minutes in a debug build: make soak"]
fn memory_does_not_grow_over_a_whole_day() {
    bounded(8, 180);
}
