use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use super::*;
use crate::image::{ColorMatrix, Plane, Planes};

/// Answers each region with its own x, and notes how it was used.
struct Echo {
    slots: usize,
    at_once: usize,
    /// One a set.
    put: Vec<Mutex<Vec<Region>>>,
    running: AtomicUsize,
    runs: AtomicUsize,
    largest: AtomicUsize,
    fails_at: Option<usize>,
    /// Held by a test while a run shall last.
    hold: Option<Arc<Mutex<()>>>,
    /// Told of each run that begins.
    begun: Option<std::sync::mpsc::SyncSender<()>>,
}

impl Echo {
    fn new(slots: usize) -> Self {
        Self::with_lanes(slots, 1)
    }

    fn with_lanes(slots: usize, at_once: usize) -> Self {
        Self {
            slots,
            at_once,
            put: (0..=at_once).map(|_| Mutex::new(vec![region(0.0); slots])).collect(),
            running: AtomicUsize::new(0),
            runs: AtomicUsize::new(0),
            largest: AtomicUsize::new(0),
            fails_at: None,
            hold: None,
            begun: None,
        }
    }
}

impl Network for Arc<Echo> {
    fn sets(&self) -> usize {
        self.put.len()
    }

    fn runs_at_once(&self) -> usize {
        self.at_once
    }

    fn slots(&self) -> usize {
        self.slots
    }

    fn put(&self, set: usize, slot: usize, _: &Image<'_>, region: Region) -> Result<(), BackendError> {
        self.put[set].lock().unwrap()[slot] = region;
        Ok(())
    }

    fn run(
        &self,
        set: usize,
        count: usize,
        read: &mut dyn FnMut(usize, &[&[f32]]),
    ) -> Result<(), BackendError> {
        assert!(self.running.fetch_add(1, Ordering::SeqCst) < self.at_once, "too many runs at once");
        let run = self.runs.fetch_add(1, Ordering::SeqCst);
        self.largest.fetch_max(count, Ordering::SeqCst);
        if let Some(begun) = &self.begun {
            begun.send(()).unwrap();
        }
        if let Some(hold) = &self.hold {
            drop(hold.lock().unwrap());
        }
        let regions = self.put[set].lock().unwrap().clone();
        for (slot, region) in regions.iter().enumerate().take(count) {
            read(slot, &[&[region.x_px]]);
        }
        self.running.fetch_sub(1, Ordering::SeqCst);
        if self.fails_at == Some(run) { Err(BackendError::Run("no luck".to_owned())) } else { Ok(()) }
    }
}

fn region(x_px: f32) -> Region {
    Region { x_px, y_px: 1.0, width_px: 2.0, height_px: 2.0, rotation_rad: 0.0 }
}

fn batcher(echo: &Arc<Echo>) -> Batcher<(f32, f32)> {
    Batcher::new(Box::new(Arc::clone(echo)), Box::new(|outputs, region| (outputs[0][0], region.x_px)))
}

fn image() -> Image<'static> {
    let plane = Plane { data: &[0; 12], stride: 6 };
    Image { width: 2, height: 2, planes: Planes::Rgb(plane), color: ColorMatrix::Bt601 }
}

fn read(batcher: &Batcher<(f32, f32)>, regions: &[Region]) -> Result<Vec<(f32, f32)>, BackendError> {
    let mut seen = Vec::new();
    batcher.read(&image(), regions, &mut StageTimes::default(), |result| seen.push(result))?;
    Ok(seen)
}

#[test]
fn more_regions_than_slots_come_back_in_order() {
    let echo = Arc::new(Echo::new(3));
    let regions: Vec<_> = (0..8).map(|x| region(x as f32)).collect();
    let batcher = batcher(&echo);
    let seen = read(&batcher, &regions).unwrap();
    let expected: Vec<_> = (0..8).map(|x| (x as f32, x as f32)).collect();
    assert_eq!(seen, expected);
    assert_eq!((echo.runs.load(Ordering::SeqCst), batcher.runs()), (3, 3));
    assert_eq!(read(&batcher, &[]).unwrap(), []);
    assert_eq!(batcher.runs(), 3, "nothing to look at is no run");
}

#[test]
fn everybody_gets_their_own_however_the_threads_meet() {
    for (slots, at_once) in [(4, 1), (1, 2), (1, 5), (3, 2)] {
        meet(&batcher(&Arc::new(Echo::with_lanes(slots, at_once))));
    }
}

fn meet(batcher: &Batcher<(f32, f32)>) {
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for turn in 0..200 {
                    let regions: Vec<_> =
                        (0..=turn % 6).map(|k| region((thread * 1000 + k) as f32)).collect();
                    let seen = read(batcher, &regions).unwrap();
                    let expected: Vec<_> = regions.iter().map(|r| (r.x_px, r.x_px)).collect();
                    assert_eq!(seen, expected);
                }
            });
        }
    });
}

#[test]
fn what_arrives_during_a_run_goes_together_into_the_next() {
    let hold = Arc::new(Mutex::new(()));
    let (begun, begins) = std::sync::mpsc::sync_channel(8);
    let echo = Arc::new(Echo { hold: Some(Arc::clone(&hold)), begun: Some(begun), ..Echo::new(4) });
    let batcher = batcher(&echo);
    let arrived = Barrier::new(4);
    std::thread::scope(|scope| {
        let held = hold.lock().unwrap();
        scope.spawn(|| read(&batcher, &[region(1.0)]).unwrap());
        begins.recv().unwrap();
        for x in [2.0, 3.0, 4.0] {
            let (batcher, arrived) = (&batcher, &arrived);
            scope.spawn(move || {
                let slots = batcher.reserve(&[region(x)]);
                batcher.fill(slots, &image(), &[region(x)], &mut StageTimes::default());
                arrived.wait();
                let mut seen = Vec::new();
                batcher.finish(slots, &mut StageTimes::default(), &mut |r| seen.push(r)).unwrap();
                assert_eq!(seen, [(x, x)]);
            });
        }
        arrived.wait();
        drop(held);
    });
    assert_eq!(echo.runs.load(Ordering::SeqCst), 2);
    assert_eq!(echo.largest.load(Ordering::SeqCst), 3);
}

#[test]
fn a_failed_run_is_everybodys_failure_and_only_that_runs() {
    let echo = Arc::new(Echo { fails_at: Some(1), ..Echo::new(2) });
    let batcher = batcher(&echo);
    assert!(read(&batcher, &[region(1.0)]).is_ok());
    assert_eq!(read(&batcher, &[region(1.0), region(2.0)]), Err(BackendError::Run("no luck".to_owned())));
    assert_eq!(read(&batcher, &[region(3.0)]).unwrap(), [(3.0, 3.0)]);
}

#[test]
fn cameras_that_meet_run_at_once_where_the_network_can() {
    let hold = Arc::new(Mutex::new(()));
    let (begun, begins) = std::sync::mpsc::sync_channel(8);
    let echo = Echo { hold: Some(Arc::clone(&hold)), begun: Some(begun), ..Echo::with_lanes(1, 3) };
    let batcher = batcher(&Arc::new(echo));
    std::thread::scope(|scope| {
        let held = hold.lock().unwrap();
        let cameras = [1.0, 2.0, 3.0, 4.0].map(|x| {
            let batcher = &batcher;
            scope.spawn(move || assert_eq!(read(batcher, &[region(x)]).unwrap(), [(x, x)]))
        });
        for _ in 0..3 {
            begins.recv_timeout(Duration::from_secs(10)).expect("three run while none has ended");
        }
        drop(held);
        for camera in cameras {
            camera.join().unwrap();
        }
    });
}
