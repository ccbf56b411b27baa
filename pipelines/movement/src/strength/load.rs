//! What is moved, and the power that moves it (METRICS §5.6).

use super::profile::Profile;
use crate::exercise::Exercise;
use crate::measured::{Measured, Quality};

/// Acceleration of free fall, m/s².
const G: f64 = 9.81;
/// Standard uncertainty of a fraction of the body, as a share of body mass.
const U_FRACTION: f64 = 0.03;
/// Relative standard uncertainty of the greatest power beside that of velocity: acceleration from keypoints.
const U_PEAK: f64 = 0.10;

/// Share of the body's mass that is lifted along with the load; `None` where none is defined, so that power is that of the
/// load alone. Squats: the body without shanks and feet (Cormie et al. 2007), 0.88. Push-up: 0.64, the ground reaction force at the
/// hands (Ebben et al. 2011). Pull-up: the whole body. With the body at rest on feet or bench: none of it.
pub(crate) fn body_fraction(exercise: Exercise) -> Option<f64> {
    match exercise {
        Exercise::BackSquat | Exercise::FrontSquat => Some(0.88),
        Exercise::BenchPress | Exercise::OverheadPress | Exercise::BicepsCurl | Exercise::Row => Some(0.0),
        Exercise::PullUp => Some(1.0),
        Exercise::PushUp => Some(0.64),
        _ => None,
    }
}

/// The mass that a repetition moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moved {
    /// Load and the body's share, kilograms.
    pub(crate) mass_kg: f64,
    /// Standard uncertainty, kilograms.
    pub(crate) u_kg: f64,
    /// Method of what is computed with it.
    pub(crate) method: &'static str,
}

/// Load plus body fraction times body mass. A body-weight exercise needs no load.
///
/// # Errors
/// The reason for which it is not known.
pub(crate) fn moved(
    exercise: Exercise,
    load_kg: Option<f64>,
    body_kg: Option<f64>,
) -> Result<Moved, &'static str> {
    let load_kg = load_kg.filter(|kg| kg.is_finite() && *kg >= 0.0);
    let body_kg = body_kg.filter(|kg| kg.is_finite() && *kg > 0.0);
    let body_weight = matches!(exercise, Exercise::PullUp | Exercise::PushUp);
    let load = match load_kg {
        Some(load) => load,
        None if body_weight => 0.0,
        None => return Err("no_load"),
    };
    let moved = match body_fraction(exercise) {
        None => Moved { mass_kg: load, u_kg: 0.0, method: "load_only" },
        Some(fraction) if fraction <= 0.0 => Moved { mass_kg: load, u_kg: 0.0, method: "load" },
        Some(fraction) => {
            let body = body_kg.ok_or("no_body_mass")?;
            let u_kg = if fraction < 1.0 { U_FRACTION * body } else { 0.0 };
            Moved { mass_kg: load + fraction * body, u_kg, method: "load_and_body_fraction" }
        }
    };
    if moved.mass_kg > 0.0 { Ok(moved) } else { Err("no_load") }
}

/// Mean power over the ascent, watts: m·g·v̄. Exact for a movement from rest to rest, whose kinetic energy is the same at
/// both ends (METRICS §5.6).
pub(crate) fn mean_power(moved: Result<Moved, &'static str>, velocity: &Measured) -> Measured {
    power(moved, velocity, velocity.value().map(|v| G * v), 0.0)
}

/// Greatest power, watts: max m·(g + a)·v.
pub(crate) fn peak_power(
    moved: Result<Moved, &'static str>,
    velocity: &Measured,
    profile: Option<Profile<'_>>,
) -> Measured {
    let peak = profile.and_then(|profile| profile.peak_power_w_kg());
    power(moved, velocity, peak, U_PEAK)
}

fn power(
    moved: Result<Moved, &'static str>,
    velocity: &Measured,
    w_kg: Option<f64>,
    more_u: f64,
) -> Measured {
    const METHOD: &str = "mass_and_velocity";
    let moved = match moved {
        Ok(moved) => moved,
        Err(reason) => return Measured::unavailable(METHOD, reason),
    };
    let (Some(v), Some(u_v), Some(w_kg)) = (velocity.value(), velocity.u(), w_kg) else {
        return Measured::unavailable(METHOD, "no_velocity");
    };
    let watts = moved.mass_kg * w_kg;
    let relative = (u_v / v.abs().max(1e-6)).hypot(moved.u_kg / moved.mass_kg).hypot(more_u);
    let mut measured = Measured::new(watts, watts.abs() * relative, moved.method);
    for reason in velocity.reasons() {
        measured = measured.capped(velocity.quality(), reason);
    }
    if more_u > 0.0 { measured.capped(Quality::Medium, "acceleration_from_keypoints") } else { measured }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cormie's system mass of a squat: 100 kg on 0.88 × 80 kg rising with 0.5 m/s.
    #[test]
    fn mean_power_is_weight_times_velocity() {
        let v = Measured::new(0.5, 0.015, "x");
        let squat = mean_power(moved(Exercise::BackSquat, Some(100.0), Some(80.0)), &v);
        assert!((squat.value().unwrap() - (100.0 + 70.4) * 9.81 * 0.5).abs() < 1e-9);
        assert!((squat.u().unwrap() / squat.value().unwrap() - 0.033).abs() < 0.001);
        let bench = mean_power(moved(Exercise::BenchPress, Some(60.0), None), &v);
        assert!((bench.value().unwrap() - 60.0 * 9.81 * 0.5).abs() < 1e-9);
        assert_eq!(bench.method(), "load");
        let deadlift = mean_power(moved(Exercise::Deadlift, Some(140.0), Some(80.0)), &v);
        assert_eq!(deadlift.method(), "load_only");
        let pull_up = mean_power(moved(Exercise::PullUp, None, Some(80.0)), &v);
        assert!((pull_up.value().unwrap() - 80.0 * 9.81 * 0.5).abs() < 1e-9);
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(moved(Exercise::BackSquat, None, Some(80.0)), Err("no_load"));
        assert_eq!(moved(Exercise::BackSquat, Some(60.0), None), Err("no_body_mass"));
        assert_eq!(moved(Exercise::BenchPress, Some(f64::NAN), None), Err("no_load"));
        assert_eq!(moved(Exercise::Deadlift, Some(0.0), None), Err("no_load"), "nothing is moved");
        let no_v = Measured::unavailable("x", "no_shoulders");
        let power = mean_power(moved(Exercise::BenchPress, Some(60.0), None), &no_v);
        assert_eq!((power.value(), power.reasons()), (None, &["no_velocity"][..]));
    }
}
