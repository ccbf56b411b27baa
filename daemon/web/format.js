// Values to text for people. Pure: no DOM, no clock.

export const NONE = "–";

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** Metres a second with two decimals: what a camera can tell apart. */
export function velocity(metresPerSecond) {
  return isNumber(metresPerSecond) ? metresPerSecond.toFixed(2) : NONE;
}

/** The uncertainty beside a velocity; never printed as zero. */
export function spread(value, uncertainty) {
  return isNumber(value) && isNumber(uncertainty) ? `± ${Math.max(uncertainty, 0.01).toFixed(2)}` : "";
}

/** A height in centimetres with one decimal, and its standard uncertainty likewise. */
export function height(metres, uncertaintyMetres) {
  return {
    value: isNumber(metres) ? (metres * 100).toFixed(1) : NONE,
    uncertainty: isNumber(metres) && isNumber(uncertaintyMetres) ? `± ${(uncertaintyMetres * 100).toFixed(1)}` : "",
  };
}

/** Seconds as a coach would say them. */
export function duration(seconds) {
  if (!isNumber(seconds)) return NONE;
  if (seconds < 90) return `${Math.floor(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

const WORDS = {
  cmj: "Countermovement",
  squat_jump: "From a held squat",
  drop_jump: "Drop jump",
  rom: "Range of motion",
  displacement_over_time: "Height gained over the time it took",
  rise_fit: "Rise of the body in flight, by its parabola",
};

/** What a phase looks like; phases in which nothing is measured have no word. */
const PHASES = { eccentric: "Down", concentric: "Up", flight: "In the air", lost: "Not seen" };

export const phase = (code) => PHASES[code] ?? "";

/** An exercise or kind of jump; not every movement has a name yet. */
export const kind = (code) => (code === "unknown" ? "" : words(code));

/** A code such as `back_squat` as words. */
export function words(code) {
  if (!code) return "";
  if (WORDS[code]) return WORDS[code];
  const text = String(code).replaceAll("_", " ").replaceAll(":", ": ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

const UNITS = [
  ["_m_s", "m/s", 1, 2],
  ["_deg", "°", 1, 0],
  ["_pct", "%", 1, 0],
  ["_m", "cm", 100, 1],
  ["_s", "s", 1, 2],
];

/** A field's value with the unit that its name states: `{ label, text }`, uncertainty included where it is known. */
export function quantity(record, field) {
  const [suffix, unit, factor, decimals] = UNITS.find(([suffix]) => field.endsWith(suffix)) ?? ["", "", 1, 2];
  const label = words(field.slice(0, field.length - suffix.length));
  const value = record?.[field];
  if (!isNumber(value)) return { label, text: NONE };
  const number = (value * factor).toFixed(decimals);
  const u = record.provenance?.[field]?.u;
  // An angle's or a time's uncertainty may be finer than the value is shown with: never print it as zero.
  const spread = isNumber(u) ? ` ± ${Math.max(u * factor, 10 ** -decimals).toFixed(decimals)}` : "";
  return { label, text: unit === "°" ? `${number}${spread}°` : `${number}${spread} ${unit}`.trim() };
}

/** A field's value as one glance takes it: whole centimetres, degrees and percent, hundredths of a second in flight. */
export function fact(record, field) {
  const [suffix, unit, factor] = UNITS.find(([suffix]) => field.endsWith(suffix));
  const value = record?.[field];
  if (!isNumber(value)) return NONE;
  const number = (value * factor).toFixed(suffix === "_s" ? 2 : 0);
  return unit === "°" ? `${number}°` : `${number} ${unit}`;
}

/** Time down, at the bottom and up. */
export function tempo(rep) {
  const times = [rep.eccentric_s, rep.pause_s, rep.concentric_s];
  return times.every(isNumber) ? `${times.map((time) => time.toFixed(1)).join("–")} s` : NONE;
}

/** Where a value comes from, as `[term, description]` rows. */
export function origin(record, field) {
  if (!record) return [["Origin", "Nothing measured yet"]];
  const source = record.provenance?.[field];
  if (!source) return [["Origin", "Not stated"]];
  const rows = [];
  if (source.method) rows.push(["Method", words(source.method)]);
  if (isNumber(source.u)) rows.push(["Uncertainty", `${quantity(record, field).text} (one standard deviation)`]);
  if (source.quality) rows.push(["Quality", words(source.quality)]);
  if (source.reasons?.length) rows.push(["Because", source.reasons.map(words).join("; ")]);
  return rows;
}

/** The health report as one line: `{ level, line, reasons }`. */
export function health(report) {
  if (!report) return { level: "wait", line: "Unit state is unknown", reasons: [] };
  const name = `${report.site} / ${report.unit}`;
  const reasons = report.reasons ?? [];
  const because = reasons.length ? `: ${reasons[0]}` : "";
  const more = reasons.length > 1 ? ` (+${reasons.length - 1})` : "";
  const [level, state] = { ok: ["good", "all is well"], degraded: ["warn", "degraded"], failed: ["bad", "failed"] }[
    report.status
  ] ?? ["wait", String(report.status)];
  return { level, line: `${name}: ${state}${because}${more}`, reasons };
}
