//! One person over time: where it is expected, and what may be it. Pure.

use std::time::Duration;

use crate::landmarks::Body;
use crate::motion::{Motion, Trunk, distance_px};
use crate::region::Region;
use crate::steady::SteadyRegion;

/// Below this presence a region shows nobody. Source: MediaPipe, `tensors_to_pose_landmarks_and_segmentation`.
const MIN_PRESENCE: f32 = 0.5;
/// The same for somebody new, who must be beyond doubt. People come at 0.99 as soon as they are whole; equipment and people half in the
/// picture do not.
const MIN_NEW_PRESENCE: f32 = 0.9;
/// A torso shorter than this, over the extent of its body, is nobody's: people have 0.3 and more upright or bent, seen from the side;
/// "bodies" on the empty floor of a 139 s recording had less than 0.15 nine times out of ten.
const MIN_TORSO: f32 = 0.1;
/// The same for somebody new.
const MIN_NEW_TORSO: f32 = 0.25;
/// A body smaller than this, over the picture's shorter side, can't be measured.
const MIN_EXTENT: f32 = 0.1;
/// The same for somebody new.
const MIN_NEW_EXTENT: f32 = 0.15;
/// A trunk farther than this from where it is expected is another person's, in torso lengths. METRICS §1.6 rejects at 0.5 and says
/// nothing of time; people in the rendered clips, runners and jumpers among them, stay below 0.2 from one frame to the next.
const GATE_TORSOS: f32 = 0.3;
/// The gate opens with the square of the time since the person was seen: by half the acceleration of a fall, 9.81 m/s², in torsos of
/// half a metre.
const GATE_TORSOS_A_SECOND_SQUARED: f32 = 9.81;
/// It never opens wider than this.
const MAX_GATE_TORSOS: f32 = 1.5;
/// Who was refused is known again for this long.
const STRANGER_MEMORY_S: f32 = 0.3;
/// Share of the past in a person's velocity; a stranger has little past.
const SMOOTHING: f32 = 0.5;
/// Who is farther away than this does not hide anybody.
const COMPANY_TORSOS: f32 = 2.0;
/// Bodies whose trunks' centres are nearer than this are one person seen twice: nobody stands inside somebody.
const SAME_PLACE_TORSOS: f32 = 0.4;

/// One person over time.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    /// Stable number; none on probation.
    pub(crate) id: Option<u32>,
    /// Frames in which it was seen.
    pub(crate) sightings: u32,
    /// As last seen.
    pub(crate) body: Body,
    /// It was not seen in the last frame.
    pub(crate) missing: bool,
    /// The same before this frame.
    pub(crate) was_missing: bool,
    /// It was found with the others covered.
    pub(crate) behind: bool,
    /// What the model saw in this frame, until the tracks are settled.
    pub(crate) observed: Option<Body>,
    /// Where it is and where it is going.
    pub(crate) motion: Motion,
    /// Somebody else, seen where this person should be.
    stranger: Option<Motion>,
    /// Where to look for it.
    region: SteadyRegion,
}

impl Track {
    /// Somebody new.
    pub(crate) fn new(body: &Body, now: Duration) -> Self {
        Self {
            id: None,
            sightings: 1,
            body: *body,
            missing: false,
            was_missing: false,
            behind: false,
            observed: None,
            motion: Motion::new(Trunk::of(body), now),
            stranger: None,
            region: SteadyRegion::new(body.center, body.top),
        }
    }

    /// Whether a body, of which [`can_be_somebody`] is true, can be this person.
    pub(crate) fn accepts(&self, body: &Body, now: Duration) -> bool {
        let surprise_torsos = self.surprise_torsos(&Trunk::of(body), now);
        surprise_torsos < self.gate_torsos(now) && !self.is_stranger(body, surprise_torsos, now)
    }

    /// Takes a body for this person.
    pub(crate) fn accept(&mut self, body: &Body, now: Duration) {
        if self.missing {
            self.region = SteadyRegion::new(body.center, body.top);
        } else {
            self.region.follow(body.center, body.top, self.motion.unseen_s(now));
        }
        self.motion.follow(Trunk::of(body), now, SMOOTHING);
        self.body = *body;
        self.stranger = None;
        self.missing = false;
        self.sightings += 1;
    }

    /// Remembers a body where this person should be as somebody else. Whoever covers a person is refused at first for being too far; when
    /// he passes the very place, only this tells him from the person.
    pub(crate) fn refuse(&mut self, body: &Body, now: Duration) {
        let trunk = Trunk::of(body);
        match &mut self.stranger {
            Some(stranger) if stranger.unseen_s(now) <= STRANGER_MEMORY_S => stranger.follow(trunk, now, 0.0),
            stranger => *stranger = Some(Motion::new(trunk, now)),
        }
    }

    fn is_stranger(&self, body: &Body, surprise_torsos: f32, now: Duration) -> bool {
        self.stranger.as_ref().is_some_and(|stranger| {
            let strangers_surprise_torsos =
                stranger.surprise_px(&Trunk::of(body), now) / self.body.steady_torso_px();
            stranger.unseen_s(now) <= STRANGER_MEMORY_S && strangers_surprise_torsos < surprise_torsos
        })
    }

    /// How far a trunk is from where this person's is expected.
    pub(crate) fn surprise_torsos(&self, trunk: &Trunk, now: Duration) -> f32 {
        self.motion.surprise_px(trunk, now) / self.body.steady_torso_px()
    }

    /// Whether a body is so near that one may hide the other.
    pub(crate) fn is_near(&self, body: &Body) -> bool {
        distance_px(Trunk::of(&self.body).center(), Trunk::of(body).center())
            < COMPANY_TORSOS * self.body.steady_torso_px()
    }

    /// How much surprise is still the same person.
    pub(crate) fn gate_torsos(&self, now: Duration) -> f32 {
        let unseen_s = self.motion.unseen_s(now);
        (GATE_TORSOS + GATE_TORSOS_A_SECOND_SQUARED * unseen_s * unseen_s).min(MAX_GATE_TORSOS)
    }

    /// Within this surprise nobody else begins. Who is nearer to a missing person than it can have gone is that person or who covers it.
    pub(crate) fn reach_torsos(&self, now: Duration) -> f32 {
        if self.missing { MAX_GATE_TORSOS } else { self.gate_torsos(now) }
    }

    /// A person seen in the last frame is looked for where it was, as the reference does; one that is missing, where it would be.
    pub(crate) fn expected_region(&self, now: Duration) -> Region {
        let [dx, dy] = self.motion.expected_px(now);
        let region = self.region.region();
        if self.missing { region.moved_by(dx, dy) } else { region }
    }
}

/// Whether a body may be a person, in a picture whose shorter side has `image_px`.
pub(crate) fn can_be_somebody(body: &Body, image_px: f32) -> bool {
    looks_human(body, image_px, [MIN_PRESENCE, MIN_TORSO, MIN_EXTENT])
}

/// Whether a body is a person beyond doubt, in a picture whose shorter side has `image_px`.
pub(crate) fn can_be_somebody_new(body: &Body, image_px: f32) -> bool {
    looks_human(body, image_px, [MIN_NEW_PRESENCE, MIN_NEW_TORSO, MIN_NEW_EXTENT])
}

/// On empty floor and on equipment the model sometimes sees "bodies": unsure, crumpled and tiny.
fn looks_human(body: &Body, image_px: f32, [min_presence, min_torso, min_extent]: [f32; 3]) -> bool {
    let extent_px = body.extent_px();
    body.presence >= min_presence
        && body.torso_px() >= min_torso * extent_px
        && extent_px >= min_extent * image_px
}

/// Whether two bodies are one person seen twice.
pub(crate) fn is_same_person(a: &Body, b: &Body) -> bool {
    distance_px(Trunk::of(a).center(), Trunk::of(b).center())
        < SAME_PLACE_TORSOS * a.steady_torso_px().max(b.steady_torso_px())
}
