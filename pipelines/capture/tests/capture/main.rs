//! Sources against clips made here, a real RTSP server, and the reference clips.

#![allow(
    clippy::unwrap_used,
    clippy::unchecked_time_subtraction,
    reason = "a helper that panics fails its test"
)]

mod bad_input;
mod clips;
mod files;
mod films;
mod live;
mod pixels;
mod reference;
mod rtsp;
