//! What tests hold on force plates, motion capture and labelled frames (METRICS §9), as the test run said.

use crate::table::Table;

/// METRICS §9: item, what it asks, tests that hold it.
const HELD: [(&str, &str, &[&str]); 9] = [
    (
        "1, analytic parabola",
        "95 % of seeds within 1.5 times the error of sampling, or 1 cm",
        &["an_analytic_parabola_is_measured_at_every_frame_rate_with_jitter_drops_and_noise"],
    ),
    (
        "2, force-plate jumps",
        "depth ± 1 cm, time to take-off ± 40 ms, RSI-mod ± 8 %, height ± 1 cm at 60 fps",
        &["the_force_plate_jump", "the_force_plate_squat_jump", "the_force_plate_drop_jump"],
    ),
    ("4, walk over force plates", "strikes ± 25 ms", &["a_real_walk_over_force_plates"]),
    (
        "5, squats in motion capture",
        "5 repetitions, drop ± 1 cm, knee ± 3°, tempo ± 0.1 s",
        &["five_real_squats_are_counted_and_measured"],
    ),
    (
        "7, filters",
        "lag and peak velocity of the table within 10 %",
        &["lag_and_peak_velocity_are_those_of_the_specification"],
    ),
    (
        "8, frame times",
        "scrambled times and order: the same metrics",
        &[
            "the_order_of_arrival_within_the_lag_changes_nothing",
            "the_order_of_arrival_changes_nothing_in_recorded_poses",
            "uneven_frame_times_give_the_same_height",
        ],
    ),
    (
        "9, labelled frames of people",
        "squats F1 ≥ 0.95, lunges ≥ 0.90",
        &["labelled_squats_are_up_and_down", "labelled_lunges_are_down"],
    ),
    ("10, bounds", "each has a passing and a failing case", &["every_row_passes_warns_and_rejects"]),
    ("11, determinism", "two runs give the same JSON", &["the_same_recording_gives_the_same_bytes"]),
];

/// From the output of `cargo test -- --nocapture --test-threads=1`.
pub(crate) fn table(output: &str) -> Table {
    let mut table = Table::new(
        "Force plates, motion capture, people",
        "METRICS §9, from the tests that hold each item, with the figures that they print. Items 3 and 6 need sets that are not at hand.",
        &["item", "asks", "test", "prints", "met"],
    );
    for (item, asks, tests) in HELD {
        for test in tests {
            let (printed, result) = find(output, test);
            let skipped = printed.iter().any(|line| line.starts_with("skipped"));
            let met = match result {
                Some(true) if !skipped => "yes",
                Some(false) => "**no**",
                _ => "not at hand",
            };
            table.cells(vec![
                item.to_owned(),
                asks.to_owned(),
                format!("`{test}`"),
                printed.join("; "),
                met.to_owned(),
            ]);
        }
    }
    table
}

/// What a test printed, and whether it passed.
fn find(output: &str, test: &str) -> (Vec<String>, Option<bool>) {
    let mut lines = output.lines();
    let begins =
        |line: &str| line.strip_prefix("test ").is_some_and(|l| l.contains(test) && l.contains(" ... "));
    let Some(first) = lines.by_ref().find(|line| begins(line)) else { return (Vec::new(), None) };
    let first = first.split_once(" ... ").map_or("", |(_, rest)| rest);
    let mut printed = Vec::new();
    for line in std::iter::once(first).chain(lines) {
        match line.trim() {
            "ok" => return (printed, Some(true)),
            "FAILED" => return (printed, Some(false)),
            "" => {}
            text => printed.push(text.replace('|', "/")),
        }
        if printed.len() > 40 {
            break;
        }
    }
    (printed, None)
}
