//! The whole unit as a process: start to READY, capture to a subscriber, memory.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;
use serde_json::Value;
use spotter_tests::{SpotterProcess, Subscription};

use crate::stats::Percentiles;

/// Longest wait for the next message.
const DEADLINE: Duration = Duration::from_secs(30);

/// What was measured of the running unit.
#[derive(Debug, Serialize)]
pub(crate) struct UnitFigures {
    /// Start of the process to READY=1, seconds.
    pub(crate) start_to_ready_s: f64,
    /// Capture of a frame to its live value at a subscriber.
    pub(crate) capture_to_live: Percentiles,
    /// Capture of the deciding frame to the event at a subscriber.
    pub(crate) capture_to_event: Percentiles,
    /// Largest resident set, MiB.
    pub(crate) peak_rss_mib: f64,
    /// Frames that a newer one replaced, of all captured, percent.
    pub(crate) dropped_pct: f64,
}

/// Runs the unit on the clip, paced and repeated, for `time`, and listens as a tablet would.
pub(crate) fn measure(clip: &Path, time: Duration) -> UnitFigures {
    let station = format!(
        "[[station]]\nname = \"bench\"\nsource = {{ type = \"file\", path = {:?}, repeat = true }}",
        clip.canonicalize().unwrap_or_else(|_| clip.to_owned())
    );
    let unit = SpotterProcess::start(&station, "");
    let start_to_ready_s = unit.wait_ready().as_secs_f64();
    let subscription = Subscription::new(unit.mqtt_port, "spotter/v1/#");

    let (mut live, mut events) = (Vec::new(), Vec::new());
    let end = Instant::now() + time;
    while Instant::now() < end {
        let (topic, payload, at) = subscription.wait_for(DEADLINE, |_, _| true);
        if topic.ends_with("/live") {
            live.extend(latency(&payload["captured_at"], at));
        } else if topic.contains("/event/") {
            events.extend(latency(&payload["captured_at"], at));
        }
    }
    let (_, metrics) = unit.get("/metrics");
    let frames = sample(&metrics, "spotter_frames_total");
    let dropped = sample(&metrics, "spotter_frames_dropped_total");
    UnitFigures {
        start_to_ready_s,
        capture_to_live: Percentiles::of(&live),
        capture_to_event: Percentiles::of(&events),
        peak_rss_mib: unit.peak_rss_bytes() as f64 / f64::from(1 << 20),
        dropped_pct: 100.0 * dropped / (frames + dropped).max(1.0),
    }
}

/// From a payload's capture time, by the clock that unit and subscriber share, to its receipt at `at`.
fn latency(captured_at: &Value, at: Instant) -> Option<Duration> {
    let captured_at = humantime::parse_rfc3339(captured_at.as_str()?).ok()?;
    let since_captured = SystemTime::now().duration_since(captured_at).ok()?;
    since_captured.checked_sub(at.elapsed())
}

/// Value of the first sample of a metric.
fn sample(metrics: &str, name: &str) -> f64 {
    let line = metrics.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0.0)
}
