//! A progress bar on a terminal; nothing elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How far an analysis is.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// A bar over the clip's time; a counter where its length is unknown.
    pub(super) fn new(duration: Option<Duration>) -> Self {
        let bar = ProgressBar::with_draw_target(
            duration.map(|duration| duration.as_millis() as u64),
            // Hidden by itself where stderr is no terminal.
            ProgressDrawTarget::stderr(),
        );
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {msg}  {eta} left") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// A frame at `pts` was analysed, as the `frames`th.
    pub(super) fn frame(&self, pts: Duration, frames: u64) {
        self.0.set_position(pts.as_millis() as u64);
        self.0.set_message(format!("{frames} frames"));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
