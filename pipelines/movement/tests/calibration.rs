//! Pixels to metres, the view, and the station's area (METRICS §1.6, §2, §3).
// Helpers outside of `#[test]` are tests, too.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::physics::{Cmj, Figure, Posture, Squats};
use common::{Recording, profile, run, settings, truth};
use spotter_movement::{Event, Floor, FloorMarks, ModelProfile, PosePerson, Quality, Rep, Settings, Station};

/// Four jumps of 0.35 m by a figure of 1.80 m.
fn jumps() -> Recording {
    let one_s = 4.0;
    let cmj = Cmj::new(1.5, 0.35);
    Figure { noise_px: 0.5, ..Figure::default() }.film(4.0 * one_s, |t| cmj.posture(t % one_s))
}

#[test]
fn a_wrong_height_is_told_by_the_fall_in_jumps() {
    let recording = jumps();
    for (height_m, suspect) in [(1.80, false), (1.80 * 1.15, true), (1.80 / 1.13, true)] {
        let (_, session) = run(&recording, settings(&recording, Some(height_m), ModelProfile::default()));
        let quality = session.quality();
        assert_eq!(quality.scales[0].calibration_suspect, suspect, "{height_m} m");
        assert_eq!(quality.warnings.iter().any(|w| w.contains("fall in jumps")), suspect, "{height_m} m");
    }
}

/// METRICS §2 C: the hips' known bias leaves up to 5 %; these hips fall as the body does.
#[test]
fn without_a_height_three_jumps_give_the_scale() {
    let recording = jumps();
    let (_, session) = run(&recording, settings(&recording, None, ModelProfile::default()));
    let scale = &session.quality().scales[0];
    assert_eq!(scale.method, "gravity");
    assert!((scale.m_per_px / 0.003 - 1.0).abs() < 0.05, "{scale:?}");
    assert!((scale.m_per_px / 0.003 - 1.0).abs() < 2.0 * scale.u_pct / 100.0, "{scale:?}");
}

#[test]
fn the_view_of_the_rendered_clips_is_found() {
    let mut found = 0;
    // Within what §3 needs to tell the views apart: angles are refused from 25° on.
    for name in ["squat_sag_30", "squat_sag_60", "cmj_sag_60", "squat_45_30", "cmj_45_30", "curl_45_30"] {
        let Some(clip) = truth::clip(name) else { return };
        let azimuth = clip.truth["camera"]["azimuth_deg"].as_f64().unwrap();
        for (recording, model) in
            [(truth::joints(&clip), ModelProfile::default()), (truth::poses(name, "full"), profile("full"))]
        {
            let (_, session) = run(&recording, settings(&recording, Some(clip.height_m), model));
            // Who does not stand still for 0.3 s shows no breadths to tell it by.
            let Some(yaw) = session.quality().scales[0].view_yaw_deg else { continue };
            found += 1;
            println!("{name}: {yaw:.0}° of {:.0}°", azimuth.abs());
            assert!((yaw - azimuth.abs()).abs() < 13.0, "{name}: {yaw} of {azimuth}");
        }
    }
    assert!(found >= 8, "{found}");
}

/// An athlete who squats at the middle, and someone who squats 2.4 m further to the right.
fn two_who_squat() -> Recording {
    let squats = Squats::new(3);
    let figure = Figure { fps: 30.0, noise_px: 0.5, ..Figure::default() };
    let mut recording = figure.film(squats.end() + 2.0, |t| squats.posture(t));
    let other = Figure { seed: 9, ..figure }
        .film(squats.end() + 2.0, |t| Posture { x_m: 2.4, ..squats.posture(t + 0.4) });
    for (frame, other) in recording.frames.iter_mut().zip(other.frames) {
        frame.people.extend(other.people.into_iter().map(|person| PosePerson { id: 2, ..person }));
    }
    recording
}

fn people_of(events: &[Event]) -> Vec<u32> {
    let mut people: Vec<u32> = events
        .iter()
        .map(|event| match event {
            Event::Rep(rep) => rep.person_id,
            Event::SetEnded(set) => set.person_id,
            Event::Cue(cue) => cue.person_id,
            other => panic!("{other:?}"),
        })
        .collect();
    people.dedup();
    people.sort_unstable();
    people.dedup();
    people
}

#[test]
fn only_who_is_in_the_stations_area_is_measured() {
    let recording = two_who_squat();
    let all = settings(&recording, Some(1.80), ModelProfile::default());
    assert_eq!(people_of(&run(&recording, all.clone()).0), [1, 2]);
    // Pixels of the picture: the athlete's hips are around 640, the other's at 1440.
    let area = |from: f64, to: f64| {
        Station::in_picture(&[[from, 300.0], [to, 300.0], [to, 900.0], [from, 900.0]]).unwrap()
    };
    for (from, to, person) in [(400.0, 900.0, 1), (1100.0, 1700.0, 2)] {
        let station = Some(area(from, to));
        let (events, session) = run(&recording, Settings { station, ..all.clone() });
        assert_eq!(people_of(&events), [person]);
        let reps: Vec<&Rep> =
            events.iter().filter_map(|e| if let Event::Rep(rep) = e { Some(rep) } else { None }).collect();
        assert_eq!(reps.len(), 3);
        assert!(reps.iter().all(|rep| rep.set_number == 1), "the other's sets take no number");
        assert_eq!(session.live().len(), 1);
    }
    let (events, _) = run(&recording, Settings { station: Some(area(0.0, 100.0)), ..all });
    assert_eq!(events, []);
}

#[test]
fn an_area_on_the_floor_holds_whose_feet_are_in_it() {
    let recording = two_who_squat();
    // The figure's floor is seen from its edge at y = 900 px; these marks make a floor of which the line of its feet is a part.
    let marks = FloorMarks {
        image_px: [[340.0, 950.0], [940.0, 950.0], [900.0, 800.0], [380.0, 800.0]],
        floor_m: [[-1.0, 2.0], [1.0, 2.0], [1.0, 3.0], [-1.0, 3.0]],
    };
    let floor = Floor::new(&marks).unwrap();
    let station = Station::on_floor(&[[-0.8, 2.0], [0.8, 2.0], [0.8, 3.0], [-0.8, 3.0]], floor).unwrap();
    let all = settings(&recording, Some(1.80), ModelProfile::default());
    let (events, _) = run(&recording, Settings { station: Some(station), floor: Some(floor), ..all });
    assert_eq!(people_of(&events), [1]);
}

#[test]
fn someone_who_walks_through_the_area_is_not_measured() {
    let posture =
        |t: f64| Posture { x_m: -3.0 + 2.0 * t, hip_m: -0.05 + 0.05 * (t * 9.0).cos(), ..Posture::default() };
    let recording = Figure { fps: 30.0, ..Figure::default() }.film(4.0, posture);
    let station = Station::in_picture(&[[500.0, 300.0], [780.0, 300.0], [780.0, 900.0], [500.0, 900.0]]);
    let with = settings(&recording, Some(1.80), ModelProfile::default());
    let (events, session) = run(&recording, Settings { station: Some(station.unwrap()), ..with });
    assert_eq!((events.len(), session.live().len()), (0, 0));
}

/// METRICS §1.6: an exchange of numbers is corrected, and the repetition that it falls into says so.
#[test]
fn exchanged_numbers_are_told_apart_by_place() {
    let squats = Squats::new(4);
    let figure = Figure { fps: 30.0, noise_px: 0.5, ..Figure::default() };
    let mut recording = figure.film(squats.end() + 2.0, |t| squats.posture(t));
    let spotter = Figure { seed: 9, ..figure }.film(squats.end() + 2.0, |t| Posture {
        x_m: 0.8 + 0.02 * t.sin(),
        hip_m: 0.01 * (2.0 * t).sin(),
        ..Posture::default()
    });
    let exchanged_s = squats.start + 2.3 * squats.cycle_s();
    for (frame, other) in recording.frames.iter_mut().zip(spotter.frames) {
        frame.people.extend(other.people.into_iter().map(|person| PosePerson { id: 2, ..person }));
        if frame.pts.as_secs_f64() > exchanged_s {
            for person in &mut frame.people {
                person.id = 3 - person.id;
            }
        }
    }
    let (events, session) = run(&recording, settings(&recording, Some(1.80), ModelProfile::default()));
    let reps: Vec<&Rep> =
        events.iter().filter_map(|e| if let Event::Rep(rep) = e { Some(rep) } else { None }).collect();
    assert_eq!(reps.iter().map(|rep| rep.person_id).collect::<Vec<_>>(), [1, 1, 2, 2]);
    let flagged: Vec<bool> = reps
        .iter()
        .map(|rep| rep.quality == Quality::Low && rep.rom_m.reasons().contains(&"identity_changed"))
        .collect();
    assert_eq!(flagged, [false, false, true, false]);
    assert_eq!(reps.iter().map(|rep| rep.set_number).collect::<Vec<_>>(), [1; 4], "one set");
    assert_eq!(session.quality().ids_exchanged, 1);
}
