//! What the unit sees now: the newest live frame of each station, for the page, the terminal and MQTT.

use std::sync::Arc;

use serde::Serialize;
use spotter_movement::{Jump, LivePerson, Rep};
use tokio::sync::watch;

use crate::config::Name;

/// One live frame of a station. Serialised once by the station, then shared as text.
#[derive(Debug, Serialize)]
pub struct LiveFrame<'a> {
    /// Version of this payload.
    pub schema: u32,
    /// Station name.
    pub station: &'a str,
    /// PTS of the frame, seconds.
    pub t_s: f64,
    /// Picture width in pixels.
    pub width_px: u32,
    /// Picture height in pixels.
    pub height_px: u32,
    /// Estimated frames a second over the last second.
    pub fps: f64,
    /// When the frame was captured, RFC 3339 by the unit's clock. For latency only: analysis knows PTS alone.
    pub captured_at: String,
    /// Capture to this value, milliseconds.
    pub latency_ms: f64,
    /// The people in view.
    pub people: &'a [LiveBody<'a>],
    /// What was counted since the unit started.
    pub totals: Totals,
    /// The newest repetition.
    pub last_rep: Option<&'a Rep>,
    /// The newest jump.
    pub last_jump: Option<&'a Jump>,
}

/// One person in view: what movement says and where the keypoints are.
#[derive(Debug, Serialize)]
pub struct LiveBody<'a> {
    /// Phase, counts and velocity; null until movement has seen enough.
    #[serde(flatten)]
    pub person: &'a LivePerson,
    /// 33 × `[x_px, y_px, confidence]` in the order of METRICS §0.2 (BlazePose).
    pub keypoints: Vec<[f32; 3]>,
}

/// Counts since the unit started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Counted repetitions.
    pub reps: u64,
    /// Sets that ended.
    pub sets: u64,
    /// Jumps.
    pub jumps: u64,
}

/// The newest live frame of each station. Newest wins: a slow reader misses frames and never slows the unit.
#[derive(Debug)]
pub struct Board {
    stations: Vec<(Name, watch::Sender<Arc<str>>)>,
}

impl Board {
    /// A board for these stations, empty.
    pub fn new(names: impl IntoIterator<Item = Name>) -> Self {
        let empty = || watch::Sender::new(Arc::from(""));
        Self { stations: names.into_iter().map(|name| (name, empty())).collect() }
    }

    /// Station names, in the configuration's order.
    pub fn station_names(&self) -> impl Iterator<Item = &Name> {
        self.stations.iter().map(|(name, _)| name)
    }

    /// Replaces the newest frame of a station (JSON of a [`LiveFrame`]).
    pub fn post(&self, station: &Name, live_frame_json: Arc<str>) {
        if let Some((_, slot)) = self.stations.iter().find(|(name, _)| name == station) {
            slot.send_replace(live_frame_json);
        }
    }

    /// Follows a station. The text is empty until its first frame.
    pub fn follow(&self, station: &str) -> Option<watch::Receiver<Arc<str>>> {
        self.stations.iter().find(|(name, _)| name.as_str() == station).map(|(_, slot)| slot.subscribe())
    }
}
