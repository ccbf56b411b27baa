import assert from "node:assert/strict";
import { test } from "node:test";
import { athlete, Counter, extent, hero } from "../frame.js";

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
  assert.equal(athlete(frame([person(1, 0, 500), person(2, 0, 200)], { person_id: 2, decided_s: 1 })).person_id, 2);
  assert.equal(athlete(frame([person(1, 0, 200), person(2, 0, 500)])).person_id, 2);
  assert.equal(athlete(frame([])), null);
});

test("the largest number is that of what is being trained", () => {
  const [rep, jump] = [{ decided_s: 5 }, { decided_s: 9 }];
  assert.equal(hero(frame([])), "reps");
  assert.equal(hero(frame([], rep, jump)), "jump");
  assert.equal(hero(frame([], { decided_s: 10 }, jump)), "reps");
  assert.equal(hero(frame([person(1, 2, 300)], rep, jump)), "reps");
});

test("the counter keeps the last set's count until the next one begins", () => {
  const counter = new Counter();
  const read = (reps, last_rep) => {
    const one = person(1, reps, 300);
    return counter.read(frame([one], last_rep), one);
  };
  assert.deepEqual(counter.read(frame([]), null), { count: null, open: false });
  assert.deepEqual(read(0), { count: 0, open: false });
  assert.deepEqual(read(5, { rep_number: 5 }), { count: 5, open: true });
  assert.deepEqual(read(0, { rep_number: null, status: "failed" }), { count: 5, open: false }, "after a failed last one");
  assert.deepEqual(read(1, { rep_number: 1 }), { count: 1, open: true });
});

test("a page that comes late takes the last set's count from its last repetition", () => {
  const one = person(1, 0, 300);
  assert.deepEqual(new Counter().read(frame([one], { rep_number: 8 }), one), { count: 8, open: false });
});
