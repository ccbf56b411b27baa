//! Frames a second as seen by the station.

use std::time::{Duration, Instant};

/// Counts frames over the last whole second.
#[derive(Debug)]
pub(super) struct FpsMeter {
    since: Instant,
    frames: u32,
    fps: f64,
}

impl FpsMeter {
    pub(super) fn new(now: Instant) -> Self {
        Self { since: now, frames: 0, fps: 0.0 }
    }

    /// Counts a frame at `now`; returns frames a second of the last whole second.
    pub(super) fn tick(&mut self, now: Instant) -> f64 {
        self.frames += 1;
        let elapsed = now.duration_since(self.since);
        if elapsed >= Duration::from_secs(1) {
            self.fps = f64::from(self.frames) / elapsed.as_secs_f64();
            self.frames = 0;
            self.since = now;
        }
        self.fps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_camera_reads_its_rate() {
        let start = Instant::now();
        let mut meter = FpsMeter::new(start);
        let fps = (1..=90).map(|i| meter.tick(start + Duration::from_millis(i * 40))).last();
        assert!((fps.unwrap() - 25.0).abs() < 0.5);
    }
}
