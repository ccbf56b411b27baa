//! Keypoints to movement events. Pure and deterministic: no I/O, no clock, no threads, no async.
//!
//! Feed a [`Session`] with `(pts, people)` and it writes [`Event`]s. The same sequence gives the same events, bit for
//! bit, however fast it arrives: the only time is the frame's PTS.
//!
//! How a number comes about: a person's keypoints become one [`body`] sample a frame (both sides combined, spikes dropped);
//! [`calibrate`] turns pixels into metres; [`jump`], [`strength`] and [`gait`] find movements and
//! measure them on the raw samples; [`record`] declares what they report.

mod body;
mod bounds;
mod calibrate;
mod display;
mod event;
mod exercise;
mod gait;
mod jump;
mod measured;
mod person;
mod pose;
mod pose_file;
mod quality;
mod record;
mod report;
mod roster;
mod session;
mod settings;
mod sight;
mod signal;
mod station;
mod strength;

pub use calibrate::{Floor, FloorError, FloorMarks};
pub use event::{Event, LivePerson, Phase, Refusal};
pub use exercise::Exercise;
pub use gait::{
    Completeness, Cycle, CycleRange, FootEvent, Gait, GaitBout, GaitKind, GaitProfile, MeanCurve, RangeCheck,
    ReasonCount, ValidationFailure,
};
pub use jump::{Jump, JumpKind, JumpSeries, Landing};
pub use measured::{Measured, Quality};
pub use pose::{BarPoint, Keypoint, Layout, PersonPose};
pub use pose_file::{PoseFaults, PoseFileError, PoseFrame, PoseHeader, PosePerson, PoseReader, PoseWriter};
pub use quality::{ScaleSummary, SessionQuality};
pub use record::{Field, Record};
pub use report::{Report, Source};
pub use session::Session;
pub use settings::{Choice, ModelProfile, Settings, View};
pub use signal::OneEuro;
pub use station::{Station, StationError};
pub use strength::{Cue, CueKind, Evidence, Fault, NotAssessed, Rep, RepStatus, Set};
