//! What a coach chooses at a station while the unit runs: from MQTT to the station's thread. The newest choice wins.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use spotter_movement::{Choice, Exercise};
use tokio::sync::watch;

use crate::config::Name;

/// Ranges that a figure of a choice must lie in; outside, it is a typing error.
const HEIGHT_M: RangeInclusive<f64> = 0.8..=2.5;
const MASS_KG: RangeInclusive<f64> = 20.0..=300.0;
const LOAD_KG: RangeInclusive<f64> = 0.0..=600.0;
const SPEED_M_S: RangeInclusive<f64> = 0.1..=12.0;

/// A choice as a tablet sends it. What is left out is not known.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceMessage {
    /// Version of this payload: 1.
    pub schema: u32,
    /// Exercise, or `auto`.
    #[serde(default)]
    pub exercise: Exercise,
    /// Load on the bar, bar included, kilograms.
    #[serde(default)]
    pub load_kg: Option<f64>,
    /// Body mass of the athlete, kilograms.
    #[serde(default)]
    pub mass_kg: Option<f64>,
    /// Standing height of the athlete, metres.
    #[serde(default)]
    pub athlete_height_m: Option<f64>,
    /// Speed of the treadmill, metres per second.
    #[serde(default)]
    pub speed_m_s: Option<f64>,
}

impl Default for ChoiceMessage {
    fn default() -> Self {
        Self {
            schema: 1,
            exercise: Exercise::Auto,
            load_kg: None,
            mass_kg: None,
            athlete_height_m: None,
            speed_m_s: None,
        }
    }
}

/// A choice that can't be taken.
#[derive(Debug, thiserror::Error)]
pub enum ChoiceError {
    /// No station of this name.
    #[error("there is no station `{0}` on this unit")]
    NoStation(String),
    /// Not the payload that `docs/ref/topics.md` describes.
    #[error("the choice is not understood: {0}")]
    Payload(serde_json::Error),
    /// Another version of the payload.
    #[error("schema {0} is not known: this unit takes 1")]
    Schema(u32),
    /// A figure that can't be.
    #[error("{field} = {value} is outside {} to {}", range.start(), range.end())]
    Range {
        /// Its name.
        field: &'static str,
        /// Its value.
        value: f64,
        /// What it may be.
        range: RangeInclusive<f64>,
    },
}

impl ChoiceMessage {
    /// Reads a payload.
    ///
    /// # Errors
    /// Names what is wrong with it.
    pub fn parse(payload: &[u8]) -> Result<Self, ChoiceError> {
        let message: Self = serde_json::from_slice(payload).map_err(ChoiceError::Payload)?;
        if message.schema != 1 {
            return Err(ChoiceError::Schema(message.schema));
        }
        for (field, value, range) in [
            ("load_kg", message.load_kg, LOAD_KG),
            ("mass_kg", message.mass_kg, MASS_KG),
            ("athlete_height_m", message.athlete_height_m, HEIGHT_M),
            ("speed_m_s", message.speed_m_s, SPEED_M_S),
        ] {
            if let Some(value) = value.filter(|value| !range.contains(value)) {
                return Err(ChoiceError::Range { field, value, range });
            }
        }
        Ok(message)
    }

    /// The choice as movement takes it.
    pub fn choice(self) -> Choice {
        Choice {
            exercise: self.exercise,
            load_kg: self.load_kg,
            mass_kg: self.mass_kg,
            athlete_height_m: self.athlete_height_m,
            speed_m_s: self.speed_m_s,
        }
    }
}

/// The newest choice of each station.
#[derive(Debug)]
pub struct Choices(Vec<(Name, watch::Sender<ChoiceMessage>)>);

impl Choices {
    /// The stations with what their configuration says of them.
    pub fn new(stations: impl Iterator<Item = (Name, ChoiceMessage)>) -> Self {
        Self(stations.map(|(station, choice)| (station, watch::Sender::new(choice))).collect())
    }

    /// What is chosen now.
    pub fn now(&self) -> impl Iterator<Item = (&Name, ChoiceMessage)> {
        self.0.iter().map(|(station, choice)| (station, *choice.borrow()))
    }

    /// Takes a payload for a station; returns what was chosen.
    ///
    /// # Errors
    /// When the station or the payload can't be used; the choice before it stays.
    pub fn choose(&self, station: &str, payload: &[u8]) -> Result<ChoiceMessage, ChoiceError> {
        let (_, sender) = (self.0.iter().find(|(name, _)| name.as_str() == station))
            .ok_or_else(|| ChoiceError::NoStation(station.to_owned()))?;
        let message = ChoiceMessage::parse(payload)?;
        sender.send_replace(message);
        Ok(message)
    }

    /// Follows the choices of one station.
    pub fn follow(&self, station: &Name) -> Option<watch::Receiver<ChoiceMessage>> {
        self.0.iter().find(|(name, _)| name == station).map(|(_, sender)| sender.subscribe())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices() -> Choices {
        Choices::new(std::iter::once(("left".parse().unwrap(), ChoiceMessage::default())))
    }

    #[test]
    fn the_newest_choice_reaches_its_station() {
        let choices = choices();
        let mut station = choices.follow(&"left".parse().unwrap()).unwrap();
        assert!(!station.has_changed().unwrap());
        choices.choose("left", br#"{"schema":1,"exercise":"deadlift","load_kg":140}"#).unwrap();
        choices.choose("left", br#"{"schema":1,"exercise":"row"}"#).unwrap();
        let choice = *station.borrow_and_update();
        assert_eq!((choice.exercise, choice.load_kg), (Exercise::Row, None));
    }

    #[test]
    fn what_cannot_be_taken_is_named_and_changes_nothing() {
        let choices = choices();
        let station = choices.follow(&"left".parse().unwrap()).unwrap();
        for (name, payload, problem) in [
            ("right", r#"{"schema":1}"#, "no station `right`"),
            ("left", "deadlift", "not understood"),
            ("left", r#"{"schema":1,"exercise":"juggling"}"#, "juggling"),
            ("left", r#"{"schema":1,"weight":3}"#, "weight"),
            ("left", r#"{"schema":2}"#, "schema 2"),
            ("left", r#"{"schema":1,"load_kg":-5}"#, "load_kg = -5"),
            ("left", r#"{"schema":1,"athlete_height_m":180}"#, "athlete_height_m = 180"),
        ] {
            let error = choices.choose(name, payload.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
        assert!(!station.has_changed().unwrap());
    }
}
