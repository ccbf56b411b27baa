//! What a metric can be (METRICS §7): outside `absolute` the value is kept but its quality is low; outside `typical`
//! it carries a remark.

use crate::measured::{Measured, Quality};

/// Reason of a value outside its absolute bounds.
pub(crate) const OUT_OF_BOUNDS: &str = "out_of_bounds:absolute";
/// Remark of a value outside its typical bounds.
pub(crate) const UNUSUAL: &str = "out_of_bounds:typical";

/// Bounds of one metric, in its unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    absolute: (f64, f64),
    typical: (f64, f64),
}

const fn bounds(absolute: (f64, f64), typical: (f64, f64)) -> Bounds {
    Bounds { absolute, typical }
}

/// A ratio of two values that must agree within these.
const fn consistency(low: f64, high: f64) -> Bounds {
    bounds((low, high), (low, high))
}

pub(crate) const HEIGHT_M: Bounds = bounds((0.02, 1.30), (0.15, 1.00));
pub(crate) const FLIGHT_S: Bounds = bounds((0.08, 1.30), (0.35, 0.91));
pub(crate) const DEPTH_M: Bounds = bounds((0.05, 1.10), (0.12, 0.55));
pub(crate) const ECCENTRIC_S: Bounds = bounds((0.15, 1.30), (0.35, 0.82));
pub(crate) const CONCENTRIC_S: Bounds = bounds((0.08, 1.80), (0.20, 0.45));
pub(crate) const TIME_TO_TAKEOFF_S: Bounds = bounds((0.25, 2.20), (0.55, 1.20));
pub(crate) const PEAK_ECCENTRIC_M_S: Bounds = bounds((0.10, 4.50), (0.8, 2.0));
pub(crate) const PEAK_CONCENTRIC_M_S: Bounds = bounds((0.30, 5.00), (1.8, 3.3));
pub(crate) const RSI_MODIFIED_M_S: Bounds = bounds((0.05, 1.5), (0.2, 0.7));
pub(crate) const SJ_HEIGHT_M: Bounds = bounds((0.02, 1.20), (0.10, 0.45));
/// Drop jumps and hops (METRICS §7: 0.15 s, because the drop jump at hand flew 0.312 s).
pub(crate) const REACTIVE_FLIGHT_S: Bounds = bounds((0.15, 1.40), (0.35, 0.75));
pub(crate) const CONTACT_S: Bounds = bounds((0.08, 1.50), (0.14, 0.40));
pub(crate) const RSI_M_S: Bounds = bounds((0.1, 4.0), (0.5, 2.5));
pub(crate) const RSR: Bounds = bounds((0.3, 5.0), (1.0, 3.5));
/// Joint angles at take-off, as flexion: METRICS states the included angles (knee 130–200°, hip 120–195°, ankle 90–165°).
pub(crate) const KNEE_TAKEOFF_DEG: Bounds = bounds((-20.0, 50.0), (-2.0, 15.0));
pub(crate) const HIP_TAKEOFF_DEG: Bounds = bounds((-15.0, 60.0), (0.0, 20.0));
pub(crate) const ANKLE_TAKEOFF_DEG: Bounds = bounds((-75.0, 0.0), (-50.0, -20.0));
/// Consistency of one jump's values with each other.
pub(crate) const HEIGHT_OVER_FLIGHT: Bounds = consistency(0.90, 1.10);
pub(crate) const VELOCITY_OVER_BALLISTIC: Bounds = consistency(0.85, 1.15);
pub(crate) const DEPTH_OVER_HEIGHT: Bounds = consistency(0.3, 1.5);
pub(crate) const PUSH_OVER_DEPTH_S_M: Bounds = consistency(0.5, 2.5);
pub(crate) const REP_S: Bounds = bounds((0.4, 20.0), (1.0, 8.0));
pub(crate) const MEAN_CONCENTRIC_M_S: Bounds = bounds((0.05, 2.5), (0.15, 1.3));
pub(crate) const CADENCE_RUN_SPM: Bounds = bounds((120.0, 240.0), (150.0, 200.0));
pub(crate) const CADENCE_WALK_SPM: Bounds = bounds((60.0, 180.0), (90.0, 132.0));
pub(crate) const CONTACT_RUN_S: Bounds = bounds((0.06, 0.40), (0.085, 0.30));
pub(crate) const DUTY_RUN: Bounds = bounds((0.15, 0.50), (0.25, 0.42));
pub(crate) const OSCILLATION_RUN_M: Bounds = bounds((0.02, 0.20), (0.06, 0.10));
pub(crate) const LEAN_RUN_DEG: Bounds = bounds((-15.0, 40.0), (0.0, 15.0));
pub(crate) const KNEE_FLEXION_DEG: Bounds = bounds((-15.0, 165.0), (0.0, 140.0));

impl Bounds {
    /// Whether a value can be at all.
    pub(crate) fn possible(&self, value: f64) -> bool {
        (self.absolute.0..=self.absolute.1).contains(&value)
    }

    /// Whether a value is there and can't be.
    pub(crate) fn is_broken(&self, value: Option<f64>) -> bool {
        value.is_some_and(|value| !self.possible(value))
    }

    /// The value with what its bounds say of it.
    pub(crate) fn judge(&self, measured: Measured) -> Measured {
        match measured.value() {
            Some(value) if !self.possible(value) => measured.capped(Quality::Low, OUT_OF_BOUNDS),
            Some(value) if !(self.typical.0..=self.typical.1).contains(&value) => measured.noted(UNUSUAL),
            _ => measured,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every row with a value that passes, one that is unusual and one that can't be.
    const ROWS: [(Bounds, f64, f64, f64); 26] = [
        (HEIGHT_M, 0.3, 0.1, 1.4),
        (FLIGHT_S, 0.5, 0.2, 1.4),
        (DEPTH_M, 0.3, 0.8, 1.2),
        (ECCENTRIC_S, 0.5, 1.2, 0.1),
        (CONCENTRIC_S, 0.3, 1.0, 0.05),
        (TIME_TO_TAKEOFF_S, 0.8, 2.0, 2.3),
        (PEAK_ECCENTRIC_M_S, 1.2, 0.3, 4.6),
        (PEAK_CONCENTRIC_M_S, 2.6, 1.0, 0.2),
        (RSI_MODIFIED_M_S, 0.4, 0.9, 1.6),
        (SJ_HEIGHT_M, 0.3, 0.6, 1.25),
        (REACTIVE_FLIGHT_S, 0.5, 0.312, 0.1),
        (CONTACT_S, 0.2, 0.5, 0.07),
        (RSI_M_S, 1.2, 3.0, 4.1),
        (RSR, 1.96, 0.5, 5.1),
        (KNEE_TAKEOFF_DEG, 10.0, 30.0, 55.0),
        (HIP_TAKEOFF_DEG, 10.0, 40.0, 65.0),
        (ANKLE_TAKEOFF_DEG, -40.0, -10.0, 5.0),
        (REP_S, 3.0, 10.0, 0.3),
        (MEAN_CONCENTRIC_M_S, 0.6, 1.6, 2.6),
        (KNEE_FLEXION_DEG, 110.0, 150.0, 170.0),
        (CADENCE_RUN_SPM, 174.0, 220.0, 250.0),
        (CADENCE_WALK_SPM, 110.0, 70.0, 190.0),
        (CONTACT_RUN_S, 0.23, 0.35, 0.5),
        (DUTY_RUN, 0.34, 0.2, 0.6),
        (OSCILLATION_RUN_M, 0.08, 0.04, 0.3),
        (LEAN_RUN_DEG, 7.0, 20.0, 50.0),
    ];

    #[test]
    fn every_row_passes_warns_and_rejects() {
        for (row, (bounds, usual, unusual, impossible)) in ROWS.iter().enumerate() {
            let judge = |value| bounds.judge(Measured::new(value, 0.0, "x"));
            assert_eq!(
                (judge(*usual).quality(), judge(*usual).reasons().len()),
                (Quality::High, 0),
                "row {row}"
            );
            assert_eq!(
                (judge(*unusual).quality(), judge(*unusual).reasons()),
                (Quality::High, &[UNUSUAL][..]),
                "row {row}"
            );
            let rejected = judge(*impossible);
            assert_eq!(
                (rejected.quality(), rejected.reasons()),
                (Quality::Low, &[OUT_OF_BOUNDS][..]),
                "row {row}"
            );
            assert_eq!(rejected.value(), Some(*impossible), "a value out of bounds is not deleted");
        }
    }

    #[test]
    fn values_that_disagree_are_told() {
        for (bounds, agrees, disagrees) in [
            (HEIGHT_OVER_FLIGHT, 0.95, 0.85),
            (VELOCITY_OVER_BALLISTIC, 1.1, 1.2),
            (DEPTH_OVER_HEIGHT, 1.0, 0.2),
            (PUSH_OVER_DEPTH_S_M, 0.9, 2.6),
        ] {
            assert!(!bounds.is_broken(Some(agrees)) && bounds.is_broken(Some(disagrees)));
            assert!(!bounds.is_broken(None));
        }
    }
}
