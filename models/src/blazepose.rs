//! One camera's people: the detector finds them in the whole picture, then each is followed by its own landmarks.

use std::time::{Duration, Instant};

use crate::anchors::POSE_DETECTION;
use crate::cover::CoveredPicture;
use crate::detection::FoundPerson;
use crate::engine::Engine;
use crate::landmarks::Body;
use crate::region::Region;
use crate::tensor::Border;
use crate::tracker::{Place, Tracker};
use crate::{EstimateError, Image, Pose, PoseEstimator, StageTimes};

/// Side of the copy of a region in which people are covered: that of the landmark models' input, so that nothing is scaled twice.
const COVERED_REGION_PX: usize = 256;

/// The estimator of one camera.
pub(crate) struct BlazePose {
    engine: Engine,
    tracker: Tracker,
    found: Vec<FoundPerson>,
    /// Where to look in this frame, and what was seen there.
    regions: Vec<Region>,
    bodies: Vec<Option<Body>>,
    /// The tracks whose regions they are.
    chosen: Vec<usize>,
    /// The whole picture and one region, with those who are seen covered.
    covered_picture: CoveredPicture,
    covered_region: CoveredPicture,
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
            covered_picture: CoveredPicture::new(POSE_DETECTION.input_px, Border::Zero),
            covered_region: CoveredPicture::new(COVERED_REGION_PX, Border::Replicate),
        }
    }

    /// Looks where each known person should be: all of them in one go, but for those who are behind others.
    fn follow(&mut self, image: &Image<'_>, times: &mut StageTimes) -> Result<(), EstimateError> {
        let in_front = (0..self.tracker.len()).filter(|&track| !self.tracker.is_behind(track));
        let regions = in_front.map(|track| (track, self.tracker.expected_region(track)));
        look_at(image, regions, &mut self.chosen, &mut self.regions);
        times.regions += self.regions.len() as u32;
        self.engine.bodies(image, &self.regions, &mut self.bodies, times)?;
        let mut seen = self.chosen.iter().zip(&self.bodies).peekable();
        for track in 0..self.tracker.len() {
            let body = seen.next_if(|(chosen, _)| **chosen == track).and_then(|(_, body)| body.as_ref());
            self.tracker.observe(track, body);
        }
        let settling = Instant::now();
        self.tracker.settle();
        times.track += settling.elapsed();
        Ok(())
    }

    /// Looks again for those who were not where they should be: perhaps somebody stands there whom the model rather sees.
    fn look_again(&mut self, image: &Image<'_>, times: &mut StageTimes) -> Result<(), EstimateError> {
        for track in 0..self.tracker.len() {
            if !self.tracker.is_missing(track) {
                continue;
            }
            if let Some(body) = self.look_behind(image, self.tracker.expected_region(track), times)? {
                self.tracker.find_behind(track, &body);
            }
        }
        Ok(())
    }

    /// Looks for people in the whole picture, for tracks that miss theirs and for newcomers.
    fn search(&mut self, image: &Image<'_>, times: &mut StageTimes) -> Result<(), EstimateError> {
        times.detector_ran = true;
        self.find(image, times)?;
        for index in 0..self.found.len() {
            let person = self.found[index];
            let place = self.tracker.place(&person);
            if matches!(place, Place::Seen | Place::Full) {
                continue;
            }
            // Somebody in front may be rather seen than who was found; and who is covered may hide who stands in front.
            let body = self.look(image, person.region, times)?;
            if body.is_none_or(|body| !self.tracker.take(place, &body))
                && let Some(body) = self.look_behind(image, person.region, times)?
            {
                self.tracker.take(place, &body);
            }
        }
        self.tracker.searched();
        Ok(())
    }

    /// Finds everybody in the picture but those who are seen already.
    fn find(&mut self, image: &Image<'_>, times: &mut StageTimes) -> Result<(), EstimateError> {
        let (width_px, height_px) = (image.width as f32, image.height as f32);
        let whole = Region::square_around(width_px, height_px);
        if self.tracker.seen().next().is_none() {
            self.engine.find(image, whole, &mut self.found, times)?;
        } else {
            let painting = Instant::now();
            self.covered_picture.paint(image, whole, self.tracker.seen());
            times.preprocess += painting.elapsed();
            let (copy, all) = (self.covered_picture.image(), self.covered_picture.region());
            self.engine.find(&copy, all, &mut self.found, times)?;
            for person in &mut self.found {
                *person = self.covered_picture.person_in_picture(person);
            }
        }
        self.found.retain(|person| person.region.is_usable(width_px, height_px));
        Ok(())
    }

    /// The body in a region.
    fn look(
        &mut self,
        image: &Image<'_>,
        region: Region,
        times: &mut StageTimes,
    ) -> Result<Option<Body>, EstimateError> {
        times.regions += 1;
        self.engine.bodies(image, &[region], &mut self.bodies, times)?;
        Ok(self.bodies.pop().flatten())
    }

    /// The body in a region with those covered who are seen already; none where nobody is.
    fn look_behind(
        &mut self,
        image: &Image<'_>,
        region: Region,
        times: &mut StageTimes,
    ) -> Result<Option<Body>, EstimateError> {
        let usable = region.is_usable(image.width as f32, image.height as f32);
        if !usable || self.tracker.seen().next().is_none() {
            return Ok(None);
        }
        let painting = Instant::now();
        self.covered_region.paint(image, region, self.tracker.seen());
        times.preprocess += painting.elapsed();
        times.regions += 1;
        let (copy, all) = (self.covered_region.image(), self.covered_region.region());
        self.engine.bodies(&copy, &[all], &mut self.bodies, times)?;
        Ok(self.bodies.pop().flatten().map(|body| self.covered_region.body_in_picture(&body)))
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
        self.look_again(image, &mut times)?;
        self.tracker.conclude();
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

/// The regions that can be looked at, and the tracks whose they are.
fn look_at(
    image: &Image<'_>,
    candidates: impl Iterator<Item = (usize, Region)>,
    chosen: &mut Vec<usize>,
    regions: &mut Vec<Region>,
) {
    chosen.clear();
    regions.clear();
    let usable = |(_, region): &(usize, Region)| region.is_usable(image.width as f32, image.height as f32);
    for (track, region) in candidates.filter(usable) {
        chosen.push(track);
        regions.push(region);
    }
}
