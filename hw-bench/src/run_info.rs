//! Where and when a run was, of which source, and how quiet the machine was meanwhile.

use std::process::Command;
use std::time::{Instant, SystemTime};

use procfs::{CurrentSI, KernelStats};
use serde::Serialize;

use crate::machine::{self, Machine};
use crate::paths;
use crate::processors;
use crate::usage;

/// A run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RunInfo {
    /// The machine.
    pub(crate) machine: Machine,
    /// Revision of the source, `+` when it was changed since.
    pub(crate) revision: String,
    /// Date, UTC.
    pub(crate) date: String,
    /// Arguments.
    pub(crate) command: String,
    /// How long it took, seconds.
    pub(crate) took_s: f64,
    /// Processors that other programs (and the hypervisor) kept busy meanwhile, of those of the machine.
    pub(crate) busy_elsewhere: Option<f64>,
}

/// The beginning of a run.
pub(crate) struct Started {
    at: Instant,
    busy_s: Option<f64>,
    ours_s: f64,
}

impl Started {
    /// Now.
    pub(crate) fn now() -> Self {
        Self { at: Instant::now(), busy_s: busy_s(), ours_s: ours_s() }
    }

    /// The run, which ends now.
    pub(crate) fn finish(&self) -> RunInfo {
        let took_s = self.at.elapsed().as_secs_f64();
        let busy = self.busy_s.zip(busy_s()).map(|(before, after)| after - before);
        let ours = ours_s() - self.ours_s;
        RunInfo {
            machine: machine::describe(),

            revision: revision(),
            date: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            command: command_line(std::env::args().skip(1)),
            took_s,
            // Only with all processors of the machine can the others' share be told.
            busy_elsewhere: busy
                .filter(|_| uses_all_processors())
                .map(|busy| ((busy - ours) / took_s).max(0.0)),
        }
    }
}

/// Time that all processors of the machine were busy since it started, the hypervisor's other guests included.
fn busy_s() -> Option<f64> {
    let total = KernelStats::current().ok()?.total;
    let ticks = total.user + total.nice + total.system + total.irq.unwrap_or(0) + total.softirq.unwrap_or(0);
    Some((ticks + total.steal.unwrap_or(0)) as f64 / procfs::ticks_per_second() as f64)
}

fn ours_s() -> f64 {
    (usage::cpu_time_of_self() + usage::cpu_time_of_children()).as_secs_f64()
}

fn uses_all_processors() -> bool {
    let all = KernelStats::current().map_or(0, |stats| stats.cpu_time.len());
    processors::usable().is_ok_and(|usable| usable.len() == all)
}

/// The revision that is checked out.
fn revision() -> String {
    let git = |arguments: &[&str]| {
        let output =
            Command::new("git").args(arguments).current_dir(spotter_tests::checkout()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(revision) = git(&["rev-parse", "--short=12", "HEAD"]) else { return "unknown".to_owned() };
    // The page that this run writes is no change of the source.
    let changed =
        git(&["status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs/ref/performance.md"]);
    let mark = if changed.is_some_and(|changed| !changed.is_empty()) { "+" } else { "" };
    format!("{revision}{mark}")
}

/// The arguments, without the folders of this machine.
fn command_line(arguments: impl Iterator<Item = String>) -> String {
    let shown = arguments.map(|argument| paths::shortened(&argument));
    std::iter::once("spotter-hw-bench".to_owned()).chain(shown).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_machine_are_not_shown() {
        let arguments =
            ["--quick", "--json", "/home/somebody/a.json", "tests/clips/a.mp4"].map(str::to_owned);
        let shown = command_line(arguments.into_iter());
        assert_eq!(shown, "spotter-hw-bench --quick --json …/a.json tests/clips/a.mp4");
    }

    #[test]
    fn a_run_tells_where_and_when_it_was() {
        let run = Started::now().finish();
        assert!(run.machine.processors > 0 && run.machine.memory_gib > 0.0, "{run:?}");
        assert!(!run.machine.kernel.is_empty() && run.date.ends_with('Z'), "{run:?}");
    }
}
