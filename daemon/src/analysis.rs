//! One camera's frames to events: estimation, then movement. Live and offline analysis are this same code.

use std::time::{Duration, Instant};

use arrayvec::ArrayVec;
use spotter_capture::{Frame, Memory, PixelPlanes};
use spotter_models::bar::{BarObservation, BarTracker};
use spotter_models::tensorrt::VideoMemory;
use spotter_models::{
    ColorMatrix, EstimateError, Image, KEYPOINT_COUNT, KEYPOINT_NAMES, Planes, Pose, PoseEstimator,
    StageTimes,
};
use spotter_movement::{
    BarPoint, Choice, Event, Keypoint, Layout, ModelProfile, PersonPose, PosePerson, Session, SessionQuality,
    Settings,
};

use crate::athlete::Athlete;

/// More people than an estimator is ever asked for.
const MAX_PEOPLE: usize = 10;

/// Where one frame's time went.
#[derive(Debug, Clone, Copy, Default)]
pub struct FrameTimes {
    /// The estimator's stages.
    pub estimate: StageTimes,
    /// The bar tracker.
    pub bar: Duration,
    /// Movement.
    pub movement: Duration,
}

/// Turns frames into events.
pub struct Analysis {
    estimator: Box<dyn PoseEstimator>,
    athlete: Athlete,
    model: ModelProfile,
    session: Option<(Session, (u32, u32))>,
    poses: Vec<Pose>,
    tracker: BarTracker,
    /// The bars of `poses`.
    bars: Vec<Option<BarPoint>>,
    video_memory: Option<VideoMemory>,
}

impl Analysis {
    /// An analysis that has seen nothing.
    pub fn new(estimator: Box<dyn PoseEstimator>, model: ModelProfile, athlete: Athlete) -> Self {
        Self {
            estimator,
            athlete,
            model,
            session: None,
            poses: Vec::with_capacity(MAX_PEOPLE),
            tracker: BarTracker::new(),
            bars: Vec::with_capacity(MAX_PEOPLE),
            video_memory: None,
        }
    }

    /// Can read frames in video memory by this, if any.
    #[must_use]
    pub fn with_video_memory(self, video_memory: Option<VideoMemory>) -> Self {
        Self { video_memory, ..self }
    }

    /// Where frames shall lie.
    pub fn memory(&self) -> Memory {
        if self.video_memory.is_some() { Memory::Video } else { Memory::Main }
    }

    /// Frames shall lie in main memory from now on.
    pub fn leave_video_memory(&mut self) {
        self.video_memory = None;
    }

    /// The poses of the newest frame.
    pub fn poses(&self) -> &[Pose] {
        &self.poses
    }

    /// The movement session, once there was a frame.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref().map(|(session, _)| session)
    }

    /// Estimates one frame at `pts` and feeds movement; appends to `events`.
    ///
    /// # Errors
    /// When the frame could not be estimated; movement then sees a gap. [`EstimateError::VideoMemory`] when frames can't be read where they
    /// lie: the source is to be opened again after [`Self::leave_video_memory`].
    pub fn frame(
        &mut self,
        frame: &Frame,
        pts: Duration,
        events: &mut Vec<Event>,
    ) -> Result<FrameTimes, EstimateError> {
        self.follow_picture(frame, events);
        let picture = picture(frame, self.video_memory.as_ref())?;
        let estimate = self.estimator.estimate(&picture, pts, &mut self.poses)?;
        let estimated = Instant::now();
        self.bars.clear();
        let seen = self.tracker.observe(&picture, pts, &self.poses)?;
        self.bars.extend(seen.iter().map(|bar| bar.as_ref().map(bar_point)));
        let tracked = Instant::now();
        self.push(pts, events);
        Ok(FrameTimes { estimate, bar: tracked - estimated, movement: tracked.elapsed() })
    }

    /// The people of the newest frame as movement saw them, for pose files.
    pub fn people(&self) -> Vec<PosePerson> {
        let person = |(pose, bar): (&Pose, &Option<BarPoint>)| PosePerson {
            id: pose.id,
            keypoints: movement_keypoints(pose).to_vec(),
            bar: *bar,
            bar_past: self.bar_past(pose.id),
        };
        self.poses.iter().zip(&self.bars).map(person).collect()
    }

    /// Hands poses and bars to movement.
    fn push(&mut self, pts: Duration, events: &mut Vec<Event>) {
        let keypoints: ArrayVec<[Keypoint; KEYPOINT_COUNT], MAX_PEOPLE> =
            self.poses.iter().take(MAX_PEOPLE).map(movement_keypoints).collect();
        let people: ArrayVec<PersonPose<'_>, MAX_PEOPLE> =
            (self.poses.iter().zip(&keypoints).zip(&self.bars))
                .map(|((pose, keypoints), bar)| PersonPose { id: pose.id, keypoints, bar: *bar })
                .collect();
        let past: ArrayVec<(u32, Vec<(Duration, BarPoint)>), MAX_PEOPLE> =
            people.iter().map(|person| (person.id, self.bar_past(person.id))).collect();
        let Some((session, _)) = &mut self.session else { return };
        for (id, past) in past.iter().filter(|(_, past)| !past.is_empty()) {
            session.bar_past(*id, past);
        }
        session.push(pts, &people, events);
    }

    /// Where a person's bar was before the tracker became sure of it in this frame; empty in all others.
    fn bar_past(&self, id: u32) -> Vec<(Duration, BarPoint)> {
        self.tracker.past(id).iter().map(|(pts, bar)| (*pts, bar_point(bar))).collect()
    }

    /// A coach's choice: holds from the next frame on, also for sessions that begin later.
    pub fn choose(&mut self, choice: Choice, events: &mut Vec<Event>) {
        self.athlete.choose(choice);
        if let Some((session, _)) = &mut self.session {
            session.choose(choice, events);
        }
    }

    /// The source ended or will be opened again: closes what is open. Says how good the input was.
    pub fn finish(&mut self, events: &mut Vec<Event>) -> SessionQuality {
        let (mut session, _) =
            self.session.take().unwrap_or_else(|| (Session::new(self.settings((0, 0))), (0, 0)));
        session.finish(events);
        self.reset();
        session.quality()
    }

    /// The picture does not continue: people and bars are looked for anew.
    fn reset(&mut self) {
        self.estimator.reset();
        self.tracker = BarTracker::new();
    }

    /// Starts a session for a picture of another size; tells tracker and session where the picture does not continue.
    fn follow_picture(&mut self, frame: &Frame, events: &mut Vec<Event>) {
        let size = (frame.width, frame.height);
        if self.session.as_ref().is_some_and(|(_, known)| *known != size) {
            self.finish(events);
        }
        match &mut self.session {
            None => self.session = Some((Session::new(self.settings(size)), size)),
            Some((session, _)) if frame.discontinuity => {
                session.discontinuity(events);
                self.reset();
            }
            Some(_) => {}
        }
    }

    fn settings(&self, size: (u32, u32)) -> Settings {
        self.athlete.settings(Layout::blazepose(), size, self.model.clone())
    }
}

impl std::fmt::Debug for Analysis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Analysis").field("poses", &self.poses.len()).finish_non_exhaustive()
    }
}

fn bar_point(bar: &BarObservation) -> BarPoint {
    BarPoint { x_px: bar.x_px, y_px: bar.y_px, radius_px: bar.radius_px, u_px: bar.u_px }
}

/// An estimator's keypoints as movement reads them.
pub fn movement_keypoints(pose: &Pose) -> [Keypoint; KEYPOINT_COUNT] {
    pose.keypoints.map(|point| Keypoint {
        x_px: f64::from(point.x_px),
        y_px: f64::from(point.y_px),
        confidence: f64::from(point.confidence),
    })
}

fn plane(plane: spotter_capture::Plane<'_>) -> spotter_models::Plane<'_> {
    spotter_models::Plane { data: plane.data, stride: plane.stride }
}

/// A frame as the estimator reads it; nothing is copied.
///
/// # Errors
/// [`EstimateError::VideoMemory`] when it lies there and can't be read.
pub fn picture<'f>(frame: &'f Frame, video_memory: Option<&VideoMemory>) -> Result<Image<'f>, EstimateError> {
    let colors = frame.colors();
    let color = match (colors.matrix, colors.full_range) {
        (spotter_capture::ColorMatrix::Bt601, false) => ColorMatrix::Bt601,
        (spotter_capture::ColorMatrix::Bt601, true) => ColorMatrix::Bt601Full,
        (spotter_capture::ColorMatrix::Bt709, false) => ColorMatrix::Bt709,
        (spotter_capture::ColorMatrix::Bt709, true) => ColorMatrix::Bt709Full,
    };
    let planes = match frame.planes() {
        PixelPlanes::I420 { y, u, v } => Planes::I420 { y: plane(y), u: plane(u), v: plane(v) },
        PixelPlanes::Nv12 { y, uv } => Planes::Nv12 { y: plane(y), uv: plane(uv) },
        PixelPlanes::Nvmm { surface } => {
            let unasked = || EstimateError::VideoMemory("nobody asked for it".to_owned());
            return video_memory.ok_or_else(unasked)?.image(surface, [frame.width, frame.height], color);
        }
    };
    Ok(Image { width: frame.width, height: frame.height, planes, color })
}

/// Names of the keypoints that the estimator gives, for pose files.
pub fn keypoint_names() -> &'static [&'static str] {
    &KEYPOINT_NAMES
}
