import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "../format.js";

const jump = {
  height_m: 0.3214,
  flight_time_s: 0.512,
  provenance: {
    height_m: { u: 0.0081, method: "flight_time", quality: "high", reasons: ["camera_30_hz", "out_of_bounds:absolute"] },
    flight_time_s: { u: 0.006, method: "toe_parabola", quality: "high", reasons: [] },
  },
};

test("velocity has two decimals and a missing one is a dash", () => {
  assert.equal(format.velocity(0.6249), "0.62");
  assert.equal(format.velocity(0), "0.00");
  for (const missing of [undefined, null, NaN, "0.6"]) assert.equal(format.velocity(missing), format.NONE);
});

test("height is in tenths of a centimetre beside its uncertainty", () => {
  assert.deepEqual(format.height(0.3214, 0.0081), { value: "32.1", uncertainty: "± 0.8" });
  assert.deepEqual(format.height(0.3214, null), { value: "32.1", uncertainty: "" });
  assert.deepEqual(format.height(undefined, 0.0081), { value: format.NONE, uncertainty: "" });
});

test("durations are told as a coach would", () => {
  assert.equal(format.duration(4.9), "4 s");
  assert.equal(format.duration(89), "89 s");
  assert.equal(format.duration(100), "2 min");
  assert.equal(format.duration(7300), "2 h");
});

test("codes become words", () => {
  assert.equal(format.words("back_squat"), "Back squat");
  assert.equal(format.words("cmj"), "Countermovement");
  assert.equal(format.words("out_of_bounds:absolute"), "Out of bounds: absolute");
  assert.equal(format.words(null), "");
});

test("a quantity takes its unit from the field's name", () => {
  assert.deepEqual(format.quantity(jump, "flight_time_s"), { label: "Flight time", text: "0.51 ± 0.01 s" });
  assert.deepEqual(format.quantity({ knee_flexion_deg: 104.6 }, "knee_flexion_deg"), { label: "Knee flexion", text: "105°" });
  assert.deepEqual(format.quantity({ mean_concentric_velocity_m_s: 0.5 }, "mean_concentric_velocity_m_s"), {
    label: "Mean concentric velocity",
    text: "0.50 m/s",
  });
  assert.deepEqual(format.quantity({}, "rom_m"), { label: "Range of motion", text: format.NONE });
});

test("an uncertainty is never printed as zero", () => {
  const rep = { pause_s: 0.4, provenance: { pause_s: { u: 0.001 } } };
  assert.equal(format.quantity(rep, "pause_s").text, "0.40 ± 0.01 s");
});

test("origin tells method, uncertainty, quality and reasons", () => {
  assert.deepEqual(format.origin(jump, "height_m"), [
    ["Method", "Flight time"],
    ["Uncertainty", "32.1 ± 0.8 cm (one standard deviation)"],
    ["Quality", "High"],
    ["Because", "Camera 30 hz; Out of bounds: absolute"],
  ]);
  assert.deepEqual(format.origin(null, "height_m"), [["Origin", "Nothing measured yet"]]);
  assert.deepEqual(format.origin({ height_m: 0.3 }, "height_m"), [["Origin", "Not stated"]]);
});

test("health is one truthful line", () => {
  const report = (status, reasons) => ({ status, reasons, site: "gym", unit: "u1" });
  assert.deepEqual(format.health(report("ok", [])), { level: "good", line: "gym / u1: all is well", reasons: [] });
  const degraded = format.health(report("degraded", ["mqtt: refused", "outbox: 3 events lost"]));
  assert.deepEqual([degraded.level, degraded.line], ["warn", "gym / u1: degraded: mqtt: refused (+1)"]);
  assert.equal(format.health(report("failed", [])).level, "bad");
  assert.equal(format.health(null).level, "wait");
});

test("facts are as coarse as one glance takes them", () => {
  const rep = { rom_m: 0.6123, knee_flexion_deg: 108.4, concentric_s: 0.93 };
  assert.deepEqual(Object.keys(rep).map((field) => format.fact(rep, field)), ["61 cm", "108°", "0.93 s"]);
  assert.equal(format.fact({ rom_m: null }, "rom_m"), format.NONE);
});

test("a velocity's uncertainty is never printed as zero", () => {
  assert.equal(format.spread(0.62, 0.021), "± 0.02");
  assert.equal(format.spread(0.62, 0.001), "± 0.01");
  assert.equal(format.spread(null, 0.02), "");
});

test("what has no name yet is not named", () => {
  assert.equal(format.kind("unknown"), "");
  assert.equal(format.kind("back_squat"), "Back squat");
  assert.equal(format.phase("concentric"), "Up");
  assert.equal(format.phase("idle"), "");
});

test("tempo is down, pause, up", () => {
  assert.equal(format.tempo({ eccentric_s: 1.42, pause_s: 0.12, concentric_s: 0.93 }), "1.4–0.1–0.9 s");
  assert.equal(format.tempo({ eccentric_s: 1.42, pause_s: null, concentric_s: 0.93 }), format.NONE);
});
