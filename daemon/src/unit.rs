//! The wiring: what a unit is made of, in the order in which it starts and stops.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use spotter_models::{Backend, Engine, ModelError};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::analysis::Analysis;
use crate::athlete::{self, Athlete};
use crate::board::Board;
use crate::choices::{ChoiceMessage, Choices};
use crate::commands::watch_table;
use crate::config::{Config, StationConfig};
use crate::crash_guard::{CrashGuard, STABLE_AFTER};
use crate::estimators::OpenEngine;
use crate::exit::{Code, Failure, OrExit, model_code};
use crate::health::{BackendProbe, Health};
use crate::http::{self, AppState};
use crate::landmarks::ChosenLandmarks;
use crate::metrics::Metrics;
use crate::mqtt::MqttLink;
use crate::outbox::Outbox;
use crate::signals::Signals;
use crate::station::{Links, Station};
use crate::threads::{Ended, Threads};
use crate::{estimators, landmarks, watchdog};

/// Time for events to reach the broker at shutdown; what is left then waits in the outbox for the next start.
const FLUSH_GRACE: Duration = Duration::from_secs(3);

/// How often health is looked at for news to publish; the page and `/health` always read it fresh.
const HEALTH_PERIOD: Duration = Duration::from_secs(1);

/// Runs a unit until a signal ends it.
///
/// # Errors
/// What could not be used at the start, or which part ended unexpectedly.
pub async fn run(config: Config, table: bool) -> Result<(), Failure> {
    let mut signals = Signals::new().or_exit(Code::Software)?;
    let stop_stations = CancellationToken::new();
    let stop_http = CancellationToken::new();

    let names = || config.station.iter().map(|station| station.name.clone());
    let metrics = Metrics::new().or_exit(Code::Software)?;
    let board = Arc::new(Board::new(names()));
    let listener = http::bind(config.http.listen).await.or_exit(Code::Unavailable)?;
    let outbox = Outbox::open(&config.unit.state_dir).or_exit(Code::CantCreate)?;
    let choices =
        Arc::new(Choices::new(config.station.iter().map(|station| (station.name.clone(), chosen(station)))));
    let mut mqtt =
        MqttLink::start(&config.unit, &config.mqtt, outbox, Arc::clone(&choices), metrics.registry()).await?;
    let crash_guard = CrashGuard::begin(&config.unit.state_dir);
    let objection = crash_guard.objection().filter(|_| config.models.backend != Backend::Cpu);
    let (opened, landmarks) = open_engine(&config, objection.is_some()).await?;
    let backend = backend_probe(opened.engine.clone(), objection);
    let (site, unit) = (config.unit.site.clone(), config.unit.name.clone());
    let health = Arc::new(Health::new(site, unit, names(), landmarks, backend, mqtt.probe()));

    let links =
        Links { publisher: mqtt.publisher(), board: Arc::clone(&board), metrics: metrics.clone(), choices };
    let (ended, mut endings) = mpsc::channel(config.station.len());
    let stations = stations(&config, &opened, &health, &links, &stop_stations)?;
    let mut threads = Threads::new(ended);
    for station in stations {
        threads.start(station).or_exit(Code::Software)?;
    }

    let state =
        AppState::new(Arc::clone(&board), Arc::clone(&health), metrics.clone()).or_exit(Code::Software)?;
    let state = state.with_host_names(config.http.host_names.clone());
    let mut services = JoinSet::new();
    services.spawn(http::serve(listener, Arc::new(state), stop_http.clone()));
    services.spawn(watchdog::feed(Arc::clone(&health), stop_http.clone()));
    if table {
        services.spawn(watch_table::follow(board, stop_http.clone()));
    }

    health.set_ready(true);
    announce(&config);
    let mut health_ticks = tokio::time::interval(HEALTH_PERIOD);
    let mut published = String::new();
    let mut stable = pin!(tokio::time::sleep(STABLE_AFTER));
    let outcome = loop {
        tokio::select! {
            signal = signals.next() => { tracing::info!(signal, "stopping"); break Ok(()) }
            Some(Ended { name }) = endings.recv() => break Err(threads.cause_of(&name)),
            Some(ended) = services.join_next() => break Err(service_ended(ended)),
            cause = mqtt.ended() => break Err(Failure::new(Code::Software, anyhow::anyhow!("MQTT ended: {cause}"))),
            _ = health_ticks.tick() => publish_health_news(&health, &metrics, &mqtt, &mut published),
            () = &mut stable, if !stable.is_elapsed() => crash_guard.survived(),
        }
    };

    watchdog::stopping();
    health.set_ready(false);
    signals.exit_at_the_next();
    stop_stations.cancel();
    threads.join().await;
    mqtt.shutdown(FLUSH_GRACE).await;
    stop_http.cancel();
    while services.join_next().await.is_some() {}
    outcome
}

/// What health says of the backend: what the engine says, and why the GPU was not even tried.
fn backend_probe(engine: Engine, objection: Option<String>) -> BackendProbe {
    Box::new(move || {
        let mut status = engine.status();
        status.problem = status.problem.or_else(|| objection.clone());
        status
    })
}

/// Loads the models that all stations share.
async fn open_engine(
    config: &Config,
    leave_gpu_alone: bool,
) -> Result<(OpenEngine, ChosenLandmarks), Failure> {
    let mut config = config.clone();
    if leave_gpu_alone {
        config.models.backend = Backend::Cpu;
    }
    let open = move || {
        let landmarks = landmarks::choose(&config)?;
        tracing::info!(model = landmarks.model.name(), why = landmarks.why, "landmarks");
        Ok((estimators::open(&config.models, landmarks.model, &config.unit.state_dir)?, landmarks))
    };
    let opened = tokio::task::spawn_blocking(open).await.or_exit(Code::Software)?;
    opened.map_err(|error: ModelError| Failure::new(model_code(&error), error))
}

/// The stations, each with an estimator of its own on the shared engine.
fn stations(
    config: &Config,
    opened: &OpenEngine,
    health: &Health,
    links: &Links,
    stop: &CancellationToken,
) -> Result<Vec<Station>, Failure> {
    let open = |(index, station): (usize, &StationConfig)| {
        let estimator = opened.engine.estimator(config.models.max_people);
        let analysis = Analysis::new(estimator, opened.profile.clone(), athlete_of(station))
            .with_video_memory(opened.video_memory.clone());
        Station::new(station.clone(), analysis, health.station(index), links.clone(), stop.clone())
            .or_exit(Code::NoInput)
    };
    config.station.iter().enumerate().map(open).collect()
}

fn athlete_of(station: &StationConfig) -> Athlete {
    // The configuration was checked: a place that can't be used never gets here.
    let (floor, area) =
        athlete::place(station.floor.as_ref(), station.area_px.as_deref(), station.area_m.as_deref())
            .unwrap_or_default();
    Athlete {
        exercise: station.exercise,
        height_m: station.athlete_height_m,
        velocity_loss_stop_pct: station.velocity_loss_stop_pct,
        plate_diameter_m: station.plate_diameter_m,
        camera_distance_m: station.camera_distance_m,
        floor,
        area,
        view: station.view,
        ..Athlete::default()
    }
}

/// What the configuration says of the athlete, until a coach chooses.
fn chosen(station: &StationConfig) -> ChoiceMessage {
    ChoiceMessage {
        exercise: station.exercise,
        athlete_height_m: station.athlete_height_m,
        ..ChoiceMessage::default()
    }
}

/// Publishes the unit's health when something other than an age has changed.
fn publish_health_news(health: &Health, metrics: &Metrics, mqtt: &MqttLink, published: &mut String) {
    let report = health.report();
    metrics.set_backend(&report.backend);
    let news = report.without_ages();
    if news != *published {
        if let Ok(json) = serde_json::to_string(&report) {
            mqtt.publish_health(json.into());
        }
        *published = news;
    }
}

/// Says that the unit is ready, to systemd and to whoever started it.
fn announce(config: &Config) {
    let page = format!("http://{}/", reachable(config.http.listen));
    tracing::info!(page, "ready");
    eprintln!("spotter: ready, the page is on {page}");
    watchdog::ready(&format!("page on {page}"));
}

/// The address that a browser on this machine can use.
fn reachable(listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() { SocketAddr::from(([127, 0, 0, 1], listen.port())) } else { listen }
}

fn service_ended(ended: Result<io::Result<()>, tokio::task::JoinError>) -> Failure {
    let cause = match ended {
        Ok(Ok(())) => anyhow::anyhow!("a service ended"),
        Ok(Err(error)) => anyhow::Error::new(error).context("the web server ended"),
        Err(error) => anyhow::Error::new(error).context("a service ended"),
    };
    Failure::new(Code::Software, cause)
}
