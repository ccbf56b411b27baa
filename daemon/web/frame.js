// What a live frame means for the screen. Pure: no DOM, no clock.

/** Height of a body in the picture, pixels, over its credible keypoints. */
export function extent(person, credible = 0.3) {
  const heights = (person.keypoints ?? []).filter((point) => point[2] >= credible).map((point) => point[1]);
  return heights.length < 2 ? 0 : Math.max(...heights) - Math.min(...heights);
}

/**
 * The person whose numbers are shown large: who is in a set, else who did the newest repetition or jump, else who stands
 * nearest to the camera.
 */
export function athlete(frame) {
  const people = frame?.people ?? [];
  const newest = newestEvent(frame)?.person_id;
  const rank = (person) => [person.rep_count > 0 ? 1 : 0, person.person_id === newest ? 1 : 0, extent(person)];
  return people.reduce((best, person) => (best === null || isGreater(rank(person), rank(best)) ? person : best), null);
}

function isGreater(left, right) {
  const at = left.findIndex((value, index) => value !== right[index]);
  return at >= 0 && left[at] > right[at];
}

const repTime = (frame) => frame?.last_rep?.end_s ?? -Infinity;
const jumpTime = (frame) => frame?.last_jump?.landing_s ?? -Infinity;

function newestEvent(frame) {
  if (!frame) return null;
  return jumpTime(frame) > repTime(frame) ? frame.last_jump : frame.last_rep;
}

/** Which number is the largest: that of what is being trained. */
export function hero(frame) {
  const inSet = (frame?.people ?? []).some((person) => person.rep_count > 0);
  return !inSet && jumpTime(frame) > repTime(frame) ? "jump" : "reps";
}

/** The counter: the open set's, or the last set's until the next one begins. */
export function repetitions(frame, person) {
  if (person && person.rep_count > 0) return { count: person.rep_count, open: true };
  const last = frame?.last_rep;
  const count = last?.rep ?? last?.number ?? null;
  return count === null ? { count: person ? 0 : null, open: false } : { count, open: false };
}
