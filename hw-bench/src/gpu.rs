//! A GPU: what stations get of the landmark engine through the daemon's code beside the bare engine, the device's memory meanwhile, and how
//! far the engines are from the CPU. A process of its own does it, so that a driver that crashes takes no other part with it.

mod figures;
mod worker;

use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use spotter_models::tensorrt::Agreement;

pub(crate) use figures::{DeviceMemoryFigures, GpuCase};
pub(crate) use worker::serve;

use crate::args::{Args, BackendArg, WorkerKind};
use crate::contestant::{Contestant, Setup};
use crate::part::Absent;
use crate::plan::Plan;

/// Length of each case's turn before anything counts: pictures are uploaded for the first time, batches of each size run for the first time.
const WARM_UP: Duration = Duration::from_millis(200);

/// The GPU.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct GpuFigures {
    /// What computed, such as `TensorRT 10.3.0.26 on Orin (8.7), fp16`.
    pub(crate) computed: String,
    /// The GPU's name, as its driver tells it to the plug-in.
    pub(crate) gpu: String,
    /// It is no GPU, but what stands in for one in tests.
    pub(crate) stand_in: bool,
    /// Stations and people, each beside the bare engine.
    pub(crate) cases: Vec<GpuCase>,
    /// The device's memory meanwhile.
    pub(crate) memory: DeviceMemoryFigures,
    /// How far the engines are from the CPU on the golden frames.
    pub(crate) agreement: Agreement,
    /// How far they may be.
    pub(crate) agreement_limits: Agreement,
}

/// An order to the worker, a line of JSON. It answers with what was asked for, or with why that can't be had.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    /// Load the engine, building it if need be.
    Open,
    /// Let stations look, then run the bare engine as often for as many regions.
    Turn(Load),
}

/// Stations that look at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Load {
    stations: usize,
    /// People of each.
    people: usize,
    /// How long they look.
    time: Duration,
}

/// The engine that was loaded.
#[derive(Debug, Serialize, Deserialize)]
struct Loaded {
    computed: String,
    gpu: String,
    stand_in: bool,
    /// Regions that a run can take.
    slots: usize,
    agreement: Agreement,
}

/// What a turn came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct GpuTurn {
    /// Regions whose bodies were decoded; the bare engine ran for as many.
    regions: usize,
    /// Runs that this took; the bare engine ran as often.
    runs: usize,
    /// Time of the stations, seconds.
    stations_s: f64,
    /// Time of the bare engine, seconds.
    bare_s: f64,
    /// Memory of the device that was used after both, bytes.
    used_bytes: u64,
    /// All memory of the device, bytes.
    total_bytes: u64,
}

/// Each number of stations with one person, and with as many as a run can take; then on with the last until the memory was watched for long
/// enough.
pub(crate) fn measure(args: &Args, plan: &Plan) -> anyhow::Result<GpuFigures> {
    let setup = Setup { backend: BackendArg::Tensorrt, ..Setup::on_cpu(args) };
    let mut worker = Contestant::ours(WorkerKind::Gpu, &args.clip, setup, args)?;
    if let Some(problem) = &worker.problem {
        return Err(Absent::because(problem).into());
    }
    let loaded: Loaded = ask(&mut worker, &Order::Open)?;
    let loads = [1, loaded.slots].into_iter().flat_map(|people| {
        plan.gpu_stations.iter().map(move |&stations| Load { stations, people, time: plan.gpu_turn })
    });
    let loads: Vec<Load> = loads.collect();
    for load in &loads {
        let _: GpuTurn = ask(&mut worker, &Order::Turn(Load { time: WARM_UP, ..*load }))?;
    }
    let started = Instant::now();
    let mut turns = Vec::new();
    let mut take_turn = |load: &Load| -> anyhow::Result<()> {
        let turn: GpuTurn = ask(&mut worker, &Order::Turn(*load))?;
        turns.push((*load, started.elapsed(), turn));
        Ok(())
    };
    for load in &loads {
        (0..plan.turns).try_for_each(|_| take_turn(load))?;
    }
    while let Some(load) = loads.last().filter(|_| started.elapsed() < plan.gpu_soak) {
        take_turn(load)?;
    }
    figures(&loaded, &loads, &turns).ok_or_else(|| anyhow::anyhow!("no turn was taken"))
}

fn ask<T: DeserializeOwned>(worker: &mut Contestant, order: &Order) -> anyhow::Result<T> {
    let answer: Result<T, String> = worker.ask(&serde_json::to_string(order)?)?;
    answer.map_err(anyhow::Error::msg)
}

fn figures(loaded: &Loaded, loads: &[Load], turns: &[(Load, Duration, GpuTurn)]) -> Option<GpuFigures> {
    let case = |load: &Load| {
        let of_load: Vec<&GpuTurn> =
            turns.iter().filter(|(of, ..)| of == load).map(|(.., turn)| turn).collect();
        GpuCase::of(load.stations, load.people, &of_load)
    };
    let looks: Vec<(Duration, &GpuTurn)> = turns.iter().map(|(_, at, turn)| (*at, turn)).collect();
    Some(GpuFigures {
        computed: loaded.computed.clone(),
        gpu: loaded.gpu.clone(),
        stand_in: loaded.stand_in,
        cases: loads.iter().map(case).collect::<Option<_>>()?,
        memory: DeviceMemoryFigures::of(&looks)?,
        agreement: loaded.agreement,
        agreement_limits: Agreement::LIMITS,
    })
}

impl GpuFigures {
    /// The case whose runs were the fullest; of several the one with the most stations.
    pub(crate) fn fullest(&self) -> Option<&GpuCase> {
        self.cases.iter().max_by(|a, b| a.regions_per_run.total_cmp(&b.regions_per_run))
    }
}
