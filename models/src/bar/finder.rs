//! Finds round plates: edges of a reduced picture vote for the centres of the outlines that they could belong to.

use super::ellipse::Ellipse;
use super::luma::Luma;

/// How much a plate is seen at an angle: shorter over longer axis of its outline. 0.55 is a bar at 57° to the line of sight.
pub(super) const ASPECTS: [f64; 4] = [1.0, 0.85, 0.69, 0.55];
/// Ratio of one radius that is tried to the next.
const RADIUS_STEP: f64 = 1.09;
/// Most radii tried.
const MAX_RADII: usize = 18;
/// Longest side of the reduced picture: what bounds the cost.
const MAX_SIDE: usize = 300;
/// Weakest edge of the reduced picture, brightness of 255 from pixel to pixel.
const WEAKEST_EDGE: i32 = 4;
/// Most edges that vote.
const MAX_EDGES: usize = 12_000;
/// Share of an outline that must have voted.
const LEAST_VOTES: f64 = 0.22;
/// Sizes that are told apart when candidates are ranked: clutter favours small outlines.
const BANDS: usize = 3;
/// Candidates kept for each aspect and band of sizes.
const PEAKS: usize = 4;

/// A place in the picture, pixels, its right and lower end not included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Region {
    pub(super) from: [f64; 2],
    pub(super) to: [f64; 2],
}

struct Edge {
    x: f32,
    y: f32,
    /// Brightness change to the right and down, of any length.
    gradient: [f32; 2],
}

/// An outline that got votes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) ellipse: Ellipse,
    /// Share of the outline that voted, about 0–1.
    pub(super) votes: f64,
}

/// Finds outlines; holds the buffers.
#[derive(Default)]
pub(super) struct Finder {
    small: Vec<u8>,
    size: [usize; 2],
    slopes: Vec<[i16; 2]>,
    edges: Vec<Edge>,
    votes: Vec<u16>,
    pub(super) found: Vec<Candidate>,
}

impl Finder {
    /// Fills `found` with outlines of about the `wanted` aspect and radii between `radii` (pixels), whose centres are in the region and `allowed`.
    pub(super) fn find(
        &mut self,
        luma: &Luma<'_>,
        region: Region,
        radii: [f64; 2],
        wanted: f64,
        allowed: impl Fn(f64, f64) -> bool,
    ) {
        self.found.clear();
        let Some((origin, step)) = self.reduce(luma, region, radii) else { return };
        self.find_edges();
        let to_small = 1.0 / step as f64;
        for aspect in ASPECTS {
            if (wanted - aspect).abs() > 0.09 {
                continue;
            }
            let radii = radii.map(|radius| radius * to_small);
            self.vote(aspect, radii);
            let place = |x: f64, y: f64| [origin[0] + x * step as f64, origin[1] + y * step as f64];
            self.collect(aspect, radii, |x, y| {
                let [x, y] = place(x, y);
                allowed(x, y).then_some((x, y, step as f64))
            });
        }
    }

    /// Averages blocks of pixels so that the smallest outline still has a radius of eight or more; tells the origin and the block's side.
    fn reduce(&mut self, luma: &Luma<'_>, region: Region, radii: [f64; 2]) -> Option<([f64; 2], usize)> {
        let from = [0, 1].map(|i| (region.from[i] - radii[1]).max(0.0) as usize);
        let to = [0, 1].map(|i| ((region.to[i] + radii[1]).max(0.0) as usize).min(luma.size[i]));
        let wide = [0, 1].map(|i| to[i].saturating_sub(from[i]));
        let step = ((radii[0] / 8.0) as usize).max(wide[0].max(wide[1]).div_ceil(MAX_SIDE)).max(1);
        self.size = wide.map(|side| side / step);
        if self.size.iter().any(|&side| side < 16) {
            return None;
        }
        self.small.clear();
        let area = (step * step) as u32;
        for row in 0..self.size[1] {
            for column in 0..self.size[0] {
                let (x, y) = (from[0] + column * step, from[1] + row * step);
                let block = (0..step).flat_map(|dy| (0..step).map(move |dx| (dx, dy)));
                let sum: u32 = block.map(|(dx, dy)| u32::from(luma.at(x + dx, y + dy))).sum();
                self.small.push((sum / area) as u8);
            }
        }
        Some((from.map(|v| v as f64), step))
    }

    /// Edges: where the slope is largest along its own direction.
    fn find_edges(&mut self) {
        let [width, height] = self.size;
        self.slopes.clear();
        self.slopes.resize(width * height, [0, 0]);
        for y in 1..height - 1 {
            for x in 1..width - 1 {
                let at = |dx: usize, dy: usize| i16::from(self.small[(y + dy - 1) * width + x + dx - 1]);
                let right = at(2, 0) + 2 * at(2, 1) + at(2, 2) - at(0, 0) - 2 * at(0, 1) - at(0, 2);
                let down = at(0, 2) + 2 * at(1, 2) + at(2, 2) - at(0, 0) - 2 * at(1, 0) - at(2, 0);
                self.slopes[y * width + x] = [right, down];
            }
        }
        self.edges.clear();
        let size = |slope: [i16; 2]| i32::from(slope[0]).pow(2) + i32::from(slope[1]).pow(2);
        // Sobel's operator gives eight times the slope.
        let weakest = (8 * WEAKEST_EDGE).pow(2);
        for y in 1..height - 1 {
            for x in 1..width - 1 {
                let at = y * width + x;
                let slope = self.slopes[at];
                let here = size(slope);
                if here < weakest {
                    continue;
                }
                let (across, down) = (i32::from(slope[0]), i32::from(slope[1]));
                // Neighbours along the slope's direction: beside, below or on a diagonal.
                let ahead = if 5 * down.abs() < 2 * across.abs() {
                    1
                } else if 5 * across.abs() < 2 * down.abs() {
                    width
                } else if (across > 0) == (down > 0) {
                    width + 1
                } else {
                    width - 1
                };
                if here >= size(self.slopes[at - ahead])
                    && here > size(self.slopes[at + ahead])
                    && self.edges.len() < MAX_EDGES
                {
                    let gradient = [f32::from(slope[0]), f32::from(slope[1])];
                    self.edges.push(Edge { x: x as f32 + 0.5, y: y as f32 + 0.5, gradient });
                }
            }
        }
    }

    /// Cells of two by two reduced pixels.
    fn cells(&self) -> [usize; 2] {
        self.size.map(|side| side.div_ceil(2))
    }

    fn vote(&mut self, aspect: f64, radii: [f64; 2]) {
        let [columns, rows] = self.cells();
        self.votes.clear();
        self.votes.resize(columns * rows * radius_count(radii), 0);
        let aspect = aspect as f32;
        for edge in &self.edges {
            // Direction of the edge in the outline's own circle.
            let (across, along) = (edge.gradient[0] * aspect, edge.gradient[1]);
            let length = across.hypot(along);
            let offset = [aspect * across / length, along / length];
            for (layer, radius) in radius_list(radii).enumerate() {
                let radius = radius as f32;
                for sign in [-1.0, 1.0] {
                    let x = 0.5 * (edge.x + sign * radius * offset[0]);
                    let y = 0.5 * (edge.y + sign * radius * offset[1]);
                    if x >= 0.0 && y >= 0.0 && (x as usize) < columns && (y as usize) < rows {
                        self.votes[(layer * rows + y as usize) * columns + x as usize] += 1;
                    }
                }
            }
        }
    }

    /// Adds the best peaks of the votes to `found`. `place` gives the picture's pixels of a reduced one, where allowed, and the
    /// reduction.
    fn collect(&mut self, aspect: f64, radii: [f64; 2], place: impl Fn(f64, f64) -> Option<(f64, f64, f64)>) {
        let [columns, rows] = self.cells();
        let layers = radius_count(radii);
        let (mut start, mut band) = (self.found.len(), 0);
        for (layer, radius) in radius_list(radii).enumerate() {
            if layer * BANDS / layers != band {
                (start, band) = (self.found.len(), layer * BANDS / layers);
            }
            // Pixels of the outline.
            let outline = std::f64::consts::TAU * radius * (0.5 * (1.0 + aspect * aspect)).sqrt();
            let least = (LEAST_VOTES * outline).max(6.0);
            let least_in_cell = (0.12 * least) as u16;
            let votes = &self.votes[layer * rows * columns..(layer + 1) * rows * columns];
            for row in 1..rows - 1 {
                for column in 1..columns - 1 {
                    let at = row * columns + column;
                    if votes[at] < least_in_cell {
                        continue;
                    }
                    let mut sum = 0.0;
                    let mut moment = [0.0; 2];
                    for (dy, line) in [at - columns, at, at + columns].into_iter().enumerate() {
                        for dx in 0..3 {
                            let count = f64::from(votes[line + dx - 1]);
                            sum += count;
                            moment[0] += count * (dx as f64 - 1.0);
                            moment[1] += count * (dy as f64 - 1.0);
                        }
                    }
                    if sum < least {
                        continue;
                    }
                    let x = 2.0 * (column as f64 + 0.5 + moment[0] / sum);
                    let y = 2.0 * (row as f64 + 0.5 + moment[1] / sum);
                    if let Some((x, y, step)) = place(x, y) {
                        let ellipse = Ellipse { x, y, radius: radius * step, aspect, tilt: 0.0 };
                        keep(&mut self.found, start, Candidate { ellipse, votes: sum / outline });
                    }
                }
            }
        }
    }
}

/// Keeps the strongest peaks of one aspect and band, one of each neighbourhood.
fn keep(found: &mut Vec<Candidate>, start: usize, candidate: Candidate) {
    let is_same = |other: &Candidate| {
        let (a, b) = (&candidate.ellipse, &other.ellipse);
        (a.x - b.x).hypot(a.y - b.y) < 0.3 * a.radius.min(b.radius)
            && (a.radius / b.radius - 1.0).abs() < 0.25
    };
    if let Some(other) = found[start..].iter_mut().find(|other| is_same(other)) {
        if candidate.votes > other.votes {
            *other = candidate;
        }
        return;
    }
    if found.len() - start < PEAKS {
        found.push(candidate);
        return;
    }
    let weakest = found[start..].iter_mut().min_by(|a, b| a.votes.total_cmp(&b.votes));
    if let Some(weakest) = weakest
        && candidate.votes > weakest.votes
    {
        *weakest = candidate;
    }
}

fn radius_count(radii: [f64; 2]) -> usize {
    (((radii[1] / radii[0]).ln() / RADIUS_STEP.ln()).ceil().max(0.0) as usize + 1).min(MAX_RADII)
}

fn radius_list(radii: [f64; 2]) -> impl Iterator<Item = f64> {
    (0..radius_count(radii)).map(move |i| radii[0] * RADIUS_STEP.powi(i as i32))
}
