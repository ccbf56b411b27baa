//! Sources that make their frames as time goes on, and errors while they run.

use std::time::{Duration, Instant};

use spotter_capture::{Delivery, Pull, SourceDescription, open};

use crate::clips::{PATIENCE, all_times_s, assert_times, next, open_every, own};

#[test]
fn the_test_picture_comes_at_its_rate_and_says_when_it_was_due() {
    let pattern = SourceDescription::TestPattern { width: 322, height: 242, fps: 100 };
    let mut source = open("pattern", &pattern, Delivery::EveryFrame).unwrap();
    assert_eq!(source.nominal_fps(), Some(100.0));
    assert_eq!(source.duration(), None);
    let first = next(source.as_mut());
    assert!(first.discontinuity);
    assert_eq!((first.width, first.height), (322, 242));
    for index in 1..30 {
        let frame = next(source.as_mut());
        assert!(!frame.discontinuity);
        assert_eq!((frame.pts - first.pts).as_millis(), index * 10);
        let clock = frame.captured_at - first.captured_at;
        assert!(clock.abs_diff(frame.pts - first.pts) < Duration::from_micros(1), "{clock:?}");
        assert!(frame.captured_at <= Instant::now());
    }
}

#[test]
fn a_camera_that_is_read_too_slowly_shows_its_newest_frame() {
    let pattern = SourceDescription::TestPattern { width: 64, height: 48, fps: 100 };
    let mut source = open("pattern", &pattern, Delivery::NewestWins).unwrap();
    let first = next(source.as_mut());
    let before = source.counters();
    while source.counters().frames < before.frames + 10 {
        std::thread::yield_now();
    }
    let second = next(source.as_mut());
    assert!(second.pts - first.pts >= Duration::from_millis(90), "{:?} after {:?}", second.pts, first.pts);
    assert!(source.counters().dropped >= 9, "{:?}", source.counters());
}

#[test]
fn a_pull_returns_when_its_time_is_up() {
    let slow = SourceDescription::Gstreamer {
        description: "videotestsrc is-live=true ! video/x-raw,width=32,height=32,framerate=1/60".to_owned(),
    };
    let mut source = open("slow", &slow, Delivery::NewestWins).unwrap();
    next(source.as_mut());
    for timeout_ms in [0, 30] {
        let asked = Instant::now();
        assert!(matches!(source.pull(Duration::from_millis(timeout_ms)), Ok(Pull::TimedOut)));
        assert!(asked.elapsed() >= Duration::from_millis(timeout_ms));
        assert!(asked.elapsed() < Duration::from_secs(20), "long before the next frame");
    }
}

#[test]
fn a_description_of_ones_own_delivers_to_its_end() {
    let mut source =
        open_every(&own("videotestsrc num-buffers=12 ! video/x-raw,width=64,height=48,framerate=24/1"));
    assert_times(&all_times_s(source.as_mut()), (0..12).map(|frame| f64::from(frame) / 24.0), 1e-8);
}

#[test]
fn a_frame_that_is_not_later_than_the_one_before_is_dropped_and_counted() {
    let film = |frames| {
        format!(
            "videotestsrc num-buffers={frames} ! video/x-raw,format=I420,width=32,height=32,framerate=25/1 ! c."
        )
    };
    // The second film's time begins again at 0: its first three frames are not later than the first film's.
    let mut source = open_every(&own(&format!("concat name=c adjust-base=false {} {} c.", film(3), film(5))));
    assert_times(&all_times_s(source.as_mut()), [0.0, 0.04, 0.08, 0.12, 0.16], 1e-8);
    let counters = source.counters();
    assert_eq!((counters.frames, counters.dropped), (8, 3));
}

#[test]
fn an_error_while_running_wakes_the_reader_and_names_the_element() {
    let mut source = open_every(&own(
        "videotestsrc is-live=true ! video/x-raw,format=I420,width=32,height=32,framerate=50/1 \
         ! identity name=broken error-after=5",
    ));
    let asked = Instant::now();
    let error = loop {
        match source.pull(PATIENCE) {
            Ok(Pull::Frame(_)) => {}
            Ok(other) => panic!("{other:?} instead of an error"),
            Err(error) => break error.to_string(),
        }
    };
    assert!(error.starts_with("clip: broken: "), "{error}");
    assert!(asked.elapsed() < PATIENCE, "noticed when it happened, not when the pull's time was up");
}

#[test]
fn closing_does_not_wait_for_a_reader() {
    // The decoder is blocked: nobody reads the second frame.
    let pattern = SourceDescription::TestPattern { width: 64, height: 48, fps: 100 };
    for delivery in [Delivery::EveryFrame, Delivery::NewestWins] {
        let mut source = open("pattern", &pattern, delivery).unwrap();
        next(source.as_mut());
        let closing = Instant::now();
        drop(source);
        assert!(closing.elapsed() < Duration::from_secs(2), "closed, not given up on");
    }
}
