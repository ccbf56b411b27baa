//! Writing pose files.

use std::io::Write;
use std::time::Duration;

use serde::Serialize;

use super::{PoseFrame, PoseHeader, PosePerson};
use crate::{BarPoint, Keypoint};

/// Writes a pose file line by line.
#[derive(Debug)]
pub struct PoseWriter<W> {
    to: W,
}

impl<W: Write> PoseWriter<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// When writing fails.
    pub fn new(mut to: W, header: &PoseHeader) -> std::io::Result<Self> {
        serde_json::to_writer(&mut to, header)?;
        to.write_all(b"\n")?;
        Ok(Self { to })
    }

    /// Writes one frame: hundredths of a pixel (the bar: thousandths), thousandths of confidence. Coordinates that are no numbers become null.
    ///
    /// # Errors
    /// When writing fails.
    pub fn write(&mut self, frame: &PoseFrame) -> std::io::Result<()> {
        #[derive(Serialize)]
        struct Person {
            id: u32,
            kp: Vec<[Option<f64>; 3]>,
            #[serde(skip_serializing_if = "Option::is_none")]
            bar: Option<[Option<f64>; 4]>,
            #[serde(skip_serializing_if = "Vec::is_empty")]
            bar_past: Vec<[Option<f64>; 5]>,
        }
        #[derive(Serialize)]
        struct Frame {
            t: f64,
            people: Vec<Person>,
        }
        let round = |value: f64, steps: f64| value.is_finite().then(|| (value * steps).round() / steps);
        let point = |k: &Keypoint| [round(k.x_px, 100.0), round(k.y_px, 100.0), round(k.confidence, 1000.0)];
        let bar = |b: &BarPoint| {
            let [x, y, u] = [b.x_px, b.y_px, b.u_px].map(|value| round(value, 1000.0));
            [x, y, b.radius_px.and_then(|radius| round(radius, 1000.0)), u]
        };
        let past = |(t, b): &(Duration, BarPoint)| {
            let [x, y, radius, u] = bar(b);
            [Some(t.as_secs_f64()), x, y, radius, u]
        };
        let person = |p: &PosePerson| Person {
            id: p.id,
            kp: p.keypoints.iter().map(point).collect(),
            bar: p.bar.as_ref().map(bar),
            bar_past: p.bar_past.iter().map(past).collect(),
        };
        let line = Frame { t: frame.pts.as_secs_f64(), people: frame.people.iter().map(person).collect() };
        serde_json::to_writer(&mut self.to, &line)?;
        self.to.write_all(b"\n")
    }

    /// What was written to.
    pub fn into_inner(self) -> W {
        self.to
    }
}
