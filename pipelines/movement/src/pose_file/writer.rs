//! Writing pose files.

use std::io::Write;

use serde::Serialize;

use super::{PoseFrame, PoseHeader, PosePerson};
use crate::Keypoint;

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

    /// Writes one frame: hundredths of a pixel, thousandths of confidence. Coordinates that are no numbers become null.
    ///
    /// # Errors
    /// When writing fails.
    pub fn write(&mut self, frame: &PoseFrame) -> std::io::Result<()> {
        #[derive(Serialize)]
        struct Person {
            id: u32,
            kp: Vec<[Option<f64>; 3]>,
        }
        #[derive(Serialize)]
        struct Frame {
            t: f64,
            people: Vec<Person>,
        }
        let round = |value: f64, steps: f64| value.is_finite().then(|| (value * steps).round() / steps);
        let point = |k: &Keypoint| [round(k.x_px, 100.0), round(k.y_px, 100.0), round(k.confidence, 1000.0)];
        let person = |p: &PosePerson| Person { id: p.id, kp: p.keypoints.iter().map(point).collect() };
        let line = Frame { t: frame.pts.as_secs_f64(), people: frame.people.iter().map(person).collect() };
        serde_json::to_writer(&mut self.to, &line)?;
        self.to.write_all(b"\n")
    }

    /// What was written to.
    pub fn into_inner(self) -> W {
        self.to
    }
}
