//! The result of a whole recording, in a fixed order of fields: the same input gives the same bytes.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::measured::rounded;
use crate::{Cycle, Event, Gait, GaitBout, Jump, JumpSeries, Landing, Rep, SessionQuality, Set};

/// Where a recording comes from.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Source {
    /// File name, without its folder.
    pub file: String,
    /// Picture width in pixels.
    pub width: u32,
    /// Picture height in pixels.
    pub height: u32,
    /// Nominal frame rate, where the source states one.
    pub fps: Option<f64>,
    /// Frames read.
    pub frames: u64,
    /// Time of the last frame minus time of the first, seconds.
    pub duration_s: f64,
    /// Pose model, where known.
    pub model: Option<String>,
}

/// A set with its repetitions.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct ReportedSet {
    #[serde(flatten)]
    set: Set,
    reps: Vec<Rep>,
}

impl JsonSchema for ReportedSet {
    fn schema_name() -> Cow<'static, str> {
        "ReportedSet".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Set::json_schema(generator);
        let reps = generator.subschema_for::<Vec<Rep>>().to_value();
        if let Some(properties) = schema.get_mut("properties").and_then(serde_json::Value::as_object_mut) {
            properties.insert("reps".to_owned(), reps);
        }
        if let Some(required) = schema.get_mut("required").and_then(serde_json::Value::as_array_mut) {
            required.push("reps".into());
        }
        schema
    }
}

/// A jump with what followed its landing.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct ReportedJump {
    #[serde(flatten)]
    jump: Jump,
    landing: Option<Landing>,
}

impl JsonSchema for ReportedJump {
    fn schema_name() -> Cow<'static, str> {
        "ReportedJump".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Jump::json_schema(generator);
        let landing = generator.subschema_for::<Option<Landing>>().to_value();
        if let Some(properties) = schema.get_mut("properties").and_then(serde_json::Value::as_object_mut) {
            properties.insert("landing".to_owned(), landing);
        }
        if let Some(required) = schema.get_mut("required").and_then(serde_json::Value::as_array_mut) {
            required.push("landing".into());
        }
        schema
    }
}

/// The result of a whole recording.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    schema: u32,
    source: Source,
    jumps: Vec<ReportedJump>,
    jump_series: Vec<JumpSeries>,
    sets: Vec<ReportedSet>,
    /// Walking or running of the athlete: the values of the longest bout, the foot strikes and toe-offs of all. Null where there was none.
    gait: Option<Gait>,
    /// Cycles of all bouts, in order of time.
    cycles: Vec<Cycle>,
    quality: SessionQuality,
}

impl Report {
    /// From all events of a session that was finished. A repetition takes the exercise that its set ended with.
    pub fn new(mut source: Source, events: &[Event], quality: SessionQuality) -> Self {
        source.duration_s = rounded(source.duration_s);
        let mut reps: Vec<Rep> = Vec::new();
        let mut report = Self {
            schema: 1,
            source,
            jumps: Vec::new(),
            jump_series: Vec::new(),
            sets: Vec::new(),
            gait: None,
            cycles: Vec::new(),
            quality,
        };
        let mut bouts: Vec<&GaitBout> = Vec::new();
        for event in events {
            match event {
                Event::Jump(jump) => report.jumps.push(ReportedJump { jump: jump.clone(), landing: None }),
                Event::Landing(landing) => report.add_landing(landing),
                Event::JumpSeries(series) => report.jump_series.push(series.clone()),
                Event::Rep(rep) => reps.push(rep.clone()),
                Event::SetEnded(set) => report.sets.push(ReportedSet { set: set.clone(), reps: Vec::new() }),
                Event::Gait(bout) => bouts.push(bout),
                Event::Cue(_) | Event::Refused(_) => {}
            }
        }
        for mut rep in reps {
            if let Some(of) = report.sets.iter_mut().find(|of| of.set.set_number == rep.set_number) {
                rep.exercise = of.set.exercise;
                of.reps.push(rep);
            }
        }
        report.sets.sort_by_key(|of| of.set.set_number);
        report.add_gait(&bouts);
        report
    }

    /// The athlete is who did the sets and jumps, if there are any: others may walk past. Else it is who took the most steps.
    fn add_gait(&mut self, bouts: &[&GaitBout]) {
        let athletes: Vec<u32> = (self.jumps.iter().map(|of| of.jump.person_id))
            .chain(self.sets.iter().map(|of| of.set.person_id))
            .collect();
        let whole = bouts.iter().map(|bout| &bout.gait).filter(|gait| gait.scope == "bout");
        let longest = whole
            .filter(|gait| athletes.is_empty() || athletes.contains(&gait.person_id))
            .reduce(|a, b| if b.step_count > a.step_count { b } else { a });
        let Some(longest) = longest else { return };
        let mut gait = longest.clone();
        gait.foot_strikes.clear();
        gait.toe_offs.clear();
        for bout in bouts.iter().filter(|bout| bout.gait.person_id == gait.person_id) {
            gait.foot_strikes.extend(&bout.gait.foot_strikes);
            gait.toe_offs.extend(&bout.gait.toe_offs);
            self.cycles.extend(bout.cycles.iter().cloned());
        }
        self.gait = Some(gait);
    }

    /// The JSON Schema of what a report serialises to.
    pub fn schema() -> Schema {
        schemars::schema_for!(Report)
    }

    /// Jumps in order of time.
    pub fn jumps(&self) -> impl ExactSizeIterator<Item = &Jump> {
        self.jumps.iter().map(|of| &of.jump)
    }

    /// What followed the landing of each jump, as far as it was seen.
    pub fn landings(&self) -> impl ExactSizeIterator<Item = Option<&Landing>> {
        self.jumps.iter().map(|of| of.landing.as_ref())
    }

    /// Series of repeated jumps in order of time.
    pub fn jump_series(&self) -> &[JumpSeries] {
        &self.jump_series
    }

    /// A landing belongs to the jump of that person which took off then.
    fn add_landing(&mut self, landing: &Landing) {
        let same = |jump: &Jump| {
            jump.person_id == landing.person_id
                && jump.takeoff_s.value().is_some_and(|t| (t - landing.takeoff_s).abs() < 1e-5)
        };
        if let Some(of) = self.jumps.iter_mut().rev().find(|of| same(&of.jump)) {
            of.landing = Some(landing.clone());
        }
    }

    /// Sets in order of time, each with its repetitions.
    pub fn sets(&self) -> impl Iterator<Item = (&Set, &[Rep])> {
        self.sets.iter().map(|of| (&of.set, of.reps.as_slice()))
    }

    /// Walking and running of the athlete.
    pub fn gait(&self) -> Option<&Gait> {
        self.gait.as_ref()
    }

    /// Normalised cycles of the athlete in order of time.
    pub fn cycles(&self) -> &[Cycle] {
        &self.cycles
    }

    /// Where it comes from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// How good the input was.
    pub fn quality(&self) -> &SessionQuality {
        &self.quality
    }
}
