//! Measures the outline of a plate in the picture to a part of a pixel: brightness edges along rays from the expected centre,
//! and the ellipse that most of them agree on.

use std::f64::consts::TAU;

use super::ellipse::Ellipse;
use super::luma::Luma;

/// Rays around the outline.
const RAYS: usize = 64;
/// Edges kept on one ray, the strongest.
const EDGES: usize = 4;
/// Longest half width of the band that is searched, in samples.
const MAX_HALF_WIDTH: usize = 48;
/// Weakest edge, in brightness of 255 a pixel: twice what the encoder's noise makes.
const WEAKEST_EDGE: f32 = 1.5;
/// An edge's contrast counts up to this, so that a bright background does not outvote the rest.
const STRONG_EDGE: f32 = 10.0;
/// Cosine of the largest angle between an edge's own direction and the outline's.
const ALIGNED: f64 = 0.80;

/// Sine of the angle from which on a ray is near the end of the longer axis.
const NEAR_END: f64 = 0.85;

/// An edge on a ray.
#[derive(Clone, Copy, Default)]
struct Edge {
    /// Distance from the centre, in radii.
    at: f64,
    strength: f64,
}

/// What the picture says of an outline.
#[derive(Debug, Clone, Copy)]
pub(super) struct RingFit {
    /// The outline.
    pub(super) ellipse: Ellipse,
    /// Half the height of the outline along its longer axis, pixels. Where the rim of a thick plate shows, the outline is no ellipse but
    /// the hull of two, and only this is still the radius of the nearer face.
    pub(super) radius: f64,
    /// Share of the outline on which there is an edge, 0–1.
    pub(super) coverage: f64,
    /// Standard uncertainty of the centre, pixels, from the scatter of the edges.
    pub(super) u_px: f64,
}

/// How to measure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    /// Half the width of the band around the expected outline, pixels.
    pub(super) half_width_px: f64,
    /// Whether the outline may change its shape, or only its place and size.
    pub(super) free_shape: bool,
}

/// Measures outlines; holds the tables and buffers.
pub(super) struct RingFitter {
    /// Cosine and sine of each ray.
    rays: [[f64; 2]; RAYS],
    edges: [[Edge; EDGES]; RAYS],
}

impl RingFitter {
    pub(super) fn new() -> Self {
        let rays = std::array::from_fn(|i| {
            let (sin, cos) = (TAU * (i as f64 + 0.5) / RAYS as f64).sin_cos();
            [cos, sin]
        });
        Self { rays, edges: [[Edge::default(); EDGES]; RAYS] }
    }

    /// The outline near the expected one; none when too few edges agree to say anything.
    pub(super) fn fit(&mut self, luma: &Luma<'_>, expected: &Ellipse, search: Search) -> Option<RingFit> {
        if expected.radius.is_nan() || expected.radius < 4.0 {
            return None;
        }
        let half_width = search.half_width_px.clamp(2.0, (0.6 * expected.radius).min(MAX_HALF_WIDTH as f64));
        self.collect(luma, expected, half_width as usize);
        let half_width = half_width / expected.radius;
        let pixel = 1.0 / expected.radius;
        let mut model = [0.0; 5];
        let mut spread = 0.6 * half_width;
        for round in 0..8 {
            let terms = if search.free_shape && round >= 3 { 5 } else { 3 };
            model = self.refined(expected, model, spread, terms)?;
            spread = (0.6 * spread).max(1.2 * pixel);
        }
        let tolerance = (1.2 * pixel).max(0.02);
        self.judged(expected, model, tolerance)
    }

    /// Fills `edges` with what lies on the rays.
    fn collect(&mut self, luma: &Luma<'_>, expected: &Ellipse, half_width: usize) {
        let axes = expected.axes();
        let step = 1.0 / expected.radius;
        let mut profile = [0.0_f32; 2 * MAX_HALF_WIDTH + 7];
        let count = 2 * half_width + 7;
        let first = 1.0 - (half_width as f64 + 3.0) * step;
        for (ray, edges) in self.rays.iter().zip(&mut self.edges) {
            *edges = [Edge::default(); EDGES];
            let direction = [0, 1].map(|i| ray[0] * axes[0][i] + ray[1] * axes[1][i]);
            let place = |at: f64| [expected.x + at * direction[0], expected.y + at * direction[1]];
            let inside = profile[..count].iter_mut().enumerate().all(|(i, value)| {
                let [x, y] = place(first + i as f64 * step);
                luma.between(x, y).is_some_and(|brightness| {
                    *value = brightness;
                    true
                })
            });
            if !inside {
                continue;
            }
            let normal = normal_of(expected, *ray);
            for (index, slope) in peaks(&profile[..count]) {
                let at = first + index * step;
                let strength = slope.min(STRONG_EDGE);
                if f64::from(strength) > edges[EDGES - 1].strength && is_aligned(luma, place(at), normal) {
                    insert(edges, Edge { at, strength: f64::from(strength) });
                }
            }
        }
    }

    /// The edge of a ray that fits the model best, with its distance to the model.
    fn nearest(&self, ray: usize, model: &[f64; 5], spread: f64) -> Option<(Edge, f64)> {
        let expected = 1.0 + dot(&terms_of(self.rays[ray]), model);
        let mut best: Option<(Edge, f64, f64)> = None;
        for edge in self.edges[ray].iter().filter(|edge| edge.strength > 0.0) {
            let off = edge.at - expected;
            let fitness = edge.strength.sqrt() * (-0.5 * (off / spread).powi(2)).exp();
            if best.is_none_or(|(_, _, other)| fitness > other) {
                best = Some((*edge, off, fitness));
            }
        }
        best.map(|(edge, off, _)| (edge, off))
    }

    /// One step of least squares with Tukey's weights.
    fn refined(&self, expected: &Ellipse, model: [f64; 5], spread: f64, terms: usize) -> Option<[f64; 5]> {
        let cut = 2.5 * spread;
        let mut normal = [[0.0; 5]; 5];
        let mut right = [0.0; 5];
        let mut used = 0;
        for ray in 0..RAYS {
            let Some((edge, off)) = self.nearest(ray, &model, spread) else { continue };
            if off.abs() >= cut {
                continue;
            }
            used += 1;
            let weight = (1.0 - (off / cut).powi(2)).powi(2) * (0.3 + edge.strength / f64::from(STRONG_EDGE));
            let row = terms_of(self.rays[ray]);
            for i in 0..terms {
                for j in 0..terms {
                    normal[i][j] += weight * row[i] * row[j];
                }
                right[i] += weight * row[i] * (edge.at - 1.0);
            }
        }
        if used < RAYS / 4 {
            return None;
        }
        // A weak pull to the expected shape, as if a few rays had said so: where edges are one-sided the rest stays put.
        for (i, row) in normal.iter_mut().enumerate() {
            row[i] += if i < 3 { 0.3 } else { 2.0 };
            if i >= terms || (i == 4 && !expected.has_tilt()) {
                *row = [0.0; 5];
                row[i] = 1.0;
                right[i] = 0.0;
            }
        }
        solve(normal, right)
    }

    /// The outline of a model with its coverage and uncertainty.
    fn judged(&self, expected: &Ellipse, model: [f64; 5], tolerance: f64) -> Option<RingFit> {
        let (mut hits, mut squares) = (0.0, 0.0);
        for ray in 0..RAYS {
            if let Some((_, off)) = self.nearest(ray, &model, tolerance)
                && off.abs() <= tolerance
            {
                hits += 1.0;
                squares += off * off;
            }
        }
        if hits < 8.0 {
            return None;
        }
        let ellipse = expected.moved(model);
        let sane = ellipse.x.is_finite()
            && ellipse.y.is_finite()
            && (0.5..2.0).contains(&(ellipse.radius / expected.radius))
            && ellipse.aspect > 0.3;
        // The mean of N cosines' coefficients has a variance of 2σ²/N; neighbouring rays share the encoder's error, hence 2 more.
        let scatter = (squares / hits).sqrt() * ellipse.radius;
        let u_px = (4.0 * scatter * scatter / hits + 0.05 * 0.05).sqrt();
        let ends = [1.0, -1.0].map(|end| self.end(end, &model, 2.0 * tolerance));
        let radius = match ends {
            [Some(top), Some(bottom)] => 0.5 * (top + bottom) * expected.radius,
            _ => ellipse.radius,
        };
        sane.then_some(RingFit { ellipse, radius, coverage: hits / RAYS as f64, u_px })
    }

    /// How far the outline reaches along the longer axis, in the expected radius: the top of a parabola through the edges near one end (1 or
    /// −1).
    fn end(&self, end: f64, model: &[f64; 5], tolerance: f64) -> Option<f64> {
        let mut normal = [[0.0; 5]; 5];
        let mut right = [0.0; 5];
        let mut used = 0;
        for ray in 0..RAYS {
            let [cos, sin] = self.rays[ray];
            let Some((edge, off)) = self.nearest(ray, model, tolerance) else { continue };
            if end * sin < NEAR_END || off.abs() > tolerance {
                continue;
            }
            used += 1;
            let (across, along) = (edge.at * cos, edge.at * end * sin);
            let row = [1.0, across, across * across];
            for i in 0..3 {
                for j in 0..3 {
                    normal[i][j] += row[i] * row[j];
                }
                right[i] += row[i] * along;
            }
        }
        if used < 6 {
            return None;
        }
        for (i, row) in normal.iter_mut().enumerate().skip(3) {
            row[i] = 1.0;
        }
        let [height, slope, bend, ..] = solve(normal, right)?;
        let top = if bend < 0.0 { (-0.5 * slope / bend).clamp(-0.5, 0.5) } else { 0.0 };
        let reach = height + top * (slope + top * bend);
        (reach - 1.0).abs().le(&0.3).then_some(reach)
    }
}

/// Unit normal of the outline where a ray meets it.
fn normal_of(ellipse: &Ellipse, [cos, sin]: [f64; 2]) -> [f64; 2] {
    let (tilt_sin, tilt_cos) = ellipse.tilt.sin_cos();
    let (across, along) = (cos / ellipse.aspect, sin);
    let length = across.hypot(along);
    [(across * tilt_cos - along * tilt_sin) / length, (across * tilt_sin + along * tilt_cos) / length]
}

/// Whether the brightness at a place changes along the normal, and not across it.
fn is_aligned(luma: &Luma<'_>, [x, y]: [f64; 2], normal: [f64; 2]) -> bool {
    let reach = 1.5;
    let change = |dx: f64, dy: f64| {
        let (ahead, behind) = (luma.between(x + dx, y + dy), luma.between(x - dx, y - dy));
        Some(f64::from(ahead? - behind?))
    };
    let (Some(dx), Some(dy)) = (change(reach, 0.0), change(0.0, reach)) else { return false };
    (dx * normal[0] + dy * normal[1]).abs() >= ALIGNED * dx.hypot(dy)
}

/// Local maxima of a profile's slope: place (samples) and size.
fn peaks(profile: &[f32]) -> impl Iterator<Item = (f64, f32)> {
    // Slope of a straight line through five samples, without the middle's neighbours being favoured.
    let slope = |i: usize| {
        let [a, b, c, d] = [profile[i - 2], profile[i - 1], profile[i + 1], profile[i + 2]];
        ((2.0 * (d - a) + (c - b)) / 10.0).abs()
    };
    (3..profile.len() - 3).filter_map(move |i| {
        let (before, here, after) = (slope(i - 1), slope(i), slope(i + 1));
        if here < WEAKEST_EDGE || here < before || here <= after {
            return None;
        }
        let bend = before - 2.0 * here + after;
        let shift = if bend < 0.0 { 0.5 * (before - after) / bend } else { 0.0 };
        Some((i as f64 + f64::from(shift.clamp(-0.5, 0.5)), here))
    })
}

/// Keeps the strongest first.
fn insert(edges: &mut [Edge; EDGES], edge: Edge) {
    edges[EDGES - 1] = edge;
    let mut i = EDGES - 1;
    while i > 0 && edges[i].strength > edges[i - 1].strength {
        edges.swap(i, i - 1);
        i -= 1;
    }
}

/// What multiplies each coefficient of a model on a ray.
fn terms_of([cos, sin]: [f64; 2]) -> [f64; 5] {
    [1.0, cos, sin, cos * cos - sin * sin, 2.0 * sin * cos]
}

fn dot(a: &[f64; 5], b: &[f64; 5]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves a positive definite system by elimination.
fn solve(mut a: [[f64; 5]; 5], mut b: [f64; 5]) -> Option<[f64; 5]> {
    for i in 0..5 {
        let pivot_row = a[i];
        let pivot = pivot_row[i];
        if pivot.is_nan() || pivot <= 1e-9 {
            return None;
        }
        for j in i + 1..5 {
            let factor = a[j][i] / pivot;
            for (value, above) in a[j].iter_mut().zip(pivot_row) {
                *value -= factor * above;
            }
            b[j] -= factor * b[i];
        }
    }
    for i in (0..5).rev() {
        let known: f64 = (i + 1..5).map(|k| a[i][k] * b[k]).sum();
        b[i] = (b[i] - known) / a[i][i];
    }
    Some(b)
}
