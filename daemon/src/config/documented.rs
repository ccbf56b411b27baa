//! Holds `docs/ref/config.md` against the types.

use std::collections::BTreeSet;

use super::*;

const REFERENCE: &str = include_str!("../../../docs/ref/config.md");

/// A configuration in which every optional table and key is given.
fn complete() -> Config {
    let text = r#"
        [unit]
        site = "a"
        name = "b"
        [[station]]
        name = "c"
        source = { type = "rtsp", url = "rtsp://camera" }
        athlete_height_m = 1.8
        view = "sagittal"
        plate_diameter_m = 0.45
        camera_distance_m = 3.5
        velocity_loss_stop_pct = 20
        floor = { image_px = [[1, 9], [9, 9], [8, 5], [2, 5]], floor_m = [[0, 0], [2, 0], [2, 2], [0, 2]] }
        area_m = [[0, 0], [2, 0], [2, 2]]
        [models]
        dir = "/a"
        onnxruntime = "/b"
        tensorrt = { plugin = "/c", library = "/d", dla_core = 0, workspace_mib = 512, nvmm = true }
        [mqtt.external]
        host = "h"
        port = 1
        username = "u"
        password_file = "p"
        tls = { ca_file = "a", certificate_file = "b", key_file = "c" }
    "#;
    parse(text, config::Environment::with_prefix("NONE_SUCH")).unwrap()
}

fn collect_keys(prefix: &str, value: &serde_json::Value, keys: &mut BTreeSet<String>) {
    match value {
        // The source's tables are documented by type.
        serde_json::Value::Object(table) if prefix != "station.source" => {
            for (key, value) in table {
                let dotted = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                collect_keys(&dotted, value, keys);
            }
        }
        serde_json::Value::Array(tables) if tables.first().is_some_and(serde_json::Value::is_object) => {
            for table in tables {
                collect_keys(prefix, table, keys);
            }
        }
        _ => {
            keys.insert(prefix.to_owned());
        }
    }
}

#[test]
fn the_reference_lists_every_key_and_no_other() {
    let mut in_code = BTreeSet::new();
    collect_keys("", &serde_json::to_value(complete()).unwrap(), &mut in_code);
    let in_reference: BTreeSet<String> = REFERENCE
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter(|key| key.contains('.'))
        .map(str::to_owned)
        .collect();
    assert_eq!(in_code, in_reference);
}

#[test]
fn the_reference_lists_every_source_type() {
    for kind in ["file", "test_pattern", "v4l2", "rtsp", "csi", "gstreamer"] {
        assert!(REFERENCE.contains(&format!("| `{kind}` |")), "{kind} is not in docs/ref/config.md");
    }
}

#[test]
fn the_minimal_file_of_the_reference_is_right() {
    let minimal = REFERENCE.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    parse(minimal, config::Environment::with_prefix("NONE_SUCH")).unwrap();
}
