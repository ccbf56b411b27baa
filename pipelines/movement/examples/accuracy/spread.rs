//! How often the stated uncertainties hold.

use crate::common::coverage::{Coverage, within};
use crate::table::{Met, Table};

pub(crate) fn table(joints: &Coverage, video: Option<&Coverage>) -> Table {
    let mut table = Table::of_targets(
        "Stated uncertainties",
        "Share of errors within the stated standard uncertainty u and within 2 u: joints with 0, 1 and 2 px of noise (three seeds), and the pose model's keypoints.",
    );
    let target = "60–75 % within 1 u, ≥ 93 % within 2 u";
    let mut pooled = joints.all();
    let mut row = |what: &str, errors: &[f64]| {
        let (one, two) = (within(errors, 1.0), within(errors, 2.0));
        let met = Met::of((0.60..=0.75).contains(&one) && two >= 0.93);
        let text = format!("{:.1} %, {:.1} % (n {})", 100.0 * one, 100.0 * two, errors.len());
        table.row(what, target, text, met);
    };
    row("joints, all clips, noise and metrics", &pooled);
    if let Some(video) = video {
        row("video, all clips and metrics", &video.all());
        pooled.extend(video.all());
        row("both", &pooled);
    }
    by_metric(&mut table, joints, video);
    table
}

fn by_metric(table: &mut Table, joints: &Coverage, video: Option<&Coverage>) {
    for (source, coverage) in [("joints", Some(joints)), ("video", video)] {
        for (metric, errors) in coverage.into_iter().flat_map(Coverage::metrics) {
            let mean = errors.iter().sum::<f64>() / errors.len().max(1) as f64;
            let text = format!(
                "{:.0} %, {:.0} % (n {}, mean {mean:+.1} u)",
                100.0 * within(errors, 1.0),
                100.0 * within(errors, 2.0),
                errors.len()
            );
            table.row(&format!("{source}: `{metric}`"), "–", text, Met::Open);
        }
    }
}
