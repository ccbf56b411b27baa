//! Every field that leaves the crate is explained in `docs/ref/metrics.md`.
// Helpers outside of `#[test]` are tests, too.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;

use common::physics::{Cmj, Figure, Posture, Squats};
use common::{profile, report, run, settings};
use serde_json::Value;
use spotter_movement::{Event, ModelProfile};

fn names(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                into.insert(name.clone());
                names(value, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, into)),
        _ => {}
    }
}

#[test]
fn every_field_is_explained() {
    let squats = Squats::new(2);
    let cmj = Cmj::new(squats.end() + 1.0, 0.3);
    let posture = |t: f64| if t < squats.end() { squats.posture(t) } else { cmj.posture(t) };
    let recording = Figure::default().film(cmj.landing() + 1.0, posture);
    let mut found = BTreeSet::new();
    let report = report(&recording, settings(&recording, Some(1.8), ModelProfile::default()));
    assert_eq!((report.jumps().len(), report.sets().count()), (1, 1));
    names(&serde_json::to_value(&report).unwrap(), &mut found);
    let (events, session) = run(&recording, settings(&recording, Some(1.8), profile("lite")));
    assert!(events.iter().any(|event| matches!(event, Event::Refused(_))));
    names(&serde_json::to_value(&events).unwrap(), &mut found);
    names(&serde_json::to_value(session.live()).unwrap(), &mut found);
    let standing = Figure::default().film(1.0, |_| Posture::default());
    names(
        &serde_json::to_value(run(&standing, settings(&standing, None, ModelProfile::default())).1.live())
            .unwrap(),
        &mut found,
    );
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ref/metrics.md")).unwrap();
    let missing: Vec<&String> = found.iter().filter(|name| !text.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/ref/metrics.md says nothing of {missing:?}");
    assert!(found.len() > 60, "{}", found.len());
}
