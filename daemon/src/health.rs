//! What the unit knows of its own state. Truthful: a state is what was last seen, with its age and its cause.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use spotter_models::BackendStatus;

use crate::config::Name;
use crate::landmarks::ChosenLandmarks;

/// A station that has made no progress for this long is stuck: a pull time-out counts as progress, so only a hang gets here.
pub const STUCK_AFTER: Duration = Duration::from_secs(20);

/// State of a station's camera and frame loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StationState {
    /// The source is being opened.
    Starting,
    /// Frames come and are estimated.
    Running,
    /// The source is lost, frozen or slow; the cause says which. It is tried again.
    Degraded,
    /// A file that does not repeat has ended.
    Finished,
}

/// What a station last reported.
#[derive(Debug, Clone, Serialize)]
pub struct StationReport {
    /// Station name.
    pub name: String,
    /// State.
    pub state: StationState,
    /// Why it is not running, or null.
    pub cause: Option<String>,
    /// Seconds since the last frame; null before the first.
    pub last_frame_age_s: Option<f64>,
    /// Seconds since the frame loop last moved.
    pub progress_age_s: f64,
    /// Estimated frames a second over the last second.
    pub fps: f64,
    /// People in view.
    pub people: usize,
}

#[derive(Debug)]
struct Observed {
    state: StationState,
    cause: Option<String>,
    last_frame: Option<Instant>,
    last_progress: Instant,
    fps: f64,
    people: usize,
}

/// One station's side of the health state.
#[derive(Debug)]
pub struct StationHealth {
    name: Name,
    observed: Mutex<Observed>,
}

impl StationHealth {
    fn new(name: Name) -> Self {
        let observed = Observed {
            state: StationState::Starting,
            cause: None,
            last_frame: None,
            last_progress: Instant::now(),
            fps: 0.0,
            people: 0,
        };
        Self { name, observed: Mutex::new(observed) }
    }

    /// The frame loop moved: a frame, a time-out or a retry.
    pub fn progress(&self) {
        self.update(|observed| observed.last_progress = Instant::now());
    }

    /// A frame was estimated.
    pub fn frame(&self, fps: f64, people: usize) {
        self.update(|observed| {
            let now = Instant::now();
            observed.state = StationState::Running;
            observed.cause = None;
            observed.last_frame = Some(now);
            observed.last_progress = now;
            observed.fps = fps;
            observed.people = people;
        });
    }

    /// The station is in another state, for this reason. Returns whether that is news.
    pub fn set_state(&self, state: StationState, cause: Option<String>) -> bool {
        self.update(|observed| {
            let news = observed.state != state || observed.cause != cause;
            observed.state = state;
            observed.cause = cause;
            observed.last_progress = Instant::now();
            if state != StationState::Running {
                observed.fps = 0.0;
                observed.people = 0;
            }
            news
        })
    }

    /// What was last seen.
    pub fn report(&self) -> StationReport {
        self.update(|observed| StationReport {
            name: self.name.to_string(),
            state: observed.state,
            cause: observed.cause.clone(),
            last_frame_age_s: observed.last_frame.map(|at| at.elapsed().as_secs_f64()),
            progress_age_s: observed.last_progress.elapsed().as_secs_f64(),
            fps: observed.fps,
            people: observed.people,
        })
    }

    fn update<T>(&self, change: impl FnOnce(&mut Observed) -> T) -> T {
        change(&mut self.observed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// State of the link to the broker, as the MQTT client reports it.
#[derive(Debug, Clone, Serialize)]
pub struct MqttReport {
    /// `connected`, `connecting`, `refused` or `disconnected`.
    pub state: String,
    /// Why it is not connected, or null.
    pub cause: Option<String>,
    /// Address of the broker.
    pub broker: String,
    /// Events that wait for the broker's acknowledgement.
    pub outbox_pending: u64,
    /// Events lost because the outbox was full or the disk failed.
    pub outbox_dropped: u64,
}

/// The unit as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Everything runs.
    Ok,
    /// Something is missing, and is being tried again; the reasons say what.
    Degraded,
    /// The frame loop hangs.
    Failed,
}

/// Everything that `/health` says.
#[derive(Debug, Clone, Serialize)]
pub struct HealthReport {
    /// Version of this payload.
    pub schema: u32,
    /// The unit as a whole.
    pub status: Status,
    /// Why it is not `ok`.
    pub reasons: Vec<String>,
    /// Site name.
    pub site: String,
    /// Unit name.
    pub unit: String,
    /// Version of the daemon.
    pub version: &'static str,
    /// Seconds since the daemon started.
    pub uptime_s: f64,
    /// Whether READY was reached.
    pub ready: bool,
    /// The stations.
    pub stations: Vec<StationReport>,
    /// What computes the poses, and why nothing better does.
    pub backend: BackendStatus,
    /// The landmark model, and why this one.
    pub landmarks: ChosenLandmarks,
    /// The link to the broker.
    pub mqtt: MqttReport,
}

impl HealthReport {
    /// What is worth telling when it changes: states and causes, without times, rates and counts.
    pub fn without_ages(&self) -> String {
        let stations = self
            .stations
            .iter()
            .map(|station| format!("{} {:?} {:?}", station.name, station.state, station.cause));
        format!("{:?} {:?} {:?} {:?}", self.status, self.reasons, self.backend, stations.collect::<Vec<_>>())
    }
}

/// Reads the state of the link; given by the MQTT client.
pub type MqttProbe = Box<dyn Fn() -> MqttReport + Send + Sync>;

/// Reads what computes the poses; given by the engine.
pub type BackendProbe = Box<dyn Fn() -> BackendStatus + Send + Sync>;

/// The unit's health.
pub struct Health {
    site: Name,
    unit: Name,
    started: Instant,
    ready: AtomicBool,
    stations: Vec<Arc<StationHealth>>,
    landmarks: ChosenLandmarks,
    backend: BackendProbe,
    mqtt: MqttProbe,
}

impl Health {
    /// The health of a unit that is starting.
    pub fn new(
        site: Name,
        unit: Name,
        stations: impl IntoIterator<Item = Name>,
        landmarks: ChosenLandmarks,
        backend: BackendProbe,
        mqtt: MqttProbe,
    ) -> Self {
        let stations = stations.into_iter().map(|name| Arc::new(StationHealth::new(name))).collect();
        Self {
            site,
            unit,
            started: Instant::now(),
            ready: AtomicBool::new(false),
            stations,
            landmarks,
            backend,
            mqtt,
        }
    }

    /// One station's side.
    pub fn station(&self, index: usize) -> Arc<StationHealth> {
        Arc::clone(&self.stations[index])
    }

    /// READY was reached, or is left again at shutdown.
    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Release);
    }

    /// Whether READY was reached.
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    /// Whether every frame loop has moved within [`STUCK_AFTER`].
    pub fn is_live(&self) -> bool {
        self.stations.iter().all(|station| station.report().progress_age_s < STUCK_AFTER.as_secs_f64())
    }

    /// Everything, as of now.
    pub fn report(&self) -> HealthReport {
        let stations: Vec<_> = self.stations.iter().map(|station| station.report()).collect();
        let mqtt = (self.mqtt)();
        let backend = (self.backend)();
        let mut reasons = Vec::new();
        for station in &stations {
            if station.progress_age_s >= STUCK_AFTER.as_secs_f64() {
                reasons.push(format!(
                    "station {}: the frame loop hangs for {:.0} s",
                    station.name, station.progress_age_s
                ));
            } else if station.state == StationState::Degraded {
                reasons.push(format!(
                    "station {}: {}",
                    station.name,
                    station.cause.as_deref().unwrap_or("degraded")
                ));
            }
        }
        reasons.extend(backend.problem.clone());
        if mqtt.state != "connected" {
            reasons.push(
                format!("mqtt: {} {}", mqtt.state, mqtt.cause.as_deref().unwrap_or("")).trim_end().to_owned(),
            );
        }
        if mqtt.outbox_dropped > 0 {
            reasons.push(format!("outbox: {} events lost", mqtt.outbox_dropped));
        }
        let live = self.is_live();
        let status = match (live, reasons.is_empty()) {
            (false, _) => Status::Failed,
            (true, false) => Status::Degraded,
            (true, true) => Status::Ok,
        };
        HealthReport {
            schema: 1,
            status,
            reasons,
            site: self.site.to_string(),
            unit: self.unit.to_string(),
            version: env!("CARGO_PKG_VERSION"),
            uptime_s: self.started.elapsed().as_secs_f64(),
            ready: self.is_ready(),
            stations,
            backend,
            landmarks: self.landmarks.clone(),
            mqtt,
        }
    }
}

impl std::fmt::Debug for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Health").field("stations", &self.stations).finish_non_exhaustive()
    }
}
