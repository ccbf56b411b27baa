//! The processors that this process, and what it starts, may use.

use anyhow::Context;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Those that this process may use, by number.
pub(crate) fn usable() -> anyhow::Result<Vec<usize>> {
    let set = sched_getaffinity(None).context("the processors of this process can't be read")?;
    Ok((0..CpuSet::MAX_CPU).filter(|processor| set.is_set(*processor)).collect())
}

/// The first of them.
pub(crate) fn first() -> anyhow::Result<usize> {
    usable()?.first().copied().context("this process may use no processor")
}

/// Keeps this thread, and the threads and processes that it starts from now on, on the first `count` of them.
pub(crate) fn use_only(count: usize) -> anyhow::Result<()> {
    let usable = usable()?;
    anyhow::ensure!(count <= usable.len(), "--cores {count}: there are only {} processors", usable.len());
    stay_on(usable.into_iter().take(count))
}

/// Keeps this thread, and the threads and processes that it starts from now on, on these processors.
pub(crate) fn stay_on(processors: impl IntoIterator<Item = usize>) -> anyhow::Result<()> {
    let mut set = CpuSet::new();
    for processor in processors {
        anyhow::ensure!(processor < CpuSet::MAX_CPU, "there is no processor {processor}");
        set.set(processor);
    }
    sched_setaffinity(None, &set).context("this process can't be kept on those processors")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_stays_where_it_was_put() {
        let processor = first().unwrap();
        // A thread of its own: the other tests keep theirs.
        let seen = std::thread::spawn(move || {
            stay_on([processor]).unwrap();
            usable().unwrap()
        });
        assert_eq!(seen.join().unwrap(), [processor]);
        let error = use_only(100_000).unwrap_err().to_string();
        assert!(error.contains("--cores 100000"), "{error}");
    }
}
