//! The truth's own joints, with and without noise: what the analysis itself adds.

use spotter_movement::ModelProfile;

use crate::clips::Named;
use crate::common::coverage::Coverage;
use crate::common::{jitter, truth};
use crate::counts::Counts;
use crate::errors::{Errors, Off};
use crate::found;
use crate::limit::Limit;
use crate::measure::{self, measure};
use crate::table::Table;

/// Noise in pixels and the seeds it is drawn with. 1 px is for the stated uncertainties only.
const NOISE: [(u32, &[u64]); 3] = [(0, &[0]), (1, &[1, 2, 3]), (2, &[1, 2, 3])];

/// What all analyses of joints gave.
#[derive(Default)]
pub(crate) struct Joints {
    exact: Errors,
    noisy: Errors,
    counts: Counts,
    pub(crate) coverage: Coverage,
}

impl Joints {
    pub(crate) fn of(clips: &[Named]) -> Self {
        let mut all = Self::default();
        for named in clips {
            let joints = truth::joints(&named.clip);
            for (sigma_px, seeds) in NOISE {
                for seed in seeds {
                    let mut recording = joints.clone();
                    if sigma_px > 0 {
                        jitter(&mut recording, f64::from(sigma_px), *seed);
                    }
                    let report = found::analyse(named, &recording, &ModelProfile::default(), false);
                    all.coverage.add(&named.clip, &serde_json::to_value(&report).unwrap_or_default());
                    if sigma_px == 1 {
                        continue;
                    }
                    let noise = if sigma_px > 0 { format!(" (2 px, seed {seed})") } else { String::new() };
                    all.counts.add(named, &report, &noise);
                    measure(named, &report, if sigma_px > 0 { &mut all.noisy } else { &mut all.exact });
                }
            }
        }
        all
    }

    pub(crate) fn table(&self, clips: &[Named]) -> Table {
        let mut table = Table::of_targets(
            "True joints of the clips",
            &format!(
                "{} clips, analysed with 0 px and with 2 px of noise on each coordinate (three seeds). A row is met when every single value is.",
                clips.len()
            ),
        );
        self.counts.rows(&mut table);
        let mut both = |what: &str,
                        target: &str,
                        quantity: &'static str,
                        which: &dyn Fn(&Off) -> bool,
                        limit: Limit| {
            for (noise, errors) in [("0 px", &self.exact), ("2 px", &self.noisy)] {
                limit.row(&mut table, &format!("{what}, {noise}"), target, &errors.of(quantity).only(which));
            }
        };
        let every = |_: &Off| true;
        let fast = |off: &Off| off.frame_s < 0.02;
        let slow = |off: &Off| off.frame_s > 0.02;
        both(
            "middle 90 % of each way of a repetition",
            "± 1 frame",
            measure::REP_PHASE,
            &every,
            Limit::Frames,
        );
        both("propulsion of a jump", "± 1 frame", measure::JUMP_PROPULSION, &every, Limit::Frames);
        both("range of movement", "± 1 cm", measure::ROM, &every, Limit::Cm(1.0));
        both("height of a CMJ, 60 fps", "± 1 cm", measure::CMJ_HEIGHT, &fast, Limit::Cm(1.0));
        both("height of a CMJ, 30 fps", "± 2 cm", measure::CMJ_HEIGHT, &slow, Limit::Cm(2.0));
        both("contact time of a drop jump", "± 1 frame", measure::DROP_CONTACT, &every, Limit::Frames);
        both("contact time of a hop", "± 1 frame", measure::HOP_CONTACT, &every, Limit::Frames);
        both("contact time of a running step", "± 1 frame", measure::RUN_CONTACT, &every, Limit::Frames);
        both("contact time of a walking step", "± 1 frame", measure::WALK_CONTACT, &every, Limit::Frames);
        both("cadence", "± 0.5 spm", measure::CADENCE, &every, Limit::Spm(0.5));
        both(
            "strikes and toe-offs missed or invented in a clip",
            "–",
            measure::STEPS,
            &every,
            Limit::None(""),
        );
        both("height of a squat jump", "–", measure::SQUAT_JUMP_HEIGHT, &every, Limit::None(" cm"));
        both("height of a drop jump", "–", measure::DROP_JUMP_HEIGHT, &every, Limit::None(" cm"));
        both("height of a hop", "–", measure::HOP_HEIGHT, &every, Limit::None(" cm"));
        both("mean concentric velocity of a bar", "–", measure::BAR_VELOCITY, &every, Limit::None(" m/s"));
        both("knee flexion at the bottom of a squat, side", "–", measure::KNEE, &every, Limit::None("°"));
        self.worst_ranges(&mut table);
        table
    }

    /// Where metres fail: a body that never stands upright in view.
    fn worst_ranges(&self, table: &mut Table) {
        let ranges = self.exact.of(measure::ROM);
        let worst: Vec<String> = (ranges.by_clip().into_iter().filter(|(_, rms, _)| *rms > 1.0))
            .map(|(clip, _, mean)| format!("`{clip}` {mean:+.1}"))
            .collect();
        table.note(format!(
            "Clips whose ranges are off by more than 1 cm at 0 px (mean, cm): {}.",
            worst.join(", ")
        ));
    }
}
