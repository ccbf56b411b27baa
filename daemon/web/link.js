// The live link: one WebSocket to a station, opened again for ever.
import { duration } from "./format.js";

/** Frames that stay away for longer than this are said to be missing. */
export const STALE_AFTER_MS = 2000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;

/** Wait before the next attempt: doubling, and spread so that many tablets do not come back at the same moment. */
export function retryDelay(attempt, random) {
  const ceiling = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);
  return ceiling / 2 + (random * ceiling) / 2;
}

/**
 * What the link is, as of `now` (milliseconds of the same clock as its times): `{ level, text, isLive }`.
 * The first frame after opening may be an old one that the unit kept, so only the second proves that frames come.
 */
export function describe(link, now) {
  switch (link.state) {
    case "connecting":
      return { level: "wait", text: "Connecting", isLive: false };
    case "open": {
      if (link.frames >= 2 && now - link.lastFrame < STALE_AFTER_MS) return { level: "good", text: "Live", isLive: true };
      const silent = now - (link.frames >= 2 ? link.lastFrame : link.opened);
      if (silent < STALE_AFTER_MS) return { level: "wait", text: "Waiting for frames", isLive: false };
      return { level: "warn", text: `No frames for ${duration(silent / 1000)}`, isLive: false };
    }
    default: {
      const wait = Math.ceil(Math.max(0, link.retryAt - now) / 1000);
      return { level: "bad", text: wait > 0 ? `Disconnected, retry in ${wait} s` : "Disconnected, retrying", isLive: false };
    }
  }
}

/** Follows one station until `close()`. `clock`, `random` and `open` are given so that tests can drive it. */
export class Link {
  constructor(url, onFrame, { clock = () => performance.now(), random = Math.random, open = (url) => new WebSocket(url), later = setTimeout } = {}) {
    Object.assign(this, { url, onFrame, clock, random, open, later });
    this.attempt = 0;
    this.isClosed = false;
    this.connect();
  }

  connect() {
    clearTimeout(this.timer);
    this.timer = undefined;
    Object.assign(this, { state: "connecting", frames: 0, opened: this.clock(), lastFrame: 0 });
    const socket = this.open(this.url);
    this.socket = socket;
    socket.onopen = () => Object.assign(this, { state: "open", opened: this.clock() });
    socket.onmessage = (message) => this.receive(message.data);
    socket.onclose = () => this.socket === socket && this.retry();
  }

  receive(text) {
    this.frames += 1;
    this.lastFrame = this.clock();
    // Frames prove that the station is there; an accepted socket that breaks at once is no success.
    if (this.frames >= 2) this.attempt = 0;
    this.onFrame(JSON.parse(text));
  }

  retry() {
    if (this.isClosed) return;
    const delay = retryDelay(this.attempt, this.random());
    this.attempt += 1;
    Object.assign(this, { state: "disconnected", retryAt: this.clock() + delay });
    this.timer = this.later(() => this.connect(), delay);
  }

  /** The tablet woke up or its network came back: does not wait for the timer. */
  retryNow() {
    if (!this.isClosed && this.state === "disconnected") {
      this.attempt = 0;
      this.connect();
    }
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.socket.close();
  }

  describe() {
    return describe(this, this.clock());
  }
}
