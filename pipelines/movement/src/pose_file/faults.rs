//! What was wrong in a pose file without making it unreadable.

use crate::pose_file::{PoseFrame, PoseHeader};

/// Something that is left out or taken otherwise than it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The frame's time does not come after the one before it.
    Time,
    /// A confidence a little outside 0–1.
    ConfidenceClamped,
    /// A confidence that is no probability.
    NoConfidence,
    /// Coordinates beyond any picture.
    FarCoordinates,
    /// The same number twice in a frame.
    DoubledPerson,
}

impl Fault {
    fn told(self) -> &'static str {
        match self {
            Fault::Time => {
                "the time does not come after that of the line before: frames put in order, or left out when too late"
            }
            Fault::ConfidenceClamped => "a confidence outside 0–1: points taken as 0 or 1",
            Fault::NoConfidence => "a confidence far outside 0–1: points left out",
            Fault::FarCoordinates => "coordinates beyond any picture: points left out",
            Fault::DoubledPerson => "two people with one number: those after the first left out",
        }
    }
}

#[derive(Debug, Clone)]
struct Counted {
    fault: Fault,
    line: u64,
    count: u64,
}

/// What was wrong in a pose file without making it unreadable: each kind with its first line and how often it came.
#[derive(Debug, Clone, Default)]
pub struct PoseFaults {
    /// One of each kind at most.
    counted: Vec<Counted>,
    /// Points that were read, and those of them that lie outside the picture.
    points: u64,
    outside: u64,
    /// Largest coordinate.
    farthest_px: f64,
}

impl PoseFaults {
    pub(super) fn count(&mut self, fault: Fault, line: u64) {
        match self.counted.iter_mut().find(|counted| counted.fault == fault) {
            Some(counted) => counted.count += 1,
            None => self.counted.push(Counted { fault, line, count: 1 }),
        }
    }

    /// Looks at where a frame's points lie.
    pub(super) fn look(&mut self, frame: &PoseFrame, header: &PoseHeader) {
        let (width, height) = (f64::from(header.width), f64::from(header.height));
        for point in frame.people.iter().flat_map(|person| &person.keypoints) {
            if point.x_px.is_nan() {
                continue;
            }
            self.points += 1;
            let inside = (0.0..=width).contains(&point.x_px) && (0.0..=height).contains(&point.y_px);
            self.outside += u64::from(!inside);
            self.farthest_px = self.farthest_px.max(point.x_px.abs()).max(point.y_px.abs());
        }
    }

    /// Why the coordinates can't be pixels of the header's picture; `None` when they can.
    pub fn not_pixels(&self, header: &PoseHeader) -> Option<String> {
        /// Normalised coordinates of points that the model puts outside the picture reach about this far.
        const NORMALISED: f64 = 3.0;
        /// In smaller pictures a person is too small to be seen.
        const SMALLEST_PICTURE_PX: u32 = 32;
        let picture_px = header.width.min(header.height);
        let normalised =
            self.points > 0 && self.farthest_px < NORMALISED && picture_px >= SMALLEST_PICTURE_PX;
        normalised.then(|| {
            format!(
                "all coordinates lie within {:.1}: the header states a picture of {}×{}, so they must be pixels",
                self.farthest_px, header.width, header.height
            )
        })
    }

    /// In words, with lines, for the report's warnings.
    pub fn warnings(&self, header: &PoseHeader) -> Vec<String> {
        let told = |counted: &Counted| {
            let Counted { fault, line, count } = counted;
            format!("line {line}: {}: {count} in the whole file", fault.told())
        };
        let mut warnings: Vec<String> = self.counted.iter().map(told).collect();
        if self.outside * 2 > self.points {
            warnings.push(format!(
                "line 1: {:.0} % of the points lie outside the picture of {}×{}: does the header fit these poses?",
                100.0 * self.outside as f64 / self.points as f64,
                header.width,
                header.height
            ));
        }
        warnings
    }
}
