//! `docs/ref/topics.md` says what the code sends: each example there has exactly the fields of the real payload.

use std::collections::BTreeMap;

use super::*;

/// The examples of the document: topic to payload. Each is a JSON block below a heading that is the topic.
fn examples() -> BTreeMap<String, Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ref/topics.md");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut examples = BTreeMap::new();
    for section in text.split("\n### `").skip(1) {
        let (topic, rest) = section.split_once('`').unwrap();
        let json = rest.split_once("```json\n").and_then(|(_, rest)| rest.split_once("```"));
        let (json, _) = json.unwrap_or_else(|| panic!("{topic} has no JSON example"));
        let value = serde_json::from_str(json)
            .unwrap_or_else(|error| panic!("the example of {topic}: {error}\n{json}"));
        examples.insert(topic.to_owned(), value);
    }
    examples
}

/// All field names, `a.b` for a field in an object. What stands under `provenance` names the fields beside it, and is not repeated.
fn fields(value: &Value, prefix: &str, found: &mut Vec<String>) {
    let Value::Object(members) = value else { return };
    for (key, member) in members {
        let name = format!("{prefix}{key}");
        if key != "provenance" {
            fields(member, &format!("{name}."), found);
        }
        found.push(name);
    }
}

fn sorted_fields(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    fields(value, "", &mut found);
    found.sort();
    found
}

/// The fields around an event's own values, and those values.
fn apart(fields: Vec<String>) -> (Vec<String>, Vec<String>) {
    fields.into_iter().partition(|field| !field.starts_with("data."))
}

#[test]
fn every_example_has_exactly_the_fields_that_are_sent() {
    let examples = examples();
    let mut sent = BTreeMap::new();
    let topic = |topic: String| {
        topic
            .replace("/gym/rack-1/left/", "/<site>/<unit>/<station>/")
            .replace("/gym/rack-1/", "/<site>/<unit>/")
    };
    for event in samples::events() {
        let event = payload::event(&topics(), &station(), &event, Duration::ZERO, SystemTime::now()).unwrap();
        sent.insert(topic(event.topic), serde_json::from_slice::<Value>(&event.payload).unwrap());
    }
    sent.insert(
        topic(topics().state()),
        serde_json::from_slice(&payload::online(&topics(), SystemTime::now())).unwrap(),
    );
    for (topic, payload) in &sent {
        let example = examples.get(topic).unwrap_or_else(|| panic!("{topic} is not described"));
        // Movement's own values are many and listed in metrics.md: an example shows some of them, and no other.
        let (shown, values) = apart(sorted_fields(example));
        let (around, sent_values) = apart(sorted_fields(payload));
        assert_eq!(shown, around, "{topic}: left the document, right the code");
        for value in values {
            assert!(sent_values.contains(&value), "{topic}: {value} is described but not sent");
        }
    }
    for described in examples.keys() {
        let elsewhere = ["/live", "/health"].iter().any(|end| described.ends_with(end));
        assert!(sent.contains_key(described) || elsewhere, "{described} is described but not sent");
    }
    for other in [topics().live(&station()), topics().health()].map(topic) {
        assert!(examples.contains_key(&other), "{other} is not described");
    }
}

/// Prints the payloads for the document: `cargo test -p spotter mqtt::tests::docs::print -- --ignored --nocapture`.
#[test]
#[ignore = "prints examples for the document"]
fn print() {
    for event in samples::events() {
        let event =
            payload::event(&topics(), &station(), &event, Duration::from_millis(48), SystemTime::now())
                .unwrap();
        let value: Value = serde_json::from_slice(&event.payload).unwrap();
        println!("{}\n{}", event.topic, serde_json::to_string_pretty(&value).unwrap());
    }
}
