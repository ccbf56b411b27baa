// Live frames and health reports to the page's elements.
import * as format from "./format.js";
import { athlete, Counter, hero } from "./frame.js";
import { colour, draw } from "./skeleton.js";

const VELOCITY = "mean_concentric_velocity_m_s";
const REP_FIELDS = ["peak_concentric_velocity_m_s", "velocity_loss_pct", "rom_m", "knee_flexion_deg", "eccentric_s", "pause_s", "concentric_s"];
const JUMP_FIELDS = ["flight_time_s", "takeoff_velocity_m_s", "countermovement_depth_m", "time_to_takeoff_s", "rsi_modified_m_s"];

let counter = new Counter();

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
  showVelocity(frame);
  showJump(frame.last_jump);
  write("rate", `${frame.fps.toFixed(0)} fps · ${frame.latency_ms.toFixed(0)} ms`);
  const { reps, sets, jumps } = frame.totals;
  const totals = [format.plural(reps, "rep"), format.plural(sets, "set"), format.plural(jumps, "jump")];
  write("totals", `Since start: ${totals.join(" · ")}`);
}

/** Forgets what was shown of another station. */
export function clear() {
  counter = new Counter();
  showFrame({ people: [], fps: 0, latency_ms: 0, totals: { reps: 0, sets: 0, jumps: 0 }, last_rep: null, last_jump: null });
  delete at("jump").dataset.key;
  write("rate", "");
  write("totals", "");
}

function showPeople(frame, main) {
  const people = frame.people.length > 1 ? frame.people : [];
  const key = people.map((person) => `${person.person_id}:${person.rep_count}:${person === main}`).join();
  rebuild(at("people"), key, () =>
    people.map((person) => {
      const item = make("li", {}, make("b", { textContent: person.person_id }), format.plural(person.rep_count, "rep"));
      item.style.setProperty("--person", colour(person.person_id, main?.person_id));
      if (person === main) item.setAttribute("aria-current", "true");
      return item;
    }),
  );
}

function showReps(frame, person) {
  const { count, open } = counter.read(frame, person);
  const text = count === null ? format.NONE : String(count);
  const output = at("reps");
  if (output.textContent !== text) {
    if (open && count === Number(output.textContent) + 1) pulse(output);
    if (open) announce(`Rep ${text}`);
    output.textContent = text;
    output.dataset.digits = text.length;
  }
  write("exercise", format.kind(person?.exercise));
  write("phase", format.phase(person?.phase));
  write("reps-note", !open && count ? "last set" : "");
  const rep = frame.last_rep;
  showFacts("reps-facts", rep && [
    ["Range", format.fact(rep, "rom_m")],
    ["Knee", format.fact(rep, "knee_flexion_deg")],
    ["Tempo", format.tempo(rep)],
    ["Loss", format.fact(rep, "velocity_loss_pct")],
  ]);
}

/** A row of small numbers; what was not measured is left out. */
function showFacts(id, facts) {
  const known = (facts ?? []).filter(([, text]) => text !== format.NONE);
  rebuild(at(id), known.join(), () =>
    known.map(([term, text]) => make("span", {}, make("span", { className: "dim", textContent: term }), make("b", { textContent: text }))),
  );
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

function showVelocity(frame) {
  const rep = frame.last_rep;
  write("velocity", format.velocity(rep?.[VELOCITY]));
  write("velocity-uncertainty", format.spread(rep?.[VELOCITY], rep?.provenance?.[VELOCITY]?.u));
  const whose = rep && frame.people.length > 1 ? `, person ${rep.person_id}` : "";
  const uncounted = rep?.status && rep.status !== "counted" ? `, ${rep.status}` : "";
  write("velocity-note", `last rep${whose}${uncounted}`);
  showOrigin("velocity", rep, VELOCITY, REP_FIELDS);
}

function showJump(jump) {
  const { value, uncertainty } = format.height(jump?.height_m, jump?.provenance?.height_m?.u);
  const output = at("jump");
  const key = String(jump?.decided_s ?? "");
  if (output.dataset.key !== key) {
    // A jump that was there when the page came is no news.
    if (output.dataset.key !== undefined && key) announce(`Jump ${value} centimetres`);
    output.dataset.key = key;
  }
  write("jump", value);
  write("jump-uncertainty", uncertainty);
  write("jump-kind", format.kind(jump?.kind).toLowerCase());
  showFacts("jump-facts", jump && [
    ["Flight", format.fact(jump, "flight_time_s")],
    ["Dip", format.fact(jump, "countermovement_depth_m")],
    ["To take-off", format.fact(jump, "time_to_takeoff_s")],
  ]);
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
  if (report?.backend) rows.push(`Poses: ${report.backend.running}`);
  const stations = (report?.stations ?? []).map(
    (station) => `${station.name}: ${station.state}, ${station.fps.toFixed(0)} fps`,
  );
  rebuild(at("health-reasons"), [...rows, ...stations].join("\n"), () =>
    [...rows, ...stations].map((reason) => make("li", { textContent: reason })),
  );
}

export function showStations(names, chosen, onChoose) {
  rebuild(at("stations"), JSON.stringify([names, chosen]), () =>
    names.map((name) => {
      if (names.length === 1) return make("b", { textContent: name });
      const button = make("button", { type: "button", textContent: name, className: "station", onclick: () => onChoose(name) });
      button.setAttribute("aria-pressed", String(name === chosen));
      return button;
    }),
  );
  document.title = chosen ? `${chosen} · Spotter` : "Spotter";
}
