//! The parts of the page that stand behind the targets.

use crate::document::Document;
use crate::part::Outcome;
use crate::report::Report;
use crate::stations::UnitFigures;
use crate::stats::Percentiles;

pub(super) fn stages(page: &mut Document, report: &Report) {
    page.heading(2, "Stages of a frame");
    let Some(seen) = measured(page, &report.parts.stages) else { return };
    page.text(format!(
        "{} frames, one person, as fast as it goes; milliseconds. Publishing is from the unit's own histogram, one camera at the clip's pace. \
         The decoder alone: {:.0} frames a second, {:.1} ms of processor time a frame.",
        seen.all_but_inference.count, seen.decode_fps, seen.decode_cpu_ms_per_frame
    ));
    let mut rows: Vec<[String; 5]> =
        seen.stages.iter().map(|stage| timed(stage.name, Some(&stage.times), stage.what)).collect();
    rows.push(timed(
        "all but inference",
        Some(&seen.all_but_inference),
        "a frame without inference and waiting",
    ));
    let publish = report.parts.one_camera(true).and_then(|unit| unit.publish);
    rows.push(timed("publish", publish.as_ref(), "live value to page, WebSocket and MQTT"));
    page.table(["stage", "p50", "p95", "p99", "what"], rows);
}

fn timed(name: &str, times: Option<&Percentiles>, what: &str) -> [String; 5] {
    let ms = |of: fn(&Percentiles) -> f64| {
        times.map_or_else(|| "–".to_owned(), |times| format!("{:.2}", of(times)))
    };
    [name.to_owned(), ms(|t| t.p50_ms), ms(|t| t.p95_ms), ms(|t| t.p99_ms), what.to_owned()]
}

pub(super) fn cameras(page: &mut Document, report: &Report) {
    page.heading(2, "Cameras");
    let Some(units) = measured(page, &report.parts.cameras) else { return };
    page.text(
        "The whole unit as a process, each camera playing the clip for ever, a tablet that reads everything it sends. At the clip's own pace frames \
         that come too fast are dropped, the newest wins; as fast as it can none is. Relative: processor time a frame against one camera. Latency is the \
         unit's own histogram of capture to live value.",
    );
    page.table(
        [
            "cameras",
            "pace",
            "frames/s",
            "dropped",
            "processors busy",
            "processor time a frame",
            "relative",
            "peak memory",
            "capture to live p50 / p95 / p99",
        ],
        units.iter().map(|unit| camera_row(unit, units)),
    );
}

fn camera_row(unit: &UnitFigures, units: &[UnitFigures]) -> [String; 9] {
    let one = units.iter().find(|other| other.cameras == 1 && other.paced == unit.paced);
    let latency = unit.capture_to_live;
    [
        unit.cameras.to_string(),
        if unit.paced { "the clip's" } else { "full speed" }.to_owned(),
        format!("{:.1}", unit.fps),
        format!("{:.1} %", unit.dropped_pct),
        format!("{:.2}", unit.cpu_cores),
        format!("{:.1} ms", unit.cpu_ms_per_frame),
        one.map_or_else(
            || "–".to_owned(),
            |one| format!("{:.2}", unit.cpu_ms_per_frame / one.cpu_ms_per_frame),
        ),
        format!("{:.0} MB", unit.peak_rss_mb),
        latency.map_or_else(
            || "–".to_owned(),
            |ms| format!("{:.0} / {:.0} / {:.0} ms", ms.p50_ms, ms.p95_ms, ms.p99_ms),
        ),
    ]
}

pub(super) fn people(page: &mut Document, report: &Report) {
    page.heading(2, "People");
    let Some(scenes) = measured(page, &report.parts.people) else { return };
    page.text(
        "Clips of one person each in a grid, in a picture of the same size, all of them tracked. Relative: processor time a frame and person against one \
         person.",
    );
    let one = scenes.iter().find(|scene| scene.people == 1).map(|scene| scene.cpu_ms_per_frame);
    let rows = scenes.iter().map(|scene| {
        let each = scene.cpu_ms_per_frame / scene.people as f64;
        [
            scene.people.to_string(),
            format!("{:.1} % of the frames", 100.0 * scene.tracked_share),
            format!("{:.1}", scene.fps),
            format!("{:.1} ms", scene.cpu_ms_per_frame),
            format!("{each:.1} ms"),
            one.map_or_else(|| "–".to_owned(), |one| format!("{:.2}", each / one)),
            format!("{:.1} / {:.1} ms", scene.infer.p50_ms, scene.infer.p95_ms),
            scene.clip.clone(),
        ]
    });
    page.table(
        [
            "people",
            "all tracked",
            "frames/s",
            "processor time a frame",
            "a person",
            "relative",
            "inference p50 / p95",
            "clip",
        ],
        rows,
    );
}

pub(super) fn latency(page: &mut Document, report: &Report) {
    page.heading(2, "Latency at a subscriber");
    let Some(seen) = measured(page, &report.parts.latency) else { return };
    page.text(format!(
        "One camera of 1280×720 at 30 frames a second ({}), {} inference threads. From the capture of the frame that decided an event to its receipt by \
         `mosquitto_sub`; milliseconds.",
        seen.clip, seen.threads
    ));
    let row = |name: &str, times: &Percentiles| {
        let [_, p50, p95, p99, _] = timed(name, Some(times), "");
        [name.to_owned(), p50, p95, p99, times.count.to_string()]
    };
    page.table(
        ["", "p50", "p95", "p99", "n"],
        [row("capture to live value", &seen.live), row("capture to event", &seen.event)],
    );
}

pub(super) fn parity(page: &mut Document, report: &Report) {
    page.heading(2, "Keypoints beside the reference");
    let Some(clips) = measured(page, &report.parts.parity) else { return };
    page.text(
        "MediaPipe 0.10.14 in Python with the same model, without smoothing, on the same frames; all 33 keypoints, in percent of the torso's length. \
         [Estimation](../design/estimation.md) says where the rest comes from.",
    );
    let rows = clips.iter().map(|seen| {
        [
            seen.clip.clone(),
            seen.frames.to_string(),
            format!("{:.2} %", seen.mean_pct),
            format!("{:.2} %", seen.worst_frame_pct),
            seen.frames_above_5_pct.to_string(),
        ]
    });
    page.table(["clip", "frames", "mean", "worst frame", "frames above 5 %"], rows);
}

pub(super) fn memory(page: &mut Document, report: &Report) {
    page.heading(2, "Memory over time");
    let Some(soak) = measured(page, &report.parts.soak) else { return };
    page.text(format!(
        "One camera at the clip's own pace for {:.1} minutes: {:.1} MB at first, {:.1} MB at last, peak {:.1} MB; trend after the first quarter {:+.1} MB an \
         hour. `--soak-minutes 30` looks for as long as the target says.",
        soak.minutes, soak.first_mb, soak.last_mb, soak.peak_mb, soak.slope_mb_per_h
    ));
}

pub(super) fn backends(page: &mut Document, report: &Report) {
    page.heading(2, "Backends");
    let Some(rows) = measured(page, &report.parts.backends) else { return };
    page.text("Each backend that the configuration can name, through the daemon's code: the whole pipeline, one turn on the same clip, one person.");
    let rows = rows.iter().map(|row| match &row.figures {
        Outcome::Measured(seen) => [
            row.name.clone(),
            format!("{:.1}", seen.fps),
            format!("{:.1} / {:.1} / {:.1} ms", seen.infer.p50_ms, seen.infer.p95_ms, seen.infer.p99_ms),
            format!("{:.1} ms", seen.cpu_ms_per_frame),
            seen.running.clone(),
        ],
        absent => [row.name.clone(), "–".to_owned(), "–".to_owned(), "–".to_owned(), absent.reason()],
    });
    page.table(
        [
            "backend",
            "frames/s",
            "inference p50 / p95 / p99",
            "processor time a frame",
            "what runs, or why not",
        ],
        rows,
    );
}

/// The figures of a part; without them the page says why.
pub(super) fn measured<'a, T>(page: &mut Document, part: &'a Outcome<T>) -> Option<&'a T> {
    let figures = part.measured();
    if figures.is_none() {
        page.text(format!("Not measured: {}.", part.reason()));
    }
    figures
}
