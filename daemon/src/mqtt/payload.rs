//! Payloads: JSON with a schema version. `docs/ref/topics.md` lists every field; a test holds it against this code.

use std::time::{Duration, SystemTime};

use serde::Serialize;
use spotter_movement::{Cue, Event, GaitBout, Jump, JumpSeries, Landing, Refusal, Rep, Set};

use super::topics::Topics;
use crate::choices::{ChoiceError, ChoiceMessage};
use crate::config::Name;
use crate::outbox::{Class, EventId, NewEvent};

/// Version of all payloads of this tree.
const SCHEMA: u32 = 1;

/// What surrounds an event's own values.
#[derive(Debug, Serialize)]
struct Envelope<'a> {
    schema: u32,
    event_id: String,
    #[serde(rename = "type")]
    kind: &'a str,
    site: &'a Name,
    unit: &'a Name,
    station: &'a Name,
    pts_s: f64,
    captured_at: String,
    recorded_at: String,
    latency_ms: f64,
    data: Data<'a>,
}

/// An event's own values. Without the enum's tag, which stands in the envelope.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Rep(&'a Rep),
    Cue(&'a Cue),
    Set(&'a Set),
    Jump(&'a Jump),
    Landing(&'a Landing),
    JumpSeries(&'a JumpSeries),
    Gait(&'a GaitBout),
    Refused(&'a Refusal),
    Other(&'a Event),
}

/// Whether the unit is there.
#[derive(Debug, Serialize)]
struct State<'a> {
    schema: u32,
    #[serde(rename = "state")]
    presence: &'a str,
    site: &'a Name,
    unit: &'a Name,
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
}

/// Renders an event as it is recorded and sent. `age` is the time since the frame that decided it was captured.
///
/// # Errors
/// When the event does not serialise: a defect of its type.
pub(super) fn event(
    topics: &Topics,
    station: &Name,
    event: &Event,
    age: Duration,
    now: SystemTime,
) -> serde_json::Result<NewEvent> {
    let (kind, class, data) = match event {
        Event::Rep(rep) => ("rep", Class::Movement, Data::Rep(rep)),
        Event::Cue(cue) => ("cue", Class::Movement, Data::Cue(cue)),
        Event::SetEnded(set) => ("set", Class::Summary, Data::Set(set)),
        Event::Jump(jump) => ("jump", Class::Movement, Data::Jump(jump)),
        Event::Landing(landing) => ("landing", Class::Movement, Data::Landing(landing)),
        Event::JumpSeries(series) => ("jump_series", Class::Summary, Data::JumpSeries(series)),
        Event::Gait(bout) => ("gait", Class::Summary, Data::Gait(bout)),
        Event::Refused(refusal) => ("refused", Class::Notice, Data::Refused(refusal)),
        event => (event.kind(), Class::Movement, Data::Other(event)),
    };
    let id = EventId::new();
    let envelope = Envelope {
        schema: SCHEMA,
        event_id: id.to_string(),
        kind,
        site: topics.site(),
        unit: topics.unit(),
        station,
        pts_s: (event.decided_s() * 1e6).round() / 1e6,
        captured_at: utc(now.checked_sub(age).unwrap_or(now)),
        recorded_at: utc(now),
        latency_ms: (age.as_secs_f64() * 1e6).round() / 1e3,
        data,
    };
    let payload = serde_json::to_vec(&envelope)?.into();
    Ok(NewEvent { id, class, topic: topics.event(station, kind), payload })
}

/// What is chosen at a station, as tablets are told.
pub(super) fn choice(choice: &ChoiceMessage) -> Vec<u8> {
    // Numbers and names always serialise.
    serde_json::to_vec(choice).unwrap_or_default()
}

/// Why a choice was not taken; what was chosen before stays.
pub(super) fn choice_refused(error: &ChoiceError) -> Vec<u8> {
    let refused = serde_json::json!({ "schema": SCHEMA, "error": error.to_string() });
    refused.to_string().into_bytes()
}

/// The unit is there, since now.
pub(super) fn online(topics: &Topics, now: SystemTime) -> Vec<u8> {
    state(topics, "online", Some(utc(now)), None)
}

/// The unit is gone. `cause` is `stopped` when it said so itself, `connection_lost` when the broker did (last will).
pub(super) fn offline(topics: &Topics, cause: &str) -> Vec<u8> {
    state(topics, "offline", None, Some(cause))
}

fn state(topics: &Topics, presence: &str, since: Option<String>, cause: Option<&str>) -> Vec<u8> {
    let (site, unit) = (topics.site(), topics.unit());
    let state =
        State { schema: SCHEMA, presence, site, unit, version: env!("CARGO_PKG_VERSION"), since, cause };
    // Plain strings always serialise.
    serde_json::to_vec(&state).unwrap_or_default()
}

/// RFC 3339 in UTC, to the millisecond.
fn utc(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}
