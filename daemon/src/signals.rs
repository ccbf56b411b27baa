//! SIGTERM and Ctrl-C end the unit in order; a second one ends it at once.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Exit code of a unit that was told twice: 128 + SIGINT, as shells show it.
const IMPATIENT_EXIT_CODE: i32 = 130;

/// The signals that end the unit.
#[derive(Debug)]
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the system refuses the handlers.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the next one and names it.
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }

    /// From now on a signal ends the process at once: somebody does not want to wait.
    pub(crate) fn exit_at_the_next(mut self) {
        tokio::spawn(async move {
            let signal = self.next().await;
            tracing::warn!(signal, "told twice: ending at once");
            std::process::exit(IMPATIENT_EXIT_CODE);
        });
    }
}
