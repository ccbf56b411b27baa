//! A line of a pose file to a header or a frame.

use std::borrow::Cow;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::faults::{Fault, PoseFaults};
use super::{PoseFrame, PoseHeader, PosePerson, VERSION};
use crate::{BarPoint, Keypoint};

/// Coordinates further out than any picture are broken.
const FARTHEST_PX: f64 = 1e6;
/// Confidences this far outside 0–1 are the rounding or the scale of a score and are taken as 0 or 1; what lies further
/// out is no probability (percent, a logit), and taking it as 1 would invent certainty.
const CONFIDENCE_SLACK: f64 = 0.1;

#[derive(Deserialize)]
struct RawFrame {
    t: f64,
    people: Vec<RawPerson>,
}

/// x, y, confidence.
type RawPoint = (Option<f64>, Option<f64>, Option<f64>);

/// x, y, radius, uncertainty.
type RawBar = (f64, f64, Option<f64>, f64);

#[derive(Deserialize)]
struct RawPerson {
    id: u32,
    kp: Vec<Option<RawPoint>>,
    #[serde(default)]
    bar: Option<RawBar>,
    #[serde(default)]
    bar_past: Vec<(f64, f64, f64, Option<f64>, f64)>,
}

/// The header, checked.
pub(super) fn header(text: &[u8]) -> Result<PoseHeader, String> {
    let value: serde_json::Value = serde_json::from_slice(text)
        .map_err(|error| format!("not a pose file: the first line is not JSON ({})", told(&error)))?;
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

/// A frame, its points checked; what had to be left out is counted in `faults`.
pub(super) fn frame(
    text: &[u8],
    header: &PoseHeader,
    line: u64,
    faults: &mut PoseFaults,
) -> Result<PoseFrame, String> {
    let raw: RawFrame = json(text)?;
    let pts = Duration::try_from_secs_f64(raw.t)
        .map_err(|_| format!("\"t\" is {}: it must be 0 or more seconds", raw.t))?;
    let mut people: Vec<PosePerson> = Vec::with_capacity(raw.people.len());
    for person in raw.people {
        if person.kp.len() != header.keypoints.len() {
            return Err(format!(
                "person {} has {} keypoints; the header names {}",
                person.id,
                person.kp.len(),
                header.keypoints.len()
            ));
        }
        if people.iter().any(|other| other.id == person.id) {
            faults.count(Fault::DoubledPerson, line);
        }
        let keypoints = person.kp.into_iter().map(|raw| keypoint(raw, line, faults)).collect();
        people.push(PosePerson {
            id: person.id,
            keypoints,
            bar: person.bar.and_then(bar),
            bar_past: person.bar_past.into_iter().filter_map(past).collect(),
        });
    }
    Ok(PoseFrame { pts, people })
}

/// The bar of a line; what is no place in a picture is left out.
fn bar((x_px, y_px, radius_px, u_px): RawBar) -> Option<BarPoint> {
    BarPoint { x_px, y_px, radius_px, u_px }.checked()
}

fn past((t, x_px, y_px, radius_px, u_px): (f64, f64, f64, Option<f64>, f64)) -> Option<(Duration, BarPoint)> {
    Some((Duration::try_from_secs_f64(t).ok()?, bar((x_px, y_px, radius_px, u_px))?))
}

fn keypoint(raw: Option<RawPoint>, line: u64, faults: &mut PoseFaults) -> Keypoint {
    const MISSING: Keypoint = Keypoint { x_px: f64::NAN, y_px: f64::NAN, confidence: 0.0 };
    let Some((Some(x_px), Some(y_px), confidence)) = raw else { return MISSING };
    let confidence = confidence.unwrap_or(0.0);
    let fault = if x_px.abs().max(y_px.abs()) >= FARTHEST_PX {
        Fault::FarCoordinates
    } else if (0.0..=1.0).contains(&confidence) {
        return Keypoint { x_px, y_px, confidence };
    } else if (-CONFIDENCE_SLACK..=1.0 + CONFIDENCE_SLACK).contains(&confidence) {
        faults.count(Fault::ConfidenceClamped, line);
        return Keypoint { x_px, y_px, confidence: confidence.clamp(0.0, 1.0) };
    } else {
        Fault::NoConfidence
    };
    faults.count(fault, line);
    MISSING
}

/// JSON, and what Python's and JavaScript's writers make of numbers that are none: `NaN` and `Infinity` read as null.
fn json<T: DeserializeOwned>(text: &[u8]) -> Result<T, String> {
    serde_json::from_slice(text).or_else(|error| match without_not_numbers(text) {
        Cow::Owned(text) => serde_json::from_slice(&text).map_err(|error| told(&error)),
        Cow::Borrowed(_) => Err(told(&error)),
    })
}

/// `NaN`, `Infinity` and `-Infinity` outside of strings as `null`.
fn without_not_numbers(text: &[u8]) -> Cow<'_, [u8]> {
    const NOT_NUMBERS: [&[u8]; 3] = [b"-Infinity", b"Infinity", b"NaN"];
    let mut replaced: Option<Vec<u8>> = None;
    let (mut at, mut in_string) = (0, false);
    while let Some(&byte) = text.get(at) {
        let word = NOT_NUMBERS.iter().find(|word| !in_string && text[at..].starts_with(word));
        if let Some(word) = word {
            replaced.get_or_insert_with(|| text[..at].to_vec()).extend(b"null");
            at += word.len();
            continue;
        }
        let escape = in_string && byte == b'\\' && at + 1 < text.len();
        in_string ^= byte == b'"';
        let next = at + 1 + usize::from(escape);
        if let Some(replaced) = &mut replaced {
            replaced.extend(&text[at..next]);
        }
        at = next;
    }
    replaced.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The parser's words with the column only: its line is always the first, and would be taken for the file's.
fn told(error: &serde_json::Error) -> String {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = error.to_string();
    let text = text.strip_suffix(&place).unwrap_or(&text);
    let column = error.column();
    if error.is_eof() {
        format!("the line is cut off at column {column} ({text})")
    } else {
        format!("{text} (column {column})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_no_number_are_null_and_strings_stay() {
        let text = br#"{"a":NaN,"b":[-Infinity,Infinity],"NaN":"a \" NaN"}"#;
        let expected = br#"{"a":null,"b":[null,null],"NaN":"a \" NaN"}"#;
        assert_eq!(without_not_numbers(text).as_ref(), expected);
        assert!(matches!(without_not_numbers(b"{\"a\":1}"), Cow::Borrowed(_)));
    }
}
