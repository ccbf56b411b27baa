//! Events of every kind, made by movement itself from the joints of the rendered clips: whatever it reports is in them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use spotter_movement::{Event, Keypoint, Layout, PersonPose, Session, Settings};

/// One event of each kind.
pub(super) fn events() -> Vec<Event> {
    let with_feet = |name: &str| name.to_owned();
    let mut events = of_clip("squat_set", with_feet);
    events.extend(of_clip("cmj_three", with_feet));
    events.extend(of_clip("repeated_jumps", with_feet));
    events.extend(of_clip("treadmill_run", with_feet));
    // Without toes a jump can't be timed: it is refused.
    events.extend(of_clip(
        "cmj_three",
        |name| if name.ends_with("toe") { String::new() } else { name.to_owned() },
    ));
    let mut kinds: Vec<&str> = Vec::new();
    events.retain(|event| {
        let new = !kinds.contains(&event.kind());
        kinds.extend(new.then_some(event.kind()));
        new
    });
    events
}

fn clip(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/clips").join(format!("{name}.truth.json"))
}

/// The events of a clip's joints; `rename` may leave out a joint by giving it no name.
fn of_clip(name: &str, rename: impl Fn(&str) -> String) -> Vec<Event> {
    let truth: Value = serde_json::from_str(&std::fs::read_to_string(clip(name)).unwrap()).unwrap();
    let names = truth["joint_names"].as_array().unwrap().iter().map(|name| rename(name.as_str().unwrap()));
    let kept: Vec<(usize, String)> = names
        .map(|name| name.replace("toe", "foot_index"))
        .enumerate()
        .filter(|(_, name)| !name.is_empty())
        .collect();
    let layout: Vec<&str> = kept.iter().map(|(_, name)| name.as_str()).collect();
    let mut session = Session::new(Settings {
        athlete_height_m: truth["athlete_height_shod_m"].as_f64(),
        // The set slows down by more than this: a cue is among the events.
        velocity_loss_stop_pct: Some(1.0),
        ..Settings::new(Layout::from_names(&layout).unwrap(), 720, 960)
    });
    let mut events = Vec::new();
    for frame in truth["per_frame"].as_array().unwrap() {
        let keypoints: Vec<Keypoint> = (kept.iter())
            .map(|(index, _)| &frame["uv"][*index])
            .map(|uv| Keypoint {
                x_px: uv[0].as_f64().unwrap(),
                y_px: uv[1].as_f64().unwrap(),
                confidence: 1.0,
            })
            .collect();
        let pts = Duration::from_secs_f64(frame["t"].as_f64().unwrap());
        session.push(pts, &[PersonPose { id: 1, keypoints: &keypoints, bar: None }], &mut events);
    }
    session.finish(&mut events);
    events
}
