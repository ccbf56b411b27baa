import assert from "node:assert/strict";
import { test } from "node:test";
import { describe, Link, retryDelay, STALE_AFTER_MS } from "../link.js";

/** A link whose clock, chance, sockets and timers the test moves. */
function rig() {
  const rig = { now: 0, sockets: [], timers: [], frames: [] };
  const options = {
    clock: () => rig.now,
    random: () => 1,
    open: (url) => {
      const socket = { url, close: () => socket.onclose() };
      rig.sockets.push(socket);
      return socket;
    },
    later: (task, delay) => rig.timers.push({ task, delay }),
  };
  rig.link = new Link("ws://unit/ws/rack", (frame) => rig.frames.push(frame), options);
  return rig;
}

test("retries wait longer each time, up to a limit, and are spread", () => {
  assert.equal(retryDelay(0, 1), 500);
  assert.equal(retryDelay(0, 0), 250);
  assert.equal(retryDelay(3, 1), 4000);
  assert.equal(retryDelay(40, 1), 10_000);
  assert.equal(retryDelay(40, 0), 5000);
});

test("one kept frame does not make the link live, two do", () => {
  const { link, sockets, frames } = rig();
  assert.equal(link.describe().text, "Connecting");
  sockets[0].onopen();
  sockets[0].onmessage({ data: '{"t_s":1}' });
  assert.equal(link.describe().isLive, false);
  sockets[0].onmessage({ data: '{"t_s":2}' });
  assert.deepEqual(link.describe(), { level: "good", text: "Live", isLive: true });
  assert.deepEqual(frames, [{ t_s: 1 }, { t_s: 2 }]);
});

test("frames that stay away are said to be missing, with their age", () => {
  const open = { state: "open", frames: 9, opened: 0, lastFrame: 1000 };
  assert.equal(describe(open, 1000 + STALE_AFTER_MS - 1).isLive, true);
  assert.deepEqual(describe(open, 13_500), { level: "warn", text: "No frames for 12 s", isLive: false });
  const silent = { state: "open", frames: 0, opened: 0, lastFrame: 0 };
  assert.equal(describe(silent, 500).text, "Waiting for frames");
  assert.equal(describe(silent, 5000).text, "No frames for 5 s");
});

test("a lost link says when it tries again, and backs off until frames come", () => {
  const { link, sockets, timers } = rig();
  sockets[0].onclose();
  assert.deepEqual(link.describe(), { level: "bad", text: "Disconnected, retry in 1 s", isLive: false });
  timers[0].task();
  sockets[1].onopen();
  sockets[1].onclose();
  assert.deepEqual(timers.map(({ delay }) => delay), [500, 1000]);
  timers[1].task();
  sockets[2].onopen();
  for (const frame of ["{}", "{}"]) sockets[2].onmessage({ data: frame });
  sockets[2].onclose();
  assert.equal(timers[2].delay, 500);
});

test("a tablet that wakes up does not wait", () => {
  const { link, sockets } = rig();
  link.retryNow();
  assert.equal(sockets.length, 1, "an open attempt is left alone");
  sockets[0].onclose();
  link.retryNow();
  assert.equal(sockets.length, 2);
});

test("a closed link stays closed", () => {
  const { link, sockets, timers } = rig();
  link.close();
  link.retryNow();
  assert.deepEqual([sockets.length, timers.length], [1, 0]);
});
