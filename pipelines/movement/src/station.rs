//! The place in the gym that a session looks after (METRICS §1.6).

use crate::body::BodySample;
use crate::calibrate::Floor;

/// More corners are not needed and would only slow the test down.
const MOST_CORNERS: usize = 32;

/// Why corners don't make a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StationError {
    /// Too few or too many.
    #[error("a station has 3 to 32 corners, not {0}")]
    Corners(usize),
    /// A coordinate is no number.
    #[error("station corner {0}: a coordinate is no number")]
    NoNumber(usize),
}

/// A station's area: only who stays in it is measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Station {
    corners: Vec<[f64; 2]>,
    /// Given where the corners are metres on the floor.
    floor: Option<Floor>,
}

impl Station {
    /// An area in the picture, for the hips: pixels from the left and top edge, in order round.
    ///
    /// # Errors
    /// When the corners are no polygon.
    pub fn in_picture(corners_px: &[[f64; 2]]) -> Result<Self, StationError> {
        Self::new(corners_px, None)
    }

    /// An area on the floor, for the feet: metres in the coordinates of the floor's marks, in order round.
    ///
    /// # Errors
    /// When the corners are no polygon.
    pub fn on_floor(corners_m: &[[f64; 2]], floor: Floor) -> Result<Self, StationError> {
        Self::new(corners_m, Some(floor))
    }

    fn new(corners: &[[f64; 2]], floor: Option<Floor>) -> Result<Self, StationError> {
        if !(3..=MOST_CORNERS).contains(&corners.len()) {
            return Err(StationError::Corners(corners.len()));
        }
        if let Some(broken) = corners.iter().position(|corner| !corner.iter().all(|v| v.is_finite())) {
            return Err(StationError::NoNumber(broken + 1));
        }
        Ok(Self { corners: corners.to_vec(), floor })
    }

    /// Whether a body is in the area; `None` where what tells it is not seen.
    pub(crate) fn holds(&self, body: &BodySample) -> Option<bool> {
        let down = |point: [f64; 2]| [point[0], -point[1]];
        let place = match &self.floor {
            None => down(body.hip?),
            // A foot in the air is not on the floor, but its mean over a second is near enough; above the horizon it is nowhere.
            Some(floor) => match floor.to_metres(down(body.ankle?)) {
                Some(place) => place,
                None => return Some(false),
            },
        };
        Some(self.contains(place))
    }

    /// Whether a line from the point to the right crosses the border an odd number of times.
    fn contains(&self, [x, y]: [f64; 2]) -> bool {
        let edges = self.corners.iter().zip(self.corners.iter().cycle().skip(1));
        let crossed = edges.filter(|([x0, y0], [x1, y1])| {
            (*y0 > y) != (*y1 > y) && x < x0 + (y - y0) / (y1 - y0) * (x1 - x0)
        });
        crossed.count() % 2 == 1
    }
}

/// How long someone must stay in the area, or out of it, to be bound to the station or released. Seconds.
const STAYS_S: f64 = 1.0;

/// Whether one person belongs to the station.
#[derive(Debug)]
pub(crate) struct Presence {
    bound: bool,
    other_since: Option<f64>,
}

/// What became of a person's belonging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Bound,
    Released,
}

impl Presence {
    /// Where there is no station, everybody belongs to it.
    pub(crate) fn new(station: Option<&Station>) -> Self {
        Self { bound: station.is_none(), other_since: None }
    }

    pub(crate) fn is_bound(&self) -> bool {
        self.bound
    }

    /// Takes the newest sample.
    pub(crate) fn follow(&mut self, station: &Station, body: &BodySample) -> Option<Change> {
        let inside = station.holds(body)?;
        if inside == self.bound {
            self.other_since = None;
            return None;
        }
        let since = *self.other_since.get_or_insert(body.t);
        if body.t - since <= STAYS_S {
            return None;
        }
        self.bound = inside;
        self.other_since = None;
        Some(if inside { Change::Bound } else { Change::Released })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_and_outside_of_a_concave_area() {
        let corners = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [5.0, 3.0], [0.0, 10.0]];
        let station = Station::in_picture(&corners).unwrap();
        for (point, inside) in
            [([1.0, 1.0], true), ([5.0, 2.0], true), ([5.0, 5.0], false), ([11.0, 5.0], false)]
        {
            assert_eq!(station.contains(point), inside, "{point:?}");
        }
    }

    #[test]
    fn corners_that_are_no_area_are_refused() {
        assert_eq!(Station::in_picture(&[[0.0, 0.0]; 2]), Err(StationError::Corners(2)));
        let broken = [[0.0, 0.0], [1.0, f64::NAN], [1.0, 1.0]];
        assert_eq!(Station::in_picture(&broken), Err(StationError::NoNumber(2)));
    }
}
