//! What a status of the ABI means, and which status stands for an error between processes.

use super::TensorRtError;
use super::abi::status;

/// The error that a status is.
pub(super) fn error_of(status: i32, why: String) -> TensorRtError {
    match status {
        status::NO_LIBRARY => TensorRtError::NoLibrary(why),
        status::WRONG_VERSION => TensorRtError::WrongVersion(why),
        status::NO_DRIVER => TensorRtError::NoDriver(why),
        status::NO_DEVICE => TensorRtError::NoDevice(why),
        status::REFUSED => TensorRtError::Refused(why),
        status::CANCELLED => TensorRtError::Cancelled,
        status::SHAPE => TensorRtError::Shape(why),
        status::MEMORY => TensorRtError::Memory(why),
        status::WRITE => TensorRtError::Write(why),
        status::LOST => TensorRtError::Lost(why),
        status::UNSUPPORTED => TensorRtError::Unsupported(why),
        _ => TensorRtError::Failed(why),
    }
}

/// The status that stands for an error between processes, and its text.
pub(super) fn status_of(error: &TensorRtError) -> (i32, String) {
    let (status, why) = match error {
        TensorRtError::NoLibrary(why) => (status::NO_LIBRARY, why),
        TensorRtError::WrongVersion(why) => (status::WRONG_VERSION, why),
        TensorRtError::NoDriver(why) => (status::NO_DRIVER, why),
        TensorRtError::NoDevice(why) => (status::NO_DEVICE, why),
        TensorRtError::Refused(why) => (status::REFUSED, why),
        TensorRtError::Cancelled => return (status::CANCELLED, String::new()),
        TensorRtError::Shape(why) => (status::SHAPE, why),
        TensorRtError::Memory(why) => (status::MEMORY, why),
        TensorRtError::Write(why) => (status::WRITE, why),
        TensorRtError::Io { .. } => return (status::WRITE, error.to_string()),
        TensorRtError::Lost(why) => (status::LOST, why),
        TensorRtError::Unsupported(why) => (status::UNSUPPORTED, why),
        other => return (status::FAILED, other.to_string()),
    };
    (status, why.clone())
}
