//! One camera's regions at once, where the network can run several sets at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::Batcher;
use crate::StageTimes;
use crate::backend::BackendError;
use crate::image::Image;
use crate::region::Region;

/// What one thread saw, each with the position of its region.
type Seen<R> = Result<Vec<(usize, R)>, BackendError>;

impl<R: Send> Batcher<R> {
    /// Looks at the regions with `threads` threads, of which this is one. `times` gets the time that passed here, shared out between the
    /// stages as the threads spent theirs.
    pub(super) fn read_side_by_side(
        &self,
        threads: usize,
        image: &Image<'_>,
        regions: &[Region],
        times: &mut StageTimes,
    ) -> Seen<R> {
        let started = Instant::now();
        let next = AtomicUsize::new(0);
        let work = || self.read_some(image, regions, &next);
        let parts: Vec<_> = thread::scope(|scope| {
            // Where there is no thread to be had, this one does it all.
            let start = |_| thread::Builder::new().name("region".to_owned()).spawn_scoped(scope, work).ok();
            let others: Vec<_> = (1..threads).filter_map(start).collect();
            let mine = work();
            let join = |other: thread::ScopedJoinHandle<'_, _>| {
                other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            others.into_iter().map(join).chain([mine]).collect()
        });
        let mut seen = Vec::with_capacity(regions.len());
        let mut spent = StageTimes::default();
        for (part, part_spent) in parts {
            seen.extend(part?);
            spent.preprocess += part_spent.preprocess;
            spent.infer += part_spent.infer;
            spent.postprocess += part_spent.postprocess;
        }
        share_out(started.elapsed(), &spent, times);
        seen.sort_by_key(|(index, _)| *index);
        Ok(seen)
    }

    /// Takes region after region until none is left.
    fn read_some(&self, image: &Image<'_>, regions: &[Region], next: &AtomicUsize) -> (Seen<R>, StageTimes) {
        let mut spent = StageTimes::default();
        let mut seen = Vec::new();
        while let index = next.fetch_add(1, Ordering::Relaxed)
            && let Some(region) = regions.get(index)
        {
            let read = self.read_in_turn(image, &[*region], &mut spent, |result| seen.push((index, result)));
            if let Err(error) = read {
                return (Err(error), spent);
            }
        }
        (Ok(seen), spent)
    }
}

/// Adds `passed` to the stages, in the proportions of `spent`.
fn share_out(passed: Duration, spent: &StageTimes, times: &mut StageTimes) {
    let all = spent.preprocess + spent.infer + spent.postprocess;
    let share = |stage: Duration| passed.mul_f64(stage.div_duration_f64(all.max(Duration::from_nanos(1))));
    times.preprocess += share(spent.preprocess);
    times.infer += share(spent.infer);
    times.postprocess += share(spent.postprocess);
}
