//! Live frames by WebSocket. The newest wins: a client that reads slowly misses frames and holds nothing up.
//!
//! Flow control by pings: each frame is followed by a ping that carries its number, the client's pong acknowledges all
//! frames up to that number, and only a few may be on their way. Without it a slow link would fill the kernel's buffers and
//! show the coach frames of many seconds ago. Browsers answer pings by themselves.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::Limits;
use super::guard::is_same_origin;
use super::routes::{Shared, problem};

/// Clients have nothing to say but pongs.
const LARGEST_MESSAGE: usize = 4096;

type Frames = watch::Receiver<Arc<str>>;

/// `/ws/{station}`
pub(super) async fn upgrade(
    State(shared): State<Shared>,
    Path(station): Path<String>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let refuse = |reason: &str, status, message: &str| {
        let refused = &shared.app.own.clients_refused;
        refused.with_label_values(&[reason]).inc();
        problem(status, message)
    };
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade.max_message_size(LARGEST_MESSAGE).max_frame_size(LARGEST_MESSAGE),
        Err(_) => return problem(StatusCode::UPGRADE_REQUIRED, "this route speaks WebSocket only"),
    };
    if !is_same_origin(&headers) {
        return refuse("origin", StatusCode::FORBIDDEN, "only the unit's own page may open this socket");
    }
    let Some(mut frames) = shared.app.board.follow(&station) else {
        return refuse("station", StatusCode::NOT_FOUND, "no such station; /api/stations lists them");
    };
    let Ok(slot) = Arc::clone(&shared.live_slots).try_acquire_owned() else {
        return refuse("full", StatusCode::SERVICE_UNAVAILABLE, "too many live clients; close one");
    };
    // The newest frame is news to a client that has just come.
    frames.mark_changed();
    let task = shared.tasks.token();
    upgrade.on_upgrade(async move |socket| {
        let clients = &shared.app.own.clients;
        clients.inc();
        session(socket, frames, &shared).await;
        clients.dec();
        drop((slot, task));
    })
}

/// One client, until it leaves, is given up, or the unit stops.
async fn session(mut socket: WebSocket, frames: Frames, shared: &Shared) {
    let limits = shared.limits;
    let followed = shared.shutdown.run_until_cancelled(follow(&mut socket, frames, limits));
    match followed.await {
        Some(Ended::ByClient) => {}
        Some(Ended::Unresponsive) => shared.app.own.clients_given_up.inc(),
        None => {
            let goodbye = CloseFrame { code: close_code::AWAY, reason: "the unit stops".into() };
            // The client may be gone or its buffers full: it is let go either way.
            let closing = async {
                socket.send(Message::Close(Some(goodbye))).await.ok();
                while let Some(Ok(_)) = socket.recv().await {}
            };
            timeout(limits.drain / 2, closing).await.ok();
        }
    }
}

enum Ended {
    ByClient,
    Unresponsive,
}

async fn follow(socket: &mut WebSocket, mut frames: Frames, limits: Limits) -> Ended {
    let mut window = Window::new(limits);
    loop {
        let outgoing = tokio::select! {
            changed = frames.changed(), if window.has_room() => match changed {
                Ok(()) => Outgoing::Frame(Arc::clone(&frames.borrow_and_update())),
                Err(_) => return Ended::ByClient,
            },
            message = socket.recv() => match message {
                Some(Ok(Message::Pong(number))) => {
                    window.acknowledge(&number);
                    continue;
                }
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => return Ended::ByClient,
            },
            () = sleep_until(window.deadline()) => {
                if window.is_waiting() {
                    return Ended::Unresponsive;
                }
                Outgoing::Ping
            }
        };
        match timeout(limits.give_up_after, send(socket, outgoing, &mut window)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Ended::ByClient,
            Err(_) => return Ended::Unresponsive,
        }
    }
}

enum Outgoing {
    Frame(Arc<str>),
    Ping,
}

async fn send(socket: &mut WebSocket, outgoing: Outgoing, window: &mut Window) -> Result<(), axum::Error> {
    if let Outgoing::Frame(text) = outgoing {
        if text.is_empty() {
            return Ok(());
        }
        socket.send(Message::text(&*text)).await?;
    }
    let number = window.next();
    socket.send(Message::Ping(Bytes::copy_from_slice(&number))).await
}

/// What is on its way to a client.
struct Window {
    limits: Limits,
    sent: u64,
    acknowledged: u64,
    /// When the client last answered, or was first owed an answer.
    heard: Instant,
}

impl Window {
    fn new(limits: Limits) -> Self {
        Self { limits, sent: 0, acknowledged: 0, heard: Instant::now() }
    }

    fn has_room(&self) -> bool {
        self.sent - self.acknowledged < self.limits.live_frames_in_flight
    }

    fn is_waiting(&self) -> bool {
        self.sent > self.acknowledged
    }

    fn next(&mut self) -> [u8; 8] {
        if !self.is_waiting() {
            self.heard = Instant::now();
        }
        self.sent += 1;
        self.sent.to_be_bytes()
    }

    /// A pong acknowledges its ping and all before it: a client may answer only the newest (RFC 6455 §5.5.3).
    fn acknowledge(&mut self, number: &[u8]) {
        let Ok(number) = number.try_into().map(u64::from_be_bytes) else {
            return;
        };
        if number > self.acknowledged && number <= self.sent {
            self.acknowledged = number;
            self.heard = Instant::now();
        }
    }

    /// When to ping a silent client, or to give up one that owes an answer.
    fn deadline(&self) -> Instant {
        let wait = if self.is_waiting() { self.limits.give_up_after } else { self.limits.ping_after };
        self.heard + wait
    }
}
