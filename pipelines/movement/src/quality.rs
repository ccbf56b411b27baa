//! How good the input was, for the whole session.

use serde::Serialize;

use crate::measured::rounded;
use crate::person::Person;
use crate::settings::Settings;
use crate::signal::median;

/// Kinds of refusals that are told apart; further ones are only counted.
const REASONS: usize = 8;

/// Counters of a session.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) frames: u64,
    pub(crate) frames_ignored: u64,
    pub(crate) people: u64,
    pub(crate) people_refused: u64,
    pub(crate) id_changes: u64,
    pub(crate) ids_exchanged: u64,
    pub(crate) sets: u32,
    pub(crate) gaps: u64,
    pub(crate) outliers: u64,
    pub(crate) sides_swapped: u64,
    pub(crate) discarded: u64,
    pub(crate) not_reps: u64,
    pub(crate) not_jumps: u64,
    refused: Vec<(&'static str, u64)>,
}

impl Tally {
    pub(crate) fn refuse(&mut self, reason: &'static str) {
        if let Some((_, count)) = self.refused.iter_mut().find(|(known, _)| *known == reason) {
            *count += 1;
        } else if self.refused.len() < REASONS {
            self.refused.push((reason, 1));
        }
    }
}

/// Intervals between frames: their median, and how many frames are missing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock {
    /// The newest intervals, oldest overwritten.
    recent: Vec<f64>,
    next: usize,
    median_dt: Option<f64>,
    last_t: Option<f64>,
    interrupted: bool,
    expected: f64,
    seen: f64,
}

/// Intervals that the median is taken of.
const INTERVALS: usize = 61;
/// Longer than this is a pause, not dropped frames.
const PAUSE_S: f64 = 2.0;

impl Clock {
    /// A new frame; `false` where its time does not come after the last one's.
    pub(crate) fn tick(&mut self, t: f64) -> bool {
        if let Some(last) = self.last_t {
            let dt = t - last;
            if dt <= 0.0 {
                return false;
            }
            if !std::mem::take(&mut self.interrupted) {
                self.count(dt);
            }
        }
        self.last_t = Some(t);
        true
    }

    /// The picture does not continue: the next interval says nothing. Time itself must still go on.
    pub(crate) fn interrupt(&mut self) {
        self.interrupted = true;
    }

    /// Median interval, seconds; 1/30 s until two frames are known.
    pub(crate) fn median_dt(&self) -> f64 {
        self.median_dt.unwrap_or(1.0 / 30.0)
    }

    /// Time of the newest frame.
    pub(crate) fn newest_t(&self) -> Option<f64> {
        self.last_t
    }

    fn count(&mut self, dt: f64) {
        self.remember(dt);
        if let Some(median_dt) = self.median_dt
            && dt < PAUSE_S
        {
            self.expected += (dt / median_dt).round().max(1.0);
            self.seen += 1.0;
        }
    }

    fn remember(&mut self, dt: f64) {
        if self.recent.len() < INTERVALS {
            self.recent.push(dt);
        } else {
            self.recent[self.next] = dt;
            self.next = (self.next + 1) % INTERVALS;
        }
        // The median moves slowly: once it stands, every eighth frame is enough.
        if self.recent.len() < INTERVALS || self.next.is_multiple_of(8) {
            self.median_dt = median(self.recent.iter().copied());
        }
    }
}

/// Scale that a person was measured with.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ScaleSummary {
    /// Person.
    pub person_id: u32,
    /// `athlete_height`, `plate_diameter`, `gravity` or `assumed_height`.
    pub method: &'static str,
    /// Metres per pixel at the athlete.
    pub m_per_px: f64,
    /// Relative standard uncertainty, percent.
    pub u_pct: f64,
    /// Angle between line of sight and facing direction, degrees: 0 from the front, 90 from the side.
    pub view_yaw_deg: Option<f64>,
    /// Whether the scale from the athlete's height and that from jumps differ by more than 8 %.
    pub calibration_suspect: bool,
}

/// How good the input was.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct SessionQuality {
    /// Frames analysed.
    pub frames: u64,
    /// Frames left out because their time did not come after the last one's.
    pub frames_ignored: u64,
    /// Median frame rate, frames a second.
    pub median_fps: f64,
    /// Frames missing between others, percent.
    pub dropped_pct: f64,
    /// People followed.
    pub people: u64,
    /// Times that an athlete went on under a new number.
    pub id_changes: u64,
    /// Times that two people exchanged their numbers, and were told apart by where they were.
    pub ids_exchanged: u64,
    /// Times that a person was out of view for longer than can be bridged.
    pub tracking_gaps: u64,
    /// Points and bodies left out as impossible.
    pub outliers: u64,
    /// Times that left and right were exchanged for a moment, and taken back.
    pub sides_swapped: u64,
    /// Movements given up because the athlete was lost on the way.
    pub movements_discarded: u64,
    /// Movements there and back that were no repetition of a known exercise; one may count at several points of the body.
    pub not_reps: u64,
    /// Moments off the ground that were no jump.
    pub not_jumps: u64,
    /// Movements that were seen and could not be measured: `reason: times`.
    pub refused: Vec<String>,
    /// Scales, one a person.
    pub scales: Vec<ScaleSummary>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

impl SessionQuality {
    pub(crate) fn of<'a>(
        tally: &Tally,
        clock: &Clock,
        people: impl Iterator<Item = &'a Person>,
        settings: &Settings,
    ) -> Self {
        let scales: Vec<ScaleSummary> = people
            .filter_map(|person| {
                let scale = person.scale()?;
                Some(ScaleSummary {
                    person_id: person.id(),
                    method: scale.method,
                    m_per_px: rounded(scale.m_per_px),
                    u_pct: rounded(100.0 * scale.u),
                    view_yaw_deg: person.yaw_deg().map(rounded),
                    calibration_suspect: person.is_scale_suspect(),
                })
            })
            .collect();
        let dropped = if clock.expected > 0.0 { 100.0 * (1.0 - clock.seen / clock.expected) } else { 0.0 };
        let median_fps = clock.median_dt.map_or(0.0, |dt| 1.0 / dt);
        let mut quality = Self {
            frames: tally.frames,
            frames_ignored: tally.frames_ignored,
            median_fps: rounded(median_fps),
            dropped_pct: rounded(dropped),
            people: tally.people,
            id_changes: tally.id_changes,
            ids_exchanged: tally.ids_exchanged,
            tracking_gaps: tally.gaps,
            outliers: tally.outliers,
            sides_swapped: tally.sides_swapped,
            movements_discarded: tally.discarded,
            not_reps: tally.not_reps,
            not_jumps: tally.not_jumps,
            refused: tally.refused.iter().map(|(reason, times)| format!("{reason}: {times}")).collect(),
            scales,
            warnings: Vec::new(),
        };
        if quality.scales.iter().any(|scale| scale.calibration_suspect) {
            quality.warnings.push(
                "the athlete's height does not fit the fall in jumps: check it, and the view".to_owned(),
            );
        }
        quality.warn(median_fps, dropped, tally, settings);
        quality
    }

    fn warn(&mut self, median_fps: f64, dropped: f64, tally: &Tally, settings: &Settings) {
        let mut when = |holds: bool, text: &str| {
            if holds {
                self.warnings.push(text.to_owned());
            }
        };
        when(tally.frames == 0, "no frame was analysed");
        when(
            tally.frames > 1 && median_fps < 24.5,
            "the frame rate is below 25 a second: all values are of low quality",
        );
        when(dropped > 10.0, "more than 10 % of the frames are missing");
        when(tally.frames_ignored > 0, "frames whose time did not come after the last one's were left out");
        when(
            settings.athlete_height_m.is_none(),
            "no athlete height: metres come from an assumed height (in jumps: from gravity)",
        );
        when(
            !settings.model.events_measured(),
            "the pose model is not named: its known errors are not corrected",
        );
        when(tally.people_refused > 0, "more people were in view than can be followed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_must_go_on() {
        let mut clock = Clock::default();
        assert!(clock.tick(1.0) && clock.tick(1.1));
        assert!(!clock.tick(1.1) && !clock.tick(0.5));
        assert!(clock.tick(1.2));
    }

    #[test]
    fn missing_frames_are_counted() {
        let mut clock = Clock::default();
        for frame in (0..100).filter(|frame| frame % 10 != 5) {
            clock.tick(f64::from(frame) / 30.0);
        }
        let dropped = 100.0 * (1.0 - clock.seen / clock.expected);
        assert!((dropped - 10.0).abs() < 1.0, "{dropped}");
        assert!((clock.median_dt() - 1.0 / 30.0).abs() < 1e-9);
    }
}
