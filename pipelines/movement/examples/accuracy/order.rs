//! Determinism: the same bytes from the same recording, and the same events whatever the order of arrival.

use spotter_movement::{ModelProfile, Settings};

use crate::clips::Named;
use crate::common::{self, Recording, delayed, jitter, settings, truth};
use crate::table::{Met, Table};
use crate::video::Seen;

/// Frames come up to this late, seconds: within the fixed lag of 0.1 s.
const LATE_S: f64 = 0.095;
/// Clips longer than this many frames are not scrambled.
const LONG: usize = 3000;

pub(crate) fn table(clips: &[Named], seen: &[Seen<'_>], twice: Option<bool>) -> Table {
    let mut table = Table::of_targets(
        "Determinism",
        "Recordings: joints with 2 px of noise, and the pose model's keypoints with their bars.",
    );
    let mut tally = Tally::default();
    for named in clips {
        let mut recording = truth::joints(&named.clip);
        jitter(&mut recording, 2.0, 1);
        tally.add(named, "joints", &recording, &ModelProfile::default());
    }
    for Seen { named, recording, profile } in seen {
        tally.add(named, "video", recording, profile);
    }
    let Tally { all, same, scrambled, unmoved, moved } = tally;
    table.row(
        "the same recording twice: the same bytes",
        "all",
        format!("{same} of {all}"),
        Met::of(same == all),
    );
    table.row(
        &format!("frames up to {:.0} ms late, in scrambled order: the same events", 1e3 * LATE_S),
        "all",
        format!("{unmoved} of {scrambled}"),
        Met::of(unmoved == scrambled),
    );
    let text = match twice {
        Some(true) => "the same",
        Some(false) => "different",
        None => "–",
    };
    let met = twice.map_or(Met::Absent, Met::of);
    table.row("the same clip through the pose model twice: the same bytes", "the same", text.to_owned(), met);
    if !moved.is_empty() {
        table.note(format!("Other events in another order: {}.", moved.join(", ")));
    }
    table
}

#[derive(Default)]
struct Tally {
    all: usize,
    same: usize,
    scrambled: usize,
    unmoved: usize,
    moved: Vec<String>,
}

impl Tally {
    fn add(&mut self, named: &Named, source: &str, recording: &Recording, profile: &ModelProfile) {
        let settings = || Settings {
            speed_m_s: named.stated_speed_m_s(),
            ..settings(recording, Some(named.clip.height_m), profile.clone())
        };
        let report = || serde_json::to_string(&common::report(recording, settings())).ok();
        self.all += 1;
        self.same += usize::from(report() == report());
        if recording.frames.len() > LONG {
            return;
        }
        let events = |recording: &Recording| {
            let (events, session) = common::run(recording, settings());
            (serde_json::to_string(&events).ok(), session.quality().frames_ignored)
        };
        let in_order = events(recording);
        for seed in [1, 2] {
            let same = events(&delayed(recording, LATE_S, seed)) == in_order;
            self.scrambled += 1;
            self.unmoved += usize::from(same);
            if !same {
                self.moved.push(format!("`{}` ({source}, seed {seed})", named.name));
            }
        }
    }
}
