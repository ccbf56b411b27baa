//! The greatest load that could be lifted once, from loads and velocities over sets (METRICS §5.6).

use crate::exercise::Exercise;
use crate::measured::{Measured, Quality};

/// Pairs remembered for a person; the oldest goes first.
const PAIRS: usize = 48;
/// Loads nearer to each other than this share are one load.
const SAME_LOAD: f64 = 0.01;
/// Velocities must spread this far, m/s, for the line through them to be known.
const LEAST_SPAN_M_S: f64 = 0.3;
/// The line must explain this share of the variance.
const LEAST_R2: f64 = 0.95;
/// So many loads make a good line.
const GOOD_LOADS: usize = 4;
/// The heaviest load must be at least this share of the estimate: further out it is guessing.
const LEAST_SHARE: f64 = 0.7;
/// Scatter of a fastest repetition's mean velocity from set to set, m/s: within-athlete, beside what the sets show.
const SCATTER_M_S: f64 = 0.02;
const METHOD: &str = "load_velocity_line";

/// Mean velocity at the load that can be lifted once.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Minimum {
    v_m_s: f64,
    u_m_s: f64,
    /// Whether the source was read (METRICS §5.6 marks the others as unconfirmed).
    confirmed: bool,
}

/// The table of METRICS §5.6. Squats: Conceição 2016 (full 0.29, half 0.33 ± 0.05). Bench press: 0.17 (general threshold of the
/// 1RM study with five loads, R22; 0.16 ± 0.04 in González-Badillo and Sánchez-Medina 2010). Others are unconfirmed.
fn minimum(exercise: Exercise) -> Option<Minimum> {
    let (v_m_s, u_m_s, confirmed) = match exercise {
        Exercise::BackSquat => (0.30, 0.05, true),
        Exercise::BenchPress => (0.17, 0.04, true),
        Exercise::Deadlift => (0.15, 0.05, false),
        Exercise::OverheadPress => (0.19, 0.05, false),
        Exercise::PullUp => (0.215, 0.05, false),
        Exercise::Row => (0.50, 0.05, false),
        Exercise::HipThrust => (0.25, 0.05, false),
        _ => return None,
    };
    Some(Minimum { v_m_s, u_m_s, confirmed })
}

#[derive(Debug, Clone, Copy)]
struct Pair {
    exercise: Exercise,
    load_kg: f64,
    v_m_s: f64,
    /// Relative standard uncertainty that all velocities share: that of the scale.
    u_share: f64,
}

/// Loads and the velocities that they were lifted with.
#[derive(Debug, Default)]
pub(crate) struct LoadVelocity {
    pairs: Vec<Pair>,
    /// Velocity of the last repetition before a failed one.
    own: Vec<(Exercise, f64)>,
}

impl LoadVelocity {
    /// Takes the fastest repetition of a set. The fastest at a load stays: a tired set says nothing of the maximum.
    pub(crate) fn add(&mut self, exercise: Exercise, load_kg: Option<f64>, velocity: Option<&Measured>) {
        let Some((load_kg, velocity)) = load_kg.filter(|kg| kg.is_finite() && *kg >= 0.0).zip(velocity)
        else {
            return;
        };
        let (Some(v_m_s), Some(u)) = (velocity.value().filter(|v| *v > 0.0), velocity.u()) else { return };
        let pair = Pair { exercise, load_kg, v_m_s, u_share: u / v_m_s };
        let same = |other: &&mut Pair| {
            other.exercise == exercise && (other.load_kg - load_kg).abs() <= SAME_LOAD * load_kg.max(1.0)
        };
        match self.pairs.iter_mut().find(same) {
            Some(known) if known.v_m_s >= v_m_s => {}
            Some(known) => *known = pair,
            None => {
                if self.pairs.len() == PAIRS {
                    self.pairs.remove(0);
                }
                self.pairs.push(pair);
            }
        }
    }

    /// A repetition failed after one with this velocity: the athlete's own minimum (METRICS §5.6), unless it is far from the table's.
    pub(crate) fn failed_after(&mut self, exercise: Exercise, v_m_s: f64) {
        if minimum(exercise).is_some_and(|table| (0.5..=2.0).contains(&(v_m_s / table.v_m_s))) {
            self.own.retain(|(known, _)| *known != exercise);
            self.own.push((exercise, v_m_s));
        }
    }

    /// The estimate in kilograms of load: the line v = a + b·load through the fastest repetitions of at least two loads, at
    /// the velocity of a maximum: `(v_min − a)/b`. Refused where the line does not carry it.
    pub(crate) fn one_rep_max(&self, exercise: Exercise) -> Measured {
        match self.estimate(exercise) {
            Ok(measured) => measured,
            Err(reason) => Measured::unavailable(METHOD, reason),
        }
    }

    fn estimate(&self, exercise: Exercise) -> Result<Measured, &'static str> {
        let table = minimum(exercise).ok_or("no_minimal_velocity")?;
        let own = self.own.iter().find(|(known, _)| *known == exercise).map(|(_, v)| *v);
        let least = own.map_or(table, |v| Minimum { v_m_s: v, u_m_s: SCATTER_M_S, confirmed: true });
        let pairs = || self.pairs.iter().filter(|pair| pair.exercise == exercise);
        let n = pairs().count();
        if n < 2 {
            return Err("needs_two_loads");
        }
        let count = n as f64;
        let mean = |of: fn(&Pair) -> f64| pairs().map(of).sum::<f64>() / count;
        let (load, v) = (mean(|pair| pair.load_kg), mean(|pair| pair.v_m_s));
        let sum = |of: &dyn Fn(&Pair) -> f64| pairs().map(of).sum::<f64>();
        let sxx = sum(&|p| (p.load_kg - load).powi(2));
        let syy = sum(&|p| (p.v_m_s - v).powi(2));
        let sxy = sum(&|p| (p.load_kg - load) * (p.v_m_s - v));
        let span = pairs().map(|p| p.v_m_s).fold(f64::MIN, f64::max)
            - pairs().map(|p| p.v_m_s).fold(f64::MAX, f64::min);
        if sxx <= 0.0 || sxy >= 0.0 {
            return Err("velocity_does_not_fall_with_load");
        }
        if span < LEAST_SPAN_M_S {
            return Err("velocities_too_close");
        }
        if sxy * sxy / (sxx * syy) < LEAST_R2 {
            return Err("not_linear");
        }
        let slope = sxy / sxx;
        let one_rm = load + (least.v_m_s - v) / slope;
        let heaviest = pairs().map(|p| p.load_kg).fold(0.0, f64::max);
        if heaviest < LEAST_SHARE * one_rm {
            return Err("heaviest_load_below_70_pct");
        }
        // Scatter about the line, or what is usual where two loads leave none.
        let residual = if n > 2 { ((syy - slope * sxy).max(0.0) / (count - 2.0)).sqrt() } else { 0.0 };
        let scatter = residual.max(SCATTER_M_S);
        let line = scatter * (1.0 / count + (one_rm - load).powi(2) / sxx).sqrt();
        // A scale that is wrong by a share shifts only the threshold against the line.
        let common = least.v_m_s * mean(|pair| pair.u_share);
        let u = line.hypot(least.u_m_s).hypot(common) / slope.abs();
        let mut measured = Measured::new(one_rm, u, METHOD);
        if n < GOOD_LOADS {
            measured = measured.capped(Quality::Medium, "few_loads");
        }
        if !least.confirmed {
            measured = measured.capped(Quality::Low, "minimal_velocity_unconfirmed");
        }
        Ok(if own.is_some() { measured.noted("own_minimal_velocity") } else { measured })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(exercise: Exercise, pairs: &[(f64, f64)]) -> LoadVelocity {
        let mut profile = LoadVelocity::default();
        for (load, v) in pairs {
            profile.add(exercise, Some(*load), Some(&Measured::new(*v, 0.02 * v, "x")));
        }
        profile
    }

    /// An athlete whose velocity falls by 0.01 m/s a kilogram from 1.5 m/s: 120 kg at 0.30 m/s.
    #[test]
    fn a_linear_athlete_is_found_from_two_and_from_four_loads() {
        let line = |load: f64| (load, 1.5 - 0.01 * load);
        for (loads, quality) in
            [(vec![60.0, 100.0], Quality::Medium), (vec![50.0, 70.0, 90.0, 105.0], Quality::High)]
        {
            let pairs: Vec<(f64, f64)> = loads.into_iter().map(line).collect();
            let one_rm = profile(Exercise::BackSquat, &pairs).one_rep_max(Exercise::BackSquat);
            assert!((one_rm.value().unwrap() - 120.0).abs() < 1e-9);
            assert_eq!(one_rm.quality(), quality);
            // 0.05 m/s of uncertainty in the threshold alone are 5 kg.
            assert!((5.0..8.0).contains(&one_rm.u().unwrap()), "{one_rm:?}");
        }
    }

    /// Published general equation of the bench press, %1RM = 8.4326·v² − 73.501·v + 112.33 (González-Badillo and
    /// Sánchez-Medina 2010), of an athlete who lifts 100 kg, at the five loads of R22, whose lines miss by 2.7–3.7 %.
    #[test]
    fn the_published_bench_press_curve_gives_its_one_rep_max() {
        let velocity = |share: f64| {
            let (a, b, c) = (8.4326, -73.501, 112.33 - share);
            (-b - f64::sqrt(b * b - 4.0 * a * c)) / (2.0 * a)
        };
        let pairs: Vec<(f64, f64)> = [40.0, 55.0, 70.0, 85.0].map(|share| (share, velocity(share))).to_vec();
        let one_rm = profile(Exercise::BenchPress, &pairs).one_rep_max(Exercise::BenchPress);
        let got = one_rm.value().unwrap();
        assert!((got - 100.0).abs() < 3.7, "{got}");
        assert!((got - 100.0).abs() < 2.0 * one_rm.u().unwrap());
    }

    #[test]
    fn what_the_line_does_not_carry_is_refused() {
        let reason = |pairs: &[(f64, f64)]| {
            let one_rm = profile(Exercise::BackSquat, pairs).one_rep_max(Exercise::BackSquat);
            assert_eq!(one_rm.value(), None);
            one_rm.reasons()[0]
        };
        assert_eq!(reason(&[(60.0, 0.9)]), "needs_two_loads");
        assert_eq!(reason(&[(60.0, 0.9), (60.3, 0.95)]), "needs_two_loads");
        assert_eq!(reason(&[(60.0, 0.7), (100.0, 0.9)]), "velocity_does_not_fall_with_load");
        assert_eq!(reason(&[(60.0, 0.9), (80.0, 0.7)]), "velocities_too_close");
        assert_eq!(reason(&[(40.0, 1.1), (60.0, 0.5), (80.0, 0.8), (100.0, 0.45)]), "not_linear");
        // 1.5 − 0.01·load again, but nothing heavier than 60 kg for a maximum of 120.
        assert_eq!(reason(&[(20.0, 1.3), (60.0, 0.9)]), "heaviest_load_below_70_pct");
        let curl = profile(Exercise::BicepsCurl, &[(10.0, 1.0), (20.0, 0.4)]);
        assert_eq!(curl.one_rep_max(Exercise::BicepsCurl).reasons(), ["no_minimal_velocity"]);
    }

    #[test]
    fn a_failure_gives_the_athletes_own_minimum() {
        let mut squat = profile(Exercise::BackSquat, &[(60.0, 0.9), (100.0, 0.5)]);
        squat.failed_after(Exercise::BackSquat, 0.9);
        assert!(
            (squat.one_rep_max(Exercise::BackSquat).value().unwrap() - 120.0).abs() < 1e-9,
            "0.9 is no limit"
        );
        squat.failed_after(Exercise::BackSquat, 0.25);
        let one_rm = squat.one_rep_max(Exercise::BackSquat);
        assert!((one_rm.value().unwrap() - 125.0).abs() < 1e-9);
        assert!(one_rm.reasons().contains(&"own_minimal_velocity"));
    }

    #[test]
    fn a_tired_set_changes_nothing_and_memory_is_bounded() {
        let mut squat = profile(Exercise::BackSquat, &[(60.0, 0.9), (100.0, 0.5), (60.0, 0.6)]);
        assert!((squat.one_rep_max(Exercise::BackSquat).value().unwrap() - 120.0).abs() < 1e-9);
        for load in 0..500 {
            squat.add(Exercise::Row, Some(f64::from(load) * 2.0), Some(&Measured::new(0.6, 0.01, "x")));
        }
        assert!(squat.pairs.len() <= PAIRS);
    }
}
