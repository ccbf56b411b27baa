//! What a station tells the rest of the unit of each frame and each event.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use prometheus::Histogram;
use spotter_capture::Frame;
use spotter_models::{EstimateError, Pose};
use spotter_movement::{Event, Jump, Rep};

use super::Links;
use super::fps::FpsMeter;
use crate::analysis::{Analysis, FrameTimes};
use crate::board::{LiveBody, LiveFrame, Totals};
use crate::config::Name;
use crate::health::StationHealth;

/// One log line for this many frames that could not be estimated.
const LOG_EVERY_FAILURES: u64 = 100;

/// A station's histograms, looked up once.
struct Stages {
    preprocess: Histogram,
    infer: Histogram,
    postprocess: Histogram,
    track: Histogram,
    bar: Histogram,
    movement: Histogram,
    publish: Histogram,
}

/// Reports frames and events of one station.
pub(super) struct Reporter {
    station: Name,
    links: Links,
    stages: Stages,
    fps: FpsMeter,
    totals: Totals,
    last_rep: Option<Rep>,
    last_jump: Option<Jump>,
    failures: u64,
}

impl Reporter {
    pub(super) fn new(station: Name, links: Links) -> Self {
        let stage = |stage| links.metrics.stage.with_label_values(&[station.as_str(), stage]);
        let stages = Stages {
            preprocess: stage("preprocess"),
            infer: stage("infer"),
            postprocess: stage("postprocess"),
            track: stage("track"),
            bar: stage("bar"),
            movement: stage("movement"),
            publish: stage("publish"),
        };
        Self {
            station,
            links,
            stages,
            fps: FpsMeter::new(Instant::now()),
            totals: Totals::default(),
            last_rep: None,
            last_jump: None,
            failures: 0,
        }
    }

    /// The source is open.
    pub(super) fn opened(&self, nominal_fps: Option<f64>) {
        tracing::info!(station = %self.station, nominal_fps, "the source is open");
        self.links.metrics.station_running.with_label_values(&[self.station.as_str()]).set(1);
    }

    /// A frame was estimated: health, metrics, and the live value for page and tablets.
    pub(super) fn frame(
        &mut self,
        health: &StationHealth,
        frame: &Frame,
        pts: Duration,
        analysis: &Analysis,
        times: &FrameTimes,
    ) {
        let started = Instant::now();
        let fps = self.fps.tick(started);
        let people = analysis.poses().len();
        health.frame(fps, people);
        let latency = frame.captured_at.elapsed();
        let live = self.live_json(frame, pts, analysis, fps, latency);
        self.links.board.post(&self.station, Arc::clone(&live));
        self.links.publisher.live(&self.station, live);

        let label = [self.station.as_str()];
        let metrics = &self.links.metrics;
        metrics.frames.with_label_values(&label).inc();
        metrics.people.with_label_values(&label).set(people as i64);
        metrics.capture_to_live.with_label_values(&label).observe(latency.as_secs_f64());
        self.stages.preprocess.observe(times.estimate.preprocess.as_secs_f64());
        self.stages.infer.observe(times.estimate.infer.as_secs_f64());
        self.stages.postprocess.observe(times.estimate.postprocess.as_secs_f64());
        self.stages.track.observe(times.estimate.track.as_secs_f64());
        self.stages.bar.observe(times.bar.as_secs_f64());
        self.stages.movement.observe(times.movement.as_secs_f64());
        self.stages.publish.observe(started.elapsed().as_secs_f64());
    }

    /// Records what happened. `captured_at` is when the frame that decided it was captured.
    pub(super) fn events(&mut self, events: &mut Vec<Event>, captured_at: Instant) {
        for event in events.drain(..) {
            self.remember(&event);
            let label = [self.station.as_str(), event.kind()];
            self.links.metrics.events.with_label_values(&label).inc();
            if let Err(error) = self.links.publisher.event(&self.station, &event, captured_at) {
                self.links.metrics.events_lost.with_label_values(&[self.station.as_str()]).inc();
                tracing::error!(station = %self.station, %error, "an event could not be recorded");
            }
            let latency = captured_at.elapsed();
            let label = [self.station.as_str()];
            self.links.metrics.capture_to_event.with_label_values(&label).observe(latency.as_secs_f64());
        }
    }

    /// A frame could not be estimated.
    pub(super) fn estimate_failed(&mut self, error: &EstimateError) {
        self.links.metrics.estimate_errors.with_label_values(&[self.station.as_str()]).inc();
        if self.failures.is_multiple_of(LOG_EVERY_FAILURES) {
            tracing::error!(station = %self.station, %error, failures = self.failures + 1, "a frame could not be estimated");
        }
        self.failures += 1;
    }

    fn remember(&mut self, event: &Event) {
        match event {
            Event::Rep(rep) => {
                self.totals.reps += u64::from(rep.counts());
                self.last_rep = Some(rep.clone());
            }
            Event::Jump(jump) => {
                self.totals.jumps += 1;
                self.last_jump = Some(jump.clone());
            }
            Event::SetEnded(_) => self.totals.sets += 1,
            _ => {}
        }
    }

    fn live_json(
        &self,
        frame: &Frame,
        pts: Duration,
        analysis: &Analysis,
        fps: f64,
        latency: Duration,
    ) -> Arc<str> {
        let people = analysis.session().map_or(&[][..], |session| session.live());
        let bodies: Vec<LiveBody<'_>> = people
            .iter()
            .filter_map(|person| {
                let pose = analysis.poses().iter().find(|pose| pose.id == person.person_id)?;
                Some(LiveBody { person, keypoints: rounded_keypoints(pose) })
            })
            .collect();
        let live = LiveFrame {
            schema: 1,
            station: self.station.as_str(),
            t_s: pts.as_secs_f64(),
            width_px: frame.width,
            height_px: frame.height,
            fps,
            captured_at: humantime::format_rfc3339_millis(SystemTime::now() - latency).to_string(),
            latency_ms: latency.as_secs_f64() * 1e3,
            people: &bodies,
            totals: self.totals,
            last_rep: self.last_rep.as_ref(),
            last_jump: self.last_jump.as_ref(),
        };
        // Plain data always serialises; an empty text would be skipped by every reader.
        serde_json::to_string(&live).unwrap_or_default().into()
    }
}

/// Tenths of a pixel are finer than any screen that shows them, and halve the message.
fn rounded_keypoints(pose: &Pose) -> Vec<[f32; 3]> {
    let round = |value: f32, steps: f32| (value * steps).round() / steps;
    pose.keypoints
        .iter()
        .map(|point| [round(point.x_px, 10.0), round(point.y_px, 10.0), round(point.confidence, 100.0)])
        .collect()
}
