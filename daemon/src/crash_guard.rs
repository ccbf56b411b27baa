//! Starts in a row that ended in a crash: a GPU driver that takes the process down must not do so for ever.
//!
//! It counts starts, not time, so that a clock that jumps changes nothing: a start adds one; the guard takes it back when it is
//! dropped, which a process that is killed or aborts (a driver's fault, the watchdog) never does, or after [`STABLE_AFTER`].

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// So many crashes in a row, and the next start leaves the GPU alone.
const MAX_CRASHES: u32 = 3;
/// A unit that has run for so long is not in a crash loop.
pub(crate) const STABLE_AFTER: Duration = Duration::from_mins(10);

/// The count in the state folder.
#[derive(Debug)]
pub(crate) struct CrashGuard {
    file: PathBuf,
    crashes: u32,
}

impl CrashGuard {
    /// Counts this start. Where the disk refuses that, the unit starts all the same.
    pub(crate) fn begin(state_dir: &Path) -> Self {
        let file = state_dir.join("unfinished-starts");
        // What is not a number was not written by us as a whole: a power cut, so one crash.
        let crashes = fs::read_to_string(&file).map_or(0, |text| text.trim().parse().unwrap_or(1));
        let counted =
            fs::create_dir_all(state_dir).and_then(|()| fs::write(&file, (crashes + 1).to_string()));
        if let Err(error) = counted {
            tracing::warn!(file = %file.display(), %error, "not written: a crash of this run will not be counted");
        }
        Self { file, crashes }
    }

    /// Why the GPU shall not be used in this run, if so.
    pub(crate) fn objection(&self) -> Option<String> {
        (self.crashes >= MAX_CRASHES).then(|| {
            format!(
                "the last {} starts did not end cleanly: this one leaves the GPU alone; it is tried again at the first start after {} minutes \
                 without a crash",
                self.crashes,
                STABLE_AFTER.as_secs() / 60
            )
        })
    }

    /// The run lasts for [`STABLE_AFTER`], or ends in order.
    pub(crate) fn survived(&self) {
        match fs::remove_file(&self.file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(file = %self.file.display(), %error, "not removed: this run may count as a crash");
            }
            _ => {}
        }
    }
}

impl Drop for CrashGuard {
    fn drop(&mut self) {
        self.survived();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A start that ends in a crash, and whether it left the GPU alone.
    fn crash(state: &Path) -> bool {
        let guard = CrashGuard::begin(state);
        let objects = guard.objection().is_some();
        std::mem::forget(guard);
        objects
    }

    #[test]
    fn three_crashes_in_a_row_leave_the_gpu_alone_until_a_run_survives() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        assert_eq!([(); 3].map(|()| crash(&state)), [false; 3]);
        let fourth = CrashGuard::begin(&state);
        assert!(fourth.objection().unwrap().contains("the last 3 starts"));
        fourth.survived();
        assert!(!crash(&state));
    }

    #[test]
    fn a_clean_end_begins_the_count_again() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..10 {
            assert!(CrashGuard::begin(folder.path()).objection().is_none());
        }
    }

    #[test]
    fn a_torn_file_counts_as_one_crash() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("unfinished-starts"), "").unwrap();
        assert_eq!(CrashGuard::begin(folder.path()).crashes, 1);
    }
}
