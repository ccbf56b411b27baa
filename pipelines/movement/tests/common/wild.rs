//! Arbitrary bytes as input: the entry points of the fuzz targets and of the tests that run without a fuzzer.

use std::time::Duration;

use spotter_movement::{
    BarPoint, Exercise, Keypoint, Layout, ModelProfile, PersonPose, PoseReader, Session, Settings,
};

/// Bytes, read one after the other; zeros at the end.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A coordinate or confidence: mostly sensible, sometimes anything.
    fn number(&mut self, scale: f64) -> f64 {
        match self.byte() {
            255 => f64::NAN,
            254 => f64::INFINITY,
            253 => -1e300,
            252 => f64::from_le_bytes(std::array::from_fn(|_| self.byte())),
            value => scale * (f64::from(value) + f64::from(self.byte()) / 256.0) / 251.0,
        }
    }
}

/// A pose file of these bytes: an error with a line, or frames.
pub fn pose_file(data: &[u8]) {
    let Ok(mut reader) = PoseReader::new(data) else { return };
    let Ok(layout) = reader.header().layout() else { return };
    let mut session = Session::new(Settings::new(layout, reader.header().width, reader.header().height));
    let mut events = Vec::new();
    // A faulty line ends the file; what came before stays.
    while let Ok(Some(frame)) = reader.next_frame() {
        let people: Vec<PersonPose<'_>> = frame
            .people
            .iter()
            .map(|p| PersonPose { id: p.id, keypoints: &p.keypoints, bar: None })
            .collect();
        session.push(frame.pts, &people, &mut events);
    }
    session.finish(&mut events);
    check(&serde_json::to_value(&events).unwrap());
    check(&serde_json::to_value(session.quality()).unwrap());
    reader.faults().warnings(reader.header());
}

/// A session of these bytes: settings, then frames with people who come, go, exchange numbers and jump in time.
pub fn analyser(data: &[u8]) {
    let mut bytes = Bytes(data);
    let names = [
        "nose",
        "left_shoulder",
        "right_shoulder",
        "left_wrist",
        "right_wrist",
        "left_hip",
        "right_hip",
        "left_knee",
        "right_knee",
        "left_ankle",
        "right_ankle",
        "left_foot_index",
        "right_foot_index",
    ];
    let layout = Layout::from_names(&names[..=usize::from(bytes.byte()) % names.len()]).unwrap();
    let chosen = usize::from(bytes.byte()) % Exercise::ALL.len();
    let mut session = Session::new(Settings {
        athlete_height_m: (bytes.byte() > 60).then(|| bytes.number(2.5)),
        exercise: Exercise::ALL[chosen],
        load_kg: (bytes.byte() > 128).then(|| bytes.number(300.0)),
        mass_kg: (bytes.byte() > 128).then(|| bytes.number(120.0)),
        speed_m_s: (bytes.byte() > 128).then(|| bytes.number(6.0)),
        camera_distance_m: (bytes.byte() > 128).then(|| bytes.number(5.0)),
        model: ModelProfile::default(),
        ..Settings::new(layout, 640, 480)
    });
    let mut events = Vec::new();
    let mut micros: u64 = 0;
    let mut bodies: [Vec<Keypoint>; 11] = std::array::from_fn(|_| vec![Keypoint::default(); names.len()]);
    while !bytes.0.is_empty() {
        match bytes.byte() {
            250.. => session.discontinuity(&mut events),
            240..250 => micros = micros.wrapping_mul(u64::from(bytes.byte())) % 90_000_000_000,
            230..240 => micros = micros.saturating_sub(20_000 * u64::from(bytes.byte())),
            step => micros += 200 * u64::from(step),
        }
        let in_view = usize::from(bytes.byte()) % bodies.len();
        let first_id = u32::from(bytes.byte()) % 4;
        let moved = usize::from(bytes.byte()) % names.len();
        for body in &mut bodies[..in_view] {
            let (dx, dy) = (bytes.number(40.0) - 20.0, bytes.number(40.0) - 20.0);
            for point in body.iter_mut() {
                point.x_px = if point.x_px.is_finite() { point.x_px + dx } else { 0.0 };
                point.y_px = if point.y_px.is_finite() { point.y_px + dy } else { 0.0 };
                point.confidence = 0.9;
            }
            body[moved] = Keypoint {
                x_px: bytes.number(640.0),
                y_px: bytes.number(480.0),
                confidence: bytes.number(1.2),
            };
        }
        let bar = (first_id == 0).then(|| BarPoint {
            x_px: bytes.number(640.0),
            y_px: bytes.number(480.0),
            radius_px: Some(bytes.number(60.0)),
            u_px: bytes.number(2.0),
        });
        let people: Vec<PersonPose<'_>> = bodies[..in_view]
            .iter()
            .zip(first_id..)
            .map(|(keypoints, id)| PersonPose { id, keypoints, bar })
            .collect();
        session.push(Duration::from_micros(micros), &people, &mut events);
        check(&serde_json::to_value(session.live()).unwrap());
    }
    session.finish(&mut events);
    check(&serde_json::to_value(&events).unwrap());
    check(&serde_json::to_value(session.quality()).unwrap());
}

/// JSON has no NaN: serde writes null for it, so a null outside of the places that may be empty gives it away.
pub fn check(value: &serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                let duration = name.ends_with("_s") && !name.contains("_m_s");
                assert!(!(duration && value.as_f64().is_some_and(|v| v < 0.0)), "{name} is {value}");
                if let (Some(origin), true) =
                    (fields.get("provenance").and_then(|p| p.get(name)), value.is_null())
                {
                    assert!(origin["u"].is_null() && origin["reasons"][0].is_string(), "{name}: {origin}");
                }
                check(value);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(check),
        _ => {}
    }
}
