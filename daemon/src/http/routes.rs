//! The routes and their answers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use axum::{Json, Router, middleware};
use prometheus::TEXT_FORMAT;
use serde::Serialize;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{AppState, Limits, assets, guard, live};
use crate::health::{HealthReport, STUCK_AFTER, Status};

/// What handlers share.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    pub(super) app: Arc<AppState>,
    pub(super) live_slots: Arc<Semaphore>,
    pub(super) shutdown: CancellationToken,
    pub(super) tasks: TaskTracker,
    pub(super) limits: Limits,
}

/// Every route: the router is made of this list and the reference page is held against it.
pub(super) fn routes() -> Vec<(&'static str, MethodRouter<Shared>)> {
    vec![
        ("/", get(assets::page)),
        ("/assets/{file}", get(assets::asset)),
        ("/live", get(is_live)),
        ("/ready", get(is_ready)),
        ("/health", get(health)),
        ("/metrics", get(metrics)),
        ("/api/stations", get(stations)),
        ("/ws/{station}", get(live::upgrade)),
    ]
}

/// The router of the whole server.
pub(super) fn router(shared: Shared) -> Router {
    let all = routes();
    let router = all.into_iter().fold(Router::new(), |router, (path, method)| router.route(path, method));
    router
        .fallback(|| async { problem(StatusCode::NOT_FOUND, "no such route; docs/ref/http.md lists them") })
        .method_not_allowed_fallback(|| async {
            problem(StatusCode::METHOD_NOT_ALLOWED, "every route is read-only: use GET")
        })
        .layer(middleware::from_fn_with_state(shared.clone(), guard::guard))
        .with_state(shared)
}

/// An error answer: `{"error": …, "message": …}`.
pub(super) fn problem(status: StatusCode, message: &str) -> Response {
    let error = status.canonical_reason().unwrap_or("error");
    answer(status, &json!({ "error": error, "message": message }))
}

fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

async fn is_live(State(shared): State<Shared>) -> Response {
    let health = &shared.app.health;
    live_answer(health.is_live(), &health.report())
}

fn live_answer(is_live: bool, report: &HealthReport) -> Response {
    if is_live {
        return answer(StatusCode::OK, &json!({ "live": true, "reasons": [] }));
    }
    let stuck = report.stations.iter().filter(|station| station.progress_age_s >= STUCK_AFTER.as_secs_f64());
    let reasons: Vec<_> = stuck
        .map(|station| {
            let (name, age_s) = (&station.name, station.progress_age_s);
            format!("station {name}: the frame loop has not moved for {age_s:.0} s")
        })
        .collect();
    answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "live": false, "reasons": reasons }))
}

async fn is_ready(State(shared): State<Shared>) -> Response {
    if shared.app.health.is_ready() {
        answer(StatusCode::OK, &json!({ "ready": true, "reasons": [] }))
    } else {
        let reasons = ["the unit is starting or stopping"];
        answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "ready": false, "reasons": reasons }))
    }
}

async fn health(State(shared): State<Shared>) -> Response {
    health_answer(&shared.app.health.report())
}

fn health_answer(report: &HealthReport) -> Response {
    let status = match report.status {
        // A degraded unit still works: an orchestrator that restarts it on an error status would make it worse.
        Status::Ok | Status::Degraded => StatusCode::OK,
        Status::Failed => StatusCode::SERVICE_UNAVAILABLE,
    };
    answer(status, report)
}

async fn metrics(State(shared): State<Shared>) -> Response {
    match shared.app.metrics.render() {
        Ok(text) => ([(header::CONTENT_TYPE, TEXT_FORMAT)], text).into_response(),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &format!("metrics: {error}")),
    }
}

async fn stations(State(shared): State<Shared>) -> Response {
    let stations: Vec<_> = shared
        .app
        .board
        .station_names()
        .map(|name| json!({ "name": name, "live": format!("/ws/{name}") }))
        .collect();
    answer(StatusCode::OK, &json!({ "schema": 1, "stations": stations }))
}

#[cfg(test)]
mod tests {
    use spotter_models::{BackendStatus, LandmarkModel};

    use super::*;
    use crate::health::{MqttReport, StationReport, StationState};
    use crate::landmarks::ChosenLandmarks;

    fn hung() -> HealthReport {
        let station = |name: &str, progress_age_s| StationReport {
            name: name.to_owned(),
            state: StationState::Running,
            cause: None,
            last_frame_age_s: Some(progress_age_s),
            progress_age_s,
            fps: 30.0,
            people: 1,
        };
        HealthReport {
            schema: 1,
            status: Status::Failed,
            reasons: Vec::new(),
            site: "gym".to_owned(),
            unit: "unit-7".to_owned(),
            version: "0",
            uptime_s: 60.0,
            ready: true,
            stations: vec![station("rack-1", 0.1), station("rack-2", 31.2)],
            backend: BackendStatus::default(),
            landmarks: ChosenLandmarks { model: LandmarkModel::Full, why: String::new() },
            mqtt: MqttReport {
                state: "connected".to_owned(),
                cause: None,
                broker: String::new(),
                outbox_pending: 0,
                outbox_dropped: 0,
            },
        }
    }

    #[tokio::test]
    async fn a_hung_frame_loop_is_not_live_and_is_named() {
        let response = live_answer(false, &hung());
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        let body = axum::body::to_bytes(response.into_body(), 4096).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let reasons = json!(["station rack-2: the frame loop has not moved for 31 s"]);
        assert_eq!(body, json!({ "live": false, "reasons": reasons }));
    }

    #[test]
    fn only_failed_health_is_an_error_status() {
        let status = |status| health_answer(&HealthReport { status, ..hung() }).status();
        assert_eq!(status(Status::Ok), StatusCode::OK);
        assert_eq!(status(Status::Degraded), StatusCode::OK);
        assert_eq!(status(Status::Failed), StatusCode::SERVICE_UNAVAILABLE);
    }
}
