//! Pose files: one JSON object a line, the first one the header.
//!
//! ```json
//! {"spotter_poses":1,"keypoints":["nose","left_shoulder"],"width":1280,"height":720,"fps":60.0}
//! {"t":0.016667,"people":[{"id":1,"kp":[[640.0,210.5,0.98],[600.1,300.2,0.97]]}]}
//! ```
//! A person may have `"bar":[x,y,radius,u]`, the plate tracked in the picture (radius null where it is no disc), and, in the frame that
//! is the first to be sure of it, `"bar_past":[[t,x,y,radius,u],…]`. Seconds, pixels, y down. A keypoint of `null` coordinates is missing. Further fields are tolerated.

mod faults;
mod parse;
mod reader;
mod writer;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::faults::PoseFaults;
pub use self::reader::PoseReader;
pub use self::writer::PoseWriter;
use crate::{BarPoint, Keypoint, Layout};

/// Version of the format.
const VERSION: u64 = 1;

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
    /// The bar that the person holds, where it was tracked in the picture.
    pub bar: Option<BarPoint>,
    /// Where the bar was in earlier frames, when this frame is the first that is sure of it.
    pub bar_past: Vec<(Duration, BarPoint)>,
}

/// One further line.
#[derive(Debug, Clone, PartialEq)]
pub struct PoseFrame {
    /// Time of the frame.
    pub pts: Duration,
    /// The people in it.
    pub people: Vec<PosePerson>,
}
