//! Keypoints beside those of the reference implementation (MediaPipe 0.10.14 in Python, same model, same clips). What it said is kept in
//! `models/tests/reference`; `tests/reference/mediapipe-poses` writes it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use spotter::analysis::Analysis;
use spotter_capture::{Delivery, EveryFrame, SourceDescription};
use spotter_models::{LandmarkModel, Pose};

use crate::args::Args;
use crate::estimation;
use crate::part::Absent;
use crate::plan::Plan;

/// Clips that the reference has seen.
const CLIPS: [&str; 3] = ["cmj_three", "treadmill_run", "squat_set"];
/// The reference's interface counts this for a frame, whatever the clip's frame rate.
const REFERENCE_FRAME: Duration = Duration::from_micros(33_333);

/// Differences on one clip, percent of the torso's length (middle of the shoulders to middle of the hips, as the reference sees it).
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ParityFigures {
    /// The clip.
    pub(crate) clip: String,
    /// Frames compared: every tenth.
    pub(crate) frames: usize,
    /// Mean over all frames and keypoints.
    pub(crate) mean_pct: f64,
    /// Mean over the keypoints of the worst frame.
    pub(crate) worst_frame_pct: f64,
    /// Frames above 5 %.
    pub(crate) frames_above_5_pct: usize,
}

/// One kept frame of the reference.
#[derive(Deserialize)]
struct ReferenceFrame {
    frame: usize,
    people: Vec<ReferencePerson>,
}

#[derive(Deserialize)]
struct ReferencePerson {
    /// x and y in pixels, visibility.
    kp: Vec<[f64; 3]>,
}

/// Compares each clip.
pub(crate) fn measure(args: &Args, plan: &Plan) -> anyhow::Result<Vec<ParityFigures>> {
    if LandmarkModel::from(args.model) != LandmarkModel::Full {
        return Err(Absent::because("the reference ran the full model only").into());
    }
    let one_person = Args { max_people: 1, ..args.clone() };
    let mut analysis = estimation::open(&one_person)?.analysis;
    CLIPS.iter().map(|clip| compare(clip, &mut analysis, plan.frames)).collect()
}

fn compare(clip: &str, analysis: &mut Analysis, max_frames: usize) -> anyhow::Result<ParityFigures> {
    let reference = reference_of(clip)?;
    let path = in_checkout(&format!("tests/clips/{clip}.mp4"));
    let description = SourceDescription::File { path, repeat: false, paced: false };
    let mut source = spotter_capture::open(clip, &description, Delivery::EveryFrame)?;
    let (mut of_frames, mut events) = (Vec::new(), Vec::new());
    let mut expected = reference.iter().peekable();
    for (number, frame) in EveryFrame::of(source.as_mut()).enumerate() {
        if expected.peek().is_none() || (max_frames > 0 && number > max_frames) {
            break;
        }
        analysis.frame(&frame?, REFERENCE_FRAME * number as u32, &mut events)?;
        if let Some(kept) = expected.next_if(|kept| kept.frame == number) {
            of_frames.extend(difference_pct(kept, analysis.poses()));
        }
    }
    analysis.finish(&mut events);
    figures(clip, &of_frames).with_context(|| format!("{clip}: no frame could be compared"))
}

fn figures(clip: &str, of_frames: &[f64]) -> Option<ParityFigures> {
    Some(ParityFigures {
        clip: clip.to_owned(),
        frames: of_frames.len(),
        mean_pct: of_frames.iter().sum::<f64>() / of_frames.len() as f64,
        worst_frame_pct: of_frames.iter().copied().reduce(f64::max)?,
        frames_above_5_pct: of_frames.iter().filter(|pct| **pct > 5.0).count(),
    })
}

/// Mean distance of all keypoints in percent of the torso; none where the reference saw nobody. A person that only we miss is as far away
/// as can be.
fn difference_pct(reference: &ReferenceFrame, poses: &[Pose]) -> Option<f64> {
    let expected = &reference.people.first()?.kp;
    let Some(pose) = poses.first() else { return Some(f64::INFINITY) };
    let distances = pose
        .keypoints
        .iter()
        .zip(expected)
        .map(|(found, [x, y, _])| (f64::from(found.x_px) - x).hypot(f64::from(found.y_px) - y));
    let mean_px = distances.sum::<f64>() / expected.len() as f64;
    Some(100.0 * mean_px / torso_px(expected)?)
}

/// Middle of the shoulders to middle of the hips.
fn torso_px(keypoints: &[[f64; 3]]) -> Option<f64> {
    let middle = |a: usize, b: usize, axis: usize| {
        Some(f64::midpoint(keypoints.get(a)?[axis], keypoints.get(b)?[axis]))
    };
    Some((middle(11, 12, 0)? - middle(23, 24, 0)?).hypot(middle(11, 12, 1)? - middle(23, 24, 1)?))
}

fn reference_of(clip: &str) -> anyhow::Result<Vec<ReferenceFrame>> {
    let path = in_checkout(&format!("models/tests/reference/{clip}.mediapipe.jsonl"));
    let text = std::fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))?;
    let frames = text.lines().map(serde_json::from_str).collect::<Result<_, _>>();
    frames.with_context(|| format!("{} is no file of the reference", path.display()))
}

fn in_checkout(path: &str) -> PathBuf {
    spotter_tests::checkout().join(path)
}

#[cfg(test)]
mod tests {
    use spotter_models::{KEYPOINT_COUNT, Keypoint};

    use super::*;

    #[test]
    fn differences_are_shares_of_the_torso() {
        // Shoulders 200 px above the hips; every keypoint of ours is 3 px to the right and 4 px below: 5 px of 200.
        let expected: Vec<[f64; 3]> =
            (0..KEYPOINT_COUNT).map(|k| [100.0, if k < 20 { 100.0 } else { 300.0 }, 1.0]).collect();
        let keypoints = std::array::from_fn(|k| Keypoint {
            x_px: 103.0,
            y_px: if k < 20 { 104.0 } else { 304.0 },
            confidence: 1.0,
        });
        let pose = Pose { id: 1, keypoints, presence: 1.0 };
        let reference = ReferenceFrame { frame: 0, people: vec![ReferencePerson { kp: expected }] };
        assert!((difference_pct(&reference, &[pose]).unwrap() - 2.5).abs() < 1e-9);
        assert_eq!(difference_pct(&reference, &[]), Some(f64::INFINITY));
        assert_eq!(difference_pct(&ReferenceFrame { frame: 0, people: vec![] }, &[]), None);
    }

    #[test]
    fn the_worst_frame_is_not_averaged_away() {
        let seen = figures("a", &[1.0, 1.0, 7.0]).unwrap();
        assert_eq!((seen.mean_pct, seen.worst_frame_pct, seen.frames_above_5_pct), (3.0, 7.0, 1));
        assert!(figures("a", &[]).is_none());
    }
}
