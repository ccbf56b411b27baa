//! What systemd is told: READY, STOPPING, a status line, and a watchdog that proves work.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio_util::sync::CancellationToken;

use crate::health::Health;

/// The unit is ready: configuration valid, model loaded, HTTP bound, threads started.
pub fn ready(status: &str) {
    notify(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// The unit stops.
pub fn stopping() {
    notify(&[NotifyState::Stopping]);
}

/// Feeds systemd's watchdog as long as every frame loop moves, at half the interval that systemd asked for.
/// Without a watchdog in the unit file it only waits for the end.
///
/// # Errors
/// None; the type is that of the unit's other services.
pub async fn feed(health: Arc<Health>, shutdown: CancellationToken) -> io::Result<()> {
    let Some(interval) = sd_notify::watchdog_enabled() else {
        shutdown.cancelled().await;
        return Ok(());
    };
    let mut ticks = tokio::time::interval((interval / 2).max(Duration::from_millis(10)));
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            _ = ticks.tick() => {}
        }
        if health.is_live() {
            notify(&[NotifyState::Watchdog]);
        } else {
            tracing::error!("a frame loop hangs: the watchdog is not fed");
        }
    }
}

fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "systemd could not be notified");
    }
}
