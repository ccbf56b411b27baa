//! Where in the picture each element of a tensor looks: an affine grid in whole numbers, so that every machine looks at the
//! same places.

#![allow(
    clippy::inline_always,
    reason = "so that it is compiled for the instructions that the caller picked"
)]
#![allow(
    clippy::needless_range_loop,
    reason = "loops over several arrays of a chunk read more easily by index"
)]

use std::ops::Range;

use crate::region::Region;
use crate::tensor::TensorSpec;

/// Positions between two neighbouring pixels.
pub(crate) const STEPS: i32 = 32;
/// Positions worked on at a time: few enough to stay in the nearest cache between one loop and the next.
pub(crate) const CHUNK: usize = 64;

/// A position in the picture, in pixels times 2³². Its steps of 1/[`STEPS`] pixel round to the nearest.
pub(crate) type Fixed = i64;
const FRACTION_BITS: u32 = 32;
const STEP_BITS: u32 = FRACTION_BITS - STEPS.ilog2();

fn fixed(px: f32) -> Fixed {
    (f64::from(px) * f64::from(FRACTION_BITS).exp2()) as Fixed
}

/// An affine grid of positions.
pub(crate) struct Grid {
    /// Where the first element looks.
    pub(crate) origin: [Fixed; 2],
    /// What a column adds.
    pub(crate) column: [Fixed; 2],
    /// What a row adds.
    pub(crate) row: [Fixed; 2],
    /// The way from a chunk's first position to each of its positions, on both axes.
    ways: [[Fixed; CHUNK]; 2],
}

/// One row of a grid.
#[derive(Clone, Copy)]
pub(crate) struct Line<'g> {
    start: [Fixed; 2],
    grid: &'g Grid,
}

/// Positions of a chunk on both axes, in whole steps of 1/[`STEPS`] pixel. Left of and above the picture they are negative.
pub(crate) type Positions = [[i32; CHUNK]; 2];

/// Pixels that have a right and a lower neighbour in the picture, and how far to go to those, on both axes.
pub(crate) struct Places {
    /// Whole pixels.
    pub(crate) pixel: [[i32; CHUNK]; 2],
    /// Steps beyond them: 0–[`STEPS`].
    pub(crate) steps: [[i16; CHUNK]; 2],
}

impl Places {
    /// The nearest places in a picture whose last pixel is `last`; it has two pixels or more on each axis.
    #[inline(always)]
    pub(crate) fn nearest(positions: &Positions, last: [i32; 2]) -> Self {
        let mut places = Self { pixel: [[0; CHUNK]; 2], steps: [[0; CHUNK]; 2] };
        for axis in 0..2 {
            for index in 0..CHUNK {
                let position = positions[axis][index];
                let pixel = (position >> STEPS.ilog2()).min(last[axis] - 1).max(0);
                // On the last pixel: all the way to it from the one before.
                places.steps[axis][index] = (position - pixel * STEPS).clamp(0, STEPS) as i16;
                places.pixel[axis][index] = pixel;
            }
        }
        places
    }
}

impl Grid {
    /// The positions that a tensor made from `region` reads.
    pub(crate) fn new(region: Region, spec: &TensorSpec) -> Self {
        let (sin, cos) = region.rotation_rad.sin_cos();
        let column_px = region.width_px / spec.width as f32;
        let row_px = region.height_px / spec.height as f32;
        let half_step = 1 << (STEP_BITS - 1);
        let column = [cos * column_px, sin * column_px].map(fixed);
        Self {
            origin: region.to_picture(0.0, 0.0).map(|px| fixed(px) + half_step),
            column,
            row: [-sin * row_px, cos * row_px].map(fixed),
            ways: column.map(|step| std::array::from_fn(|index| index as i64 * step)),
        }
    }

    /// A row.
    pub(crate) fn line(&self, row: usize) -> Line<'_> {
        let start = [0, 1].map(|axis| self.origin[axis] + row as i64 * self.row[axis]);
        Line { start, grid: self }
    }
}

impl Line<'_> {
    fn at(self, column: usize) -> [Fixed; 2] {
        [0, 1].map(|axis| self.start[axis] + column as i64 * self.grid.column[axis])
    }

    /// [`CHUNK`] positions from column `first` on.
    #[inline(always)]
    pub(crate) fn positions(self, first: usize, positions: &mut Positions) {
        let start = self.at(first);
        for axis in 0..2 {
            for (position, way) in positions[axis].iter_mut().zip(&self.grid.ways[axis]) {
                // Unsigned: x86-64 can't shift eight bytes with their sign before AVX-512. The bits that stay are the same.
                *position = ((start[axis] + way) as u64 >> STEP_BITS) as i32;
            }
        }
    }

    /// Columns out of `width` whose whole pixel is in `from..to` on both axes, pixels.
    pub(crate) fn columns_within(self, width: usize, from: [i64; 2], to: [i64; 2]) -> Range<usize> {
        let [across, down] = [0, 1].map(|axis| {
            let bounds = [from[axis], to[axis]].map(|px| px << FRACTION_BITS);
            columns_between(self.start[axis], self.grid.column[axis], bounds, width as i64)
        });
        let start = across[0].max(down[0]);
        let end = across[1].min(down[1]).max(start);
        start as usize..end as usize
    }
}

/// First and end of the columns `c` out of `width` with `low <= start + c * step < high`.
fn columns_between(start: Fixed, step: Fixed, [low, high]: [Fixed; 2], width: i64) -> [i64; 2] {
    // The first column at or beyond a bound, going up; of the mirrored line, going down.
    let first_from = |start: Fixed, step: Fixed, bound: Fixed| {
        let way = bound - start;
        if way <= 0 { 0 } else { ((way - 1) / step + 1).min(width) }
    };
    match step {
        0 if (low..high).contains(&start) => [0, width],
        0 => [0, 0],
        1.. => [first_from(start, step, low), first_from(start, step, high)],
        // Mirrored: -high < -start - c * step <= -low.
        _ => [first_from(-start, -step, 1 - high), first_from(-start, -step, 1 - low)],
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against looking at every column.
        #[test]
        fn columns_are_those_within(
            start in -1000_i64..1000,
            step in -100_i64..100,
            low in -500_i64..500,
            length in 0_i64..800,
            width in 0_i64..80,
        ) {
            let [first, end] = columns_between(start, step, [low, low + length], width);
            for column in 0..width {
                let within = (low..low + length).contains(&(start + column * step));
                prop_assert_eq!(within, (first..end).contains(&column), "column {}", column);
            }
            prop_assert!(end <= width);
        }
    }
}
