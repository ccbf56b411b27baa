//! How large the tracked plate is, when nobody said so.
//!
//! The same movement is seen twice: on the plate, in pixels, and on the body, in metres. Their ratio tells the plate's diameter as well as the
//! body's metres are known (within 10 %, METRICS §2 A, VALIDATION §10); plates come in few sizes, so the nearest size is better than the ratio.
//! The plate's depth in the room does not matter: its pixels and its radius are seen at the same place.

use crate::signal::{Recent, median};

/// Diameters of competition plates, metres (IPF: 20 and 25 kg, 15 kg, 10 kg, 5 kg; bumper plates are all as large as the first).
const SIZES_M: [f64; 4] = [0.450, 0.400, 0.325, 0.228];
/// Further from the ratio than this, a size is not it.
const TOLERANCE: f64 = 0.15;
/// Relative uncertainty of a size: gyms' own plates differ from competition's by some per cent.
const U_SIZE: f64 = 0.03;

/// A plate of this size was taken for the tracked one.
pub(crate) const INFERRED: &str = "inferred_plate";

/// Diameters that the repetitions so far gave.
#[derive(Debug, Default)]
pub(super) struct PlateSize {
    ratios_m: Recent<24>,
}

/// A diameter in metres with its relative uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Diameter {
    pub(super) metres: f64,
    pub(super) u: f64,
}

impl PlateSize {
    /// Takes what a repetition gave.
    pub(super) fn observe(&mut self, ratio_m: f64) {
        if ratio_m.is_finite() && ratio_m > 0.0 {
            self.ratios_m.push(ratio_m);
        }
    }

    /// The diameter, with this repetition's ratio; `u_body` is the relative uncertainty of the body's metres. The nearest size is taken;
    /// what the others would be off adds to its uncertainty as much as they are likely: `exp(−½ (ln(ratio/size)/u_body)²)`.
    pub(super) fn infer(&self, ratio_m: f64, u_body: f64) -> Diameter {
        let ratio_m = median(self.ratios_m.iter().chain([ratio_m])).unwrap_or(ratio_m);
        let off = |size: f64| (ratio_m / size).ln();
        let nearest = SIZES_M.into_iter().min_by(|a, b| off(*a).abs().total_cmp(&off(*b).abs()));
        let Some(metres) = nearest.filter(|size| off(*size).abs() <= TOLERANCE.ln_1p()) else {
            return Diameter { metres: ratio_m, u: u_body };
        };
        let likely = SIZES_M.map(|size| (-0.5 * (off(size) / u_body.max(U_SIZE)).powi(2)).exp());
        let others = SIZES_M.iter().zip(likely).map(|(size, likely)| likely * (size / metres).ln().powi(2));
        let mistaken = others.sum::<f64>() / likely.iter().sum::<f64>();
        Diameter { metres, u: U_SIZE.hypot(mistaken.sqrt()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_within_a_tenth_gives_the_plate_that_is_there() {
        for size in [0.45, 0.325, 0.228] {
            for error in [0.96, 1.0, 1.05] {
                assert!(
                    (PlateSize::default().infer(size * error, 0.05).metres - size).abs() < 1e-9,
                    "{size} {error}"
                );
            }
        }
    }

    /// Half way between two sizes either is as likely: off by nothing or by the whole step.
    #[test]
    fn a_ratio_between_two_sizes_says_how_far_it_may_be_off() {
        let (small, large): (f64, f64) = (0.325, 0.400);
        let step = (large / small).ln();
        let between = PlateSize::default().infer((small * large).sqrt(), 0.05);
        assert!((between.u / step - 0.5_f64.sqrt()).abs() < 0.05, "{between:?}");
        // Metres from limbs can't tell plates of 0.325 and 0.400 m apart.
        assert!(PlateSize::default().infer(0.395, 0.13).u > 0.08);
    }

    #[test]
    fn later_repetitions_outvote_a_bad_one_and_no_plate_is_forced() {
        let mut plate = PlateSize::default();
        for _ in 0..3 {
            plate.observe(0.46);
        }
        let taken = plate.infer(0.36, 0.05);
        assert!((taken.metres - 0.45).abs() < 1e-9 && taken.u < 0.05, "{taken:?}");
        assert_eq!(PlateSize::default().infer(0.6, 0.07), Diameter { metres: 0.6, u: 0.07 });
        plate.observe(f64::NAN);
        assert!(plate.infer(0.45, 0.05).metres.is_finite());
    }
}
