//! What is known of the athlete and of the station beside the pictures.

use spotter_movement::{
    Choice, Exercise, Floor, FloorError, FloorMarks, Layout, ModelProfile, Settings, Station, StationError,
    View,
};

/// What the coach or the installer said of a station and its athlete.
#[derive(Debug, Clone, Default)]
pub struct Athlete {
    /// Exercise, or automatic.
    pub exercise: Exercise,
    /// Standing height, for the scale.
    pub height_m: Option<f64>,
    /// Body mass, kilograms.
    pub mass_kg: Option<f64>,
    /// Load on the bar, bar included, kilograms.
    pub load_kg: Option<f64>,
    /// Velocity loss in a set at which the athlete is told to stop, percent.
    pub velocity_loss_stop_pct: Option<f64>,
    /// Speed of the treadmill, metres per second.
    pub speed_m_s: Option<f64>,
    /// Diameter of the plates in metres; inferred where not stated.
    pub plate_diameter_m: Option<f64>,
    /// Distance of the camera from the athlete, metres.
    pub camera_distance_m: Option<f64>,
    /// The floor in the picture.
    pub floor: Option<Floor>,
    /// The station's area; everybody in view where not stated.
    pub area: Option<Station>,
    /// Where the camera stands, where stated.
    pub view: Option<View>,
}

/// Why the place of a station can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The floor's marks.
    #[error("`station.floor`: {0}")]
    Floor(#[from] FloorError),
    /// The area's corners.
    #[error("`station.area_{unit}`: {source}")]
    Area {
        /// `px` or `m`.
        unit: &'static str,
        /// What is wrong.
        source: StationError,
    },
    /// Metres without a floor to measure them on.
    #[error("`station.area_m` needs `station.floor`: without marks a picture has no metres")]
    NoFloor,
    /// Two areas.
    #[error("`station.area_px` and `station.area_m`: give one of them")]
    Both,
}

/// The floor and the area of a station from its configuration.
///
/// # Errors
/// Names what can't be used.
pub fn place(
    marks: Option<&FloorMarks>,
    area_px: Option<&[[f64; 2]]>,
    area_m: Option<&[[f64; 2]]>,
) -> Result<(Option<Floor>, Option<Station>), PlaceError> {
    let floor = marks.map(Floor::new).transpose()?;
    let area = match (area_px, area_m, floor) {
        (Some(_), Some(_), _) => return Err(PlaceError::Both),
        (None, Some(_), None) => return Err(PlaceError::NoFloor),
        (None, Some(corners), Some(floor)) => {
            Some(Station::on_floor(corners, floor).map_err(|source| PlaceError::Area { unit: "m", source })?)
        }
        (Some(corners), None, _) => {
            Some(Station::in_picture(corners).map_err(|source| PlaceError::Area { unit: "px", source })?)
        }
        (None, None, _) => None,
    };
    Ok((floor, area))
}

impl Athlete {
    /// Takes a coach's choice.
    pub(crate) fn choose(&mut self, choice: Choice) {
        self.exercise = choice.exercise;
        self.height_m = choice.athlete_height_m;
        self.mass_kg = choice.mass_kg;
        self.load_kg = choice.load_kg;
        self.speed_m_s = choice.speed_m_s;
    }

    /// Settings of a session for this athlete.
    pub fn settings(
        &self,
        layout: Layout,
        (width_px, height_px): (u32, u32),
        model: ModelProfile,
    ) -> Settings {
        let unknown = Settings::new(layout, width_px, height_px);
        Settings {
            athlete_height_m: self.height_m,
            mass_kg: self.mass_kg,
            load_kg: self.load_kg,
            velocity_loss_stop_pct: self.velocity_loss_stop_pct,
            speed_m_s: self.speed_m_s,
            plate_diameter_m: self.plate_diameter_m,
            camera_distance_m: self.camera_distance_m,
            floor: self.floor,
            station: self.area.clone(),
            exercise: self.exercise,
            view: self.view,
            model,
            ..unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [[f64; 2]; 4] = [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]];
    const SEEN: FloorMarks = FloorMarks {
        image_px: [[100.0, 400.0], [500.0, 400.0], [450.0, 300.0], [150.0, 300.0]],
        floor_m: SQUARE,
    };

    #[test]
    fn an_area_in_metres_lies_on_the_marked_floor() {
        let (floor, area) = place(Some(&SEEN), None, Some(&SQUARE)).unwrap();
        assert!(floor.is_some() && area.is_some());
    }

    #[test]
    fn what_makes_no_place_is_named() {
        let two = [[0.0, 0.0], [1.0, 1.0]];
        for (result, problem) in [
            (place(None, None, Some(&SQUARE)), "needs `station.floor`"),
            (place(None, Some(&two), None), "`station.area_px`: a station has 3 to 32 corners, not 2"),
            (place(Some(&SEEN), Some(&SQUARE), Some(&SQUARE)), "give one of them"),
            (place(Some(&FloorMarks { image_px: [[1.0, 1.0]; 4], ..SEEN }), None, None), "`station.floor`"),
        ] {
            let error = result.unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
    }
}
