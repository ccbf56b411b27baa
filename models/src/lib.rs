//! Pictures to poses: person detector, landmarks, people tracker, backends and model manifests. No GStreamer, no async.

mod error;
mod estimator;
mod image;
mod pose;

pub use error::{EstimateError, ModelError};
pub use estimator::{EstimatorSettings, LandmarkModel, PoseEstimator, StageTimes, open};
pub use image::{Image, Plane, Planes};
pub use pose::{KEYPOINT_COUNT, KEYPOINT_NAMES, Keypoint, Pose};
