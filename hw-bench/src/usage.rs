//! What processes used of the machine: processor time and memory.

use std::time::Duration;

use anyhow::Context;
use procfs::process::Process;
use rustix::time::{ClockId, clock_gettime};

/// Processor time (user and system) of this process so far.
pub(crate) fn cpu_time_of_self() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// Processor time of all children of this process that have ended; counted by the kernel in steps of 10 ms.
pub(crate) fn cpu_time_of_children() -> Duration {
    let stat = Process::myself().and_then(|process| process.stat());
    stat.map_or(Duration::ZERO, |stat| of_ticks((stat.cutime + stat.cstime).unsigned_abs()))
}

fn of_ticks(ticks: u64) -> Duration {
    Duration::from_secs_f64(ticks as f64 / procfs::ticks_per_second() as f64)
}

/// What another process has used so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProcessUsage {
    /// Processor time, user and system; counted by the kernel in steps of 10 ms.
    pub(crate) cpu: Duration,
    /// Resident memory, bytes.
    pub(crate) rss_bytes: u64,
    /// Largest resident memory, bytes.
    pub(crate) peak_rss_bytes: u64,
}

/// Reads what a process has used.
pub(crate) fn of_process(id: u32) -> anyhow::Result<ProcessUsage> {
    let read = || -> procfs::ProcResult<ProcessUsage> {
        let process = Process::new(id.cast_signed())?;
        let (stat, status) = (process.stat()?, process.status()?);
        Ok(ProcessUsage {
            cpu: of_ticks(stat.utime + stat.stime),
            rss_bytes: 1024 * status.vmrss.unwrap_or_default(),
            peak_rss_bytes: 1024 * status.vmhwm.unwrap_or_default(),
        })
    };
    read().with_context(|| format!("process {id} can't be read from /proc: has it ended?"))
}

/// Bytes as megabytes (10⁶), as the targets have them.
pub(crate) fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_seen_alike_from_inside_and_outside() {
        // Enough work to be counted in steps of 10 ms.
        let mut sum = 0_u64;
        while cpu_time_of_self() < Duration::from_millis(50) {
            sum = std::hint::black_box(sum + 1);
        }
        let seen = of_process(std::process::id()).unwrap();
        let inside = cpu_time_of_self();
        assert!(seen.cpu <= inside + Duration::from_millis(20), "{seen:?}, {inside:?}");
        assert!(seen.cpu >= Duration::from_millis(20), "{seen:?}");
        assert!(seen.rss_bytes > 0 && seen.rss_bytes <= seen.peak_rss_bytes, "{seen:?}");
    }

    #[test]
    fn a_process_that_is_not_there_is_named() {
        let error = of_process(u32::MAX >> 1).unwrap_err().to_string();
        assert!(error.contains("2147483647"), "{error}");
    }
}
