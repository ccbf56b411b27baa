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

const decided = (event) => event?.decided_s ?? -Infinity;

function newestEvent(frame) {
  return decided(frame?.last_jump) > decided(frame?.last_rep) ? frame.last_jump : frame?.last_rep;
}

/** Which number is the largest: that of what is being trained. */
export function hero(frame) {
  const inSet = (frame?.people ?? []).some((person) => person.rep_count > 0);
  return !inSet && decided(frame?.last_jump) > decided(frame?.last_rep) ? "jump" : "reps";
}

/** The counter: the open set's repetitions, and the last set's until the next one begins. */
export class Counter {
  last = null;

  /** `{ count, open }` of the athlete in this frame; no count before anybody was there. */
  read(frame, person) {
    if (person?.rep_count > 0) {
      this.last = person.rep_count;
      return { count: this.last, open: true };
    }
    // The newest repetition numbers the last set where the page came too late to see it open.
    this.last ??= frame?.last_rep?.rep_number ?? null;
    return { count: this.last ?? (person ? 0 : null), open: false };
  }
}
