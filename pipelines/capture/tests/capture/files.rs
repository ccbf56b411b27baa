//! Files: exact times, loops, pace, drops.

use std::time::{Duration, Instant};

use spotter_capture::{Delivery, PixelPlanes, Pull, SourceDescription, open};

use crate::clips::{Clips, PATIENCE, all_times_s, assert_times, next, once, open_every, repeated, run};

/// Containers store times in ticks of their own; half a microsecond is finer than any tick used here.
const EXACT_S: f64 = 0.5e-6;

/// Matroska counts milliseconds.
const MATROSKA_S: f64 = 0.5e-3 + EXACT_S;

#[test]
fn frames_of_a_constant_rate_come_at_their_exact_times() {
    let clips = Clips::new();
    for fps in [30_u32, 60, 120] {
        let clip = clips.record(&format!("{fps}.mov"), fps / 2, &format!("{fps}/1"), "jpegenc ! qtmux");
        let mut source = open_every(&once(&clip));
        assert_eq!(source.nominal_fps(), Some(f64::from(fps)));
        assert_eq!(source.duration(), Some(Duration::from_millis(500)));
        let expected = (0..fps / 2).map(|frame| f64::from(frame) / f64::from(fps));
        assert_times(&all_times_s(source.as_mut()), expected, EXACT_S);
    }
}

#[test]
fn ntsc_rates_are_exact() {
    let clips = Clips::new();
    let clip = clips.record("ntsc.mov", 40, "30000/1001", "jpegenc ! qtmux");
    let expected = (0..40).map(|frame| f64::from(frame) * 1001.0 / 30000.0);
    assert_times(&all_times_s(open_every(&once(&clip)).as_mut()), expected, EXACT_S);
}

#[test]
fn vp8_in_webm_is_read_to_the_containers_precision() {
    let clips = Clips::new();
    let clip = clips.record("a.webm", 20, "30/1", "vp8enc deadline=1 ! webmmux");
    let expected = (0..20).map(|frame| f64::from(frame) / 30.0);
    assert_times(&all_times_s(open_every(&once(&clip)).as_mut()), expected, MATROSKA_S);
}

#[test]
fn a_variable_rate_is_kept() {
    let clips = Clips::new();
    let times_ms = [0, 20, 70, 71, 171, 180, 1000, 1033, 1040];
    let clip = clips.record_at("vfr.mkv", &times_ms);
    let expected = times_ms[..times_ms.len() - 1].iter().map(|ms| *ms as f64 / 1000.0);
    assert_times(&all_times_s(open_every(&once(&clip)).as_mut()), expected, EXACT_S);
}

#[test]
fn a_repeated_file_goes_on_without_a_gap_and_says_where_it_began_again() {
    let clips = Clips::new();
    let encodings = [("r.mov", "jpegenc ! qtmux"), ("r.avi", "jpegenc ! avimux")];
    for (name, encode) in encodings {
        let clip = clips.record(name, 10, "25/1", encode);
        let mut source = open_every(&repeated(&clip));
        for index in 0..35 {
            let frame = next(source.as_mut());
            let expected = f64::from(index) / 25.0;
            assert!(
                (frame.pts.as_secs_f64() - expected).abs() < EXACT_S,
                "{name}: frame {index} at {:?}",
                frame.pts
            );
            assert_eq!(frame.discontinuity, index % 10 == 0, "{name}: frame {index}");
        }
        let counters = source.counters();
        assert_eq!(counters.dropped, 0, "{name}");
        assert!(counters.frames == 35 || counters.frames == 36, "{name}: {counters:?}");
    }
}

#[test]
fn a_repeated_file_of_a_variable_rate_begins_again_after_its_last_frames_duration() {
    let clips = Clips::new();
    // The last frame is shown for 60 ms.
    let clip = clips.record_at("vfr.mkv", &[0, 20, 70, 130]);
    let mut source = open_every(&repeated(&clip));
    let times: Vec<f64> = (0..7).map(|_| next(source.as_mut()).pts.as_secs_f64()).collect();
    let second = times[3];
    // Matroska states a duration for the frame or leaves it to the decoder: the frame's own or the last distance.
    assert!((0.120 - EXACT_S..=0.130 + EXACT_S).contains(&second), "{times:?}");
    let expected = [0.0, 0.02, 0.07, second, second + 0.02, second + 0.07];
    assert_times(&times[..6], expected, EXACT_S);
}

#[test]
fn the_end_is_told_once_and_stays() {
    let clips = Clips::new();
    let clip = clips.record("a.mov", 3, "30/1", "jpegenc ! qtmux");
    let mut source = open_every(&once(&clip));
    assert_eq!(all_times_s(source.as_mut()).len(), 3);
    for _ in 0..2 {
        assert!(matches!(source.pull(PATIENCE), Ok(Pull::EndOfStream)));
    }
}

#[test]
fn a_paced_file_counts_capture_from_when_each_frame_was_due() {
    let clips = Clips::new();
    let clip = clips.record("a.mov", 20, "50/1", "jpegenc ! qtmux");
    let opening = Instant::now();
    let paced = SourceDescription::File { path: clip, repeat: true, paced: true };
    let mut source = open("clip", &paced, Delivery::EveryFrame).unwrap();
    let first = next(source.as_mut());
    assert!(first.captured_at > opening, "the clip's time begins when it is opened");
    for index in 1..50 {
        let frame = next(source.as_mut());
        assert!(frame.captured_at <= Instant::now(), "frame {index} came before it was due");
        // The second and third pass begin when they are due, not when the file has been wound back.
        assert_eq!(frame.discontinuity, index % 20 == 0, "frame {index}");
        let (clock, media) = (frame.captured_at - first.captured_at, frame.pts - first.pts);
        assert!(clock.abs_diff(media) < Duration::from_micros(50), "frame {index}: {clock:?} for {media:?}");
    }
}

#[test]
fn an_unpaced_file_runs_ahead_of_its_own_time() {
    let clips = Clips::new();
    // 60 s of film, tiny pictures: at its own pace this would outlast the test's patience.
    let clip = clips.record("slow.mov", 60, "1/1", "jpegenc ! qtmux");
    let started = Instant::now();
    assert_eq!(all_times_s(open_every(&once(&clip)).as_mut()).len(), 60);
    assert!(started.elapsed() < PATIENCE);
}

#[test]
fn the_newest_frame_wins_and_the_others_are_counted() {
    let clips = Clips::new();
    let clip = clips.record("a.mov", 200, "100/1", "jpegenc ! qtmux");
    let mut source = open("clip", &once(&clip), Delivery::NewestWins).unwrap();
    let mut last = next(source.as_mut()).pts;
    let mut pulled = 1;
    // A reader that is slower than the source: it reads on only when the source has made 20 frames more.
    loop {
        let wanted = (source.counters().frames + 20).min(200);
        while source.counters().frames < wanted {
            std::thread::yield_now();
        }
        match source.pull(PATIENCE).unwrap() {
            Pull::Frame(frame) => {
                assert!(frame.pts > last);
                last = frame.pts;
                pulled += 1;
            }
            Pull::EndOfStream => break,
            Pull::TimedOut => panic!("no frame and no end"),
        }
    }
    assert_eq!(last, Duration::from_millis(1990), "the last frame is the newest");
    let counters = source.counters();
    assert_eq!(counters.frames, 200);
    assert_eq!(counters.dropped, 200 - pulled);
    assert!(pulled <= 1 + 200 / 20 + 1, "{pulled} pulled");
}

#[test]
fn a_clip_that_was_filmed_on_its_side_comes_upright() {
    let clips = Clips::new();
    let path = clips.path("side.mov");
    // Left half white, right half black; the track asks for a quarter turn clockwise: white comes to the top.
    run(&format!(
        "videotestsrc num-buffers=3 pattern=white ! video/x-raw,format=I420,width=40,height=60,framerate=10/1 \
         ! videobox right=-40 fill=black ! video/x-raw,width=80,height=60 ! jpegenc ! qtmux ! filesink location={}",
        path.display()
    ));
    turn_track_clockwise(&path);
    let mut source = open_every(&once(&path));
    let frame = next(source.as_mut());
    assert_eq!((frame.width, frame.height), (60, 80));
    let PixelPlanes::I420 { y, .. } = frame.planes() else { panic!("{frame:?}") };
    let luma = |row: usize| y.data[row * y.stride + 30];
    assert!(luma(10) > 200 && luma(70) < 60, "top {}, bottom {}", luma(10), luma(70));
    assert_times(&[frame.pts.as_secs_f64(), next(source.as_mut()).pts.as_secs_f64()], [0.0, 0.1], EXACT_S);
}

/// Writes the matrix of a quarter turn into the track header, as phones do (ISO/IEC 14496-12, `tkhd`, version 0).
fn turn_track_clockwise(path: &std::path::Path) {
    const ONE: [u8; 4] = [0, 1, 0, 0];
    const MINUS_ONE: [u8; 4] = [0xff, 0xff, 0, 0];
    const ZERO: [u8; 4] = [0; 4];
    let mut bytes = std::fs::read(path).unwrap();
    let header = bytes.windows(4).position(|window| window == b"tkhd").unwrap() + 4;
    assert_eq!(bytes[header], 0, "version");
    bytes[header + 40..header + 60].copy_from_slice(&[ZERO, ONE, ZERO, MINUS_ONE, ZERO].concat());
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn sound_beside_the_picture_is_left_alone() {
    let clips = Clips::new();
    let path = clips.path("sound.mov");
    run(&format!(
        "qtmux name=mux ! filesink location={} \
         audiotestsrc num-buffers=40 samplesperbuffer=4410 ! audio/x-raw,rate=44100,channels=1 ! mux. \
         videotestsrc num-buffers=30 ! video/x-raw,width=64,height=48,framerate=30/1 ! jpegenc ! mux.",
        path.display()
    ));
    let mut source = open_every(&once(&path));
    let expected = (0..30).map(|frame| f64::from(frame) / 30.0);
    assert_times(&all_times_s(source.as_mut()), expected, EXACT_S);
}
