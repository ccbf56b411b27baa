//! The clips as video, through the real pose model: what a unit says of them, before and after each correction.

use std::path::Path;

use spotter_movement::ModelProfile;

use crate::clips::Named;
use crate::common::coverage::{self, Coverage};
use crate::common::{self, Recording};
use crate::counts::Counts;
use crate::errors::{Errors, Off, Sample};
use crate::found;
use crate::measure::{self, measure};
use crate::stages::Stage;
use crate::table::{Met, Table};

/// Poses that were recorded of a clip, and the known errors of the model that gave them.
pub(crate) struct Seen<'a> {
    pub(crate) named: &'a Named,
    pub(crate) recording: Recording,
    pub(crate) profile: ModelProfile,
}

/// The recorded poses of the clips: `CLIP.MODEL.jsonl` in the folder.
pub(crate) fn seen<'a>(clips: &'a [Named], folder: &Path, model: &str) -> Vec<Seen<'a>> {
    let recorded = |named: &'a Named| {
        let path = folder.join(format!("{}.{model}.jsonl", named.name));
        path.is_file().then(|| {
            let (recording, made_by) = coverage::recorded(&path);
            let table = if made_by.ends_with("refined") { "movement_refined" } else { "movement" };
            Seen { named, recording, profile: common::profile_of(model, table) }
        })
    };
    clips.iter().filter(|named| named.filmed).filter_map(recorded).collect()
}

/// What all analyses at one stage of correction gave.
struct At {
    stage: Stage,
    errors: Errors,
    counts: Counts,
    coverage: Coverage,
}

/// What all analyses of video gave.
pub(crate) struct Video {
    stages: Vec<At>,
    n: usize,
}

impl Video {
    pub(crate) fn of(seen: &[Seen<'_>], stages: &[Stage]) -> Self {
        let at = |stage: Stage| {
            let (mut errors, mut counts) = (Errors::default(), Counts::default());
            let mut coverage = Coverage::default();
            for Seen { named, recording, profile } in seen {
                let recording = stage.recording(recording);
                let report =
                    found::analyse(named, &recording, &stage.profile(profile), stage == Stage::Plate);
                counts.add(named, &report, "");
                measure(named, &report, &mut errors);
                coverage.add(&named.clip, &serde_json::to_value(&report).unwrap_or_default());
            }
            At { stage, errors, counts, coverage }
        };
        Self { stages: stages.iter().copied().map(at).collect(), n: seen.len() }
    }

    fn shipped(&self) -> &At {
        let shipped = self.stages.iter().find(|at| at.stage == Stage::Bar);
        shipped.unwrap_or(&self.stages[self.stages.len() - 1])
    }

    pub(crate) fn coverage(&self) -> &Coverage {
        &self.shipped().coverage
    }

    pub(crate) fn quiet_row(&self, table: &mut Table) {
        self.shipped().counts.quiet_row("clips without a movement, as video", table);
    }

    pub(crate) fn table(&self) -> Table {
        let mut table = Table::of_targets(
            "The clips as video, through the pose model",
            &format!(
                "{} clips; keypoints, athlete and bar as `spotter analyze` finds them; the athlete's height is stated, the exercise and the view are not.",
                self.n
            ),
        );
        let At { errors, counts, .. } = self.shipped();
        counts.rows(&mut table);
        let of = |quantity| errors.of(quantity);
        single(
            &mut table,
            "height of a CMJ, 60 fps",
            "≤ 1.5 cm",
            &of(measure::CMJ_HEIGHT).only(fast),
            1.5,
            "cm",
        );
        single(
            &mut table,
            "height of a CMJ, 30 fps",
            "≤ 2.5 cm",
            &of(measure::CMJ_HEIGHT).only(slow),
            2.5,
            "cm",
        );
        single(
            &mut table,
            "height of a squat jump, 60 fps",
            "≤ 1.5 cm (as a CMJ's)",
            &of(measure::SQUAT_JUMP_HEIGHT),
            1.5,
            "cm",
        );
        let drop = of(measure::DROP_CONTACT);
        let at_120 = |off: &Off| off.frame_s < 0.01;
        single(
            &mut table,
            "contact time of a drop jump, 60 fps",
            "≤ 15 ms",
            &drop.only(|off| !at_120(off)),
            15.0,
            "ms",
        );
        single(
            &mut table,
            "contact time of a drop jump, 120 fps",
            "≤ 15 ms (as at 60)",
            &drop.only(at_120),
            15.0,
            "ms",
        );
        let stated = self.stages.iter().find(|at| at.stage == Stage::Plate);
        for (what, at) in [("not stated", Some(self.shipped())), ("stated", stated)] {
            let Some(at) = at else { continue };
            let what = format!("mean concentric velocity of a bar, plate's size {what}");
            pooled(&mut table, &what, "rms ≤ 0.05 m/s", &at.errors.of(measure::BAR_VELOCITY), 0.05, "m/s", 3);
        }
        knee_rows(&mut table, &of(measure::KNEE));
        pooled(
            &mut table,
            "contact time of a running step",
            "rms ≤ 15 ms",
            &of(measure::RUN_CONTACT),
            15.0,
            "ms",
            1,
        );
        single(&mut table, "cadence", "± 1 spm", &of(measure::CADENCE), 1.0, "spm");
        let steps = of(measure::STEPS);
        table.row(
            "strikes and toe-offs missed or invented",
            "–",
            format!("{:.0} in {} clips", steps.mean() * steps.n() as f64, steps.n()),
            Met::Open,
        );
        let clips: Vec<String> = of(measure::BAR_VELOCITY)
            .by_clip()
            .iter()
            .map(|(clip, rms, mean)| format!("`{clip}` {rms:.3} ({mean:+.3})"))
            .collect();
        for quantity in
            [measure::RUN_STRIKE, measure::RUN_TOE_OFF, measure::WALK_STRIKE, measure::WALK_TOE_OFF]
        {
            let clips = self.stages[0].errors.of(quantity);
            let clips: Vec<String> = clips
                .by_clip()
                .iter()
                .map(|(clip, rms, mean)| format!("`{clip}` {mean:+.0} ({rms:.0})"))
                .collect();
            table
                .note(format!("{quantity}, uncorrected, mean (rms) of each clip, ms: {}.", clips.join(", ")));
        }
        table.note(format!(
            "Bar, rms (mean) of each clip's mean concentric velocities, m/s: {}.",
            clips.join(", ")
        ));
        table
    }

    /// One column for each stage.
    pub(crate) fn before_and_after(&self, title: &str, intro: &str) -> Table {
        let mut header = vec!["error", "target"];
        header.extend(self.stages.iter().map(|at| at.stage.name()));
        let mut table = Table::new(title, intro, &header);
        let mut row = |what: &str, target: &str, of: &dyn Fn(&At) -> String| {
            let mut cells = vec![what.to_owned(), target.to_owned()];
            cells.extend(self.stages.iter().map(of));
            table.cells(cells);
        };
        row("clips counted exactly", "all", &|at| at.counts.counted());
        row("exercise recognised", "all", &|at| at.counts.recognised());
        let mut worst =
            |what: &str, target: &str, quantity: &'static str, which: fn(&Off) -> bool, digits: usize| {
                row(what, target, &|at| {
                    let sample = at.errors.of(quantity).only(which);
                    if sample.n() == 0 {
                        return "–".to_owned();
                    }
                    let worst = sample.worst().map_or(f64::NAN, |off| off.error);
                    format!("{:+.digits$} / {:.digits$} / {worst:+.digits$}", sample.mean(), sample.rms())
                });
            };
        worst("CMJ height, 60 fps, cm", "worst 1.5", measure::CMJ_HEIGHT, fast, 1);
        worst("CMJ height, 30 fps, cm", "worst 2.5", measure::CMJ_HEIGHT, slow, 1);
        worst("squat jump height, cm", "", measure::SQUAT_JUMP_HEIGHT, any, 1);
        worst("drop jump height, cm", "", measure::DROP_JUMP_HEIGHT, any, 1);
        worst("hop height, cm", "", measure::HOP_HEIGHT, any, 1);
        worst("drop jump contact, ms", "worst 15", measure::DROP_CONTACT, any, 0);
        worst("hop contact, ms", "", measure::HOP_CONTACT, any, 0);
        worst("running, foot strike, ms", "", measure::RUN_STRIKE, any, 0);
        worst("running, toe-off, ms", "", measure::RUN_TOE_OFF, any, 0);
        worst("running contact, ms", "rms 15", measure::RUN_CONTACT, any, 0);
        worst("walking, foot strike, ms", "", measure::WALK_STRIKE, any, 0);
        worst("walking, toe-off, ms", "", measure::WALK_TOE_OFF, any, 0);
        worst("walking contact, ms", "", measure::WALK_CONTACT, any, 0);
        worst("cadence, spm", "worst 1", measure::CADENCE, any, 2);
        worst("velocity of squats at the hips, m/s", "", measure::HIP_VELOCITY, any, 3);
        worst("velocity of the bar, m/s", "rms 0.05", measure::BAR_VELOCITY, any, 3);
        worst("velocity without a bar, m/s", "", measure::BODY_VELOCITY, any, 3);
        worst("range of movement, cm", "", measure::ROM, any, 1);
        worst("knee flexion at the bottom, side, °", "mean abs. 10", measure::KNEE, any, 1);
        table
    }
}

/// Knee flexion, and whether what is stated of its uncertainty holds.
fn knee_rows(table: &mut Table, knee: &Sample<'_>) {
    if knee.n() == 0 {
        return;
    }
    let mean = knee.mean_absolute();
    table.row(
        "knee flexion at the bottom of a squat, side",
        "mean absolute error ≤ 10°",
        format!("{mean:.1}° (n {})", knee.n()),
        Met::of(mean <= 10.0),
    );
    let share = |k: f64| knee.share(|off| off.error.abs() <= k * off.u);
    let text = format!("{:.0} % within 1 u, {:.0} % within 2 u", 100.0 * share(1.0), 100.0 * share(2.0));
    table.row(
        "its stated uncertainty covers it",
        "≥ 60 % and ≥ 93 %",
        text,
        Met::of(share(1.0) >= 0.60 && share(2.0) >= 0.93),
    );
}

fn any(_: &Off) -> bool {
    true
}

fn fast(off: &Off) -> bool {
    off.frame_s < 0.02
}

fn slow(off: &Off) -> bool {
    off.frame_s > 0.02
}

/// Every single value must keep within the limit.
fn single(table: &mut Table, what: &str, target: &str, sample: &Sample<'_>, limit: f64, unit: &str) {
    let Some(worst) = sample.worst() else {
        return table.row(what, target, "–".to_owned(), Met::Absent);
    };
    let text = format!(
        "worst {:+.1} {unit} (`{}`), rms {:.1}; {} of {} within",
        worst.error,
        worst.clip,
        sample.rms(),
        sample.count(|off| off.error.abs() <= limit),
        sample.n()
    );
    table.row(what, target, text, Met::of(worst.error.abs() <= limit));
}

/// The root mean square must.
fn pooled(
    table: &mut Table,
    what: &str,
    target: &str,
    sample: &Sample<'_>,
    limit: f64,
    unit: &str,
    digits: usize,
) {
    if sample.n() == 0 {
        return table.row(what, target, "–".to_owned(), Met::Absent);
    }
    let text =
        format!("rms {:.digits$} {unit}, mean {:+.digits$} (n {})", sample.rms(), sample.mean(), sample.n());
    table.row(what, target, text, Met::of(sample.rms() <= limit));
}
