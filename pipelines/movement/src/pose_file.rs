//! Pose files: one JSON object a line, the first one the header.
//!
//! ```json
//! {"spotter_poses":1,"keypoints":["nose","left_shoulder"],"width":1280,"height":720,"fps":60.0}
//! {"t":0.016667,"people":[{"id":1,"kp":[[640.0,210.5,0.98],[600.1,300.2,0.97]]}]}
//! ```
//! Seconds, pixels, y down. A keypoint of `null` coordinates is missing. Further fields are tolerated.

use std::io::{BufRead, Write};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Keypoint, Layout};

/// Version of the format.
const VERSION: u64 = 1;
/// Longer lines are not pose files: 10 people with 33 keypoints take 12 kB.
const LONGEST_LINE: usize = 1 << 20;

/// What is wrong with a pose file, and where.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct PoseFileError {
    /// Line number, from 1.
    pub line: u64,
    /// What is wrong.
    pub problem: String,
}

/// The first line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PoseHeader {
    /// Version of the format: 1.
    pub spotter_poses: u64,
    /// Names of the keypoints, in the order of each person's list.
    pub keypoints: Vec<String>,
    /// Picture width in pixels.
    pub width: u32,
    /// Picture height in pixels.
    pub height: u32,
    /// Nominal frame rate, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fps: Option<f64>,
    /// Pose model, such as `blazepose_full`; selects the corrections for its known errors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

impl PoseHeader {
    /// Keypoint order of the people in this file.
    ///
    /// # Errors
    /// Names an unknown or doubled keypoint.
    pub fn layout(&self) -> Result<Layout, String> {
        Layout::from_names(&self.keypoints)
    }
}

/// One person of a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct PosePerson {
    /// Track number.
    pub id: u32,
    /// Keypoints in the header's order; missing ones have NaN coordinates and no confidence.
    pub keypoints: Vec<Keypoint>,
}

/// One further line.
#[derive(Debug, Clone, PartialEq)]
pub struct PoseFrame {
    /// Time of the frame.
    pub pts: Duration,
    /// The people in it.
    pub people: Vec<PosePerson>,
}

#[derive(Deserialize)]
struct RawFrame {
    t: f64,
    people: Vec<RawPerson>,
}

/// x, y, confidence.
type RawPoint = (Option<f64>, Option<f64>, Option<f64>);

#[derive(Deserialize)]
struct RawPerson {
    id: u32,
    kp: Vec<Option<RawPoint>>,
}

/// Reads a pose file line by line.
#[derive(Debug)]
pub struct PoseReader<R> {
    lines: R,
    header: PoseHeader,
    line: u64,
    text: Vec<u8>,
}

impl<R: BufRead> PoseReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// With the line and what is wrong with it, also when reading fails.
    pub fn new(lines: R) -> Result<Self, PoseFileError> {
        let empty = PoseHeader {
            spotter_poses: 0,
            keypoints: Vec::new(),
            width: 0,
            height: 0,
            fps: None,
            model: None,
        };
        let mut reader = Self { lines, header: empty, line: 0, text: Vec::new() };
        if !reader.next_line()? {
            return Err(reader
                .error("the file is empty; a pose file begins with a line like {\"spotter_poses\":1,…}"));
        }
        reader.header = parse_header(&reader.text).map_err(|problem| reader.error(problem))?;
        Ok(reader)
    }

    /// The header.
    pub fn header(&self) -> &PoseHeader {
        &self.header
    }

    /// The next frame; `None` at the end of the file.
    ///
    /// # Errors
    /// With the line and what is wrong with it, also when reading fails.
    pub fn next_frame(&mut self) -> Result<Option<PoseFrame>, PoseFileError> {
        if !self.next_line()? {
            return Ok(None);
        }
        let frame = parse_frame(&self.text, &self.header).map_err(|problem| self.error(problem))?;
        Ok(Some(frame))
    }

    /// Reads the next line that is not blank into `text`.
    fn next_line(&mut self) -> Result<bool, PoseFileError> {
        loop {
            self.text.clear();
            self.line += 1;
            let limit = LONGEST_LINE as u64 + 1;
            let read = std::io::Read::take(&mut self.lines, limit).read_until(b'\n', &mut self.text);
            match read {
                Ok(0) => return Ok(false),
                Ok(_) if self.text.len() > LONGEST_LINE => {
                    return Err(self.error("the line is longer than 1 MiB: this is not a pose file"));
                }
                Ok(_) if self.text.trim_ascii().is_empty() => {}
                Ok(_) => return Ok(true),
                Err(error) => return Err(self.error(format!("can't be read: {error}"))),
            }
        }
    }

    fn error(&self, problem: impl Into<String>) -> PoseFileError {
        PoseFileError { line: self.line, problem: problem.into() }
    }
}

fn parse_header(text: &[u8]) -> Result<PoseHeader, String> {
    let value: serde_json::Value = serde_json::from_slice(text)
        .map_err(|error| format!("not a pose file: the first line is not JSON ({error})"))?;
    match value.get("spotter_poses").map(serde_json::Value::as_u64) {
        None => return Err("not a pose file: the first line lacks \"spotter_poses\"".to_owned()),
        Some(Some(VERSION)) => {}
        Some(_) => return Err(format!("unknown version {}; known is {VERSION}", value["spotter_poses"])),
    }
    let header: PoseHeader = serde_json::from_value(value).map_err(|error| format!("header: {error}"))?;
    if header.keypoints.is_empty() {
        return Err("header: \"keypoints\" is empty".to_owned());
    }
    header.layout().map_err(|problem| format!("header: {problem}"))?;
    if header.width == 0 || header.height == 0 {
        return Err("header: \"width\" and \"height\" must be greater than 0".to_owned());
    }
    if header.fps.is_some_and(|fps| !(fps.is_finite() && fps > 0.0)) {
        return Err("header: \"fps\" must be greater than 0".to_owned());
    }
    Ok(header)
}

fn parse_frame(text: &[u8], header: &PoseHeader) -> Result<PoseFrame, String> {
    let raw: RawFrame = serde_json::from_slice(text).map_err(|error| {
        if error.is_eof() { format!("the line is cut off ({error})") } else { error.to_string() }
    })?;
    let pts = Duration::try_from_secs_f64(raw.t)
        .map_err(|_| format!("\"t\" is {}: it must be 0 or more seconds", raw.t))?;
    let mut people = Vec::with_capacity(raw.people.len());
    for person in raw.people {
        if person.kp.len() != header.keypoints.len() {
            return Err(format!(
                "person {} has {} keypoints; the header names {}",
                person.id,
                person.kp.len(),
                header.keypoints.len()
            ));
        }
        let keypoints = person.kp.into_iter().map(keypoint).collect();
        people.push(PosePerson { id: person.id, keypoints });
    }
    Ok(PoseFrame { pts, people })
}

fn keypoint(raw: Option<RawPoint>) -> Keypoint {
    match raw {
        Some((Some(x_px), Some(y_px), confidence)) => {
            Keypoint { x_px, y_px, confidence: confidence.unwrap_or(0.0) }
        }
        _ => Keypoint { x_px: f64::NAN, y_px: f64::NAN, confidence: 0.0 },
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"{"spotter_poses":1,"keypoints":["nose","left_hip"],"width":640,"height":480,"fps":30.0,"note":"x"}"#;

    fn frames(text: &str) -> Result<Vec<PoseFrame>, PoseFileError> {
        let mut reader = PoseReader::new(text.as_bytes())?;
        let mut frames = Vec::new();
        while let Some(frame) = reader.next_frame()? {
            frames.push(frame);
        }
        Ok(frames)
    }

    fn problem(text: &str) -> (u64, String) {
        let error = frames(text).unwrap_err();
        (error.line, error.problem)
    }

    #[test]
    fn frames_with_missing_keypoints_are_read() {
        let text =
            format!("{HEADER}\n{{\"t\":0.5,\"people\":[{{\"id\":7,\"kp\":[[1,2,0.5],[null,null,0]]}}]}}\n\n");
        let read = frames(&text).unwrap();
        assert_eq!(read[0].pts, Duration::from_millis(500));
        assert_eq!(read[0].people[0].keypoints[0], Keypoint { x_px: 1.0, y_px: 2.0, confidence: 0.5 });
        assert_eq!(read[0].people[0].keypoints[1].checked(), None);
    }

    #[test]
    fn each_fault_is_named_with_its_line() {
        let frame = r#"{"t":0.1,"people":[{"id":1,"kp":[[1,2,1],[3,4,1]]}]}"#;
        let with = |line: &str| problem(&format!("{HEADER}\n{frame}\n{line}"));
        for (line, part) in [
            (r#"{"t":0.2,"people":[{"id":1,"kp":[[1,2,1],[3"#, "cut off"),
            (r#"{"t":0.2,"people":[{"id":1,"kp":[[1,2,1]]}]}"#, "1 keypoints; the header names 2"),
            (r#"{"people":[]}"#, "missing field `t`"),
            (r#"{"t":0.2}"#, "missing field `people`"),
            (r#"{"t":-1,"people":[]}"#, "0 or more seconds"),
            (r#"{"t":1e300,"people":[]}"#, "0 or more seconds"),
        ] {
            let (number, problem) = with(line);
            assert_eq!(number, 3, "{line}");
            assert!(problem.contains(part), "{line}: {problem}");
        }
    }

    #[test]
    fn what_is_no_pose_file_is_refused() {
        for (text, part) in [
            ("", "empty"),
            ("hello\n", "not JSON"),
            ("{}\n", "spotter_poses"),
            (r#"{"spotter_poses":2,"keypoints":["nose"],"width":1,"height":1}"#, "unknown version 2"),
            (r#"{"spotter_poses":1,"keypoints":["tail"],"width":1,"height":1}"#, "unknown keypoint `tail`"),
            (r#"{"spotter_poses":1,"keypoints":[],"width":1,"height":1}"#, "empty"),
            (r#"{"spotter_poses":1,"keypoints":["nose"],"width":0,"height":1}"#, "greater than 0"),
            (r#"{"spotter_poses":1,"keypoints":["nose"],"height":1}"#, "missing field `width`"),
        ] {
            let (line, problem) = problem(text);
            assert_eq!(line, 1, "{text}");
            assert!(problem.contains(part), "{text}: {problem}");
        }
    }

    #[test]
    fn what_is_written_can_be_read() {
        let header = parse_header(HEADER.as_bytes()).unwrap();
        let keypoints = vec![
            Keypoint { x_px: 1.25, y_px: 2.5, confidence: 0.75 },
            Keypoint { x_px: f64::NAN, y_px: 0.0, confidence: 0.0 },
        ];
        let frame =
            PoseFrame { pts: Duration::from_micros(16_667), people: vec![PosePerson { id: 3, keypoints }] };
        let mut writer = PoseWriter::new(Vec::new(), &header).unwrap();
        writer.write(&frame).unwrap();
        let text = String::from_utf8(writer.into_inner()).unwrap();
        let read = frames(&text).unwrap();
        assert_eq!(read[0].people[0].keypoints[0], frame.people[0].keypoints[0]);
        assert_eq!(read[0].people[0].keypoints[1].checked(), None);
        assert_eq!(read[0].pts, frame.pts);
    }
}
