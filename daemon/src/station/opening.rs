//! Opens a station's source, in video memory where that works.

use spotter_capture::{CaptureError, Delivery, FrameSource, Memory, SourceDescription, open_in};

use crate::config::Name;
use crate::health::StationHealth;

/// A source that is open.
pub(super) struct Opened {
    pub(super) source: Box<dyn FrameSource>,
    /// Why its frames do not lie in video memory, though they should: the same source could be opened without.
    pub(super) refusal: Option<CaptureError>,
}

/// One attempt with frames in `memory`, and one in main memory where that fails.
pub(super) fn open(
    name: &Name,
    description: &SourceDescription,
    memory: Memory,
    health: &StationHealth,
) -> Result<Opened, CaptureError> {
    let open = |memory| open_in(name.as_str(), description, delivery(description), memory);
    match open(memory) {
        Ok(source) => Ok(Opened { source, refusal: None }),
        Err(error) if memory == Memory::Main => Err(error),
        Err(error) => {
            health.progress();
            open(Memory::Main).map(|source| Opened { source, refusal: Some(error) })
        }
    }
}

/// The newest frame wins, except where a file shall be read as fast as the unit can: it then waits for the unit.
fn delivery(source: &SourceDescription) -> Delivery {
    match source {
        SourceDescription::File { paced: false, .. } => Delivery::EveryFrame,
        _ => Delivery::NewestWins,
    }
}
