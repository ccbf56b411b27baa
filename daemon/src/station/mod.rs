//! A training station: one camera, one thread that takes its newest frame, estimates poses and feeds movement.
//!
//! [`Station::run`] owns the retries; [`Station::watch_once`] makes one attempt at the source.

mod fps;
mod opening;
mod playlist;
mod report;

use std::sync::Arc;
use std::time::{Duration, Instant};

use backon::{BackoffBuilder, ExponentialBuilder};
use spotter_capture::{CaptureError, Frame, FrameSource, Pull, SourceDescription};
use spotter_models::EstimateError;
use spotter_movement::Event;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::analysis::Analysis;
use crate::board::Board;
use crate::choices::{ChoiceMessage, Choices};
use crate::config::{Name, StationConfig};
use crate::health::{StationHealth, StationState};
use crate::metrics::Metrics;
use crate::publisher::Publisher;

use playlist::Playlist;
pub use playlist::PlaylistError;
use report::Reporter;

/// How long one pull waits. Short enough that a stop and the watchdog are served, long enough to cost nothing.
const PULL_TIMEOUT: Duration = Duration::from_millis(200);

/// A camera that gave no frame for this long is frozen and is opened again.
const FROZEN_AFTER: Duration = Duration::from_secs(5);

/// First and longest wait before a lost camera is opened again; jittered, doubled each time.
const RETRY_WAITS: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// A source that delivered for this long was healthy: the waits start anew.
const HEALTHY_AFTER: Duration = Duration::from_secs(30);

/// What a station reports to.
#[derive(Clone)]
pub struct Links {
    /// Events and live values go there.
    pub publisher: Arc<dyn Publisher>,
    /// The page and the terminal read this.
    pub board: Arc<Board>,
    /// What `/metrics` shows.
    pub metrics: Metrics,
    /// What coaches choose.
    pub choices: Arc<Choices>,
}

/// A station's source can't be used and will not come back.
#[derive(Debug, thiserror::Error)]
pub enum StationError {
    /// A file can't be played.
    #[error("station {station}: {source}")]
    Clip {
        /// Station name.
        station: String,
        /// The file and what is wrong with it.
        source: CaptureError,
    },
    /// A folder can't be played.
    #[error("station {station}: {source}")]
    Playlist {
        /// Station name.
        station: String,
        /// The folder and what is wrong with it.
        source: PlaylistError,
    },
}

/// How one attempt at a source ended.
enum Ended {
    /// The unit stops.
    Stopped,
    /// The clip is over.
    EndOfStream,
    /// The camera gave no frame for [`FROZEN_AFTER`].
    Frozen,
    /// Frames can't be read in video memory: the source is to be opened without.
    Unreadable,
}

/// One station's thread.
pub struct Station {
    config: StationConfig,
    playlist: Playlist,
    analysis: Analysis,
    choices: Option<watch::Receiver<ChoiceMessage>>,
    health: Arc<StationHealth>,
    reporter: Reporter,
    metrics: Metrics,
    stop: CancellationToken,
    runtime: tokio::runtime::Handle,
    /// PTS at which the current source started on the station's own time line, which goes on over reconnects and clips.
    started_at: Duration,
    newest: Duration,
    events: Vec<Event>,
}

impl Station {
    /// A station that has not opened its source yet. Called in a tokio runtime, which then serves interruptible waits.
    ///
    /// # Errors
    /// When the source is a folder without clips.
    pub fn new(
        config: StationConfig,
        analysis: Analysis,
        health: Arc<StationHealth>,
        links: Links,
        stop: CancellationToken,
    ) -> Result<Self, StationError> {
        let playlist = Playlist::new(&config.source)
            .map_err(|source| StationError::Playlist { station: config.name.to_string(), source })?;
        let metrics = links.metrics.clone();
        let choices = links.choices.follow(&config.name);
        let reporter = Reporter::new(config.name.clone(), links);
        Ok(Self {
            config,
            playlist,
            analysis,
            choices,
            health,
            reporter,
            metrics,
            stop,
            runtime: tokio::runtime::Handle::current(),
            started_at: Duration::ZERO,
            newest: Duration::ZERO,
            events: Vec::new(),
        })
    }

    /// Name of the station.
    pub fn name(&self) -> &Name {
        &self.config.name
    }

    /// Watches until the unit stops; opens the source again whenever it is lost.
    ///
    /// # Errors
    /// When a file can't be played: unlike a camera, it will not come back.
    pub fn run(mut self) -> Result<(), StationError> {
        let mut waits = retry_waits();
        while let Some(source) = self.playlist.current().cloned() {
            if self.stop.is_cancelled() {
                return Ok(());
            }
            let opened = Instant::now();
            let ended = self.watch_once(&source);
            self.close_movement();
            if opened.elapsed() > HEALTHY_AFTER {
                waits = retry_waits();
            }
            let cause = match ended {
                Ok(Ended::Stopped) => return Ok(()),
                Ok(Ended::Unreadable) => continue,
                Ok(Ended::EndOfStream) if self.playlist.is_files() => {
                    self.playlist.advance();
                    continue;
                }
                Ok(Ended::EndOfStream) => "the stream ended".to_owned(),
                Ok(Ended::Frozen) => format!("no frame for {} s", FROZEN_AFTER.as_secs()),
                Err(source) if self.playlist.is_files() => {
                    return Err(StationError::Clip { station: self.config.name.to_string(), source });
                }
                Err(error) => error.to_string(),
            };
            self.lost(&cause, waits.next().unwrap_or(RETRY_WAITS.1));
        }
        self.health.set_state(StationState::Finished, None);
        self.rest_until_stopped();
        Ok(())
    }

    /// One attempt: opens the source and watches it until it ends, fails or freezes.
    fn watch_once(&mut self, description: &SourceDescription) -> Result<Ended, CaptureError> {
        self.health.progress();
        let opened = opening::open(&self.config.name, description, self.analysis.memory(), &self.health)?;
        let mut source = opened.source;
        if let Some(error) = opened.refusal {
            self.leave_video_memory(&error.to_string());
        }
        self.reporter.opened(source.nominal_fps());
        let mut last_frame = Instant::now();
        let mut dropped = 0;
        loop {
            if self.stop.is_cancelled() {
                return Ok(Ended::Stopped);
            }
            match source.pull(PULL_TIMEOUT)? {
                Pull::Frame(frame) => {
                    last_frame = Instant::now();
                    self.count_drops(source.as_ref(), &mut dropped);
                    if !self.frame(&frame) {
                        return Ok(Ended::Unreadable);
                    }
                }
                Pull::EndOfStream => return Ok(Ended::EndOfStream),
                Pull::TimedOut if last_frame.elapsed() > FROZEN_AFTER => return Ok(Ended::Frozen),
                Pull::TimedOut => self.health.progress(),
            }
        }
    }

    /// One frame through estimation and movement to everyone who follows; false when it can't be read in video memory.
    fn frame(&mut self, frame: &Frame) -> bool {
        let pts = self.started_at + frame.pts;
        self.newest = pts;
        self.follow_choices();
        match self.analysis.frame(frame, pts, &mut self.events) {
            Ok(times) => {
                self.reporter.frame(&self.health, frame, pts, &self.analysis, &times);
                self.reporter.events(&mut self.events, frame.captured_at);
            }
            Err(EstimateError::VideoMemory(reason)) => {
                self.leave_video_memory(&reason);
                return false;
            }
            Err(error) => {
                self.health.progress();
                self.reporter.estimate_failed(&error);
            }
        }
        true
    }

    /// Said once: the station's frames lie in main memory from now on.
    fn leave_video_memory(&mut self, reason: &str) {
        tracing::warn!(station = %self.config.name, reason, "pictures are copied out of video memory");
        self.analysis.leave_video_memory();
    }

    /// A coach's choice holds from the next frame on.
    fn follow_choices(&mut self) {
        if let Some(choices) = &mut self.choices
            && choices.has_changed().unwrap_or(false)
        {
            let choice = choices.borrow_and_update().choice();
            self.analysis.choose(choice, &mut self.events);
        }
    }

    fn count_drops(&self, source: &dyn FrameSource, known: &mut u64) {
        let dropped = source.counters().dropped;
        let label = [self.config.name.as_str()];
        self.metrics.frames_dropped.with_label_values(&label).inc_by(dropped.saturating_sub(*known));
        *known = dropped;
    }

    /// Publishes what movement still held back; the next source goes on a second later on the station's time line.
    fn close_movement(&mut self) {
        self.analysis.finish(&mut self.events);
        self.reporter.events(&mut self.events, Instant::now());
        self.started_at = self.newest + Duration::from_secs(1);
    }

    /// The camera is lost: says so once, waits, and lets the loop try again.
    fn lost(&self, cause: &str, wait: Duration) {
        let label = [self.config.name.as_str()];
        self.metrics.station_running.with_label_values(&label).set(0);
        self.metrics.source_restarts.with_label_values(&label).inc();
        if self.health.set_state(StationState::Degraded, Some(cause.to_owned())) {
            tracing::warn!(station = %self.config.name, cause, "the camera is lost; trying again");
        }
        let deadline = Instant::now() + wait;
        while Instant::now() < deadline && !self.stop.is_cancelled() {
            self.health.progress();
            self.wait(PULL_TIMEOUT.min(deadline.saturating_duration_since(Instant::now())));
        }
    }

    /// A finished file leaves its station alive, so that page and health can still be read.
    fn rest_until_stopped(&self) {
        while !self.stop.is_cancelled() {
            self.health.progress();
            self.wait(Duration::from_secs(1));
        }
    }

    /// Waits, or returns at once when the unit stops.
    fn wait(&self, time: Duration) {
        // Either way of ending is fine: the callers look at the token.
        let _ = self.runtime.block_on(async { tokio::time::timeout(time, self.stop.cancelled()).await });
    }
}

fn retry_waits() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(RETRY_WAITS.0)
        .with_max_delay(RETRY_WAITS.1)
        .with_jitter()
        .without_max_times()
        .build()
}
