import assert from "node:assert/strict";
import { test } from "node:test";
import { athlete, extent, hero, repetitions } from "../frame.js";

const person = (person_id, rep_count, height) => ({
  person_id,
  rep_count,
  keypoints: [
    [0, 100, 0.9],
    [0, 100 + height, 0.9],
    [0, 9999, 0.1],
  ],
});
const frame = (people, last_rep = null, last_jump = null) => ({ people, last_rep, last_jump });

test("a body's height counts only credible keypoints", () => {
  assert.equal(extent(person(1, 0, 300)), 300);
  assert.equal(extent({ keypoints: [] }), 0);
});

test("the athlete is who trains, else who did the newest thing, else the nearest", () => {
  assert.equal(athlete(frame([person(1, 0, 500), person(2, 3, 200)])).person_id, 2);
  assert.equal(athlete(frame([person(1, 0, 500), person(2, 0, 200)], { person_id: 2, end_s: 1 })).person_id, 2);
  assert.equal(athlete(frame([person(1, 0, 200), person(2, 0, 500)])).person_id, 2);
  assert.equal(athlete(frame([])), null);
});

test("the largest number is that of what is being trained", () => {
  const [rep, jump] = [{ end_s: 5 }, { landing_s: 9 }];
  assert.equal(hero(frame([])), "reps");
  assert.equal(hero(frame([], rep, jump)), "jump");
  assert.equal(hero(frame([], { end_s: 10 }, jump)), "reps");
  assert.equal(hero(frame([person(1, 2, 300)], rep, jump)), "reps");
});

test("the counter keeps the last set's count until the next one begins", () => {
  const standing = person(1, 0, 300);
  assert.deepEqual(repetitions(frame([standing]), standing), { count: 0, open: false });
  assert.deepEqual(repetitions(frame([standing], { rep: 5 }), standing), { count: 5, open: false });
  const squatting = person(1, 2, 300);
  assert.deepEqual(repetitions(frame([squatting], { rep: 5 }), squatting), { count: 2, open: true });
  assert.deepEqual(repetitions(frame([]), null), { count: null, open: false });
});
