use std::path::Path;
use std::sync::Mutex;

use super::*;
use crate::backend::{BackendError, Network};
use crate::networks::{ModelFile, Models};
use crate::tensor::TensorSpec;
use crate::tensorrt::Plugin;

/// Which set ran with how many slots, one after the other.
type Runs = Arc<Mutex<Vec<(usize, usize)>>>;

/// Notes what ran.
struct Noted {
    runs: Runs,
    fails_at: usize,
}

impl Network for Noted {
    fn sets(&self) -> usize {
        2
    }

    fn slots(&self) -> usize {
        4
    }

    fn put(&self, _: usize, _: usize, _: &Image<'_>, _: Region) -> Result<(), BackendError> {
        Err(BackendError::Run("nothing is put into a bare engine".to_owned()))
    }

    fn run(&self, set: usize, count: usize, _: &mut dyn FnMut(usize, &[&[f32]])) -> Result<(), BackendError> {
        let mut runs = self.runs.lock().unwrap();
        runs.push((set, count));
        if runs.len() == self.fails_at { Err(BackendError::Lost("error 700".to_owned())) } else { Ok(()) }
    }
}

/// A bare engine whose plug-in is the stand-in, and what ran in it.
fn engine(fails_at: usize) -> (BareEngine, Runs) {
    let library = std::env::current_exe().unwrap().with_file_name("libspotter_tensorrt_fake.so");
    let plugin = Plugin::open(&library, Some(Path::new("fake:ok"))).unwrap();
    let gpu = Gpu { plugin, agreement: Agreement::default() };
    let file = ModelFile::for_test(TensorSpec { width: 256, height: 256, range: [0.0, 1.0] });
    let models = Models { detector: file.clone(), landmarks: file };
    let runs = Runs::default();
    let network = || Box::new(Noted { runs: Arc::clone(&runs), fails_at });
    let networks = Networks::new("noted".to_owned(), &models, network(), network());
    (BareEngine { networks: Arc::new(networks), gpu, set: 0 }, runs)
}

#[test]
fn the_sets_take_turns_and_the_regions_are_spread_evenly() {
    let (mut engine, runs) = engine(0);
    engine.run(3, 12).unwrap();
    engine.run(3, 8).unwrap();
    assert_eq!(*runs.lock().unwrap(), [(0, 4), (1, 4), (0, 4), (1, 2), (0, 3), (1, 3)]);
    assert_eq!(engine.station_runs(), 0, "a bare run is no station's");
    assert!(engine.info().is_stand_in());
}

#[test]
fn what_does_not_fit_does_not_run_and_a_failure_is_told() {
    let (mut engine, runs) = engine(2);
    for (count, regions) in [(2, 1), (2, 9), (0, 1)] {
        assert!(engine.run(count, regions).is_err(), "{count} runs, {regions} regions");
    }
    assert!(runs.lock().unwrap().is_empty());
    let error = engine.run(5, 20).unwrap_err().to_string();
    assert!(error.contains("error 700"), "{error}");
    assert_eq!(runs.lock().unwrap().len(), 2);
}
