// Wires the page: stations, the live link, health.
import { Link } from "./link.js";
import * as view from "./view.js";

const HEALTH_EVERY_MS = 3000;
const CLOCK_EVERY_MS = 250;

let link = null;
let stations = [];
let station = null;
let newest = null;
let report = null;

async function read(path) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(HEALTH_EVERY_MS) });
  return answer.json();
}

function choose(name) {
  station = name;
  history.replaceState(null, "", `#${encodeURIComponent(name)}`);
  link?.close();
  newest = null;
  view.clear();
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  link = new Link(`${scheme}://${location.host}/ws/${encodeURIComponent(name)}`, receive);
  view.showStations(stations, station, choose);
  showLink();
}

/** Keeps the newest frame for the display's next refresh. A hidden page has none, and draws nothing. */
function receive(frame) {
  if (newest === null) requestAnimationFrame(show);
  newest = frame;
}

function show() {
  if (newest !== null) view.showFrame(newest);
  newest = null;
  showLink();
}

function showLink() {
  if (!link) return;
  const state = link.describe();
  view.showLink(state, state.level === "warn" ? cause() : null);
}

/** Why the chosen station has no frames, as far as the unit knows. */
function cause() {
  const own = report?.stations.find(({ name }) => name === station);
  return own?.state === "finished" ? "The clip has ended" : own?.cause;
}

/** Reads the stations until the unit answers, and again when it was away: its configuration may be another by then. */
async function loadStations() {
  const { stations: list } = await read("/api/stations");
  const names = list.map(({ name }) => name);
  if (names.join() === stations.join()) return;
  stations = names;
  const wanted = decodeURIComponent(location.hash.slice(1));
  const next = [station, wanted].find((name) => names.includes(name)) ?? names[0];
  if (next !== station) choose(next);
  else view.showStations(stations, station, choose);
}

async function watchHealth() {
  try {
    const now = await read("/health");
    // The unit was updated: the page that fits it is the one that it serves now.
    if (report && report.version !== now.version) location.reload();
    if (!report) await loadStations();
    report = now;
  } catch {
    report = null;
  }
  view.showHealth(report);
  setTimeout(watchHealth, HEALTH_EVERY_MS);
}

addEventListener("online", () => link?.retryNow());
document.addEventListener("visibilitychange", () => document.hidden || link?.retryNow());
setInterval(showLink, CLOCK_EVERY_MS);
watchHealth();
