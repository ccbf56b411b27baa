//! The page that a report makes: targets first, then what stands behind them.

mod gpu;
mod parts;

use crate::document::Document;
use crate::duel::Duel;
use crate::part::Outcome;
use crate::report::Report;

/// The whole page.
pub(crate) fn of(report: &Report) -> Document {
    let mut page = Document::default();
    page.heading(1, "Performance");
    head(&mut page, report);
    targets(&mut page, report);
    side_by_side(&mut page, report);
    parts::stages(&mut page, report);
    parts::cameras(&mut page, report);
    parts::people(&mut page, report);
    parts::latency(&mut page, report);
    parts::parity(&mut page, report);
    parts::memory(&mut page, report);
    parts::backends(&mut page, report);
    gpu::gpu(&mut page, report);
    page
}

fn head(page: &mut Document, report: &Report) {
    let run = &report.run;
    page.text(
        "Written by `make bench-report` (crate `hw-bench`), never by hand. What the figures mean and how to get them on another machine: \
         [the guide](../guide/benchmark.md).",
    );
    let machine = &run.machine;
    let busy = run.busy_elsewhere.map_or_else(
        || "not known, since not all processors were used".to_owned(),
        |busy| {
            format!(
                "{busy:.2} processors on average{}",
                if busy > 0.1 { ": the machine was **not quiet**" } else { "" }
            )
        },
    );
    let rows = [
        (
            "machine",
            format!(
                "{}, {} processors, {:.0} GiB",
                machine.processor, machine.processors, machine.memory_gib
            ),
        ),
        ("architecture, kernel", format!("{}, Linux {}", machine.architecture, machine.kernel)),
        ("GPU", gpu::name(report).unwrap_or_else(|| "none".to_owned())),
        ("backend", report.backend.clone()),
        ("model, clip", format!("{}, {}", report.model, report.clip)),
        ("revision, date", format!("{}, {}", run.revision, run.date)),
        (
            "command",
            format!(
                "`{}`{}",
                run.command,
                if report.plan.quick { " (a quick run: says little of speed)" } else { "" }
            ),
        ),
        ("took", format!("{:.0} s", run.took_s)),
        ("other programs kept busy", busy),
    ];
    page.table(["", ""], rows.map(|(name, value)| [name.to_owned(), value]));
}

fn targets(page: &mut Document, report: &Report) {
    page.heading(2, "Targets");
    let met = |met: Option<bool>| match met {
        Some(true) => "yes",
        Some(false) => "**no**",
        None => "–",
    };
    let rows = report
        .targets
        .iter()
        .map(|row| [row.figure.clone(), row.limit.clone(), row.reached.clone(), met(row.met).to_owned()]);
    page.table(["figure", "target", "reached", "met"], rows);
}

fn side_by_side(page: &mut Document, report: &Report) {
    page.heading(2, "Side by side");
    page.text(
        "Both take turns on the same clip in this run; a ratio is the median of the turns' ratios, in brackets the smallest and the largest. \
         Bare ONNX Runtime runs the landmark model alone, once a frame, on all threads. MediaPipe (complexity 1) and the pipeline beside it each stay on one \
         processor with one inference thread. kinemotion and `spotter analyze` are timed from the start of the program to its end, on all processors.",
    );
    let parts = &report.parts;
    let bare = match &parts.stages {
        Outcome::Measured(seen) => Outcome::Measured(seen.bare.clone()),
        Outcome::Absent(reason) => Outcome::Absent(reason.clone()),
        Outcome::Failed(error) => Outcome::Failed(error.clone()),
    };
    let duels =
        [("bare ONNX Runtime", &bare), ("MediaPipe", &parts.mediapipe), ("kinemotion", &parts.kinemotion)];
    page.table(
        [
            "beside",
            "frames a second: ratio",
            "processor time: ratio",
            "frames a second",
            "processor time a frame",
            "turns",
        ],
        duels.map(|(name, duel)| duel_row(name, duel)),
    );
}

fn duel_row(name: &str, duel: &Outcome<Duel>) -> [String; 6] {
    let Some(duel) = duel.measured() else {
        return [name.to_owned(), duel.reason(), String::new(), String::new(), String::new(), String::new()];
    };
    let (ours, other) = (&duel.ours, &duel.other);
    let name = if other.backend.contains(name) { &other.backend } else { name };
    [
        name.to_owned(),
        format!("{:.2} ({:.2}–{:.2})", duel.fps_ratio, duel.fps_ratio_range[0], duel.fps_ratio_range[1]),
        format!("{:.2}", duel.cpu_ratio),
        format!("{:.1} against {:.1}", ours.fps, other.fps),
        format!("{:.1} against {:.1} ms", ours.cpu_ms_per_frame, other.cpu_ms_per_frame),
        duel.turns.to_string(),
    ]
}
