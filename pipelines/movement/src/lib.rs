//! Keypoints to movement events. Pure and deterministic: no I/O, no clock, no threads, no async.
//!
//! Feed a [`Session`] with `(pts, people)` and it writes [`Event`]s. The same sequence gives the same events, bit for bit.

mod event;
mod pose;
mod session;
mod settings;

pub use event::{Event, Jump, LivePerson, Rep, Set};
pub use pose::{Keypoint, Layout, PersonPose};
pub use session::Session;
pub use settings::{Exercise, ModelProfile, Settings, View};
