//! Many cameras, one device: what arrives while a run is under way goes into the next run together.
//!
//! Nobody waits for company. A thread puts its regions into the set that is being filled; when the network can run one more, the thread that
//! filled the last slot runs the set for all who are in it, and everybody takes their results. So an idle device starts at once, and a busy
//! one gets as large a batch as has gathered.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{BackendError, Network};
use crate::StageTimes;
use crate::image::Image;
use crate::region::Region;

/// What a slot's outputs mean, seen in a region.
type Decode<R> = Box<dyn Fn(&[&[f32]], Region) -> R + Send + Sync>;

/// A network that many threads use.
pub(crate) struct Batcher<R> {
    network: Box<dyn Network>,
    decode: Decode<R>,
    state: Mutex<State<R>>,
    changed: Condvar,
}

struct State<R> {
    sets: Vec<Set<R>>,
    /// Sets that run.
    running: usize,
    /// Runs so far.
    runs: u64,
}

/// One batch, from its first region until everybody took their results.
struct Set<R> {
    phase: Phase,
    /// One a slot that is taken.
    regions: Vec<Region>,
    /// Slots whose region is in the network.
    filled: usize,
    results: Vec<Option<R>>,
    failure: Option<BackendError>,
    decode_time: Duration,
    /// Results that nobody took yet.
    untaken: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Filling,
    Running,
    Done,
}

/// Slots of a set that one thread took.
#[derive(Clone, Copy)]
struct Slots {
    set: usize,
    first: usize,
    count: usize,
}

impl<R: Send> Batcher<R> {
    pub(crate) fn new(network: Box<dyn Network>, decode: Decode<R>) -> Self {
        let set = || Set {
            phase: Phase::Filling,
            regions: Vec::with_capacity(network.slots()),
            filled: 0,
            results: Vec::with_capacity(network.slots()),
            failure: None,
            decode_time: Duration::ZERO,
            untaken: 0,
        };
        let sets = (0..network.sets()).map(|_| set()).collect();
        Self {
            network,
            decode,
            state: Mutex::new(State { sets, running: 0, runs: 0 }),
            changed: Condvar::new(),
        }
    }

    /// The network itself, for whoever is alone with it.
    pub(crate) fn network(&self) -> &dyn Network {
        self.network.as_ref()
    }

    /// Runs of the network so far.
    pub(crate) fn runs(&self) -> u64 {
        self.lock().runs
    }

    /// Looks at each region and hands over what was seen there, in order. The picture passed [`Image::check`], the regions
    /// [`Region::is_usable`].
    ///
    /// # Errors
    /// When the network fails; results of earlier batches of this call were handed over then.
    pub(crate) fn read(
        &self,
        image: &Image<'_>,
        mut regions: &[Region],
        times: &mut StageTimes,
        mut take: impl FnMut(R),
    ) -> Result<(), BackendError> {
        while !regions.is_empty() {
            let slots = self.reserve(regions);
            let (these, rest) = regions.split_at(slots.count);
            self.fill(slots, image, these, times);
            self.finish(slots, times, &mut take)?;
            regions = rest;
        }
        Ok(())
    }

    /// Takes slots for as many of the regions as there is room; waits while there is none.
    fn reserve(&self, regions: &[Region]) -> Slots {
        let capacity = self.network.slots();
        let mut state = self.lock();
        loop {
            let open = (state.sets.iter().enumerate())
                .filter(|(_, set)| set.phase == Phase::Filling && set.regions.len() < capacity)
                .max_by_key(|(_, set)| set.regions.len())
                .map(|(index, _)| index);
            if let Some(index) = open {
                let set = &mut state.sets[index];
                let first = set.regions.len();
                let count = regions.len().min(capacity - first);
                set.regions.extend_from_slice(&regions[..count]);
                return Slots { set: index, first, count };
            }
            state = self.wait(state);
        }
    }

    /// Puts the regions into their slots.
    fn fill(&self, slots: Slots, image: &Image<'_>, regions: &[Region], times: &mut StageTimes) {
        let started = Instant::now();
        let put = |(offset, region): (usize, &Region)| {
            self.network.put(slots.set, slots.first + offset, image, *region)
        };
        let outcome = regions.iter().enumerate().try_for_each(put);
        times.preprocess += started.elapsed();
        let set = &mut self.lock().sets[slots.set];
        set.filled += slots.count;
        set.failure = set.failure.take().or(outcome.err());
    }

    /// Waits until the set was run, or runs it, and takes the results.
    fn finish(
        &self,
        slots: Slots,
        times: &mut StageTimes,
        take: &mut impl FnMut(R),
    ) -> Result<(), BackendError> {
        let started = Instant::now();
        let mut state = self.lock();
        let mut decode_time = Duration::ZERO;
        while state.sets[slots.set].phase != Phase::Done {
            let set = &state.sets[slots.set];
            let is_full = set.phase == Phase::Filling && set.filled == set.regions.len();
            if is_full && state.running < self.network.runs_at_once() {
                state = self.run(state, slots.set);
                decode_time = state.sets[slots.set].decode_time;
            } else {
                state = self.wait(state);
            }
        }
        times.infer += started.elapsed().saturating_sub(decode_time);
        times.postprocess += decode_time;
        let set = &mut state.sets[slots.set];
        let outcome = set.failure.clone().map_or(Ok(()), Err);
        if outcome.is_ok() {
            (set.results[slots.first..slots.first + slots.count].iter_mut())
                .filter_map(Option::take)
                .for_each(take);
        }
        set.untaken -= slots.count;
        if set.untaken == 0 {
            set.empty();
            self.changed.notify_all();
        }
        outcome
    }

    /// Runs a set for everybody in it.
    fn run<'s>(&'s self, mut state: MutexGuard<'s, State<R>>, index: usize) -> MutexGuard<'s, State<R>> {
        state.running += 1;
        state.runs += 1;
        let set = &mut state.sets[index];
        set.phase = Phase::Running;
        set.untaken = set.regions.len();
        let failure = set.failure.take();
        let regions = std::mem::take(&mut set.regions);
        let mut results = std::mem::take(&mut set.results);
        results.resize_with(regions.len(), || None);
        drop(state);

        let mut decode_time = Duration::ZERO;
        let outcome = failure.map_or(Ok(()), Err).and_then(|()| {
            self.network.run(index, regions.len(), &mut |slot, outputs| {
                let started = Instant::now();
                results[slot] = Some((self.decode)(outputs, regions[slot]));
                decode_time += started.elapsed();
            })
        });

        let mut state = self.lock();
        state.running -= 1;
        let set = &mut state.sets[index];
        *set = Set {
            phase: Phase::Done,
            failure: outcome.err(),
            filled: set.filled,
            untaken: set.untaken,
            regions,
            results,
            decode_time,
        };
        self.changed.notify_all();
        state
    }

    fn lock(&self) -> MutexGuard<'_, State<R>> {
        // A thread that panics ends the process; until then nothing here is half done where others look.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(&'s self, state: MutexGuard<'s, State<R>>) -> MutexGuard<'s, State<R>> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R> Set<R> {
    fn empty(&mut self) {
        self.phase = Phase::Filling;
        self.regions.clear();
        self.results.clear();
        self.filled = 0;
        self.failure = None;
    }
}

#[cfg(test)]
mod tests;
