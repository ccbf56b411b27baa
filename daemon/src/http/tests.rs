//! The server over real sockets.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use spotter_models::{BackendStatus, LandmarkModel};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::config::Name;
use crate::health::{MqttReport, StationState};
use crate::landmarks::ChosenLandmarks;

/// Nothing here takes a second; a test that gets to this limit has failed.
const DEADLINE: Duration = Duration::from_secs(20);
const STATION: &str = "rack-1";

struct Unit {
    address: SocketAddr,
    board: Arc<Board>,
    health: Arc<Health>,
    shutdown: CancellationToken,
    server: JoinHandle<io::Result<()>>,
}

type Live = WebSocketStream<MaybeTlsStream<TcpStream>>;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

impl Unit {
    async fn start(limits: Limits) -> Self {
        let stations = [name(STATION), name("rack-2")];
        let board = Arc::new(Board::new(stations.clone()));
        let connected = || MqttReport {
            state: "connected".to_owned(),
            cause: None,
            broker: "127.0.0.1:1883".to_owned(),
            outbox_pending: 0,
            outbox_dropped: 0,
        };
        let health = Arc::new(Health::new(
            name("gym"),
            name("unit-7"),
            stations,
            full_landmarks(),
            Box::new(BackendStatus::default),
            Box::new(connected),
        ));
        let state = AppState::new(Arc::clone(&board), Arc::clone(&health), Metrics::new().unwrap()).unwrap();
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let server = tokio::spawn(server::run(listener, Arc::new(state), shutdown.clone(), limits));
        Self { address, board, health, shutdown, server }
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        let request = reqwest::get(format!("http://{}{path}", self.address));
        within(request).await.unwrap()
    }

    async fn json(&self, path: &str) -> (StatusCode, serde_json::Value) {
        let answer = self.get(path).await;
        assert_eq!(answer.headers()["content-type"], "application/json", "{path}");
        (answer.status(), answer.json().await.unwrap())
    }

    async fn follow(&self) -> Live {
        let url = format!("ws://{}/ws/{STATION}", self.address);
        within(Box::pin(connect_async(url))).await.unwrap().0
    }

    fn post(&self, text: impl AsRef<str>) {
        self.board.post(&name(STATION), Arc::from(text.as_ref()));
    }

    /// Waits until `/metrics` has this line.
    async fn metric(&self, line: &str) {
        within(async {
            loop {
                let text = self.get("/metrics").await.text().await.unwrap();
                if text.lines().any(|one| one == line) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future).await.expect("nothing happened within the deadline")
}

/// The next text message; pings are answered on the way, as browsers do.
async fn next_text(live: &mut Live) -> String {
    use futures_util::StreamExt as _;
    within(async {
        loop {
            match live.next().await.expect("the socket is open").unwrap() {
                Message::Text(text) => return text.to_string(),
                Message::Ping(_) => {}
                other => panic!("unexpected {other:?}"),
            }
        }
    })
    .await
}

/// What ends the socket.
async fn last_message(live: &mut Live) -> Option<Message> {
    use futures_util::StreamExt as _;
    within(async {
        let mut last = None;
        while let Some(Ok(message)) = live.next().await {
            last = Some(message);
        }
        last
    })
    .await
}

#[tokio::test]
async fn live_ready_and_health_say_what_is() {
    let unit = Unit::start(Limits::default()).await;
    assert_eq!(unit.get("/live").await.status(), StatusCode::OK);
    let (status, body) = unit.json("/ready").await;
    assert_eq!((status, &body["ready"]), (StatusCode::SERVICE_UNAVAILABLE, &false.into()));

    unit.health.set_ready(true);
    assert_eq!(unit.json("/ready").await.0, StatusCode::OK);
    let (status, body) = unit.json("/health").await;
    assert_eq!((status, &body["status"]), (StatusCode::OK, &"ok".into()));

    let cause = Some("camera lost: no such device".to_owned());
    unit.health.station(0).set_state(StationState::Degraded, cause);
    let (status, body) = unit.json("/health").await;
    assert_eq!((status, &body["status"]), (StatusCode::OK, &"degraded".into()));
    assert_eq!(body["reasons"][0], "station rack-1: camera lost: no such device");
}

#[tokio::test]
async fn stations_come_in_the_configurations_order() {
    let unit = Unit::start(Limits::default()).await;
    let (status, body) = unit.json("/api/stations").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body["stations"][0]["live"], "/ws/rack-1");
    assert_eq!(body["stations"][1]["name"], "rack-2");
}

#[tokio::test]
async fn errors_are_json_and_say_what_is_wrong() {
    let unit = Unit::start(Limits::default()).await;
    assert_eq!(unit.json("/nothing").await.0, StatusCode::NOT_FOUND);
    assert_eq!(unit.json("/assets/nothing.js").await.0, StatusCode::NOT_FOUND);
    assert_eq!(unit.json("/ws/rack-1").await.0, StatusCode::UPGRADE_REQUIRED);
    let posted = reqwest::Client::new().post(format!("http://{}/live", unit.address)).send();
    assert_eq!(within(posted).await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
    unit.metric("spotter_http_requests_total{code=\"404\",path=\"other\"} 1").await;
    unit.metric("spotter_http_requests_total{code=\"404\",path=\"/assets/{file}\"} 1").await;
}

#[tokio::test]
async fn another_sites_name_is_refused() {
    let unit = Unit::start(Limits::default()).await;
    let rebound = reqwest::Client::new()
        .get(format!("http://{}/health", unit.address))
        .header("Host", "evil.example")
        .send();
    assert_eq!(within(rebound).await.unwrap().status(), StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn the_page_loads_only_what_the_unit_serves() {
    let unit = Unit::start(Limits::default()).await;
    let page = unit.get("/").await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    assert_eq!(page.headers()["x-content-type-options"], "nosniff");
    assert!(page.text().await.unwrap().contains("/assets/app.js"));
    for asset in assets::ASSETS {
        let path = format!("/assets/{}", asset.name);
        let answer = unit.get(&path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let tag = answer.headers()["etag"].clone();
        let again = reqwest::Client::new()
            .get(format!("http://{}{path}", unit.address))
            .header("If-None-Match", tag)
            .send();
        assert_eq!(within(again).await.unwrap().status(), StatusCode::NOT_MODIFIED, "{path}");
        let text = answer.text().await.unwrap();
        let is_foreign = |line: &str| {
            line.contains("://") && !line.contains("www.w3.org/2000/svg") && !line.contains("${scheme}")
        };
        assert!(!text.lines().any(is_foreign), "{path} names another server");
    }
}

#[test]
fn every_file_of_the_page_is_served() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|file| !matches!(file.as_str(), "index.html" | "package.json"))
        .collect();
    let mut served: Vec<_> = assets::ASSETS.iter().map(|asset| asset.name).collect();
    files.sort_unstable();
    served.sort_unstable();
    assert_eq!(files, served);
}

#[test]
fn the_reference_lists_every_route_and_no_other() {
    let reference = include_str!("../../../docs/ref/http.md");
    let documented: Vec<_> =
        reference.lines().filter_map(|line| line.strip_prefix("## `GET ")?.strip_suffix('`')).collect();
    let routed: Vec<_> = routes::routes().into_iter().map(|(path, _)| path).collect();
    assert_eq!(documented, routed);
}

#[tokio::test]
async fn metrics_pass_promtool() {
    let unit = Unit::start(Limits::default()).await;
    let answer = unit.get("/metrics").await;
    let media_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(media_type.starts_with("text/plain; version=0.0.4"), "{media_type}");
    let text = answer.text().await.unwrap();
    assert!(text.contains("\nspotter_websocket_clients 0\n"), "{text}");
    let promtool = tokio::process::Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut promtool = match promtool {
        Ok(promtool) => promtool,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            println!("skipped: promtool (Debian package prometheus) is absent");
            return;
        }
        Err(error) => panic!("promtool: {error}"),
    };
    let mut input = promtool.stdin.take().unwrap();
    input.write_all(text.as_bytes()).await.unwrap();
    drop(input);
    let checked = within(promtool.wait_with_output()).await.unwrap();
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(checked.status.success() && said.is_empty(), "{said}");
}

#[tokio::test]
async fn a_live_client_gets_the_newest_frame_first_and_then_each_new_one() {
    let unit = Unit::start(Limits::default()).await;
    unit.post("old");
    unit.post("newest");
    let mut live = unit.follow().await;
    assert_eq!(next_text(&mut live).await, "newest");
    unit.metric("spotter_websocket_clients 1").await;
    for frame in 0..50 {
        unit.post(frame.to_string());
        assert_eq!(next_text(&mut live).await, frame.to_string());
    }
    drop(live);
    unit.metric("spotter_websocket_clients 0").await;
}

#[tokio::test]
async fn a_client_that_reads_slowly_misses_frames_and_then_gets_the_newest() {
    let unit = Unit::start(Limits::default()).await;
    let mut slow = unit.follow().await;
    let mut quick = unit.follow().await;
    // 6 MB: more than any socket buffer would swallow if frames were queued.
    let filling = "x".repeat(20_000);
    for frame in 0..300 {
        unit.post(format!("{frame:03}{filling}"));
        assert!(next_text(&mut quick).await.starts_with(&format!("{frame:03}")));
    }
    let mut received = 0;
    loop {
        received += 1;
        if next_text(&mut slow).await.starts_with("299") {
            break;
        }
    }
    assert!(received <= 12, "{received} frames of 300 were kept for a client that did not read");
}

#[tokio::test]
async fn a_client_that_no_longer_answers_is_given_up() {
    let limits = Limits {
        ping_after: Duration::from_millis(50),
        give_up_after: Duration::from_millis(100),
        ..Limits::default()
    };
    let unit = Unit::start(limits).await;
    // Never read from, so it never answers a ping.
    let _silent = unit.follow().await;
    unit.metric("spotter_websocket_given_up_total 1").await;
    unit.metric("spotter_websocket_clients 0").await;
}

#[tokio::test]
async fn one_client_too_many_is_refused_and_counted() {
    let limits = Limits { live_clients: 1, ..Limits::default() };
    let unit = Unit::start(limits).await;
    let first = unit.follow().await;
    assert_eq!(refusal(&unit, STATION, None).await, 503);
    unit.metric("spotter_websocket_refused_total{reason=\"full\"} 1").await;
    drop(first);
    unit.metric("spotter_websocket_clients 0").await;
    unit.follow().await;
}

#[tokio::test]
async fn foreign_pages_and_unknown_stations_get_no_live_socket() {
    let unit = Unit::start(Limits::default()).await;
    assert_eq!(refusal(&unit, STATION, Some("http://evil.example")).await, 403);
    assert_eq!(refusal(&unit, "rack-9", None).await, 404);
    unit.metric("spotter_websocket_refused_total{reason=\"origin\"} 1").await;
    unit.metric("spotter_websocket_refused_total{reason=\"station\"} 1").await;
}

async fn refusal(unit: &Unit, station: &str, origin: Option<&str>) -> u16 {
    let url = format!("ws://{}/ws/{station}", unit.address);
    let mut request = url.into_client_request().unwrap();
    if let Some(origin) = origin {
        request.headers_mut().insert("Origin", origin.parse().unwrap());
    }
    match within(Box::pin(connect_async(request))).await {
        Err(WsError::Http(answer)) => answer.status().as_u16(),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn shutdown_closes_live_clients_and_ends() {
    let mut unit = Unit::start(Limits::default()).await;
    let mut reading = unit.follow().await;
    let _silent = unit.follow().await;
    let _idle = TcpStream::connect(unit.address).await.unwrap();
    unit.metric("spotter_websocket_clients 2").await;
    unit.shutdown.cancel();
    match last_message(&mut reading).await {
        Some(Message::Close(Some(goodbye))) => assert_eq!(goodbye.code, CloseCode::Away),
        other => panic!("no goodbye but {other:?}"),
    }
    within(&mut unit.server).await.unwrap().unwrap();
    assert!(TcpStream::connect(unit.address).await.is_err());
}

#[tokio::test]
async fn a_header_that_never_ends_is_cut_off() {
    let limits = Limits { header: Duration::from_millis(100), ..Limits::default() };
    let unit = Unit::start(limits).await;
    let mut stream = TcpStream::connect(unit.address).await.unwrap();
    stream.write_all(b"GET /live HTTP/1.1\r\nHost: local").await.unwrap();
    let mut answer = Vec::new();
    within(stream.read_to_end(&mut answer)).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn one_connection_too_many_is_closed_and_counted() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let unit = Unit::start(limits).await;
    let mut first = TcpStream::connect(unit.address).await.unwrap();
    let mut second = TcpStream::connect(unit.address).await.unwrap();
    assert_eq!(within(second.read(&mut [0; 16])).await.unwrap_or(0), 0);
    first.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    within(first.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.contains("\nspotter_http_connections_refused_total 1\n"), "{answer}");
}

#[tokio::test]
async fn a_taken_port_is_named_with_the_way_out() {
    let taken = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = taken.local_addr().unwrap();
    let message = bind(address).await.unwrap_err().to_string();
    assert!(
        message.starts_with(&format!("http.listen: can't listen on {address}: another program")),
        "{message}"
    );
    assert!(message.contains("set http.listen"), "{message}");
}

#[tokio::test]
async fn an_address_of_another_machine_is_named() {
    // TEST-NET-1 (RFC 5737): no machine has it.
    let message = bind("192.0.2.1:8080".parse().unwrap()).await.unwrap_err().to_string();
    assert!(message.contains("192.0.2.1:8080: this machine has no such address"), "{message}");
}

fn full_landmarks() -> ChosenLandmarks {
    ChosenLandmarks { model: LandmarkModel::Full, why: "as the configuration says".to_owned() }
}
