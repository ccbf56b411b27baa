//! One camera's people: the detector finds them in the whole picture, then each is followed by its own landmarks.

use std::time::{Duration, Instant};

use crate::detection::FoundPerson;
use crate::engine::Engine;
use crate::landmarks::Body;
use crate::region::Region;
use crate::tracker::{Place, Tracker};
use crate::{EstimateError, Image, Pose, PoseEstimator, StageTimes};

/// The estimator of one camera.
pub(crate) struct BlazePose {
    engine: Engine,
    tracker: Tracker,
    found: Vec<FoundPerson>,
    /// Where to look in this frame, and what was seen there.
    regions: Vec<Region>,
    bodies: Vec<Option<Body>>,
    /// Positions of `regions` in the list that they were chosen from.
    chosen: Vec<usize>,
}

impl BlazePose {
    pub(crate) fn new(engine: Engine, max_people: usize) -> Self {
        Self {
            engine,
            tracker: Tracker::new(max_people),
            found: Vec::new(),
            regions: Vec::with_capacity(max_people),
            bodies: Vec::with_capacity(max_people),
            chosen: Vec::with_capacity(max_people),
        }
    }

    /// Looks where each known person should be: all of them in one go.
    fn follow(&mut self, image: &Image<'_>, times: &mut StageTimes) -> Result<(), EstimateError> {
        let regions = (0..self.tracker.len()).map(|track| self.tracker.expected_region(track));
        look_at(image, regions, &mut self.chosen, &mut self.regions);
        self.engine.bodies(image, &self.regions, &mut self.bodies, times)?;
        let mut seen = self.chosen.iter().zip(&self.bodies).peekable();
        for track in 0..self.tracker.len() {
            let body = seen.next_if(|(chosen, _)| **chosen == track).and_then(|(_, body)| body.as_ref());
            self.tracker.observe(track, body);
        }
        let settling = Instant::now();
        self.tracker.settle();
        times.postprocess += settling.elapsed();
        Ok(())
    }

    /// Looks for people in the whole picture, for tracks that miss theirs and for newcomers.
    fn search(&mut self, image: &Image<'_>, times: &mut StageTimes) -> Result<(), EstimateError> {
        times.detector_ran = true;
        let (width_px, height_px) = (image.width as f32, image.height as f32);
        let region = Region::square_around(width_px, height_px);
        self.engine.find(image, region, &mut self.found, times)?;
        for person in self.found.iter().filter(|person| person.region.is_usable(width_px, height_px)) {
            let place = self.tracker.place(person);
            if matches!(place, Place::Seen | Place::Full) {
                continue;
            }
            self.engine.bodies(image, &[person.region], &mut self.bodies, times)?;
            let Some(Some(body)) = self.bodies.first() else { continue };
            match place {
                Place::Missing(track) => self.tracker.find_again(track, body),
                _ => self.tracker.admit(body),
            }
        }
        self.tracker.searched();
        Ok(())
    }
}

impl PoseEstimator for BlazePose {
    fn estimate(
        &mut self,
        image: &Image<'_>,
        pts: Duration,
        poses: &mut Vec<Pose>,
    ) -> Result<StageTimes, EstimateError> {
        poses.clear();
        image.check()?;
        let mut times = StageTimes::default();
        self.tracker.begin(pts, image.width.min(image.height) as f32);
        self.follow(image, &mut times)?;
        if self.tracker.search_is_due() {
            self.search(image, &mut times)?;
        }
        poses.extend(self.tracker.people().map(|(id, body)| Pose {
            id,
            keypoints: body.keypoints,
            presence: body.presence,
        }));
        Ok(times)
    }

    fn reset(&mut self) {
        self.tracker.reset();
    }
}

/// The regions that can be looked at, with their positions.
fn look_at(
    image: &Image<'_>,
    candidates: impl Iterator<Item = Region>,
    chosen: &mut Vec<usize>,
    regions: &mut Vec<Region>,
) {
    chosen.clear();
    regions.clear();
    let usable = |(_, region): &(usize, Region)| region.is_usable(image.width as f32, image.height as f32);
    for (position, region) in candidates.enumerate().filter(usable) {
        chosen.push(position);
        regions.push(region);
    }
}
