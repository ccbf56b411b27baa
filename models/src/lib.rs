//! Pictures to poses: person detector, landmarks, people tracker, backends and model manifests. No GStreamer, no async.

mod anchors;
mod backend;
pub mod bar;
mod bare;
mod blazepose;
mod color;
pub mod convert;
mod cover;
mod detection;
mod engine;
mod error;
mod estimator;
mod figure;
mod grid;
mod heatmap;
mod image;
mod landmarks;
pub mod manifest;
mod motion;
mod networks;
mod pixels;
mod pose;
mod region;
mod runtime;
pub mod stages;
mod steady;
pub mod store;
mod tensor;
#[allow(dead_code, reason = "the engine does not open it yet")]
pub mod tensorrt;
#[cfg(test)]
mod testing;
mod track;
mod tracker;
mod yuv;

pub use bare::{BareEngine, BareModel, StationLoad};
pub use engine::{
    BUILD_ARGUMENT, Backend, BackendStatus, Building, Engine, OpenError, RefusedBackend, TensorRtSettings,
    prepare,
};
pub use error::{EstimateError, ModelError};
pub use estimator::{EngineSettings, LandmarkModel, PoseEstimator, StageTimes};
pub use image::{ColorMatrix, Image, Plane, Planes};
pub use pose::{KEYPOINT_COUNT, KEYPOINT_NAMES, Keypoint, Pose};
