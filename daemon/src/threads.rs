//! The stations' threads: named, announced when they end, joined within bounds.

use std::io;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use spotter_capture::CaptureError;
use tokio::sync::mpsc;

use crate::exit::{Code, Failure};
use crate::station::{Station, StationError};

/// Longest wait for all threads: opening a camera takes up to ten seconds and can't be interrupted.
const JOIN_GRACE: Duration = Duration::from_secs(12);

/// A thread has ended, in order or not.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Name of the thread.
    pub(crate) name: String,
}

/// Announces its thread's end, also when it panics.
struct Announce {
    name: String,
    ended: mpsc::Sender<Ended>,
}

impl Drop for Announce {
    fn drop(&mut self) {
        // The channel has a place for each thread, so this fails only when the unit is gone.
        let _ = self.ended.try_send(Ended { name: std::mem::take(&mut self.name) });
    }
}

/// The running threads.
#[derive(Debug)]
pub(crate) struct Threads {
    ended: mpsc::Sender<Ended>,
    running: Vec<(String, JoinHandle<Result<(), StationError>>)>,
}

impl Threads {
    /// None yet. `ended` needs a place for each thread.
    pub(crate) fn new(ended: mpsc::Sender<Ended>) -> Self {
        Self { ended, running: Vec::new() }
    }

    /// Starts a station's thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(&mut self, station: Station) -> io::Result<()> {
        let name = format!("station-{}", station.name());
        let announce = Announce { name: name.clone(), ended: self.ended.clone() };
        let handle = Builder::new().name(name.clone()).spawn(move || {
            let _announce = announce;
            station.run()
        })?;
        self.running.push((name, handle));
        Ok(())
    }

    /// Why a thread ended that should not have.
    pub(crate) fn cause_of(&mut self, name: &str) -> Failure {
        let Some(index) = self.running.iter().position(|(known, _)| known == name) else {
            return Failure::new(Code::Software, anyhow::anyhow!("thread {name} ended"));
        };
        match self.running.swap_remove(index).1.join() {
            Ok(Err(error)) => Failure::new(station_code(&error), error),
            Ok(Ok(())) => Failure::new(Code::Software, anyhow::anyhow!("thread {name} ended")),
            Err(_) => {
                Failure::new(Code::Software, anyhow::anyhow!("thread {name} panicked; the log says where"))
            }
        }
    }

    /// Waits for all of them, for a bounded time; one that hangs is named and left behind.
    pub(crate) async fn join(self) {
        let names: Vec<String> = self.running.iter().map(|(name, _)| name.clone()).collect();
        let join_all = tokio::task::spawn_blocking(move || {
            for (name, handle) in self.running {
                if handle.join().is_err() {
                    tracing::error!(thread = name, "panicked while it stopped");
                }
            }
        });
        if tokio::time::timeout(JOIN_GRACE, join_all).await.is_err() {
            tracing::error!(?names, "not all threads ended in time");
        }
    }
}

/// The code for a clip that can't be played.
pub(crate) fn capture_code(error: &CaptureError) -> Code {
    match error {
        CaptureError::MissingElement { .. } => Code::Unavailable,
        _ => Code::Data,
    }
}

fn station_code(error: &StationError) -> Code {
    match error {
        StationError::Clip { source, .. } => capture_code(source),
        StationError::Playlist { .. } => Code::NoInput,
    }
}
