//! The process that drives the GPU: loads the daemon's engine, and for each order lets stations look and the bare engine run.

use std::time::{Duration, Instant};

use anyhow::Context;
use spotter::analysis::picture;
use spotter_capture::Frame;
use spotter_models::tensorrt::Plugin;
use spotter_models::{BareEngine, Engine, StationLoad};

use super::{GpuTurn, Load, Loaded, Order};
use crate::args::Args;
use crate::turn::Hello;
use crate::worker::say;
use crate::{estimation, passes};

/// The daemon's engine, and what looks at it.
struct Device {
    engine: Engine,
    bare: BareEngine,
    /// A station's picture is its own: one that several share would be uploaded once for all of them.
    pictures: Vec<Frame>,
}

/// Says hello, or what is missing on this machine; then serves orders until stdin ends.
pub(crate) fn serve(args: &Args) -> anyhow::Result<()> {
    let places = estimation::tensorrt(args);
    // Stays open until the end: starting a GPU a second time in one process is nothing that a unit does.
    let plugin = match Plugin::open(&places.plugin, places.library.as_deref()) {
        Ok(plugin) => plugin,
        Err(error) => return say(&Hello { backend: String::new(), problem: Some(error.to_string()) }),
    };
    say(&Hello { backend: plugin.info().to_string(), problem: None })?;
    let mut device = None;
    for line in std::io::stdin().lines() {
        let order = line?;
        match serde_json::from_str(&order).with_context(|| format!("`{order}` is no order"))? {
            Order::Open => say(&told(open(args, &mut device)))?,
            Order::Turn(load) => say(&told(turn(args, device.as_mut(), load)))?,
        }
    }
    Ok(())
}

/// An answer: what goes wrong is one.
fn told<T>(outcome: anyhow::Result<T>) -> Result<T, String> {
    outcome.map_err(|error| format!("{error:#}"))
}

fn open(args: &Args, device: &mut Option<Device>) -> anyhow::Result<Loaded> {
    let engine = estimation::engine(args)?;
    let status = engine.status();
    let Some(bare) = BareEngine::of(&engine) else {
        anyhow::bail!(status.problem.unwrap_or_else(|| "TensorRT is not in use".to_owned()));
    };
    let loaded = Loaded {
        computed: status.running,
        gpu: bare.info().gpu.clone(),
        stand_in: bare.info().is_stand_in(),
        slots: bare.slots(),
        agreement: bare.agreement(),
    };
    *device = Some(Device { engine, bare, pictures: Vec::new() });
    Ok(loaded)
}

fn turn(args: &Args, device: Option<&mut Device>, load: Load) -> anyhow::Result<GpuTurn> {
    let device = device.context("a turn before the engine was opened")?;
    while device.pictures.len() < load.stations {
        device.pictures.push(passes::first_frame(&args.clip)?);
    }
    let runs_before = device.bare.station_runs();
    let (regions, time) = look(&device.engine, &device.pictures, load)?;
    // A unit goes on with the CPU; here that would pass for the GPU.
    let status = device.engine.status();
    anyhow::ensure!(
        status.gpu,
        status.problem.unwrap_or_else(|| "the GPU is not in use any more".to_owned())
    );
    let runs = (device.bare.station_runs() - runs_before) as usize;
    let bare = device.bare.run(runs, regions)?;
    let memory = device.bare.memory()?;
    Ok(GpuTurn {
        regions,
        runs,
        stations_s: time.as_secs_f64(),
        bare_s: bare.as_secs_f64(),
        used_bytes: memory.total_bytes.saturating_sub(memory.free_bytes),
        total_bytes: memory.total_bytes,
    })
}

/// Lets the stations look all at once, each at its own picture. Returns the regions whose bodies were decoded, and how long that took.
fn look(engine: &Engine, pictures: &[Frame], load: Load) -> anyhow::Result<(usize, Duration)> {
    let started = Instant::now();
    let looks_on = |mut station: StationLoad, frame: &Frame| -> anyhow::Result<usize> {
        let mut regions = 0;
        while regions == 0 || started.elapsed() < load.time {
            let bodies = station.look(&picture(frame, None)?)?;
            anyhow::ensure!(bodies == load.people, "an answer of the engine is not a number");
            regions += bodies;
        }
        Ok(regions)
    };
    let regions = std::thread::scope(|scope| {
        let stations = pictures.iter().take(load.stations);
        let stations: Vec<_> = stations
            .map(|frame| scope.spawn(move || looks_on(StationLoad::new(engine, load.people), frame)))
            .collect();
        let regions = stations.into_iter().map(|station| match station.join() {
            Ok(regions) => regions,
            Err(_) => Err(anyhow::anyhow!("a station panicked")),
        });
        regions.sum::<anyhow::Result<usize>>()
    })?;
    Ok((regions, started.elapsed()))
}
