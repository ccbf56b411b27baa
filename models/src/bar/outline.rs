//! Outlines that could be a plate: measured, compared, and told from a head.

use super::body::{Body, distance};
use super::ellipse::Ellipse;
use super::finder::Region;
use super::luma::Luma;
use super::ring::{RingFitter, Search};
use super::track::Sample;

/// Share of a candidate's outline that must be seen when it is found.
pub(super) const CANDIDATE_COVERAGE: f64 = 0.62;
/// A head is no farther than this from the middle of the head, and no larger than that, metres.
const HEAD_M: [f64; 2] = [0.13, 0.17];

/// A candidate, measured to a part of a pixel, if enough of its outline is there.
pub(super) fn measured(
    luma: &Luma<'_>,
    fitter: &mut RingFitter,
    found: &Ellipse,
    now_s: f64,
    body: &Body,
) -> Option<Sample> {
    let coarse = Search { half_width_px: 0.2 * found.radius, free_shape: true };
    let ring = fitter.fit(luma, found, coarse)?;
    if ring.coverage < 0.7 * CANDIDATE_COVERAGE {
        return None;
    }
    let fine = Search { half_width_px: (0.06 * found.radius).max(3.0), free_shape: true };
    let ring = fitter.fit(luma, &ring.ellipse, fine)?;
    let sample = Sample { at_s: now_s, ring, anchors: body.anchors };
    (ring.coverage >= CANDIDATE_COVERAGE).then_some(sample)
}

/// Whether two outlines are the same one.
pub(super) fn is_same(a: &Ellipse, b: &Ellipse, tolerance: f64) -> bool {
    let radius = a.radius.min(b.radius);
    distance([a.x, a.y], [b.x, b.y]) < tolerance * radius && (a.radius - b.radius).abs() < tolerance * radius
}

pub(super) fn is_head(ellipse: &Ellipse, body: &Body, scale: f64) -> bool {
    body.head.is_some_and(|head| {
        distance(head, [ellipse.x, ellipse.y]) < HEAD_M[0] * scale && ellipse.radius < HEAD_M[1] * scale
    })
}

/// Around hands and shoulders.
pub(super) fn region_of(body: &Body, reach: f64) -> Option<Region> {
    let mut region: Option<Region> = None;
    for hint in body.hints.iter().flatten() {
        let (from, to) = (hint.map(|v| v - reach), hint.map(|v| v + reach));
        region = Some(region.map_or(Region { from, to }, |other| Region {
            from: [from[0].min(other.from[0]), from[1].min(other.from[1])],
            to: [to[0].max(other.to[0]), to[1].max(other.to[1])],
        }));
    }
    region
}
