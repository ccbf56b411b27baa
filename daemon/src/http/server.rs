//! The accept loop: bounded connections, a time limit for headers, a drain at shutdown.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::routes::{self, Shared};
use super::{AppState, Limits};

/// Pause after a failed accept: mostly the process is out of file descriptors, and trying again at once would spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `shutdown`. Not `axum::serve`, which limits neither connections nor the time for a header.
pub(super) async fn run(
    listener: TcpListener,
    state: Arc<AppState>,
    shutdown: CancellationToken,
    limits: Limits,
) -> io::Result<()> {
    let tasks = TaskTracker::new();
    let slots = Arc::new(Semaphore::new(limits.connections));
    let app = routes::router(Shared {
        app: Arc::clone(&state),
        live_slots: Arc::new(Semaphore::new(limits.live_clients)),
        shutdown: shutdown.clone(),
        tasks: tasks.clone(),
        limits,
    });
    while let Some(stream) = accept(&listener, &shutdown).await? {
        let Ok(slot) = Arc::clone(&slots).try_acquire_owned() else {
            state.own.connections_refused.inc();
            continue;
        };
        let connection = connection(stream, app.clone(), shutdown.clone(), limits);
        tasks.spawn(async move {
            connection.await;
            drop(slot);
        });
    }
    drop(listener);
    tasks.close();
    if tokio::time::timeout(limits.drain, tasks.wait()).await.is_err() {
        tracing::warn!(open = tasks.len(), "http: clients did not close in time");
    }
    Ok(())
}

/// The next connection, or `None` at shutdown.
async fn accept(listener: &TcpListener, shutdown: &CancellationToken) -> io::Result<Option<TcpStream>> {
    loop {
        let Some(accepted) = shutdown.run_until_cancelled(listener.accept()).await else {
            return Ok(None);
        };
        match accepted {
            Ok((stream, _peer)) => return Ok(Some(stream)),
            Err(error) if is_fatal(&error) => return Err(error),
            Err(error) => {
                tracing::debug!(%error, "http: accept failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Whether the listener itself is broken, as opposed to one connection or a passing shortage.
fn is_fatal(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::NotConnected)
}

async fn connection(stream: TcpStream, app: Router, shutdown: CancellationToken, limits: Limits) {
    // A live frame is one small write that must not wait for the next one.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "http: TCP_NODELAY refused");
    }
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.header);
    let connection =
        builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app)).with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            match tokio::time::timeout(limits.drain, connection).await {
                Ok(ended) => ended,
                Err(_) => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "http: connection ended");
    }
}
