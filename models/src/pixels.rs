//! Reading pixels of any supported format as three linear components, and those components as RGB. In whole numbers, so that
//! every machine reads the same.

#![allow(
    clippy::inline_always,
    reason = "so that it is compiled for the instructions that the caller picked"
)]
#![allow(
    clippy::needless_range_loop,
    reason = "loops over several arrays of a chunk read more easily by index"
)]

use std::ops::Range;

use crate::grid::{CHUNK, Places, Positions, STEPS};
use crate::image::Plane;

/// Pixels as three components that are linear in RGB. Since interpolation and conversion are both linear, a sample is
/// interpolated in the source's own components and converted once.
pub(crate) trait PixelSource {
    /// Black, in the source's components.
    fn black(&self) -> [u8; 3];

    /// The pixel at (x, y).
    fn pixel(&self, x: usize, y: usize) -> [u8; 3];

    /// Components of the first `count` positions, each of which has its four pixels in the picture. Those beyond are of no meaning.
    fn between(&self, positions: &Positions, count: usize, components: &mut Components);

    /// Brings a part of the picture into the cache ([`Plane::fetch`]).
    fn fetch(&self, columns: Range<usize>, rows: Range<usize>);

    /// As [`PixelSource::between`], of places, with every component interpolated, as at the picture's edge.
    fn between_all(&self, places: &Places, count: usize, components: &mut Components);

    /// Components, in [`UNIT`]s, as R, G and B, 0–255 and a little beyond.
    fn rgb(&self, components: [f32; 3]) -> [f32; 3];
}

/// Components of consecutive positions in [`UNIT`]s, one array a component.
pub(crate) type Components = [[f32; CHUNK]; 3];

/// A blended component of 1 is this: the product of both weights.
pub(crate) const UNIT: i32 = STEPS * STEPS;

/// Interleaved RGB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rgb<'a>(pub(crate) Plane<'a>);

impl Rgb<'_> {
    #[inline(always)]
    fn corners(&self, x: usize, y: usize) -> [[u8; 3]; 4] {
        [self.pixel(x, y), self.pixel(x + 1, y), self.pixel(x, y + 1), self.pixel(x + 1, y + 1)]
    }
}

impl PixelSource for Rgb<'_> {
    fn black(&self) -> [u8; 3] {
        [0; 3]
    }

    #[inline]
    fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        let start = y * self.0.stride + 3 * x;
        let pixel = &self.0.data[start..start + 3];
        [pixel[0], pixel[1], pixel[2]]
    }

    fn fetch(&self, columns: Range<usize>, rows: Range<usize>) {
        self.0.fetch(3 * columns.start..3 * columns.end, rows);
    }

    #[inline(always)]
    fn between(&self, positions: &Positions, count: usize, components: &mut Components) {
        let mut taps = [Taps::EMPTY; 3];
        for index in 0..count {
            let [x, y] = [0, 1].map(|axis| (positions[axis][index] / STEPS) as usize);
            put_corners(&mut taps, index, self.corners(x, y));
        }
        for (taps, component) in taps.iter().zip(components) {
            taps.blend(steps(positions), component);
        }
    }

    #[inline(always)]
    fn between_all(&self, places: &Places, count: usize, components: &mut Components) {
        let mut taps = [Taps::EMPTY; 3];
        for index in 0..count {
            let [x, y] = [0, 1].map(|axis| places.pixel[axis][index] as usize);
            put_corners(&mut taps, index, self.corners(x, y));
        }
        for (taps, component) in taps.iter().zip(components) {
            taps.blend(|index| [0, 1].map(|axis| places.steps[axis][index]), component);
        }
    }

    #[inline(always)]
    fn rgb(&self, components: [f32; 3]) -> [f32; 3] {
        components.map(|component| component * (1.0 / UNIT as f32))
    }
}

/// One component of the pixels around consecutive positions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taps {
    /// Upper left in the lower byte, upper right in the higher.
    pub(crate) upper: [u16; CHUNK],
    /// Lower left in the lower byte, lower right in the higher.
    pub(crate) lower: [u16; CHUNK],
}

impl Taps {
    /// To be written to.
    pub(crate) const EMPTY: Self = Self { upper: [0; CHUNK], lower: [0; CHUNK] };

    /// Between the four pixels, in [`UNIT`]s. Exact: all values are whole numbers below 2²⁴.
    #[inline(always)]
    pub(crate) fn blend(&self, steps: impl Fn(usize) -> [i16; 2], blended: &mut [f32; CHUNK]) {
        for (index, blended) in blended.iter_mut().enumerate() {
            let [across, down] = steps(index);
            // Sixteen bits hold it: at most 255 · 32.
            let along = |pair: u16| {
                let (left, right) = ((pair & 0xff) as i16, (pair >> 8) as i16);
                left * STEPS as i16 + (right - left) * across
            };
            let (upper, lower) = (f32::from(along(self.upper[index])), f32::from(along(self.lower[index])));
            *blended = upper * STEPS as f32 + (lower - upper) * f32::from(down);
        }
    }
}

/// Steps beyond the whole pixel of each position.
#[inline(always)]
pub(crate) fn steps([across, down]: &Positions) -> impl Fn(usize) -> [i16; 2] {
    |index| [(across[index] & (STEPS - 1)) as i16, (down[index] & (STEPS - 1)) as i16]
}

/// Puts four pixels (upper left, upper right, lower left, lower right) into the taps of each component.
#[inline(always)]
pub(crate) fn put_corners(taps: &mut [Taps; 3], index: usize, corners: [[u8; 3]; 4]) {
    for (component, taps) in taps.iter_mut().enumerate() {
        let [upper_left, upper_right, lower_left, lower_right] = corners.map(|corner| corner[component]);
        taps.upper[index] = u16::from_le_bytes([upper_left, upper_right]);
        taps.lower[index] = u16::from_le_bytes([lower_left, lower_right]);
    }
}
