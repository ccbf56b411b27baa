//! Keypoints to movement events. Pure and deterministic: no I/O, no clock, no threads, no async.
//!
//! Feed a [`Session`] with `(pts, people)` and it writes [`Event`]s. The same sequence gives the same events, bit for
//! bit, however fast it arrives: the only time is the frame's PTS.
//!
//! How a number comes about: a person's keypoints become one [`body`] sample a frame (both sides combined, spikes dropped);
//! [`calibrate`] turns pixels into metres; [`track`] differentiates hips and shoulders with a fixed lag; the state machines
//! in [`jump`] and [`squat`] find movements and measure them on the raw samples; [`sets`] names and groups the repetitions.

mod body;
mod bounds;
mod calibrate;
mod event;
mod jump;
mod measured;
mod person;
mod pose;
mod pose_file;
mod quality;
mod report;
mod roster;
mod session;
mod sets;
mod settings;
mod signal;
mod squat;
mod track;

pub use event::{Event, LivePerson, Phase, Refusal};
pub use jump::{Jump, JumpKind};
pub use measured::{Measured, Quality};
pub use pose::{Keypoint, Layout, PersonPose};
pub use pose_file::{PoseFileError, PoseFrame, PoseHeader, PosePerson, PoseReader, PoseWriter};
pub use quality::{ScaleSummary, SessionQuality};
pub use report::{Report, Source};
pub use session::Session;
pub use sets::Set;
pub use settings::{Exercise, ModelProfile, Settings, View};
pub use squat::{Rep, RepStatus};
