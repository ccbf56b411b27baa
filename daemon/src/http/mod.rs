//! The local page, live values, health and metrics. `docs/ref/http.md` lists the routes, and a test holds it against the router.
//!
//! Read-only: no route takes a body and none changes the unit. Only keypoints and numbers go out, never a picture.
//!
//! Every limit stands in [`Limits`]: open connections, live clients, how long a client may take. A client that is refused or
//! given up is counted. Handlers only read memory and never wait, so they need no time-out of their own.

mod assets;
mod guard;
mod live;
mod metrics;
mod routes;
mod server;
#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::board::Board;
use crate::health::Health;
use crate::metrics::Metrics;
use metrics::HttpMetrics;

/// What the routes read.
#[derive(Debug)]
pub struct AppState {
    board: Arc<Board>,
    health: Arc<Health>,
    metrics: Metrics,
    own: HttpMetrics,
    host_names: Vec<String>,
}

impl AppState {
    /// State for [`serve`]; registers this module's metrics beside the others.
    ///
    /// # Errors
    /// When the registry has them already: one state a registry.
    pub fn new(board: Arc<Board>, health: Arc<Health>, metrics: Metrics) -> Result<Self, prometheus::Error> {
        let own = HttpMetrics::register(metrics.registry())?;
        Ok(Self { board, health, metrics, own, host_names: Vec::new() })
    }

    /// Takes requests for these host names too. Addresses, names without a dot and names that exist only in local networks
    /// (`.local`, `.lan`, `.internal`, `.home.arpa`) are always taken; others are refused, so that a foreign site whose name
    /// is made to point at the unit (DNS rebinding) can't read it.
    #[must_use]
    pub fn with_host_names(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.host_names.extend(names.into_iter().map(|name| name.to_ascii_lowercase()));
        self
    }
}

/// Why the page can't be served.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address can't be listened on.
    #[error("http.listen: can't listen on {address}: {hint}")]
    Bind {
        /// The address of `http.listen`.
        address: SocketAddr,
        /// What is wrong and what to do.
        hint: &'static str,
        /// The system's reason.
        source: io::Error,
    },
}

/// Listens on the address of `http.listen`.
///
/// # Errors
/// When the port is taken, not allowed, or the address is none of this machine's; the text names the key and the way out.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, HttpError> {
    TcpListener::bind(address).await.map_err(|source| {
        let hint = match source.kind() {
            io::ErrorKind::AddrInUse => {
                "another program uses this port; stop it (`ss -ltnp` names it) or set http.listen to a free port"
            }
            io::ErrorKind::AddrNotAvailable => {
                "this machine has no such address; set http.listen to one that `ip address` lists, or to 0.0.0.0"
            }
            io::ErrorKind::PermissionDenied => {
                "ports below 1024 need a privilege; set http.listen to a higher port, such as 8080"
            }
            _ => "set http.listen to an address and port of this machine",
        };
        HttpError::Bind {
            address,
            hint,
            source,
        }
    })
}

/// Serves until `shutdown`, then closes live sockets (status 1001) and ends within [`Limits::drain`].
///
/// # Errors
/// When the listener itself fails; a failing connection ends only itself.
pub async fn serve(
    listener: TcpListener,
    state: Arc<AppState>,
    shutdown: CancellationToken,
) -> io::Result<()> {
    server::run(listener, state, shutdown, Limits::default()).await
}

/// How much a client may take of the unit.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Open connections; one more is closed at once, and counted.
    connections: usize,
    /// Live WebSocket clients; one more gets 503, and is counted.
    live_clients: usize,
    /// Live frames on their way to one client. Beyond it newer frames replace older ones: the newest wins.
    live_frames_in_flight: u64,
    /// Time for a request's header, counted from the connection's opening or from the last answer.
    header: Duration,
    /// A live client that says nothing for this long is asked with a ping.
    ping_after: Duration,
    /// A live client that does not answer for this long is given up, and counted.
    give_up_after: Duration,
    /// Time for open answers and closing handshakes at shutdown.
    drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 128,
            live_clients: 32,
            // 0.27 s at 30 frames a second: enough for a slow wireless round trip, too little to fall behind by.
            live_frames_in_flight: 8,
            header: Duration::from_secs(10),
            ping_after: Duration::from_secs(5),
            give_up_after: Duration::from_secs(10),
            drain: Duration::from_secs(2),
        }
    }
}
