import assert from "node:assert/strict";
import { test } from "node:test";
import { ATHLETE, colour, fit, letterbox, opacity, OTHERS } from "../skeleton.js";

test("a picture keeps its aspect and is centred", () => {
  assert.deepEqual(letterbox(1280, 720, 640, 640), { scale: 0.5, left: 0, top: 140 });
  assert.deepEqual(letterbox(720, 1280, 640, 640), { scale: 0.5, left: 140, top: 0 });
});

test("keypoints fade with their confidence", () => {
  assert.equal(opacity(0.1), 0);
  assert.equal(opacity(0.4), 0.5);
  assert.equal(opacity(1), 1);
});

test("the athlete has the largest number's colour, the others their own, in turn", () => {
  assert.equal(new Set([ATHLETE, ...OTHERS]).size, OTHERS.length + 1);
  assert.equal(colour(7, 7), ATHLETE);
  assert.notEqual(colour(1, 7), colour(2, 7));
  assert.equal(colour(1, 7), colour(1 + OTHERS.length, 9));
});

test("every colour reaches a contrast of 7:1 on the stage (WCAG 2.2)", () => {
  const luminance = (hex) => {
    const linear = [1, 3, 5]
      .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  for (const one of [ATHLETE, ...OTHERS]) assert.ok((luminance(one) + 0.05) / (luminance("#121820") + 0.05) >= 7, one);
});

test("the canvas has the display's own pixels and is resized only when its box changes", () => {
  let resizes = 0;
  const canvas = {
    clientWidth: 300,
    clientHeight: 200,
    get width() { return this.w ?? 0; },
    set width(value) { this.w = value; resizes += 1; },
    height: 0,
  };
  assert.equal(fit(canvas, 2), true);
  assert.deepEqual([canvas.width, canvas.height], [600, 400]);
  fit(canvas, 2);
  assert.equal(resizes, 1);
  assert.equal(fit({ clientWidth: 0, clientHeight: 0, width: 0, height: 0 }, 2), false);
});
