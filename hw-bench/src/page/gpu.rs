//! What the page says of a GPU: always with the name of what computed.

use super::parts::measured;
use crate::document::Document;
use crate::gpu::{GpuCase, GpuFigures};
use crate::report::Report;

/// The machine's GPU: as its driver told the plug-in, else as Linux lists it.
pub(super) fn name(report: &Report) -> Option<String> {
    let driven = report.parts.gpu.measured().filter(|seen| !seen.stand_in);
    driven.map(|seen| seen.gpu.clone()).or_else(|| report.run.machine.gpu.clone())
}

pub(super) fn gpu(page: &mut Document, report: &Report) {
    let is_stand_in = report.parts.gpu.measured().is_some_and(|seen| seen.stand_in);
    page.heading(2, if is_stand_in { "GPU: none, a stand-in" } else { "GPU" });
    let Some(seen) = measured(page, &report.parts.gpu) else { return };
    if seen.stand_in {
        page.text(
            "**This is no GPU.** What computed is the tests' stand-in for the plug-in, on the CPU; no figure of this part, and none of a backend of \
             this name, is one of TensorRT or of a GPU.",
        );
    }
    page.text(format!(
        "{}. Stations, a thread each, look at pictures of the clip at the same time: each puts a region a person and takes the decoded body, through the \
         batches that all stations of a unit share. Then the bare engine takes its turn: as many regions in as many runs, nothing put, nothing decoded. A \
         ratio is the median of the turns' ratios, in brackets the smallest and the largest.",
        seen.computed
    ));
    page.table(
        ["stations", "people of each", "regions a run", "regions/s", "bare engine", "ratio", "turns"],
        seen.cases.iter().map(case_row),
    );
    memory(page, seen);
    parity(page, seen);
}

fn case_row(case: &GpuCase) -> [String; 7] {
    [
        case.stations.to_string(),
        case.people.to_string(),
        format!("{:.1}", case.regions_per_run),
        format!("{:.0}", case.regions_per_s),
        format!("{:.0}", case.bare_regions_per_s),
        format!("{:.2} ({:.2}–{:.2})", case.ratio, case.ratio_range[0], case.ratio_range[1]),
        case.turns.to_string(),
    ]
}

fn memory(page: &mut Document, seen: &GpuFigures) {
    let memory = &seen.memory;
    page.text(format!(
        "Memory of the device, all programs together, after each turn of {:.1} minutes: {:.1} MB of {:.0} MB used at first, {:.1} MB at last, {:+.1} MB at most \
         beyond the first. `--soak-minutes 30` looks for as long as the target says.",
        memory.minutes, memory.first_mb, memory.total_mb, memory.last_mb, memory.growth_mb
    ));
}

fn parity(page: &mut Document, seen: &GpuFigures) {
    page.text("Both engines beside the CPU on the golden frames, as they were compared when they were loaded; the worst of all frames, sets and slots:");
    let (found, limits) = (seen.agreement, seen.agreement_limits);
    let row = |what: &str, unit: &str, found: f32, limit: f32, decimals: usize| {
        [what.to_owned(), format!("{found:.decimals$}{unit}"), format!("{limit}{unit}")]
    };
    page.table(
        ["difference", "found", "limit"],
        [
            row("body points, mean of a frame", " px", found.points_mean_px, limits.points_mean_px, 3),
            row("body points, worst", " px", found.points_worst_px, limits.points_worst_px, 3),
            row("probability of a person", "", found.probability, limits.probability, 4),
            row("detector's box", " px", found.box_px, limits.box_px, 3),
            row(
                "an output as a whole, root mean square",
                " %",
                100.0 * found.output_rms,
                100.0 * limits.output_rms,
                3,
            ),
        ],
    );
}
