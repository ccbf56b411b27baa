//! A GStreamer pipeline that ends in a sink of one buffer.

use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use gstreamer::{self as gst, prelude::*};
use gstreamer_app as gst_app;
use gstreamer_video as gst_video;

use crate::failure::{Failure, message_text};
use crate::frame::Format;
use crate::launch::{Launch, SOURCE_ELEMENT, SinkPolicy};
use crate::monitor::{Monitor, State};
use crate::rtsp_url::without_passwords;
use crate::{CaptureError, packages};

const SINK_ELEMENT: &str = "spotter_frames";

/// How long closing may take: a driver that hangs must not hang the unit.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// How late the next pass of a file may begin and still catch up with its schedule.
const MAX_CATCH_UP: gst::ClockTime = gst::ClockTime::SECOND;

/// A pipeline with its sink; set to NULL when dropped.
pub(crate) struct Pipeline {
    elements: gst::Pipeline,
    pub(crate) sink: gst_app::AppSink,
    pub(crate) monitor: Arc<Monitor>,
}

/// Why a pipeline has no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoPicture {
    /// An element failed; the monitor knows why.
    Failed,
    /// The stream ended before its first picture.
    Ended,
    /// None came in the time given.
    TimedOut,
}

/// Builds the pipeline: source and decoder, sink, clock, bus. Nothing runs yet.
pub(crate) fn create_pipeline(
    name: &str,
    launch: &Launch,
    policy: SinkPolicy,
) -> Result<Pipeline, CaptureError> {
    let failed = |message: String| CaptureError::Pipeline { source_name: name.to_owned(), message };
    let (elements, sink) = parse(&launch.text).map_err(|error| match error {
        ParseError::Missing(element) => {
            CaptureError::MissingElement { package: packages::of_element(&element), element }
        }
        ParseError::Refused(why) => {
            failed(format!("the pipeline's description can't be used: {why}: try it with gst-launch-1.0"))
        }
    })?;
    if let Some(source) = elements.by_name(SOURCE_ELEMENT) {
        for (property, value) in &launch.settings {
            source.set_property(property, value);
        }
        ask_for_pictures_only(&source);
    }
    // Always the same monotonic clock: one that an element brings along could vanish with it.
    elements.use_clock(Some(&gst::SystemClock::obtain()));
    let monitor = Arc::new(Monitor::default());
    configure_sink(&sink, launch.caps, policy, &monitor);
    watch_bus(&elements, &monitor).map_err(failed)?;
    Ok(Pipeline { elements, sink, monitor })
}

/// A network camera's sound is not asked for: it costs, and the receiver would shift the pictures' time to match it.
fn ask_for_pictures_only(source: &gst::Element) {
    if glib::subclass::SignalId::lookup("select-stream", source.type_()).is_none() {
        return;
    }
    source.connect("select-stream", false, |arguments| {
        let caps = arguments.get(2)?.get::<gst::Caps>().ok()?;
        let media = caps.structure(0)?.get::<String>("media").ok()?;
        Some((media == "video").to_value())
    });
}

enum ParseError {
    Missing(String),
    Refused(String),
}

fn parse(text: &str) -> Result<(gst::Pipeline, gst_app::AppSink), ParseError> {
    let mut context = gst::ParseContext::new();
    let text = format!("{text} ! appsink name={SINK_ELEMENT}");
    let parsed = gst::parse::launch_full(&text, Some(&mut context), gst::ParseFlags::FATAL_ERRORS);
    let element = parsed.map_err(|error| {
        let is_missing = error.kind::<gst::ParseError>() == Some(gst::ParseError::NoSuchElement);
        match context.missing_elements().into_iter().next() {
            Some(element) if is_missing => ParseError::Missing(element),
            _ => ParseError::Refused(without_passwords(error.message())),
        }
    })?;
    let no_sink = || ParseError::Refused("it does not end in an open video output".to_owned());
    let elements = element.downcast::<gst::Pipeline>().map_err(|_| no_sink())?;
    let sink = elements.by_name(SINK_ELEMENT).and_then(|sink| sink.downcast().ok()).ok_or_else(no_sink)?;
    Ok((elements, sink))
}

/// A queue of one buffer; see [`SinkPolicy`] for what happens when it is full. The reader counts what was replaced.
fn configure_sink(sink: &gst_app::AppSink, caps: &str, policy: SinkPolicy, monitor: &Arc<Monitor>) {
    sink.set_caps(caps.parse::<gst::Caps>().ok().as_ref());
    sink.set_max_buffers(1);
    sink.set_drop(policy.newest_wins);
    sink.set_sync(policy.paced);
    sink.set_property("enable-last-sample", false);
    let (prerolled, arrived, ended) = (monitor.clone(), monitor.clone(), monitor.clone());
    sink.set_callbacks(
        gst_app::AppSinkCallbacks::builder()
            .new_preroll(move |_| {
                prerolled.report(|state| state.prerolled = true);
                Ok(gst::FlowSuccess::Ok)
            })
            .new_sample(move |_| {
                arrived.report(|state| state.arrived += 1);
                Ok(gst::FlowSuccess::Ok)
            })
            .eos(move |_| ended.report(|state| state.ended = true))
            .build(),
    );
    if let Some(pad) = sink.static_pad("sink") {
        accept_any_strides(&pad);
    }
}

/// Tells decoders that rows and planes may lie where they like: without this they copy each picture into GStreamer's
/// default layout. (An appsink answers this query itself only from GStreamer 1.24 on.)
fn accept_any_strides(pad: &gst::Pad) {
    pad.add_probe(gst::PadProbeType::QUERY_DOWNSTREAM, |_, info| {
        if let Some(query) = info.query_mut()
            && let gst::QueryViewMut::Allocation(allocation) = query.view_mut()
        {
            allocation.add_allocation_meta::<gst_video::VideoMeta>(None);
            return gst::PadProbeReturn::Handled;
        }
        gst::PadProbeReturn::Ok
    });
}

/// Messages are handled where they arise, so errors wake the reader at once and no queue can fill.
fn watch_bus(elements: &gst::Pipeline, monitor: &Arc<Monitor>) -> Result<(), String> {
    let bus = elements.bus().ok_or("the pipeline has no bus")?;
    let monitor = monitor.clone();
    bus.set_sync_handler(move |_, message| {
        match message.view() {
            gst::MessageView::Error(error) => {
                let failure = Failure::of_message(error);
                tracing::debug!(message = failure.text, "GStreamer error");
                monitor.report(|state| {
                    state.failure.get_or_insert(failure);
                });
            }
            gst::MessageView::Warning(warning) => {
                let text = message_text(warning.src(), &warning.error(), warning.debug().as_deref());
                tracing::debug!(message = text, "GStreamer warning");
                monitor.report(|state| state.warning = Some(text));
            }
            gst::MessageView::Element(element) => {
                if let Some(decoder) = element.structure().and_then(missing_decoder) {
                    monitor.report(|state| state.missing_decoder = Some(decoder));
                }
            }
            _ => {}
        }
        gst::BusSyncReply::Drop
    });
    Ok(())
}

/// Name and format of what a `missing-plugin` message asks for; nobody misses sound.
fn missing_decoder(structure: &gst::StructureRef) -> Option<(String, String)> {
    if structure.name() != "missing-plugin" {
        return None;
    }
    let caps = structure.get::<gst::Caps>("detail").ok()?.to_string();
    let name = structure.get::<String>("name").ok()?;
    (!caps.starts_with("audio/")).then_some((name, caps))
}

impl Pipeline {
    /// Starts the pipeline and waits for its first picture. A camera then runs (true); anything else holds its first
    /// picture until [`Pipeline::play`] (false).
    pub(crate) fn start(&self, deadline: Instant) -> Result<bool, NoPicture> {
        let paused = self.elements.set_state(gst::State::Paused).map_err(|_| NoPicture::Failed)?;
        let live = paused == gst::StateChangeSuccess::NoPreroll;
        if live {
            // Frames come when they are due; waiting for the clock would only add the pipeline's latency.
            self.sink.set_sync(false);
            self.play().map_err(|()| NoPicture::Failed)?;
        }
        let has_picture = |state: &State| state.prerolled || state.arrived > 0;
        let decided = |state: &State| has_picture(state) || state.ended || state.failure.is_some();
        self.monitor.wait_until(deadline, decided);
        self.monitor.read(|state| match state {
            state if state.failure.is_some() => Err(NoPicture::Failed),
            state if has_picture(state) => Ok(live),
            state if state.ended => Err(NoPicture::Ended),
            _ => Err(NoPicture::TimedOut),
        })
    }

    /// An element of the pipeline.
    #[cfg(test)]
    pub(crate) fn element(&self, name: &str) -> Option<gst::Element> {
        self.elements.by_name(name)
    }

    /// Lets frames flow. An element that refuses reports why to the monitor.
    pub(crate) fn play(&self) -> Result<(), ()> {
        self.elements.set_state(gst::State::Playing).map(drop).map_err(drop)
    }

    /// Goes back to the first frame; the next pass is due `pass` after this one was, so a paced file keeps its pace
    /// across passes. False when the container can't be sought in.
    pub(crate) fn rewind(&self, pass: Duration) -> bool {
        if let (Some(base_time), Some(now)) = (self.elements.base_time(), self.elements.current_clock_time())
        {
            let due = base_time + gst::ClockTime::try_from(pass).unwrap_or_default();
            // A reader that was away does not get the time it missed played at the double.
            let due = if now.saturating_sub(due) > MAX_CATCH_UP { now } else { due };
            // None: GStreamer would else begin each pass when it happens to be ready.
            self.elements.set_start_time(gst::ClockTime::NONE);
            self.elements.set_base_time(due);
        }
        self.monitor.report(|state| state.ended = false);
        self.elements.seek_simple(gst::SeekFlags::FLUSH, gst::ClockTime::ZERO).is_ok()
    }

    /// How long a file plays, where the container states it.
    pub(crate) fn duration(&self) -> Option<Duration> {
        self.elements.query_duration::<gst::ClockTime>().map(Into::into)
    }

    /// The format of the frames, once known.
    pub(crate) fn format(&self) -> Option<Format> {
        let caps = self.sink.static_pad("sink")?.current_caps()?;
        Format::of(&caps)
    }

    /// How the pictures lie, where a tag says that they are not upright.
    pub(crate) fn turn(&self) -> Option<gst_video::VideoOrientationMethod> {
        let mut turn = None;
        self.sink.static_pad("sink")?.sticky_events_foreach(|event| {
            if let gst::EventView::Tag(tags) = event.view() {
                turn = gst_video::VideoOrientationMethod::from_tag(tags.tag()).or(turn);
            }
            std::ops::ControlFlow::Continue(gst::EventForeachAction::Keep)
        });
        turn.filter(|turn| *turn != gst_video::VideoOrientationMethod::Identity)
    }

    /// When running time 0 was on the process's clock, for the pipeline's present base time.
    pub(crate) fn epoch(&self) -> Option<Epoch> {
        let base_time = self.elements.base_time()?;
        // The two clocks are read one after the other; the shortest of a few attempts was not interrupted in between.
        let mut best: Option<(Duration, Instant)> = None;
        for _ in 0..3 {
            let before = Instant::now();
            let running_time = self.elements.current_running_time()?;
            let took = before.elapsed();
            if best.is_none_or(|(shortest, _)| took < shortest) {
                best = Some((took, (before + took / 2).checked_sub(running_time.into())?));
            }
        }
        best.map(|(_, start)| Epoch { base_time, start })
    }

    /// Whether the epoch still holds: each pass of a file has one of its own.
    pub(crate) fn is_current(&self, epoch: &Epoch) -> bool {
        self.elements.base_time() == Some(epoch.base_time)
    }
}

/// Running time 0 on the process's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Epoch {
    base_time: gst::ClockTime,
    pub(crate) start: Instant,
}

impl Drop for Pipeline {
    /// Closes within a bounded time. A driver that hangs keeps its thread; the unit goes on.
    fn drop(&mut self) {
        let (closed, wait_closed) = mpsc::channel();
        let elements = self.elements.clone();
        let close = move || {
            // Closing is all that is left to do; an element that fails at it is closed nevertheless.
            let _ = elements.set_state(gst::State::Null);
            let _ = closed.send(());
        };
        if let Err(error) = std::thread::Builder::new().name("capture-close".to_owned()).spawn(close) {
            tracing::warn!(%error, "no thread to close a source with; closing without a time limit");
            let _ = self.elements.set_state(gst::State::Null);
        } else if wait_closed.recv_timeout(CLOSE_TIMEOUT).is_err() {
            tracing::warn!("a source did not close within {} s; leaving it behind", CLOSE_TIMEOUT.as_secs());
        }
    }
}
