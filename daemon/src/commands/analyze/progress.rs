//! Progress bars on a terminal; nothing elsewhere.

use std::path::Path;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::file_name;

/// How far all inputs are.
pub(super) struct Progress {
    bars: MultiProgress,
    /// Inputs that are done, where there are several.
    total: Option<ProgressBar>,
}

impl Progress {
    /// Bars for this many inputs. Hidden by themselves where stderr is no terminal.
    pub(super) fn new(inputs: usize) -> Self {
        let bars = MultiProgress::new();
        let total = (inputs > 1).then(|| {
            let total = bars.add(ProgressBar::new(inputs as u64));
            style(&total, "{pos} of {len} done");
            total.tick();
            total
        });
        Self { bars, total }
    }

    /// The bar of an input that begins.
    pub(super) fn begin(&self, path: &Path) -> Bar {
        let bar = ProgressBar::no_length();
        style(&bar, "{prefix}{wide_bar} {percent:>3} %  {msg}  {eta} left");
        let bar = match &self.total {
            Some(total) => {
                bar.set_prefix(format!("{}  ", file_name(path)));
                self.bars.insert_before(total, bar)
            }
            None => self.bars.add(bar),
        };
        Bar { bar, total: self.total.clone() }
    }

    /// Prints without the bars in the way.
    pub(super) fn pause<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bars.suspend(print)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(total) = &self.total {
            total.finish_and_clear();
        }
    }
}

fn style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

/// How far one input is: a bar over its time; a counter where its length is unknown.
pub(super) struct Bar {
    bar: ProgressBar,
    total: Option<ProgressBar>,
}

impl Bar {
    /// How long the input is, where known.
    pub(super) fn set_duration(&self, duration: Option<Duration>) {
        if let Some(duration) = duration {
            self.bar.set_length(duration.as_millis() as u64);
        }
    }

    /// A frame at `pts` was analysed, as the `frames`th.
    pub(super) fn frame(&self, pts: Duration, frames: u64) {
        self.bar.set_position(pts.as_millis() as u64);
        self.bar.set_message(format!("{frames} frames"));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        if let Some(total) = &self.total {
            total.inc(1);
        }
    }
}
