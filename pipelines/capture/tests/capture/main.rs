//! Sources against clips made here, a real RTSP server, and the reference clips.

mod bad_input;
mod clips;
mod files;
mod live;
mod pixels;
mod reference;
mod rtsp;
