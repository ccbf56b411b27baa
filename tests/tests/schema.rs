//! The published JSON Schema of the report is that of the types, and what `spotter analyze` prints follows it.

#![allow(clippy::unwrap_used, reason = "tests fail by panics")]

use serde_json::{Value, json};
use spotter_movement::Report;
use spotter_tests::{PoseLines, checkout, run_to_end};

const TITLE: &str = "What `spotter analyze --format json` prints";

fn schema() -> Value {
    let mut schema = Report::schema().to_value();
    schema["title"] = json!(TITLE);
    schema
}

fn problems(report: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path)).collect()
}

fn printed(arguments: &[&str]) -> Value {
    let finished = run_to_end(&[&["analyze", "--format", "json"], arguments].concat());
    serde_json::from_str(&finished.stdout).unwrap_or_else(|_| panic!("{}", finished.stderr))
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    let path = checkout().join("docs/ref/report.schema.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    if std::env::var_os("SPOTTER_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        published == text,
        "docs/ref/report.schema.json is stale: SPOTTER_BLESS=1 cargo test -p spotter-tests --test schema published"
    );
}

#[test]
fn reports_of_clips_follow_the_schema() {
    for name in ["squat_set", "cmj_three", "treadmill_run"] {
        let clip = checkout().join(format!("tests/clips/{name}.mp4"));
        let clip = clip.to_str().unwrap();
        assert_eq!(problems(&printed(&[clip])), Vec::<String>::new(), "{name}");
        let known = ["--athlete-height", "1.75", "--mass", "75", "--load", "100", "--speed", "3"];
        assert_eq!(problems(&printed(&[&[clip], &known[..]].concat())), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn reports_of_broken_poses_follow_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("poses.jsonl");
    let path = path.to_str().unwrap();
    let text = PoseLines::of_clip("squat_set").text();
    for (text, what) in [(&text[..text.len() * 2 / 3], "cut off"), (text.lines().next().unwrap(), "no frame")]
    {
        std::fs::write(path, text).unwrap();
        assert_eq!(problems(&printed(&["--poses", path])), Vec::<String>::new(), "{what}");
    }
}

#[test]
fn another_report_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("poses.jsonl");
    PoseLines::of_clip("cmj_three").write(&path);
    let report = printed(&["--poses", path.to_str().unwrap()]);
    assert_eq!(problems(&report), Vec::<String>::new());
    for (pointer, wrong) in [
        ("/jumps/0/height_m", json!("0.3")),
        ("/jumps/0/provenance/height_m/quality", json!("good")),
        ("/quality/frames", json!(-1)),
        ("/source/file", Value::Null),
    ] {
        let mut broken = report.clone();
        *broken.pointer_mut(pointer).unwrap() = wrong;
        assert!(!problems(&broken).is_empty(), "{pointer} may be anything");
    }
}
