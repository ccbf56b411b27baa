// Live frames and health reports to the page's elements.
import * as format from "./format.js";
import { athlete, hero, repetitions } from "./frame.js";
import { colour, draw } from "./skeleton.js";

const REP_FIELDS = ["rom_m", "knee_flexion_deg", "eccentric_s", "pause_s", "concentric_s"];
const JUMP_FIELDS = ["flight_time_s", "countermovement_depth_m", "time_to_takeoff_s"];

const at = (id) => document.getElementById(id);

/** Writes text only when it changes: screen readers and the layout are left alone otherwise. */
function write(id, text) {
  const element = at(id);
  if (element.textContent !== text) element.textContent = text;
}

/** Replaces an element's children, only when `key` is new, so that open or focused ones survive. */
function rebuild(element, key, children) {
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  element.replaceChildren(...children());
}

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Shows a live frame; a picture is drawn at the display's own rate, so only the newest frame of a refresh costs anything. */
export function showFrame(frame) {
  const person = athlete(frame);
  at("main").dataset.hero = hero(frame);
  draw(at("skeleton"), frame, person?.person_id, window.devicePixelRatio || 1);
  showPeople(frame, person);
  showReps(frame, person);
  showVelocity(frame.last_rep);
  showJump(frame.last_jump);
  write("rate", `${frame.fps.toFixed(0)} fps · ${frame.latency_ms.toFixed(0)} ms`);
  const { reps, sets, jumps } = frame.totals;
  const totals = [format.plural(reps, "rep"), format.plural(sets, "set"), format.plural(jumps, "jump")];
  write("totals", `Since start: ${totals.join(" · ")}`);
}

/** Forgets what was shown of another station. */
export function clear() {
  showFrame({ people: [], fps: 0, latency_ms: 0, totals: { reps: 0, sets: 0, jumps: 0 }, last_rep: null, last_jump: null });
  write("rate", "");
  write("totals", "");
}

function showPeople(frame, main) {
  const people = frame.people.length > 1 ? frame.people : [];
  const key = people.map((person) => `${person.person_id}:${person.rep_count}:${person === main}`).join();
  rebuild(at("people"), key, () =>
    people.map((person) => {
      const item = make("li", {}, make("b", { textContent: person.person_id }), format.plural(person.rep_count, "rep"));
      item.style.setProperty("--person", colour(person.person_id));
      if (person === main) item.setAttribute("aria-current", "true");
      return item;
    }),
  );
}

function showReps(frame, person) {
  const { count, open } = repetitions(frame, person);
  const text = count === null ? format.NONE : String(count);
  const counter = at("reps");
  if (counter.textContent !== text) {
    if (open && Number(text) === Number(counter.textContent) + 1) pulse(counter);
    if (open) announce(`Rep ${text}`);
    counter.textContent = text;
    counter.dataset.digits = text.length;
  }
  write("exercise", format.words(person?.exercise) || format.NONE);
  write("phase", format.words(person?.phase));
  write("reps-note", open ? "" : count ? "Last set" : "");
}

function pulse(element) {
  element.classList.remove("pulse");
  // Reading a layout property ends the running animation, so that quick repetitions pulse each time.
  void element.offsetWidth;
  element.classList.add("pulse");
}

function announce(text) {
  at("announce").textContent = text;
}

function showVelocity(rep) {
  write("velocity", format.velocity(rep?.mean_concentric_velocity_m_s));
  showOrigin("velocity", rep, "mean_concentric_velocity_m_s", REP_FIELDS);
}

function showJump(jump) {
  const { value, uncertainty } = format.height(jump?.height_m, jump?.provenance?.height_m?.u);
  if (jump && at("jump").dataset.at !== String(jump.landing_s)) {
    if (at("jump").dataset.at) announce(`Jump ${value} centimetres`);
    at("jump").dataset.at = jump.landing_s;
  }
  write("jump", value);
  write("jump-uncertainty", uncertainty);
  write("jump-kind", format.words(jump?.kind).toLowerCase());
  showOrigin("jump", jump, "height_m", JUMP_FIELDS);
}

function showOrigin(card, record, field, others) {
  const quality = at(`${card}-quality`);
  const grade = record?.provenance?.[field]?.quality ?? "";
  quality.dataset.quality = grade;
  write(quality.id, grade && `${format.words(grade)} quality`);
  rebuild(at(`${card}-origin`), JSON.stringify(record ?? null), () => {
    const rows = [...format.origin(record, field)];
    for (const other of record ? others : []) {
      const { label, text } = format.quantity(record, other);
      if (text !== format.NONE) rows.push([label, text]);
    }
    return rows.map(([term, text]) => make("div", {}, make("dt", { textContent: term }), make("dd", { textContent: text })));
  });
}

/** Shows the link's state; numbers that are not live are dimmed, so that nobody takes them for what happens now. */
export function showLink({ level, text, isLive }, cause) {
  at("link").dataset.level = level;
  write("link", text);
  document.body.classList.toggle("stale", !isLive);
  const notice = at("notice");
  notice.hidden = isLive || level === "wait";
  write("notice", cause ? `${text}\n${cause}` : text);
}

export function showHealth(report) {
  const { level, line, reasons } = format.health(report);
  const element = at("health");
  element.dataset.level = level;
  write("health-line", line);
  const rows = [...reasons, ...(report ? [`Version ${report.version}, up for ${format.duration(report.uptime_s)}`] : [])];
  const stations = (report?.stations ?? []).map(
    (station) => `${station.name}: ${station.state}, ${station.fps.toFixed(0)} fps${station.backend ? `, ${station.backend}` : ""}`,
  );
  rebuild(at("health-reasons"), [...rows, ...stations].join("\n"), () =>
    [...rows, ...stations].map((reason) => make("li", { textContent: reason })),
  );
}

export function showStations(names, chosen, onChoose) {
  rebuild(at("stations"), JSON.stringify([names, chosen]), () =>
    names.map((name) => {
      if (names.length === 1) return make("span", { textContent: name, className: "station" });
      const button = make("button", { type: "button", textContent: name, className: "station", onclick: () => onChoose(name) });
      button.setAttribute("aria-pressed", String(name === chosen));
      return button;
    }),
  );
  document.title = chosen ? `${chosen} · Spotter` : "Spotter";
}
