//! Reports as a table of events for spreadsheets and statistics (RFC 4180): a row for each event, with the uncertainty
//! and the quality of each number beside it.
//!
//! It follows the JSON report, so a field that is reported has its column without being named here. What is a list of
//! numbers there (the curves of a cycle) has no place in a row and is left out.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use spotter_movement::Report;

/// The first columns, whatever is reported: what a row is about.
const FIRST: [&str; 9] =
    ["file", "event", "kind", "exercise", "person_id", "set_number", "rep_number", "status", "quality"];
/// The last column: why a number's quality is not high.
const REASONS: &str = "reasons";
/// Parts of a report that are not events.
const NOT_EVENTS: [&str; 3] = ["schema", "source", "quality"];

type Row = HashMap<String, String>;

/// The rows of all reports.
#[derive(Debug)]
pub(super) struct Rows {
    columns: Vec<String>,
    events: Vec<Row>,
    reasons: Vec<String>,
}

impl Default for Rows {
    fn default() -> Self {
        Self { columns: FIRST.map(str::to_owned).to_vec(), events: Vec::new(), reasons: Vec::new() }
    }
}

impl Rows {
    /// Adds the events of a report.
    pub(super) fn add(&mut self, report: &Report) -> serde_json::Result<()> {
        let text = serde_json::to_string(report)?;
        self.add_json(&report.source().file, &text)
    }

    fn add_json(&mut self, file: &str, report: &str) -> serde_json::Result<()> {
        let Node::Object(parts) = serde_json::from_str(report)? else {
            return Err(serde_json::Error::custom("a report is an object"));
        };
        for (name, part) in parts.iter().filter(|(name, _)| !NOT_EVENTS.contains(&name.as_str())) {
            match part {
                Node::List(events) => {
                    for event in events {
                        self.event(file, singular(name), event, None);
                    }
                }
                part => self.event(file, name, part, None),
            }
        }
        Ok(())
    }

    /// The table, header first.
    pub(super) fn text(&self) -> anyhow::Result<String> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        writer.write_record(self.columns.iter().map(String::as_str).chain([REASONS]))?;
        for (row, reasons) in self.events.iter().zip(&self.reasons) {
            let cell = |column: &String| row.get(column).map_or("", String::as_str);
            writer.write_record(self.columns.iter().map(cell).chain([reasons.as_str()]))?;
        }
        Ok(String::from_utf8(writer.into_inner()?)?)
    }

    /// The row of an event, and behind it those of the events within it.
    fn event(&mut self, file: &str, kind: &str, event: &Node, of_person: Option<&str>) {
        let Node::Object(fields) = event else { return };
        let person = event.get("person_id").and_then(Node::text).or(of_person);
        let (mut row, mut reasons) = (Row::new(), Vec::new());
        self.set(&mut row, "file", file);
        self.set(&mut row, "event", kind);
        self.set(&mut row, "person_id", person.unwrap_or_default());
        self.fields(&mut row, &mut reasons, "", event);
        self.events.push(row);
        self.reasons.push(reasons.join("; "));
        for (name, value) in fields {
            if let Node::List(items) = value {
                for item in items {
                    self.event(file, singular(name), item, person);
                }
            }
        }
    }

    fn fields(&mut self, row: &mut Row, reasons: &mut Vec<String>, prefix: &str, object: &Node) {
        let Node::Object(fields) = object else { return };
        let provenance = object.get("provenance");
        for (name, value) in fields.iter().filter(|(name, _)| name != "provenance") {
            let column = format!("{prefix}{name}");
            match value {
                Node::Object(_) => self.fields(row, reasons, &format!("{column}."), value),
                Node::List(items) => {
                    let texts: Vec<&str> = items.iter().filter_map(Node::words).collect();
                    if !texts.is_empty() {
                        self.set(row, &column, &texts.join("; "));
                    }
                }
                value => self.set(row, &column, value.text().unwrap_or_default()),
            }
            if let Some(origin) = provenance.and_then(|provenance| provenance.get(name)) {
                self.origin(row, reasons, &column, origin);
            }
        }
    }

    fn origin(&mut self, row: &mut Row, reasons: &mut Vec<String>, column: &str, origin: &Node) {
        let mut beside = column.to_owned();
        for part in ["u", "quality"] {
            let text = origin.get(part).and_then(Node::text).unwrap_or_default();
            let name = format!("{column}_{part}");
            self.make(&name, Some(&beside));
            row.insert(name.clone(), text.to_owned());
            beside = name;
        }
        if let Some(Node::List(because)) = origin.get("reasons")
            && !because.is_empty()
        {
            let because: Vec<&str> = because.iter().filter_map(Node::words).collect();
            reasons.push(format!("{column}: {}", because.join(", ")));
        }
    }

    /// Fills a cell.
    fn set(&mut self, row: &mut Row, column: &str, text: &str) {
        self.make(column, None);
        row.insert(column.to_owned(), text.to_owned());
    }

    /// Makes a column that is new: directly behind another one, or at the end.
    fn make(&mut self, column: &str, beside: Option<&str>) {
        if self.columns.iter().any(|known| known == column) {
            return;
        }
        let beside = beside.and_then(|beside| self.columns.iter().position(|known| known == beside));
        self.columns.insert(beside.map_or(self.columns.len(), |index| index + 1), column.to_owned());
    }
}

/// `jumps` holds events of the kind `jump`; a series and a completeness are one each.
fn singular(name: &str) -> &str {
    if name.ends_with("series") || name.ends_with("ss") {
        return name;
    }
    name.strip_suffix('s').unwrap_or(name)
}

/// JSON whose objects keep their order.
#[derive(Debug)]
enum Node {
    Null,
    /// A number or a truth value, as text.
    Plain(String),
    Words(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    fn get(&self, name: &str) -> Option<&Node> {
        let Node::Object(fields) = self else { return None };
        fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    /// The text of a cell; none for null, lists and objects.
    fn text(&self) -> Option<&str> {
        match self {
            Node::Plain(text) | Node::Words(text) => Some(text),
            _ => None,
        }
    }

    fn words(&self) -> Option<&str> {
        if let Node::Words(text) = self { Some(text) } else { None }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Plain(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Plain(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Plain(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Plain(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Words(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Node, A::Error> {
        let mut object = Vec::new();
        while let Some(field) = fields.next_entry()? {
            object.push(field);
        }
        Ok(Node::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{"schema":1,"source":{"file":"x"},
        "jumps":[{"person_id":1,"kind":"cmj","quality":"high","height_m":0.3,
            "provenance":{"height_m":{"u":0.01,"method":"m","quality":"high","reasons":[]}}}],
        "jump_series":[{"person_id":1,"hop_count":10}],
        "sets":[{"person_id":2,"exercise":"back_squat","set_number":1,"reps":[
            {"person_id":2,"set_number":1,"rep_number":null,"status":"partial","rom_m":null,"faults":["a","b"],
             "provenance":{"rom_m":{"u":null,"method":"m","quality":"low","reasons":["no_hip","oblique_view"]}}}]}],
        "gait":{"person_id":3,"kind":"run","cadence_spm":170.5,"foot_strikes":[{"side":"left","t_s":1.25}],
            "completeness":[{"variable":"knee","completeness":0.8}]},
        "cycles":[{"side":"right","curve":[1,2,3],"completeness":{"knee":0.9}}],
        "quality":{"frames":3}}"#;

    fn table(texts: &[(&str, &str)]) -> Vec<HashMap<String, String>> {
        let mut rows = Rows::default();
        for (file, text) in texts {
            rows.add_json(file, text).unwrap();
        }
        let text = rows.text().unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        reader.deserialize().map(Result::unwrap).collect()
    }

    #[test]
    fn each_event_has_its_row_and_each_number_its_uncertainty() {
        let rows = table(&[("a, \"b\".mp4", REPORT)]);
        let events: Vec<&str> = rows.iter().map(|row| row["event"].as_str()).collect();
        assert_eq!(
            events,
            ["jump", "jump_series", "set", "rep", "gait", "foot_strike", "completeness", "cycle"]
        );
        assert!(rows.iter().all(|row| row["file"] == "a, \"b\".mp4"));
        let jump = &rows[0];
        assert_eq!((jump["height_m"].as_str(), jump["height_m_u"].as_str()), ("0.3", "0.01"));
        assert_eq!((jump["height_m_quality"].as_str(), jump["rom_m"].as_str()), ("high", ""));
        let rep = &rows[3];
        assert_eq!(
            (rep["rom_m"].as_str(), rep["rom_m_u"].as_str(), rep["rom_m_quality"].as_str()),
            ("", "", "low")
        );
        assert_eq!(
            (rep["reasons"].as_str(), rep["faults"].as_str()),
            ("rom_m: no_hip, oblique_view", "a; b")
        );
        let strike = &rows[5];
        assert_eq!(
            (strike["person_id"].as_str(), strike["side"].as_str(), strike["t_s"].as_str()),
            ("3", "left", "1.25")
        );
        assert_eq!(rows[7]["completeness.knee"], "0.9");
        assert!(!rows[7].contains_key("curve"));
    }

    #[test]
    fn an_empty_report_is_the_header_and_lines_end_as_the_standard_says() {
        let mut rows = Rows::default();
        rows.add_json("x", r#"{"jumps":[],"sets":[],"gait":null}"#).unwrap();
        let header = "file,event,kind,exercise,person_id,set_number,rep_number,status,quality,reasons\r\n";
        assert_eq!(rows.text().unwrap(), header);
    }

    #[test]
    fn uncertainty_and_quality_stand_beside_their_number() {
        let mut rows = Rows::default();
        // A plain `start_s` in one event, a measured one in the next.
        rows.add_json("x", r#"{"sets":[{"start_s":1,"end_s":2}]}"#).unwrap();
        let measured = r#"{"reps":[{"start_s":1,"provenance":{"start_s":{"u":0.1,"quality":"high"}}}]}"#;
        rows.add_json("x", measured).unwrap();
        assert_eq!(rows.columns[FIRST.len()..], ["start_s", "start_s_u", "start_s_quality", "end_s"]);
    }

    #[test]
    fn reports_share_their_columns() {
        let rows = table(&[("a", r#"{"jumps":[{"kind":"cmj","x_m":1}]}"#), ("b", REPORT)]);
        assert_eq!((rows[0]["x_m"].as_str(), rows[0]["height_m"].as_str()), ("1", ""));
        assert_eq!((rows[1]["x_m"].as_str(), rows[1]["height_m"].as_str()), ("", "0.3"));
    }
}
