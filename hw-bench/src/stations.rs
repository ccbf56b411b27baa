//! The whole unit as a process: stations on files, a tablet that reads everything, and what they came to while they were watched.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde::Serialize;
use spotter::config::ModelsConfig;
use spotter_tests::SpotterProcess;

use crate::exposition::{Histogram, sum};
use crate::part::Absent;
use crate::stats::Percentiles;
use crate::usage::{self, ProcessUsage};

/// Longest wait for the first frames of all stations.
const FIRST_FRAMES_WITHIN: Duration = Duration::from_secs(30);
/// Frames of each station before figures count.
const WARM_UP_FRAMES: f64 = 10.0;

/// What a unit watches.
#[derive(Debug, Clone)]
pub(crate) struct Scene<'a> {
    /// The clip that every camera plays, for ever.
    pub(crate) clip: &'a Path,
    /// Number of cameras.
    pub(crate) cameras: usize,
    /// At the clip's own pace, or as fast as the unit can.
    pub(crate) paced: bool,
}

/// A unit that runs, and a tablet that reads everything it sends.
pub(crate) struct RunningUnit {
    /// The unit.
    pub(crate) process: SpotterProcess,
    /// Start of the process to READY=1.
    pub(crate) start_to_ready: Duration,
    _tablet: Tablet,
}

/// What a unit came to while it was watched.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct UnitFigures {
    /// Cameras.
    pub(crate) cameras: usize,
    /// At the clip's own pace, or as fast as the unit can.
    pub(crate) paced: bool,
    /// Start of the process to READY=1, seconds.
    pub(crate) start_to_ready_s: f64,
    /// Frames estimated a second, all cameras together.
    pub(crate) fps: f64,
    /// Frames that a newer one replaced, of all captured, percent.
    pub(crate) dropped_pct: f64,
    /// Processor time of the unit a frame, milliseconds.
    pub(crate) cpu_ms_per_frame: f64,
    /// Processors that the unit kept busy.
    pub(crate) cpu_cores: f64,
    /// Largest resident memory, MB.
    pub(crate) peak_rss_mb: f64,
    /// Capture of a frame to its live value, from the unit's histogram; none as fast as it can, where nothing is captured.
    pub(crate) capture_to_live: Option<Percentiles>,
    /// Publishing a frame (live value to page and MQTT), from the unit's histogram.
    pub(crate) publish: Option<Percentiles>,
}

/// One look at a running unit.
struct Look {
    at: Instant,
    usage: ProcessUsage,
    metrics: String,
}

/// The release binary, as users run it.
pub(crate) fn spotter_binary() -> anyhow::Result<PathBuf> {
    let built = || spotter_tests::checkout().join("target/release/spotter");
    let path = std::env::var_os("SPOTTER_BINARY").map_or_else(built, PathBuf::from);
    anyhow::ensure!(path.is_file(), "{} is missing: run `make build`", path.display());
    Ok(path)
}

/// Starts a unit and waits until every camera gives frames.
pub(crate) fn start(scene: &Scene<'_>, models: &ModelsConfig) -> anyhow::Result<RunningUnit> {
    let process = SpotterProcess::start(&stations(scene)?, &models_table(models)?);
    let start_to_ready = process.wait_ready();
    let tablet = Tablet::subscribe(process.mqtt_port)?;
    let wanted = WARM_UP_FRAMES * scene.cameras as f64;
    process.wait_for_metric("spotter_frames_total", FIRST_FRAMES_WITHIN, |frames| frames >= wanted);
    Ok(RunningUnit { process, start_to_ready, _tablet: tablet })
}

/// Watches a unit for `time`.
pub(crate) fn watch(scene: &Scene<'_>, models: &ModelsConfig, time: Duration) -> anyhow::Result<UnitFigures> {
    let unit = start(scene, models)?;
    let before = unit.look()?;
    // The time that is measured, not a wait for something.
    std::thread::sleep(time);
    let after = unit.look()?;
    Ok(figures(scene, unit.start_to_ready, &before, &after))
}

fn figures(scene: &Scene<'_>, start_to_ready: Duration, before: &Look, after: &Look) -> UnitFigures {
    let since = |name: &str| sum(&after.metrics, name) - sum(&before.metrics, name);
    let seconds = (after.at - before.at).as_secs_f64();
    let (frames, dropped) = (since("spotter_frames_total"), since("spotter_frames_dropped_total"));
    let cpu_s = (after.usage.cpu.saturating_sub(before.usage.cpu)).as_secs_f64();
    let times = |name: &str, label: &str| {
        let histogram = Histogram::read(&after.metrics, name, label);
        percentiles(&histogram.since(&Histogram::read(&before.metrics, name, label)))
    };
    UnitFigures {
        cameras: scene.cameras,
        paced: scene.paced,
        start_to_ready_s: start_to_ready.as_secs_f64(),
        fps: frames / seconds,
        dropped_pct: 100.0 * dropped / (frames + dropped).max(1.0),
        cpu_ms_per_frame: 1e3 * cpu_s / frames.max(1.0),
        cpu_cores: cpu_s / seconds,
        peak_rss_mb: usage::mb(after.usage.peak_rss_bytes),
        capture_to_live: times("spotter_capture_to_live_seconds", "").filter(|_| scene.paced),
        publish: times("spotter_stage_seconds", "stage=\"publish\""),
    }
}

fn percentiles(histogram: &Histogram) -> Option<Percentiles> {
    let quantile_ms = |share| histogram.quantile(share).map(|seconds| 1e3 * seconds);
    Some(Percentiles {
        p50_ms: quantile_ms(0.50)?,
        p95_ms: quantile_ms(0.95)?,
        p99_ms: quantile_ms(0.99)?,
        count: histogram.count() as usize,
    })
}

impl RunningUnit {
    fn metrics(&self) -> String {
        self.process.get("/metrics").1
    }

    fn look(&self) -> anyhow::Result<Look> {
        Ok(Look { at: Instant::now(), usage: usage::of_process(self.process.id())?, metrics: self.metrics() })
    }
}

/// The `[[station]]` tables of a scene.
fn stations(scene: &Scene<'_>) -> anyhow::Result<String> {
    let clip =
        scene.clip.canonicalize().with_context(|| format!("{} can't be read", scene.clip.display()))?;
    let mut text = String::new();
    for camera in 1..=scene.cameras {
        writeln!(
            text,
            "[[station]]\nname = \"camera-{camera}\"\nsource = {{ type = \"file\", path = {clip:?}, repeat = true, paced = {} }}",
            scene.paced
        )?;
    }
    Ok(text)
}

/// The `[models]` table, with those below it.
fn models_table(models: &ModelsConfig) -> anyhow::Result<String> {
    Ok(toml::to_string(&BTreeMap::from([("models", models)]))?)
}

/// A tablet that reads everything. Unlike the tests' `Subscription` it keeps nothing (half an hour of live values would fill the memory) and
/// takes no processor time for reading the text.
struct Tablet(Child);

impl Tablet {
    fn subscribe(port: u16) -> anyhow::Result<Self> {
        let child = Command::new("mosquitto_sub")
            .args([
                "-V",
                "mqttv5",
                "-h",
                "127.0.0.1",
                "-p",
                &port.to_string(),
                "-q",
                "1",
                "-t",
                "spotter/v1/#",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        match child {
            Ok(child) => Ok(Self(child)),
            Err(_) => Err(Absent::because("not installed: mosquitto_sub (make setup-bench)").into()),
        }
    }
}

impl Drop for Tablet {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use spotter::config::Config;

    use super::*;

    #[test]
    fn the_unit_can_read_what_is_written_for_it() {
        let models = ModelsConfig { threads: 3, max_people: 4, ..ModelsConfig::default() };
        let text = format!("[unit]\nsite = \"a\"\nname = \"b\"\n{}", models_table(&models).unwrap());
        let camera = "[[station]]\nname = \"c\"\nsource = { type = \"file\", path = \"d.mp4\" }";
        let config: Config = toml::from_str(&format!("{text}\n{camera}")).unwrap();
        assert_eq!((config.models.threads, config.models.max_people), (3, 4));
    }
}
