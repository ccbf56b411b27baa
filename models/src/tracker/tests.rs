//! The tracker on drawn bodies: a person is a row of joints 500 pixels tall, with a torso of 150, in a picture of 720 × 1280.

use std::time::Duration;

use super::*;
use crate::pose::{KEYPOINT_COUNT, Keypoint};

const PICTURE_PX: f32 = 720.0;
const FRAME: Duration = Duration::from_micros(33_334);

/// A standing person with the hips at (x, 600).
fn person(x: f32) -> Body {
    let mut keypoints = [Keypoint { x_px: x, y_px: 600.0, confidence: 1.0 }; KEYPOINT_COUNT];
    for (index, keypoint) in keypoints.iter_mut().enumerate() {
        keypoint.y_px = match index {
            0..=10 => 350.0,
            11..=22 => 450.0,
            23 | 24 => 600.0,
            25 | 26 => 725.0,
            _ => 850.0,
        };
    }
    Body { keypoints, center: [x, 600.0], top: [x, 350.0], presence: 1.0 }
}

fn with_presence(presence: f32, body: &Body) -> Body {
    Body { presence, ..*body }
}

fn found(body: &Body) -> FoundPerson {
    FoundPerson {
        region: Region::around_person(body.center, body.top),
        hips: body.hips(),
        shoulders: body.shoulders(),
    }
}

/// A room full of people, seen by a perfect detector and by a landmark model that sees, where it looks, the nearest of those visible.
struct Room {
    tracker: Tracker,
    frame: u32,
}

impl Room {
    fn new(max_people: usize) -> Self {
        Self { tracker: Tracker::new(max_people), frame: 0 }
    }

    /// One frame; ids and places of the people that come out.
    fn see(&mut self, visible: &[Body]) -> Vec<(u32, f32)> {
        self.tracker.begin(FRAME * self.frame, PICTURE_PX);
        self.frame += 1;
        for track in 0..self.tracker.len() {
            let x = self.tracker.expected_region(track).x_px;
            let nearest = visible
                .iter()
                .filter(|body| (body.center[0] - x).abs() < 300.0)
                .min_by(|a, b| (a.center[0] - x).abs().total_cmp(&(b.center[0] - x).abs()));
            self.tracker.observe(track, nearest);
        }
        self.tracker.settle();
        self.tracker.conclude();
        if self.tracker.search_is_due() {
            for body in visible.iter().filter(|body| body.presence >= 0.5) {
                self.tracker.take(self.tracker.place(&found(body)), body);
            }
            self.tracker.searched();
        }
        self.tracker.people().map(|(id, body)| (id, body.center[0])).collect()
    }

    fn see_for(&mut self, frames: u32, visible: &[Body]) -> Vec<(u32, f32)> {
        (0..frames).map(|_| self.see(visible)).last().unwrap_or_default()
    }
}

fn ids(people: &[(u32, f32)]) -> Vec<u32> {
    people.iter().map(|(id, _)| *id).collect()
}

#[test]
fn who_is_there_at_the_start_is_told_at_once() {
    assert_eq!(ids(&Room::new(3).see(&[person(200.0), person(500.0)])), [1, 2]);
}

#[test]
fn newcomer_is_told_after_three_frames_and_found_within_a_second() {
    let mut room = Room::new(2);
    room.see(&[person(200.0)]);
    let both = [person(200.0), person(500.0)];
    let first = (0..40).find(|_| room.see(&both).len() == 2);
    assert!(first.is_some_and(|frame| (2..=32).contains(&frame)), "{first:?}");
}

/// With those who are known covered, the detector tells of one more person at each search.
#[test]
fn people_who_come_together_are_found_one_after_the_other_within_half_a_second() {
    let mut tracker = Tracker::new(3);
    let people = [person(150.0), person(350.0), person(550.0)];
    for frame in 0..15 {
        tracker.begin(FRAME * frame, PICTURE_PX);
        for track in 0..tracker.len() {
            let x = tracker.expected_region(track).x_px;
            let body = people.iter().find(|body| (body.center[0] - x).abs() < 50.0);
            tracker.observe(track, body);
        }
        tracker.settle();
        tracker.conclude();
        if tracker.search_is_due() {
            let clearest = people.iter().find(|body| !tracker.is_somebody_seen(body, 1.0));
            if let Some(body) = clearest {
                tracker.take(tracker.place(&found(body)), body);
            }
            tracker.searched();
        }
    }
    assert_eq!(tracker.people().map(|(id, _)| id).collect::<Vec<_>>(), [1, 2, 3]);
}

/// Somebody else comes into sight beside a person who is covered.
#[test]
fn nobody_new_begins_where_somebody_is_missing() {
    let mut room = Room::new(2);
    room.see_for(10, &[person(300.0)]);
    room.see_for(3, &[]);
    assert!(room.see_for(12, &[person(470.0)]).is_empty(), "within reach, but too far to be the person");
    let people = room.see_for(3, &[person(300.0)]);
    assert_eq!(ids(&people), [1]);
}

#[test]
fn who_is_on_probation_must_be_beyond_doubt_in_every_frame() {
    let mut room = Room::new(2);
    room.see(&[]);
    for frame in 0..30 {
        let presence = if frame % 3 == 2 { 0.8 } else { 0.95 };
        assert!(room.see(&[with_presence(presence, &person(300.0))]).is_empty(), "frame {frame}");
    }
}

#[test]
fn who_flickers_is_nobody() {
    let mut room = Room::new(2);
    let visible = [person(300.0)];
    for frame in 0..90 {
        let flicker = frame > 0 && frame % 3 != 0;
        assert!(room.see(if flicker { &visible } else { &[] }).is_empty(), "frame {frame}");
    }
    assert_eq!(ids(&room.see_for(9, &visible)), [1], "three frames on end are somebody");
}

#[test]
fn short_occlusion_keeps_the_id_and_a_long_one_does_not() {
    let mut room = Room::new(1);
    room.see_for(10, &[person(300.0)]);
    assert!(room.see_for(24, &[]).is_empty(), "0.8 s unseen");
    assert_eq!(ids(&room.see(&[person(320.0)])), [1]);
    room.see_for(36, &[]);
    assert_eq!(ids(&room.see_for(9, &[person(320.0)])), [2], "ids are never used again");
}

#[test]
fn reset_and_time_that_goes_back_begin_with_new_ids() {
    let mut room = Room::new(1);
    room.see_for(5, &[person(300.0)]);
    room.tracker.reset();
    assert_eq!(ids(&room.see(&[person(300.0)])), [2]);
    room.frame = 0;
    assert_eq!(ids(&room.see(&[person(300.0)])), [3]);
}

/// The passer-by covers the athlete for half a second; the model sees only who is in front.
fn athlete_while_somebody_passes(max_people: usize) {
    let mut room = Room::new(max_people);
    room.see_for(5, &[person(400.0)]);
    for frame in 0..90 {
        let passer_by = person(-200.0 + 13.0 * frame as f32);
        let covered = (passer_by.center[0] - 400.0).abs() < 100.0;
        let people = if covered { room.see(&[passer_by]) } else { room.see(&[passer_by, person(400.0)]) };
        let athlete = people.iter().find(|(id, _)| *id == 1);
        assert!(athlete.is_some() || covered, "frame {frame}: athlete lost");
        assert!(athlete.is_none_or(|(_, x)| (x - 400.0).abs() < 110.0), "frame {frame}: {people:?}");
    }
    let people = room.see(&[person(400.0)]);
    assert!(people.iter().any(|&(id, x)| id == 1 && (x - 400.0).abs() < 1.0), "{people:?}");
}

#[test]
fn passer_by_does_not_take_the_athletes_id() {
    athlete_while_somebody_passes(1);
    athlete_while_somebody_passes(3);
}

#[test]
fn leap_to_another_person_is_refused() {
    let mut room = Room::new(1);
    room.see_for(10, &[person(300.0)]);
    // 200 pixels are 1.3 torsos in a thirtieth of a second.
    assert!(room.see(&[person(500.0)]).is_empty());
    assert_eq!(room.see(&[person(305.0)]), [(1, 305.0)]);
}

#[test]
fn two_tracks_of_one_person_become_the_older_one() {
    let mut room = Room::new(2);
    room.see_for(10, &[person(300.0), person(420.0)]);
    // The younger one leaves unseen: both tracks look at the older one.
    let people = room.see(&[person(330.0)]);
    assert_eq!(ids(&people), [1]);
    assert_eq!(ids(&room.see_for(60, &[person(330.0)])), [1]);
    assert_eq!(room.tracker.len(), 1);
}

#[test]
fn crumpled_tiny_and_unsure_bodies_are_nobody() {
    let mut crumpled = person(300.0);
    for (index, keypoint) in crumpled.keypoints.iter_mut().enumerate() {
        keypoint.y_px = 600.0 + if index % 2 == 0 { 90.0 } else { -90.0 };
    }
    let mut tiny = person(300.0);
    for keypoint in &mut tiny.keypoints {
        keypoint.y_px = 600.0 + (keypoint.y_px - 600.0) * 0.15;
    }
    for ghost in [crumpled, tiny, with_presence(0.8, &person(300.0))] {
        assert!(Room::new(2).see_for(20, &[ghost]).is_empty());
    }
}

#[test]
fn person_whose_presence_falls_is_gone() {
    let mut room = Room::new(1);
    room.see_for(10, &[person(300.0)]);
    assert_eq!(ids(&room.see(&[with_presence(0.6, &person(300.0))])), [1]);
    assert!(room.see(&[with_presence(0.4, &person(300.0))]).is_empty());
    room.see_for(31, &[with_presence(0.4, &person(300.0))]);
    assert_eq!(room.tracker.len(), 0);
}

#[test]
fn person_who_was_unsure_for_a_frame_is_no_stranger() {
    let mut room = Room::new(1);
    room.see_for(10, &[person(300.0)]);
    for frame in 0..9 {
        let presence = if frame % 3 == 0 { 0.4 } else { 0.9 };
        let people = room.see(&[with_presence(presence, &person(300.0))]);
        assert_eq!(people.len(), usize::from(presence > 0.5), "frame {frame}");
    }
}

#[test]
fn detector_rests_while_everybody_is_seen() {
    let mut room = Room::new(1);
    room.see(&[person(300.0)]);
    room.tracker.begin(FRAME * 1000, PICTURE_PX);
    assert!(room.tracker.search_is_due(), "everybody is gone after half a minute");
    let searches = |max_people: usize| {
        let mut room = Room::new(max_people);
        (0..91)
            .filter(|_| {
                let before = room.tracker.last_search;
                room.see(&[person(300.0)]);
                room.tracker.last_search != before
            })
            .count()
    };
    assert_eq!(searches(1), 1);
    assert_eq!(searches(2), 4, "once a second in three seconds");
}
