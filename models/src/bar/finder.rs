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
    /// Where each edge points to for the aspect that is tried, in radii.
    directions: Vec<[f32; 2]>,
    /// Of one radius: all of them at once would not stay in the nearest cache.
    votes: Vec<u16>,
    three_rows: Vec<u16>,
    /// Sums of the blocks of one row.
    sums: Vec<u32>,
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
            self.sums.clear();
            self.sums.resize(self.size[0], 0);
            for dy in 0..step {
                luma.add_blocks(from[0], from[1] + row * step + dy, step, &mut self.sums);
            }
            self.small.extend(self.sums.iter().map(|sum| (sum / area) as u8));
        }
        Some((from.map(|v| v as f64), step))
    }

    /// Edges: where the slope is largest along its own direction.
    fn find_edges(&mut self) {
        let [width, height] = self.size;
        self.slopes.clear();
        self.slopes.resize(width * height, [0, 0]);
        let rows = self.small.chunks_exact(width);
        let three_rows = rows.clone().zip(rows.clone().skip(1)).zip(rows.skip(2));
        for (slopes, ((above, here), below)) in self.slopes.chunks_exact_mut(width).skip(1).zip(three_rows) {
            let three = above.windows(3).zip(here.windows(3)).zip(below.windows(3));
            for (slope, ((above, here), below)) in slopes[1..].iter_mut().zip(three) {
                let at = |row: &[u8], column: usize| i16::from(row[column]);
                let right = at(above, 2) + 2 * at(here, 2) + at(below, 2)
                    - at(above, 0)
                    - 2 * at(here, 0)
                    - at(below, 0);
                let down = at(below, 0) + 2 * at(below, 1) + at(below, 2)
                    - at(above, 0)
                    - 2 * at(above, 1)
                    - at(above, 2);
                *slope = [right, down];
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

    /// Fills `directions`.
    fn aim(&mut self, aspect: f64) {
        let aspect = aspect as f32;
        self.directions.clear();
        self.directions.extend(self.edges.iter().map(|edge| {
            // Direction of the edge in the outline's own circle.
            let (across, along) = (edge.gradient[0] * aspect, edge.gradient[1]);
            let length = across.hypot(along);
            [aspect * across / length, along / length]
        }));
    }

    /// Each edge votes for the two centres that an outline of this radius would have.
    fn vote(&mut self, radius: f32) {
        let [columns, rows] = self.cells();
        self.votes.clear();
        self.votes.resize(columns * rows, 0);
        for (edge, offset) in self.edges.iter().zip(&self.directions) {
            for sign in [-1.0, 1.0] {
                let x = 0.5 * (edge.x + sign * radius * offset[0]);
                let y = 0.5 * (edge.y + sign * radius * offset[1]);
                // By way of 32 bits, which every processor converts at once.
                let (column, row) = (x as i32 as usize, y as i32 as usize);
                if x >= 0.0 && y >= 0.0 && column < columns && row < rows {
                    self.votes[row * columns + column] += 1;
                }
            }
        }
    }

    /// Fills `three_rows` with the votes of a row and both beside it, column by column.
    fn add_three_rows(&mut self, row: usize) {
        let [columns, _] = self.cells();
        let three = &self.votes[(row - 1) * columns..(row + 2) * columns];
        let (above, rest) = three.split_at(columns);
        let (here, below) = rest.split_at(columns);
        self.three_rows.clear();
        self.three_rows.extend(above.iter().zip(here).zip(below).map(|((a, b), c)| a + b + c));
    }

    /// Most votes in three by three cells of the row that was added.
    fn largest_sum(&self) -> u16 {
        let columns = self.three_rows.iter().zip(&self.three_rows[1..]).zip(&self.three_rows[2..]);
        columns.map(|((a, b), c)| a + b + c).fold(0, u16::max)
    }

    /// Sum of the votes in three by three cells times their distance from the middle, on both axes.
    fn moment(&self, row: usize, column: usize) -> [f64; 2] {
        let [columns, _] = self.cells();
        let row_sum = |row: usize| -> f64 {
            self.votes[row * columns + column - 1..][..3].iter().map(|&count| f64::from(count)).sum()
        };
        let across = f64::from(self.three_rows[column + 1]) - f64::from(self.three_rows[column - 1]);
        [across, row_sum(row + 1) - row_sum(row - 1)]
    }

    /// Lets the edges vote and adds the best peaks to `found`. `place` gives the picture's pixels of a reduced one, where allowed, and the
    /// reduction.
    fn collect(&mut self, aspect: f64, radii: [f64; 2], place: impl Fn(f64, f64) -> Option<(f64, f64, f64)>) {
        let [columns, rows] = self.cells();
        let layers = radius_count(radii);
        self.aim(aspect);
        let (mut start, mut band) = (self.found.len(), 0);
        for (layer, radius) in radius_list(radii).enumerate() {
            if layer * BANDS / layers != band {
                (start, band) = (self.found.len(), layer * BANDS / layers);
            }
            // Pixels of the outline.
            let outline = std::f64::consts::TAU * radius * (0.5 * (1.0 + aspect * aspect)).sqrt();
            let least = (LEAST_VOTES * outline).max(6.0);
            let least_in_cell = (0.12 * least) as u16;
            self.vote(radius as f32);
            // Whole numbers first, and the row's largest before its cells: nearly all rows end here.
            let least_sum = least.ceil() as u16;
            for row in 1..rows - 1 {
                self.add_three_rows(row);
                if self.largest_sum() < least_sum {
                    continue;
                }
                for column in 1..columns - 1 {
                    let sum = self.three_rows[column - 1..=column + 1].iter().sum::<u16>();
                    if sum < least_sum || self.votes[row * columns + column] < least_in_cell {
                        continue;
                    }
                    let sum = f64::from(sum);
                    let moment = self.moment(row, column);
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
        (a.x - b.x).powi(2) + (a.y - b.y).powi(2) < (0.3 * a.radius.min(b.radius)).powi(2)
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
