//! The bar's plate, tracked in the picture.

mod body;
mod ellipse;
mod finder;
mod luma;
mod outline;
mod person;
mod ring;
mod scale;
mod track;

use std::time::Duration;

use body::Body;
use ellipse::Ellipse;
use finder::Finder;
use luma::Luma;
use person::{Person, Tools};
use ring::RingFitter;
pub use scale::{STANDARD_PLATE_M, body_scale_from_plate, metres_per_pixel, plate_scale_from_body};

use crate::EstimateError;
use crate::image::Image;
use crate::pose::Pose;

/// A person who is not seen for so long is forgotten with the bar, seconds.
const FORGET_S: f64 = 2.0;

/// Where the plate at the near end of a bar is in one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BarObservation {
    /// Centre of the plate, pixels from the left edge.
    pub x_px: f64,
    /// Centre of the plate, pixels from the top edge, downward.
    pub y_px: f64,
    /// Radius of the plate as if seen face on, pixels: the longer half axis of its outline.
    pub radius_px: Option<f64>,
    /// Standard uncertainty of each coordinate of the centre, pixels, from the scatter of the outline's edges. The outline's own bias,
    /// which is constant while the camera and the athlete stand, is not in it.
    pub u_px: f64,
    /// How sure it is that this is the bar, 0–1: share of the outline seen, times how well it moved with hands or shoulders.
    pub confidence: f64,
}

/// Tracks the bars of the people in a picture.
pub struct BarTracker {
    people: Vec<Person>,
    tools: Tools,
    observations: Vec<Option<BarObservation>>,
}

impl Default for BarTracker {
    fn default() -> Self {
        Self::new()
    }
}

impl BarTracker {
    /// A tracker that has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        let tools = Tools { finder: Finder::default(), fitter: RingFitter::new() };
        Self { people: Vec::new(), tools, observations: Vec::new() }
    }

    /// The bar of each person of a frame, in the order of `poses`; none for those who have none. Frames come in the order of their time
    /// stamps.
    ///
    /// # Errors
    /// [`EstimateError::Image`] when the picture's planes don't hold its pixels.
    pub fn observe(
        &mut self,
        image: &Image<'_>,
        pts: Duration,
        poses: &[Pose],
    ) -> Result<&[Option<BarObservation>], EstimateError> {
        self.observations.clear();
        image.check()?;
        let luma = Luma::of(image);
        let now_s = pts.as_secs_f64();
        self.people.retain(|person| now_s - person.seen_s < FORGET_S && person.seen_s <= now_s);
        for pose in poses {
            let index = self.people.iter().position(|person| person.id == pose.id).unwrap_or_else(|| {
                self.people.push(Person::new(pose.id));
                self.people.len() - 1
            });
            let (before, rest) = self.people.split_at_mut(index);
            let Some((person, after)) = rest.split_first_mut() else { continue };
            let others = || before.iter().chain(after.iter()).filter_map(Person::bar);
            let taken = |ellipse: &Ellipse| others().any(|other| overlaps(ellipse, &other));
            let body = Body::of(pose);
            let observation = person.observe(&luma, now_s, &body, &mut self.tools, taken);
            self.observations.push(observation);
        }
        Ok(&self.observations)
    }

    /// Where a person's bar was before it was sure that it is one: filled by the call of [`Self::observe`] that gives the first
    /// observation, with up to 3 s, oldest first; empty otherwise. A repetition that begins with the lift needs it.
    #[must_use]
    pub fn past(&self, id: u32) -> &[(Duration, BarObservation)] {
        self.people.iter().find(|person| person.id == id).map_or(&[], |person| &person.past)
    }
}

/// Whether the centre of one outline is in the other.
fn overlaps(a: &Ellipse, b: &Ellipse) -> bool {
    body::distance([a.x, a.y], [b.x, b.y]) < a.radius.max(b.radius)
}
