//! Prometheus metrics of the unit. Each is moved by the module that its name says; `docs/ref/prometheus.md` lists them.

use prometheus::core::Collector;
use prometheus::{
    HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder, process_collector,
};
use spotter_models::BackendStatus;

/// Bounds of latency histograms, seconds: fine where the targets lie (60 and 100 ms).
const LATENCY_BUCKETS_S: &[f64] = &[
    0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0,
];

/// Bounds of the stages' histograms, seconds: fine below the 2 ms that all but inference may take.
const STAGE_BUCKETS_S: &[f64] = &[
    0.000_02, 0.000_05, 0.0001, 0.0002, 0.0003, 0.0005, 0.0007, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.007,
    0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0,
];

/// The unit's metrics and their registry.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Registry,
    /// `spotter_frames_total{station}`: frames estimated.
    pub frames: IntCounterVec,
    /// `spotter_frames_dropped_total{station}`: frames replaced by a newer one before they could be estimated.
    pub frames_dropped: IntCounterVec,
    /// `spotter_estimate_errors_total{station}`: frames whose estimation failed.
    pub estimate_errors: IntCounterVec,
    /// `spotter_source_restarts_total{station}`: times a source was opened again.
    pub source_restarts: IntCounterVec,
    /// `spotter_station_running{station}`: 1 while frames come.
    pub station_running: IntGaugeVec,
    /// `spotter_people{station}`: people in view.
    pub people: IntGaugeVec,
    /// `spotter_events_total{station,type}`: events recorded.
    pub events: IntCounterVec,
    /// `spotter_events_lost_total{station}`: events that the outbox could not record.
    pub events_lost: IntCounterVec,
    /// `spotter_stage_seconds{station,stage}`: time of each stage of a frame.
    pub stage: HistogramVec,
    /// `spotter_capture_to_live_seconds{station}`: capture to the live value.
    pub capture_to_live: HistogramVec,
    /// `spotter_backend_info{backend}`: 1 for what computes the poses.
    pub backend: IntGaugeVec,
    /// `spotter_backend_gpu`: 1 while a GPU computes the poses.
    pub backend_gpu: IntGauge,
    /// `spotter_backend_gpu_errors_total`: times a GPU failed while it ran.
    pub backend_gpu_errors: IntCounter,
    /// `spotter_capture_to_event_seconds{station}`: capture of the deciding frame to the recorded event.
    pub capture_to_event: HistogramVec,
}

impl Metrics {
    /// Registers all metrics.
    ///
    /// # Errors
    /// When two metrics share a name (a defect that a test finds).
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        registry.register(Box::new(process_collector::ProcessCollector::for_self()))?;
        let build =
            IntGaugeVec::new(Opts::new("spotter_build_info", "Version of the daemon."), &["version"])?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        registry.register(Box::new(build))?;
        let register = Register(&registry);
        Ok(Self {
            frames: register.counter("spotter_frames_total", "Frames estimated.", &["station"])?,
            frames_dropped: register.counter(
                "spotter_frames_dropped_total",
                "Frames replaced by a newer one before they could be estimated.",
                &["station"],
            )?,
            estimate_errors: register.counter(
                "spotter_estimate_errors_total",
                "Frames whose estimation failed.",
                &["station"],
            )?,
            source_restarts: register.counter(
                "spotter_source_restarts_total",
                "Times a source was opened again.",
                &["station"],
            )?,
            station_running: register.gauge(
                "spotter_station_running",
                "1 while frames come.",
                &["station"],
            )?,
            people: register.gauge("spotter_people", "People in view.", &["station"])?,
            events: register.counter(
                "spotter_events_total",
                "Events recorded, by type.",
                &["station", "type"],
            )?,
            events_lost: register.counter(
                "spotter_events_lost_total",
                "Events that the outbox could not record.",
                &["station"],
            )?,
            stage: register.histogram(
                "spotter_stage_seconds",
                "Time of each stage of a frame.",
                &["station", "stage"],
                STAGE_BUCKETS_S,
            )?,
            backend: register.gauge(
                "spotter_backend_info",
                "1 for what computes the poses.",
                &["backend"],
            )?,
            backend_gpu: register
                .single(IntGauge::new("spotter_backend_gpu", "1 while a GPU computes the poses.")?)?,
            backend_gpu_errors: register.single(IntCounter::new(
                "spotter_backend_gpu_errors_total",
                "Times a GPU failed while it ran.",
            )?)?,
            capture_to_live: register.latency(
                "spotter_capture_to_live_seconds",
                "Capture to the live value.",
                &["station"],
            )?,
            capture_to_event: register.latency(
                "spotter_capture_to_event_seconds",
                "Capture of the deciding frame to the recorded event.",
                &["station"],
            )?,
            registry,
        })
    }

    /// What computes the poses, as the engine says.
    pub fn set_backend(&self, status: &BackendStatus) {
        self.backend.reset();
        self.backend.with_label_values(&[status.running.as_str()]).set(1);
        self.backend_gpu.set(status.gpu.into());
        self.backend_gpu_errors.inc_by(status.gpu_errors.saturating_sub(self.backend_gpu_errors.get()));
    }

    /// The registry, for modules with metrics of their own.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// All metrics in Prometheus' text format.
    ///
    /// # Errors
    /// When a collector gives an inconsistent family.
    pub fn render(&self) -> Result<String, prometheus::Error> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

struct Register<'a>(&'a Registry);

impl Register<'_> {
    fn single<M: Collector + Clone + 'static>(&self, metric: M) -> Result<M, prometheus::Error> {
        self.0.register(Box::new(metric.clone()))?;
        Ok(metric)
    }

    fn counter(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec, prometheus::Error> {
        let counter = IntCounterVec::new(Opts::new(name, help), labels)?;
        self.0.register(Box::new(counter.clone()))?;
        Ok(counter)
    }

    fn gauge(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntGaugeVec, prometheus::Error> {
        let gauge = IntGaugeVec::new(Opts::new(name, help), labels)?;
        self.0.register(Box::new(gauge.clone()))?;
        Ok(gauge)
    }

    fn latency(&self, name: &str, help: &str, labels: &[&str]) -> Result<HistogramVec, prometheus::Error> {
        self.histogram(name, help, labels, LATENCY_BUCKETS_S)
    }

    fn histogram(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
        buckets_s: &[f64],
    ) -> Result<HistogramVec, prometheus::Error> {
        let options = HistogramOpts::new(name, help).buckets(buckets_s.to_vec());
        let histogram = HistogramVec::new(options, labels)?;
        self.0.register(Box::new(histogram.clone()))?;
        Ok(histogram)
    }
}
