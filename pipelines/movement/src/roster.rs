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
