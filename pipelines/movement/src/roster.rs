//! Who is in view: binds track numbers to people (METRICS §1.6).

use crate::body::{BodyReader, BodySample};
use crate::person::{Frame, Out, Person};
use crate::pose::PersonPose;

/// People followed at once. Further ones push out the one unseen for longest, whose open set is closed; while all are in
/// view, further ones are not followed.
const MAX_PEOPLE: usize = 16;
/// A new number at the place of a person who vanished this recently is that person.
const SAME_BODY_S: f64 = 1.0;
/// Mean distance of the body's points, in trunk lengths.
const SAME_BODY_TRUNKS: f64 = 0.5;
/// Two people exchange numbers from one frame to the next, or over a short gap.
const JUST_SEEN_S: f64 = 0.3;
/// After this long unseen a person without an open set is forgotten.
const FORGET_S: f64 = 30.0;

/// The people of a session.
#[derive(Debug)]
pub(crate) struct Roster {
    people: Vec<Person>,
}

impl Roster {
    pub(crate) fn new() -> Self {
        Self { people: Vec::with_capacity(MAX_PEOPLE) }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Person> {
        self.people.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Person> {
        self.people.iter_mut()
    }

    /// The person with this number: known, known under another number, or new. `None` when all places are taken.
    pub(crate) fn find(
        &mut self,
        frame: &Frame<'_>,
        pose: &PersonPose<'_>,
        present: &[PersonPose<'_>],
        out: &mut Out<'_>,
    ) -> Option<&mut Person> {
        if let Some(index) = self.people.iter().position(|person| person.id() == pose.id) {
            return Some(&mut self.people[index]);
        }
        if let Some(index) = self.same_body(frame, pose, present) {
            self.people[index].rename(pose.id);
            out.tally.id_changes += 1;
            return Some(&mut self.people[index]);
        }
        if self.people.len() >= MAX_PEOPLE && !self.evict(frame.t, present, out) {
            out.tally.people_refused += 1;
            return None;
        }
        out.tally.people += 1;
        self.people.push(Person::new(pose.id, frame.settings));
        self.people.last_mut()
    }

    /// Tells people apart who have exchanged their numbers since they were last seen: each is where the other was.
    pub(crate) fn untangle(&mut self, frame: &Frame<'_>, present: &[PersonPose<'_>], out: &mut Out<'_>) {
        for (index, pose) in present.iter().enumerate() {
            for other in &present[index + 1..] {
                let (Some(a), Some(b)) = (self.recent(frame.t, pose.id), self.recent(frame.t, other.id))
                else {
                    continue;
                };
                if a != b && self.exchanged(frame, (a, pose), (b, other)) {
                    self.people[a].rename(other.id);
                    self.people[b].rename(pose.id);
                    out.tally.ids_exchanged += 1;
                }
            }
        }
    }

    /// The person with this number, seen a moment ago.
    fn recent(&self, now: f64, id: u32) -> Option<usize> {
        self.people.iter().position(|person| person.id() == id && now - person.last_seen <= JUST_SEEN_S)
    }

    fn exchanged(
        &self,
        frame: &Frame<'_>,
        (a, pose_a): (usize, &PersonPose<'_>),
        (b, pose_b): (usize, &PersonPose<'_>),
    ) -> bool {
        let read = |pose| BodyReader::default().read(frame.t, &frame.settings.layout, pose, None, &mut 0);
        let (body_a, body_b) = (read(pose_a), read(pose_b));
        let apart = |body: &BodySample, person: usize| {
            self.people[person].last_body().and_then(|last| distance_trunks(body, last))
        };
        let (Some(a_to_a), Some(b_to_b)) = (apart(&body_a, a), apart(&body_b, b)) else { return false };
        // Where both are where they were there is nothing to compare: the usual case.
        if a_to_a < SAME_BODY_TRUNKS || b_to_b < SAME_BODY_TRUNKS {
            return false;
        }
        let (Some(a_to_b), Some(b_to_a)) = (apart(&body_a, b), apart(&body_b, a)) else { return false };
        a_to_b < SAME_BODY_TRUNKS && b_to_a < SAME_BODY_TRUNKS && a_to_b + b_to_a < 0.5 * (a_to_a + b_to_b)
    }

    /// Forgets people who left and have nothing open.
    pub(crate) fn forget(&mut self, now: f64) {
        self.people.retain(|person| person.has_open_set() || now - person.last_seen < FORGET_S);
    }

    fn same_body(
        &self,
        frame: &Frame<'_>,
        pose: &PersonPose<'_>,
        present: &[PersonPose<'_>],
    ) -> Option<usize> {
        let body = BodyReader::default().read(frame.t, &frame.settings.layout, pose, None, &mut 0);
        let candidates = self.people.iter().enumerate().filter(|(_, person)| {
            let unseen = frame.t - person.last_seen;
            unseen > 0.0 && unseen <= SAME_BODY_S && present.iter().all(|other| other.id != person.id())
        });
        candidates
            .filter_map(|(index, person)| Some((index, distance_trunks(&body, person.last_body()?)?)))
            .filter(|(_, distance)| *distance < SAME_BODY_TRUNKS)
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(index, _)| index)
    }

    fn evict(&mut self, now: f64, present: &[PersonPose<'_>], out: &mut Out<'_>) -> bool {
        let gone = |person: &Person| present.iter().all(|pose| pose.id != person.id());
        let longest = (0..self.people.len())
            .filter(|i| gone(&self.people[*i]))
            .min_by(|a, b| self.people[*a].last_seen.total_cmp(&self.people[*b].last_seen));
        let Some(index) = longest else { return false };
        let mut person = self.people.remove(index);
        person.close(now, out);
        true
    }
}

/// Mean distance of the points that both have, in trunk lengths of the first.
fn distance_trunks(a: &BodySample, b: &BodySample) -> Option<f64> {
    let trunk = a.trunk().filter(|trunk| *trunk > 1.0)?;
    let pairs =
        [(a.nose, b.nose), (a.shoulder, b.shoulder), (a.hip, b.hip), (a.knee, b.knee), (a.ankle, b.ankle)];
    let distances = pairs.iter().filter_map(|(a, b)| {
        let (a, b) = ((*a)?, (*b)?);
        Some((a[0] - b[0]).hypot(a[1] - b[1]))
    });
    let n = distances.clone().count();
    (n > 0).then(|| distances.sum::<f64>() / n as f64 / trunk)
}
