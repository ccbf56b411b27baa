//! What must not happen, whatever comes in.
// Helpers outside of `#[test]` are tests, too.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod common;

use std::time::Duration;

use common::physics::{BODY, Cmj, Figure, Posture, Squats};
use common::wild::{self, check};
use common::{Random, Recording, push, report, run, settings};
use proptest::prelude::*;
use spotter_movement::{Event, Keypoint, Layout, ModelProfile, PersonPose, PoseFrame, PosePerson, Session};

fn nothing(recording: &Recording) {
    for height_m in [Some(1.80), None] {
        let (events, _) = run(recording, settings(recording, height_m, ModelProfile::default()));
        assert_eq!(events, []);
    }
}

#[test]
fn ten_minutes_of_standing_are_no_movement() {
    // Swaying by 1 cm, shifting weight, and 6 mm of jitter.
    let posture = |t: f64| Posture {
        hip_m: 0.01 * (t * 1.9).sin() + 0.01 * (t * 0.23).sin(),
        x_m: 0.05 * (t * 0.31).sin(),
        ..Posture::default()
    };
    for (fps, seed) in [(30.0, 1), (60.0, 2)] {
        nothing(&Figure { fps, seed, noise_px: 2.0, ..Figure::default() }.film(600.0, posture));
    }
}

#[test]
fn walking_past_is_no_movement() {
    let posture = |t: f64| Posture {
        hip_m: 0.02 * (t * 11.0).sin() - 0.02,
        x_m: -4.0 + 1.3 * t,
        feet_m: 0.0,
        wrist_m: -0.6,
        ..Posture::default()
    };
    nothing(&Figure { fps: 30.0, noise_px: 1.5, ..Figure::default() }.film(7.0, posture));
}

#[test]
fn sitting_down_and_standing_on_is_no_rep_before_the_way_up() {
    let posture = |t: f64| Posture { hip_m: -0.45 * ((t - 2.0) / 1.5).clamp(0.0, 1.0), ..Posture::default() };
    nothing(&Figure { fps: 30.0, noise_px: 1.0, ..Figure::default() }.film(60.0, posture));
}

#[test]
fn a_bystander_gets_nothing() {
    let squats = Squats::new(4);
    let athlete = Figure { fps: 30.0, noise_px: 1.0, ..Figure::default() };
    let mut recording = athlete.film(squats.end() + 1.0, |t| squats.posture(t));
    let walker = Figure { fps: 30.0, noise_px: 1.0, seed: 5, ..Figure::default() };
    let other = walker.film(squats.end() + 1.0, |t| Posture {
        x_m: -2.0 + 0.5 * t,
        hip_m: 0.02 * (t * 9.0).sin(),
        ..Posture::default()
    });
    for (frame, other) in recording.frames.iter_mut().zip(other.frames) {
        frame.people.extend(other.people.into_iter().map(|p| PosePerson { id: 2, ..p }));
    }
    let (events, session) = run(&recording, settings(&recording, Some(1.80), ModelProfile::default()));
    let reps = events.iter().filter_map(|e| if let Event::Rep(rep) = e { Some(rep.person_id) } else { None });
    assert_eq!(reps.collect::<Vec<_>>(), [1, 1, 1, 1]);
    assert_eq!(session.quality().people, 2);
}

#[test]
fn the_same_recording_gives_the_same_bytes() {
    let squats = Squats::new(3);
    let recording = Figure { noise_px: 1.0, time_jitter: 0.3, dropped: 0.03, ..Figure::default() }.film(
        squats.end() + 5.0,
        |t| {
            if t < squats.end() { squats.posture(t) } else { Cmj::new(squats.end() + 1.0, 0.3).posture(t) }
        },
    );
    let bytes = || {
        serde_json::to_vec(&report(&recording, settings(&recording, Some(1.80), ModelProfile::default())))
            .unwrap()
    };
    let first = bytes();
    assert_eq!(first, bytes());
    let text = String::from_utf8(first).unwrap();
    assert!(text.contains("\"back_squat\"") && text.contains("\"cmj\""));
}

#[test]
fn time_that_stands_or_goes_back_is_left_out_and_counted() {
    let squats = Squats::new(3);
    let mut recording =
        Figure { fps: 30.0, ..Figure::default() }.film(squats.end() + 1.0, |t| squats.posture(t));
    let broken: Vec<PoseFrame> = recording.frames.iter().step_by(10).cloned().collect();
    for (i, frame) in broken.into_iter().enumerate().skip(3) {
        recording.frames.insert((i * 11).min(recording.frames.len()), frame);
    }
    let (events, session) = run(&recording, settings(&recording, Some(1.80), ModelProfile::default()));
    assert_eq!(events.iter().filter(|e| matches!(e, Event::Rep(rep) if rep.counts())).count(), 3);
    assert!(session.quality().frames_ignored > 0);
}

#[test]
fn keypoints_that_come_and_go_lose_no_rep() {
    let squats = Squats::new(6);
    let mut recording = Figure { fps: 30.0, noise_px: 1.0, ..Figure::default() }
        .film(squats.end() + 1.0, |t| squats.posture(t));
    let mut random = Random(4);
    for point in recording.frames.iter_mut().flat_map(|f| &mut f.people).flat_map(|p| &mut p.keypoints) {
        if random.uniform() < 0.1 {
            *point = Keypoint { x_px: f64::NAN, y_px: f64::NAN, confidence: 0.0 };
        } else if random.uniform() < 0.01 {
            point.y_px += 400.0 * (random.uniform() - 0.5);
        }
    }
    let (events, _) = run(&recording, settings(&recording, Some(1.80), ModelProfile::default()));
    assert_eq!(events.iter().filter(|e| matches!(e, Event::Rep(rep) if rep.counts())).count(), 6);
}

#[test]
fn the_number_of_people_is_bounded() {
    let recording = Figure::default().film(0.1, |_| Posture::default());
    let mut session = Session::new(settings(&recording, Some(1.80), ModelProfile::default()));
    let mut events = Vec::new();
    for i in 0..400u32 {
        let mut frame = recording.frames[0].clone();
        frame.pts = Duration::from_millis(u64::from(i) * 33);
        frame.people[0].id = i;
        for point in &mut frame.people[0].keypoints {
            point.x_px += f64::from(i) * 500.0;
        }
        push(&mut session, &frame, &mut events);
    }
    let quality = session.quality();
    assert_eq!(quality.people, 400);
    assert!(quality.scales.len() <= 16);
    assert_eq!(session.live().len(), 1);
}

#[test]
fn an_empty_session_has_a_quality_too() {
    let recording = Recording { keypoints: vec!["nose".into()], width: 1, height: 1, frames: Vec::new() };
    let json = serde_json::to_value(report(&recording, settings(&recording, None, ModelProfile::default())))
        .unwrap();
    assert_eq!(json["quality"]["frames"], 0);
    assert_eq!(json["jumps"], serde_json::json!([]));
}

fn coordinate() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => -2000.0..2000.0_f64,
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => any::<f64>(),
        1 => Just(0.0),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Anything at all: no panic, nothing that is not a number, no negative duration.
    #[test]
    fn wild_input_never_gives_a_wild_number(
        frames in prop::collection::vec(
            (0u64..5_000_000, prop::collection::vec((0u32..4, prop::collection::vec((coordinate(), coordinate(), coordinate()), 0..16)), 0..4)),
            0..120,
        ),
        height_m in prop::option::of(any::<f64>()),
    ) {
        let layout = Layout::from_names(&BODY).unwrap();
        let recording = Recording { keypoints: BODY.iter().map(ToString::to_string).collect(), width: 640, height: 480, frames: Vec::new() };
        let mut session = Session::new(spotter_movement::Settings { layout, ..settings(&recording, height_m, ModelProfile::default()) });
        let mut events = Vec::new();
        for (micros, people) in &frames {
            let people: Vec<(u32, Vec<Keypoint>)> = people
                .iter()
                .map(|(id, points)| (*id, points.iter().map(|&(x_px, y_px, confidence)| Keypoint { x_px, y_px, confidence }).collect()))
                .collect();
            let poses: Vec<PersonPose<'_>> = people.iter().map(|(id, keypoints)| PersonPose { id: *id, keypoints, bar: None }).collect();
            session.push(Duration::from_micros(*micros), &poses, &mut events);
            check(&serde_json::to_value(session.live()).unwrap());
        }
        session.finish(&mut events);
        check(&serde_json::to_value(&events).unwrap());
        check(&serde_json::to_value(session.quality()).unwrap());
    }

    /// A real movement with wild disturbances.
    #[test]
    fn disturbed_movements_never_give_a_wild_number(seed in any::<u64>(), share in 0.0..0.3_f64, size in 1.0..1e5_f64, fps in 5.0..130.0_f64) {
        let mut random = Random(seed);
        let squats = Squats::new(2);
        let cmj = Cmj::new(squats.end() + 0.5, 0.05 + 0.6 * random.uniform());
        let figure = Figure { fps, time_jitter: 0.9, dropped: share, seed, ..Figure::default() };
        let mut recording = figure.film(cmj.landing() + 1.0, |t| if t < squats.end() { squats.posture(t) } else { cmj.posture(t) });
        for point in recording.frames.iter_mut().flat_map(|f| &mut f.people).flat_map(|p| &mut p.keypoints) {
            if random.uniform() < share {
                point.x_px += size * random.normal();
                point.y_px += size * random.normal();
            }
        }
        let (events, session) = run(&recording, settings(&recording, Some(1.8), ModelProfile::default()));
        check(&serde_json::to_value(&events).unwrap());
        check(&serde_json::to_value(session.quality()).unwrap());
    }

    /// What the fuzz targets run, without a fuzzer.
    #[test]
    fn arbitrary_bytes_as_a_pose_file(data in prop::collection::vec(any::<u8>(), 0..2000)) {
        wild::pose_file(&data);
        let mut with_header = HEADER.as_bytes().to_vec();
        with_header.extend(data);
        wild::pose_file(&with_header);
    }

    #[test]
    fn arbitrary_bytes_as_a_session(data in prop::collection::vec(any::<u8>(), 0..6000)) {
        wild::analyser(&data);
    }
}

const HEADER: &str =
    "{\"spotter_poses\":1,\"keypoints\":[\"nose\",\"left_hip\"],\"width\":640,\"height\":480}\n";

/// Inputs that are easy to get wrong, for both fuzz targets.
#[test]
fn known_nasty_inputs_are_survived() {
    let people = |n: usize| {
        let person = |id: usize| format!("{{\"id\":{id},\"kp\":[[1,2,0.5],[3,4,0.5]]}}");
        (0..n).map(person).collect::<Vec<_>>().join(",")
    };
    let lines = [
        format!("{{\"t\":0,\"people\":[{}]}}", people(300)),
        "{\"t\":NaN,\"people\":[]}".to_owned(),
        "{\"t\":1e18,\"people\":[]}".to_owned(),
        "{\"t\":-0.0,\"people\":[{\"id\":4294967295,\"kp\":[[1e999,-1e999,NaN],[0,0,0]]}]}".to_owned(),
        "{\"t\":0,\"people\":".to_owned(),
        "[".repeat(5_000),
        "\u{feff}\u{0}".to_owned(),
    ];
    for line in &lines {
        wild::pose_file(format!("{HEADER}{line}\n{line}\n").as_bytes());
    }
    for fill in [0, 1, 60, 127, 200, 235, 245, 251, 252, 253, 254, 255] {
        for len in [0, 1, 9, 500, 20_000] {
            wild::analyser(&vec![fill; len]);
            let mixed: Vec<u8> = (0..len).map(|i| if i % 7 == 0 { fill } else { (i * 31) as u8 }).collect();
            wild::analyser(&mixed);
        }
    }
}
