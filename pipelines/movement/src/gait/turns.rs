//! Turning points of a signal, told from noise by the way back.

/// Way back that makes a turning point, metres.
const BACK_M: f64 = 0.10;
/// Way there that is asked for at the very beginning, where the signal's past is unknown.
const FIRST_M: f64 = 0.03;

/// Finds the maxima of a signal as it goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Maxima {
    rising: bool,
    needed: f64,
    /// Highest point while rising, lowest while falling.
    extreme: Option<(f64, f64)>,
}

impl Maxima {
    pub(super) fn new() -> Self {
        Self { rising: false, needed: FIRST_M, extreme: None }
    }

    /// Takes the next value; returns the time of a maximum that it confirms.
    pub(super) fn push(&mut self, t: f64, value: f64) -> Option<f64> {
        let Some((at, extreme)) = self.extreme else {
            self.extreme = Some((t, value));
            return None;
        };
        if self.rising {
            if value >= extreme {
                self.extreme = Some((t, value));
            } else if extreme - value > BACK_M {
                (self.rising, self.extreme) = (false, Some((t, value)));
                return Some(at);
            }
        } else if value <= extreme {
            self.extreme = Some((t, value));
        } else if value - extreme > self.needed {
            (self.rising, self.needed, self.extreme) = (true, BACK_M, Some((t, value)));
        }
        None
    }

    /// The recording ends: a maximum that lies far enough back may be one.
    pub(super) fn last(&self) -> Option<f64> {
        self.extreme.filter(|_| self.rising).map(|(t, _)| t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maxima_of_a_noisy_wave_are_found_once() {
        let mut maxima = Maxima::new();
        let wave = |t: f64| 0.2 * (std::f64::consts::TAU * 1.5 * t).sin() + 0.03 * (97.0 * t).sin();
        let found: Vec<f64> = (0..600)
            .filter_map(|i| {
                let t = f64::from(i) / 60.0;
                maxima.push(t, wave(t))
            })
            .collect();
        assert_eq!(found.len(), 15, "{found:?}");
        for (i, t) in found.iter().enumerate() {
            assert!((t - (i as f64 + 0.25) / 1.5).abs() < 0.1, "{t}");
        }
    }

    #[test]
    fn a_signal_that_begins_with_its_fall_has_no_maximum_there() {
        let mut maxima = Maxima::new();
        assert!((0..100).all(|i| maxima.push(f64::from(i), -0.1 * f64::from(i)).is_none()));
    }
}
