//! The landmark engine that stations share on a GPU: bare, and through the code that they use.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::landmarks::Body;
use crate::networks::{Gpu, Networks};
use crate::region::Region;
use crate::tensorrt::{Agreement, DeviceMemory, Info, TensorRtError};
use crate::{Engine, EstimateError, Image, StageTimes};

/// Turn of the regions that a station looks at, radians: people are seldom quite upright.
const TURN_RAD: f32 = 0.05;

/// The landmark engine that stations share on TensorRT, run with nothing around it: the limit of what they can get of it.
///
/// It is the very engine of an [`Engine`], so that both have the same memory; it must not run while a station looks.
pub struct BareEngine {
    networks: Arc<Networks>,
    gpu: Gpu,
    /// The set that runs next.
    set: usize,
}

impl BareEngine {
    /// The landmark engine that `engine` computes with now; none where that is not TensorRT.
    pub fn of(engine: &Engine) -> Option<Self> {
        let networks = engine.device()?;
        let gpu = networks.gpu.clone()?;
        Some(Self { networks, gpu, set: 0 })
    }

    /// TensorRT and the GPU.
    pub fn info(&self) -> &Info {
        self.gpu.plugin.info()
    }

    /// How far both models' engines were from the CPU when they were loaded.
    pub fn agreement(&self) -> Agreement {
        self.gpu.agreement
    }

    /// Memory of the device now.
    ///
    /// # Errors
    /// When the driver can't tell, or the device is lost.
    pub fn memory(&self) -> Result<DeviceMemory, TensorRtError> {
        self.gpu.plugin.memory()
    }

    /// Regions that a run can take.
    pub fn slots(&self) -> usize {
        self.networks.landmarker().network().slots()
    }

    /// Runs of the engine for stations so far.
    pub fn station_runs(&self) -> u64 {
        self.networks.landmarker().runs()
    }

    /// Runs the engine `runs` times for so many regions in all, spread evenly, its sets in turn. Nothing is put, so it computes what the
    /// slots hold, which costs the same; nothing is decoded. Returns the time of all runs together.
    ///
    /// # Errors
    /// When the regions do not fit into the runs (one to all slots each), or a run fails.
    pub fn run(&mut self, runs: usize, regions: usize) -> Result<Duration, EstimateError> {
        let network = self.networks.landmarker().network();
        if regions < runs || regions > runs * network.slots() {
            return Err(EstimateError::Runtime(format!("{regions} regions do not fit into {runs} runs")));
        }
        let started = Instant::now();
        for run in 0..runs {
            let count = (run + 1) * regions / runs - run * regions / runs;
            network
                .run(self.set, count, &mut |_, _| {})
                .map_err(|error| EstimateError::Runtime(error.to_string()))?;
            self.set = (self.set + 1) % network.sets();
        }
        Ok(started.elapsed())
    }
}

impl fmt::Debug for BareEngine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("BareEngine").field("info", self.info()).finish_non_exhaustive()
    }
}

/// What a station asks of the engine for each picture once its people are known: a region each is put, and their bodies are taken, in
/// the batches that all stations share.
#[derive(Debug)]
pub struct StationLoad {
    engine: Engine,
    people: usize,
    regions: Vec<Region>,
    bodies: Vec<Option<Body>>,
}

impl StationLoad {
    /// A station of an engine with so many people.
    pub fn new(engine: &Engine, people: usize) -> Self {
        let (regions, bodies) = (Vec::with_capacity(people), Vec::with_capacity(people));
        Self { engine: engine.clone(), people, regions, bodies }
    }

    /// Looks at a region for each person, a pixel apart. Returns how many bodies were decoded: fewer where the engine's answer is not a
    /// number. As for every station the CPU takes a picture on which the GPU fails: [`Engine::status`] tells.
    ///
    /// # Errors
    /// When the picture can't be used, or the CPU fails too.
    pub fn look(&mut self, image: &Image<'_>) -> Result<usize, EstimateError> {
        image.check()?;
        let whole = Region::square_around(image.width as f32, image.height as f32);
        let region = |person: usize| Region { rotation_rad: TURN_RAD, ..whole }.moved_by(person as f32, 0.0);
        self.regions.clear();
        self.regions.extend((0..self.people).map(region));
        self.engine.bodies(image, &self.regions, &mut self.bodies, &mut StageTimes::default())?;
        Ok(self.bodies.iter().flatten().count())
    }
}

#[cfg(test)]
mod tests;
