//! Reading pose files.

use std::io::{BufRead, Read};
use std::time::Duration;

use super::faults::Fault;
use super::{PoseFaults, PoseFileError, PoseFrame, PoseHeader, parse};

/// Longer lines are not pose files: 10 people with 33 keypoints take 12 kB.
const LONGEST_LINE: usize = 1 << 20;
/// What some editors write in front of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a pose file line by line.
#[derive(Debug)]
pub struct PoseReader<R> {
    lines: R,
    header: PoseHeader,
    line: u64,
    text: Vec<u8>,
    faults: PoseFaults,
    newest: Option<Duration>,
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
        let mut reader = Self {
            lines,
            header: empty,
            line: 0,
            text: Vec::new(),
            faults: PoseFaults::default(),
            newest: None,
        };
        if !reader.next_line()? {
            return Err(reader
                .error("the file is empty; a pose file begins with a line like {\"spotter_poses\":1,…}"));
        }
        let text = reader.text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&reader.text);
        reader.header = parse::header(text).map_err(|problem| reader.error(problem))?;
        Ok(reader)
    }

    /// The header.
    pub fn header(&self) -> &PoseHeader {
        &self.header
    }

    /// What was wrong so far without making the file unreadable.
    pub fn faults(&self) -> &PoseFaults {
        &self.faults
    }

    /// The next frame; `None` at the end of the file. A frame whose time does not come after the one before it is
    /// counted as a fault and handed out: the session puts it in order or leaves it out.
    ///
    /// # Errors
    /// With the line and what is wrong with it, also when reading fails.
    pub fn next_frame(&mut self) -> Result<Option<PoseFrame>, PoseFileError> {
        if !self.next_line()? {
            return Ok(None);
        }
        let frame = parse::frame(&self.text, &self.header, self.line, &mut self.faults)
            .map_err(|problem| self.error(problem))?;
        if self.newest.is_some_and(|newest| frame.pts <= newest) {
            self.faults.count(Fault::Time, self.line);
        } else {
            self.newest = Some(frame.pts);
        }
        self.faults.look(&frame, &self.header);
        Ok(Some(frame))
    }

    /// Reads the next line that is not blank into `text`.
    fn next_line(&mut self) -> Result<bool, PoseFileError> {
        loop {
            self.text.clear();
            self.line += 1;
            let limit = LONGEST_LINE as u64 + 1;
            let read = Read::take(&mut self.lines, limit).read_until(b'\n', &mut self.text);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BarPoint, Keypoint, PosePerson, PoseWriter};

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
        let header = parse::header(HEADER.as_bytes()).unwrap();
        let keypoints = vec![
            Keypoint { x_px: 1.25, y_px: 2.5, confidence: 0.75 },
            Keypoint { x_px: f64::NAN, y_px: 0.0, confidence: 0.0 },
        ];
        let bar = BarPoint { x_px: 3.5, y_px: 4.25, radius_px: None, u_px: 0.125 };
        let frame = PoseFrame {
            pts: Duration::from_micros(16_667),
            people: vec![PosePerson {
                id: 3,
                keypoints,
                bar: Some(bar),
                bar_past: vec![(Duration::from_millis(10), bar)],
            }],
        };
        let mut writer = PoseWriter::new(Vec::new(), &header).unwrap();
        writer.write(&frame).unwrap();
        let text = String::from_utf8(writer.into_inner()).unwrap();
        let read = frames(&text).unwrap();
        assert_eq!(read[0].people[0].keypoints[0], frame.people[0].keypoints[0]);
        assert_eq!(read[0].people[0].keypoints[1].checked(), None);
        assert_eq!(read[0].pts, frame.pts);
        assert_eq!(
            (read[0].people[0].bar, &read[0].people[0].bar_past),
            (Some(bar), &frame.people[0].bar_past)
        );
    }

    fn faults(lines: &[&str]) -> (Vec<PoseFrame>, Vec<String>) {
        let text = format!("{HEADER}\n{}", lines.join("\n"));
        let mut reader = PoseReader::new(text.as_bytes()).unwrap();
        let mut frames = Vec::new();
        while let Some(frame) = reader.next_frame().unwrap() {
            frames.push(frame);
        }
        let warnings = reader.faults().warnings(reader.header());
        (frames, warnings)
    }

    #[test]
    fn what_is_no_number_is_a_missing_point() {
        let line = r#"{"t":0,"people":[{"id":1,"kp":[[NaN,2,0.5],[1,-Infinity,0.5]]}]}"#;
        let (frames, warnings) = faults(&[line]);
        assert!(frames[0].people[0].keypoints.iter().all(|point| point.checked().is_none()));
        assert_eq!(warnings, Vec::<String>::new());
        let (line, problem) = problem(&format!("{HEADER}\n{{\"t\":NaN,\"people\":[]}}"));
        assert!(line == 2 && problem.contains("null"), "{problem}");
    }

    #[test]
    fn odd_confidences_and_coordinates_are_counted_with_their_first_line() {
        let person = |a: &str, b: &str| format!(r#"{{"t":0,"people":[{{"id":1,"kp":[{a},{b}]}}]}}"#);
        let (frames, warnings) = faults(&[&person("[1,2,1.04]", "[1,2,-0.01]")]);
        let confidences: Vec<f64> = frames[0].people[0].keypoints.iter().map(|p| p.confidence).collect();
        assert_eq!(confidences, [1.0, 0.0]);
        assert!(warnings[0].starts_with("line 2: a confidence outside 0–1: points taken as 0 or 1: 2"));
        let (frames, warnings) = faults(&[&person("[1,2,97]", "[1e9,2,1]")]);
        assert!(frames[0].people[0].keypoints.iter().all(|point| point.checked().is_none()));
        assert!(warnings[0].contains("far outside 0–1") && warnings[1].contains("beyond any picture"));
    }

    #[test]
    fn time_that_does_not_go_on_is_counted_with_its_first_line() {
        let at = |t: f64| format!(r#"{{"t":{t},"people":[]}}"#);
        let (frames, warnings) = faults(&[&at(0.1), &at(0.1), &at(0.05), &at(0.2)]);
        assert_eq!(frames.len(), 4);
        assert_eq!(
            warnings,
            [
                "line 3: the time does not come after that of the line before: frames put in order, or left out when too late: 2 in the whole file"
            ]
        );
    }

    #[test]
    fn a_header_that_does_not_fit_the_coordinates_is_told() {
        let frame = |x: f64| format!(r#"{{"t":0,"people":[{{"id":1,"kp":[[{x},0.4,1],[{x},0.6,1]]}}]}}"#);
        let (_, warnings) = faults(&[&frame(1900.0)]);
        assert!(
            warnings[0].contains("100 % of the points lie outside the picture of 640×480"),
            "{warnings:?}"
        );
        let text = format!("{HEADER}\n{}", frame(0.5));
        let mut reader = PoseReader::new(text.as_bytes()).unwrap();
        reader.next_frame().unwrap();
        let problem = reader.faults().not_pixels(reader.header()).unwrap();
        assert!(problem.contains("must be pixels"), "{problem}");
    }

    proptest::proptest! {
        /// Whatever the bytes: an error with a line, or frames whose points are finite or missing. Never a panic.
        #[test]
        fn damaged_files_never_panic(at in 0..400_usize, byte: u8, cut in 0..400_usize, times in 0..3_usize) {
            let person = r#"{"id":1,"kp":[[1.5,2,0.5],[null,NaN,0]]}"#;
            let lines: Vec<String> =
                (0..3).map(|t| format!(r#"{{"t":0.{t},"people":[{person}]}}"#)).collect();
            let mut text = format!("{HEADER}\n{}\n", lines.join("\n")).into_bytes();
            for time in 0..times {
                let at = (at * (time + 1)) % text.len();
                text[at] = byte;
            }
            text.truncate(cut);
            let Ok(mut reader) = PoseReader::new(text.as_slice()) else { return Ok(()) };
            while let Ok(Some(frame)) = reader.next_frame() {
                for point in frame.people.iter().flat_map(|person| &person.keypoints) {
                    proptest::prop_assert!(point.x_px.is_nan() || point.checked().is_some());
                    proptest::prop_assert!((0.0..=1.0).contains(&point.confidence));
                }
            }
            reader.faults().warnings(reader.header());
        }
    }
}
