//! Nothing is invented where nobody exercises.

use spotter_movement::ModelProfile;

use crate::clips::Named;
use crate::common::{jitter, truth};
use crate::counts::Counts;
use crate::found;
use crate::table::Table;
use crate::video::Video;

pub(crate) fn table(clips: &[Named], video: Option<&Video>) -> Table {
    let quiet: Vec<&Named> = clips.iter().filter(|named| named.kind() == "none").collect();
    let names: Vec<String> = quiet.iter().map(|named| format!("`{}`", named.name)).collect();
    let mut table = Table::of_targets(
        "Nothing to find",
        &format!(
            "Standing, walking past, a spotter behind, ten minutes of rest: {}. The steps of one who walks past are his.",
            names.join(", ")
        ),
    );
    let mut exact = Counts::default();
    let mut noisy = Counts::default();
    for named in quiet {
        let joints = truth::joints(&named.clip);
        exact.add(named, &found::analyse(named, &joints, &ModelProfile::default(), false), "");
        for seed in 1..=3 {
            let mut recording = joints.clone();
            jitter(&mut recording, 2.0, seed);
            let report = found::analyse(named, &recording, &ModelProfile::default(), false);
            noisy.add(named, &report, &format!(" (seed {seed})"));
        }
    }
    exact.quiet_row("joints", &mut table);
    noisy.quiet_row("joints with 2 px of noise, three seeds", &mut table);
    if let Some(video) = video {
        video.quiet_row(&mut table);
    }
    table
}
