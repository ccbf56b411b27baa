//! Capture of the deciding frame to the event at a subscriber, for a camera of 1280 × 720 at 30 frames a second.

use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;
use serde_json::Value;
use spotter::config::ModelsConfig;
use spotter_tests::Subscription;

use crate::compose;
use crate::plan::Plan;
use crate::stations::{self, Scene};
use crate::stats::Percentiles;

/// Longest wait for any message of a unit that runs.
const SILENT_AFTER: Duration = Duration::from_secs(30);

/// What a subscriber saw.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LatencyFigures {
    /// Capture of a frame to its live value at the subscriber.
    pub(crate) live: Percentiles,
    /// Capture of the deciding frame to the event at the subscriber; `count` is the number of events.
    pub(crate) event: Percentiles,
    /// Where the events came from.
    pub(crate) clip: String,
    /// Inference threads.
    pub(crate) threads: usize,
}

/// Runs the unit on the clip, at its own pace and for ever, until there are enough events; listens as a tablet would.
pub(crate) fn measure(plan: &Plan, models: &ModelsConfig) -> anyhow::Result<LatencyFigures> {
    let clip = compose::jumps_720p()?;
    let scene = Scene { clip: &clip.path, cameras: 1, paced: true };
    let unit = stations::start(&scene, models)?;
    let subscription = Subscription::new(unit.process.mqtt_port, "spotter/v1/#");
    let (mut live_ms, mut event_ms) = (Vec::new(), Vec::new());
    let end = Instant::now() + plan.latency;
    while Instant::now() < end && event_ms.len() < plan.events {
        let (topic, payload, at) = subscription.wait_for(SILENT_AFTER, |_, _| true);
        if topic.ends_with("/live") {
            live_ms.extend(latency_ms(&payload["captured_at"], at));
        } else if topic.contains("/event/") {
            event_ms.extend(latency_ms(&payload["captured_at"], at));
        }
    }
    let nothing = |what: &str| anyhow::anyhow!("no {what} came within {} s", plan.latency.as_secs());
    Ok(LatencyFigures {
        live: Percentiles::of_ms(&live_ms).ok_or_else(|| nothing("live value"))?,
        event: Percentiles::of_ms(&event_ms).ok_or_else(|| nothing("event"))?,
        clip: clip.description,
        threads: models.inference_threads(),
    })
}

/// From a payload's capture time, by the clock that unit and subscriber share, to its receipt at `at`.
fn latency_ms(captured_at: &Value, at: Instant) -> Option<f64> {
    let captured_at = humantime::parse_rfc3339(captured_at.as_str()?).ok()?;
    let since_captured = SystemTime::now().duration_since(captured_at).ok()?;
    Some(1e3 * since_captured.checked_sub(at.elapsed())?.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latency_ends_when_the_message_came_not_when_it_is_read() {
        let came = Instant::now().checked_sub(Duration::from_millis(500)).unwrap();
        let captured = SystemTime::now() - Duration::from_millis(740);
        let text = humantime::format_rfc3339_nanos(captured).to_string();
        let latency = latency_ms(&Value::String(text), came).unwrap();
        assert!((239.0..245.0).contains(&latency), "{latency}");
        assert_eq!(latency_ms(&Value::Null, came), None);
    }
}
