// Draws people as skeletons of 33 keypoints in BlazePose order.
import { extent } from "./frame.js";

/** The athlete's colour: that of the largest number. This and the others have a contrast of 7:1 or more on the stage. */
export const ATHLETE = "#c8f751";
/** Colours of the others, by track number. */
export const OTHERS = ["#63d4ff", "#ffb454", "#e7a3ff", "#ff9a9a", "#7df0c1"];

const LIMBS = [
  [11, 12], [11, 23], [12, 24], [23, 24],
  [11, 13], [13, 15], [12, 14], [14, 16],
  [23, 25], [25, 27], [24, 26], [26, 28],
  [27, 29], [29, 31], [27, 31], [28, 30], [30, 32], [28, 32],
];
const JOINTS = [11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28, 31, 32];
const HEAD = [0, 7, 8];

export const colour = (personId, athleteId) => (personId === athleteId ? ATHLETE : OTHERS[personId % OTHERS.length]);

/** How strongly a keypoint is drawn: not at all below 0.15, in full from 0.65. */
export function opacity(confidence) {
  return Math.min(1, Math.max(0, (confidence - 0.15) / 0.5));
}

/** Fits a picture into a box, keeping its aspect: `{ scale, left, top }`. */
export function letterbox(pictureWidth, pictureHeight, boxWidth, boxHeight) {
  const scale = Math.min(boxWidth / pictureWidth, boxHeight / pictureHeight);
  return {
    scale,
    left: (boxWidth - pictureWidth * scale) / 2,
    top: (boxHeight - pictureHeight * scale) / 2,
  };
}

/** Matches the canvas to its box in device pixels. Returns whether there is anything to draw on. */
export function fit(canvas, ratio) {
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  return width > 0 && height > 0;
}

/** Draws a live frame; others than the athlete are drawn thinner. */
export function draw(canvas, frame, athleteId, ratio = 1) {
  if (!fit(canvas, ratio)) return;
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, canvas.width, canvas.height);
  if (!frame?.width_px || !frame?.height_px) return;
  const box = letterbox(frame.width_px, frame.height_px, canvas.width, canvas.height);
  outline(pen, frame, box, ratio);
  const isAthlete = (person) => person.person_id === athleteId;
  // The athlete last, so that nobody is drawn over them.
  for (const person of [...frame.people].sort((one, other) => isAthlete(one) - isAthlete(other))) {
    const style = { colour: colour(person.person_id, athleteId), weight: isAthlete(person) ? 1 : 0.65 };
    body(pen, person, box, style);
    if (frame.people.length > 1) label(pen, person, box, ratio, style.colour);
  }
}

function outline(pen, frame, box, ratio) {
  pen.globalAlpha = 1;
  pen.lineWidth = ratio;
  pen.strokeStyle = "#26303c";
  pen.strokeRect(box.left + ratio / 2, box.top + ratio / 2, frame.width_px * box.scale - ratio, frame.height_px * box.scale - ratio);
}

function body(pen, person, box, { colour, weight }) {
  const points = person.keypoints.map(([x, y, confidence]) => ({
    x: box.left + x * box.scale,
    y: box.top + y * box.scale,
    opacity: opacity(confidence),
  }));
  if (points.length < 33) return;
  const thickness = Math.max(2, torso(points) * 0.085 * weight);
  pen.lineCap = "round";
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = thickness;
  for (const [from, to] of LIMBS) {
    pen.globalAlpha = weight * Math.min(points[from].opacity, points[to].opacity);
    if (pen.globalAlpha === 0) continue;
    pen.beginPath();
    pen.moveTo(points[from].x, points[from].y);
    pen.lineTo(points[to].x, points[to].y);
    pen.stroke();
  }
  head(pen, points, thickness, weight);
  pen.fillStyle = "#0a0e13";
  for (const joint of JOINTS) {
    pen.globalAlpha = weight * points[joint].opacity;
    disc(pen, points[joint], thickness * 0.26);
  }
  pen.globalAlpha = 1;
}

/** Shoulder to hip, pixels: the measure of a body that holds in every posture. */
function torso(points) {
  const middle = (a, b) => ({ x: (points[a].x + points[b].x) / 2, y: (points[a].y + points[b].y) / 2 });
  const [shoulders, hips] = [middle(11, 12), middle(23, 24)];
  return Math.hypot(shoulders.x - hips.x, shoulders.y - hips.y);
}

function head(pen, points, thickness, weight) {
  const [nose, left, right] = HEAD.map((index) => points[index]);
  pen.globalAlpha = weight * Math.max(nose.opacity, left.opacity, right.opacity);
  const centre = { x: (nose.x + left.x + right.x) / 3, y: (nose.y + left.y + right.y) / 3 };
  disc(pen, centre, Math.max(thickness * 0.9, torso(points) * 0.2));
}

function disc(pen, at, radius) {
  pen.beginPath();
  pen.arc(at.x, at.y, radius, 0, 2 * Math.PI);
  pen.fill();
}

/** The track number above the head. */
function label(pen, person, box, ratio, colour) {
  const seen = HEAD.map((index) => person.keypoints[index]).filter((point) => point?.[2] >= 0.3);
  if (seen.length === 0) return;
  const radius = 14 * ratio;
  const mean = (axis) => seen.reduce((sum, point) => sum + point[axis], 0) / seen.length;
  const top = box.top + (mean(1) - 0.11 * extent(person)) * box.scale - radius;
  const at = { x: box.left + mean(0) * box.scale, y: Math.max(radius, top) };
  pen.globalAlpha = 1;
  pen.fillStyle = colour;
  disc(pen, at, radius);
  pen.fillStyle = "#0a0e13";
  pen.font = `700 ${1.15 * radius}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(String(person.person_id), at.x, at.y + ratio);
}
