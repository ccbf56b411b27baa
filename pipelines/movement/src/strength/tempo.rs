//! Tempo of a repetition: eccentric – pause at the bottom – concentric – pause at the top (METRICS §5.3).

/// A phase shorter than this is a 0.
const NOTHING_S: f64 = 0.3;
/// A concentric phase at this share of the set's usual time or less is explosive: an X.
const FASTER: f64 = 0.7;
/// So is one at this share of the set's best mean velocity, …
const NEAR_BEST: f64 = 0.9;
/// … as long as it took no longer than this: a slow ascent that is as slow as all others was not explosive. METRICS has no
/// such limit; without it every repetition of an even set would be an X, one of four prescribed seconds among them.
const EXPLOSIVE_S: f64 = 1.5;
/// A longer pause at the top is rest (METRICS §5.3).
const LONGEST_PAUSE_S: f64 = 10.0;

/// The four phases of one repetition, seconds; `None` where a phase was not seen.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[allow(clippy::struct_field_names)] // Units end names.
pub(crate) struct Tempo {
    pub(crate) eccentric_s: Option<f64>,
    pub(crate) bottom_s: Option<f64>,
    pub(crate) concentric_s: Option<f64>,
    pub(crate) top_s: Option<f64>,
}

impl Tempo {
    /// As coaches write it, such as `3-1-1-0`: whole seconds, rounded half up, 0 below 0.3 s, `X` for an explosive ascent and
    /// `?` for a phase that was not seen.
    pub(crate) fn text(&self, explosive: bool) -> String {
        let digit = |seconds: Option<f64>| match seconds {
            Some(s) if s < NOTHING_S => "0".to_owned(),
            Some(s) => format!("{}", (s + 0.5).floor()),
            None => "?".to_owned(),
        };
        let concentric = if explosive { "X".to_owned() } else { digit(self.concentric_s) };
        format!("{}-{}-{concentric}-{}", digit(self.eccentric_s), digit(self.bottom_s), digit(self.top_s))
    }
}

/// Whether an ascent was explosive: faster than 0.7 times the set's median ascent, or within 10 % of the set's best mean
/// velocity and not slow (METRICS §5.3). `usual_s` is the median ascent of the set, `best` its greatest mean velocity.
pub(crate) fn explosive(
    concentric_s: Option<f64>,
    velocity_m_s: Option<f64>,
    usual_s: Option<f64>,
    best_m_s: Option<f64>,
) -> bool {
    let Some(concentric_s) = concentric_s else { return false };
    let faster = usual_s.is_some_and(|usual| concentric_s < FASTER * usual);
    let near_best = velocity_m_s.zip(best_m_s).is_some_and(|(v, best)| v >= NEAR_BEST * best);
    faster || near_best && concentric_s < EXPLOSIVE_S
}

/// The pause between two repetitions, seconds; `None` where it was so long that it was rest.
pub(crate) fn pause_between(previous_end_s: f64, start_s: f64) -> Option<f64> {
    let pause = (start_s - previous_end_s).max(0.0);
    (pause <= LONGEST_PAUSE_S).then_some(pause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tempo(phases: [f64; 4]) -> Tempo {
        let [eccentric_s, bottom_s, concentric_s, top_s] = phases.map(Some);
        Tempo { eccentric_s, bottom_s, concentric_s, top_s }
    }

    #[test]
    fn digits_round_half_up_and_short_phases_are_nothing() {
        assert_eq!(tempo([3.1, 1.0, 1.2, 0.1]).text(false), "3-1-1-0");
        assert_eq!(tempo([2.5, 0.29, 1.49, 0.31]).text(false), "3-0-1-0");
        assert_eq!(tempo([2.49, 0.5, 12.0, 1.5]).text(false), "2-1-12-2");
        assert_eq!(tempo([3.0, 0.0, 0.6, 0.0]).text(true), "3-0-X-0");
        assert_eq!(Tempo { top_s: None, ..tempo([2.0, 0.0, 2.0, 0.0]) }.text(false), "2-0-2-?");
    }

    #[test]
    fn fast_ascents_are_explosive_and_slow_ones_never() {
        assert!(explosive(Some(0.6), Some(0.8), Some(0.9), Some(1.0)), "0.67 of the usual time");
        assert!(!explosive(Some(0.7), Some(0.8), Some(0.9), Some(1.0)));
        assert!(explosive(Some(0.7), Some(0.9), Some(0.7), Some(1.0)), "90 % of the best");
        assert!(!explosive(Some(4.0), Some(0.15), Some(4.0), Some(0.15)), "an even, slow set");
        assert!(!explosive(None, Some(1.0), None, Some(1.0)));
    }

    #[test]
    fn a_long_pause_is_rest() {
        assert_eq!(pause_between(10.0, 11.5), Some(1.5));
        assert_eq!(
            pause_between(10.0, 9.9),
            Some(0.0),
            "repetitions without a pause may overlap by rounding"
        );
        assert_eq!(pause_between(10.0, 21.0), None);
    }
}
