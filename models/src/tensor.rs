//! A region of a picture as a model's input tensor, in one pass: turned, scaled, converted to RGB and to the model's range.
//!
//! It follows MediaPipe's `ImageToTensorCalculator` on the CPU, since the models answer visibly differently to small changes:
//! column `c` of `n` reads the region at `c / n`, between pixels in steps of 1/32, and values are rounded to 8 bits.

#![allow(
    clippy::inline_always,
    reason = "so that it is compiled for the instructions that the caller picked"
)]
#![allow(
    clippy::needless_range_loop,
    reason = "loops over several arrays of a chunk read more easily by index"
)]

use std::ops::Range;

use multiversion::multiversion;

use crate::grid::{CHUNK, Grid, Line, Places, Positions, STEPS};
use crate::image::{Image, Planes};
use crate::pixels::{Components, PixelSource, Rgb, Taps, UNIT, put_corners, steps};
use crate::region::Region;
use crate::yuv::Yuv;

/// What lies outside the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Border {
    /// Black.
    Zero,
    /// The nearest pixel of the picture.
    Replicate,
}

/// A model's picture input: a plane for each of R, G, B.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TensorSpec {
    /// Columns.
    pub(crate) width: usize,
    /// Rows.
    pub(crate) height: usize,
    /// Value of black and of full intensity.
    pub(crate) range: [f32; 2],
}

impl TensorSpec {
    /// Number of values.
    pub(crate) fn len(&self) -> usize {
        3 * self.width * self.height
    }
}

/// Fills `tensor` ([`TensorSpec::len`] values) with what `region` shows. The picture must have passed [`Image::check`] and the
/// region [`Region::is_usable`].
pub(crate) fn fill_tensor(
    image: &Image<'_>,
    region: Region,
    border: Border,
    spec: &TensorSpec,
    tensor: &mut [f32],
) {
    match image.planes {
        Planes::I420 { y, u, v } => {
            fill(&Yuv::i420(y, u, v, image.color), image, region, border, spec, tensor);
        }
        Planes::Nv12 { y, uv } | Planes::Nvmm { y, uv, .. } => {
            fill(&Yuv::nv12(y, uv, image.color), image, region, border, spec, tensor);
        }
        Planes::Rgb(rgb) => fill(&Rgb(rgb), image, region, border, spec, tensor),
    }
}

// Compiled twice, for what each x86-64 has and for AVX2; the processor is asked once. On aarch64 vectors are always there.
#[multiversion(targets("x86_64+avx2"))]
fn fill<S: PixelSource>(
    source: &S,
    image: &Image<'_>,
    region: Region,
    border: Border,
    spec: &TensorSpec,
    tensor: &mut [f32],
) {
    let sampler = Sampler::new(source, image, border);
    let grid = Grid::new(region, spec);
    let mut writer = Writer::new(source, spec, tensor);
    let [columns, rows] = region.pixels(image.width, image.height);
    source.fetch(columns, rows);
    let mut positions = [[0; CHUNK]; 2];
    let mut components = [[0.0; CHUNK]; 3];
    for row in 0..spec.height {
        let line = grid.line(row);
        let touched = sampler.columns_touched(line, spec.width);
        let inside = sampler.columns_inside(line, &touched);
        for columns in [0..touched.start, touched.end..spec.width] {
            writer.write_black(row, &columns);
        }
        for columns in chunks(touched.start..inside.start).chain(chunks(inside.end..touched.end)) {
            line.positions(columns.start, &mut positions);
            sampler.at_edge(&positions, columns.len(), &mut components);
            writer.write(row, columns, &components);
        }
        for columns in chunks(inside) {
            line.positions(columns.start, &mut positions);
            source.between(&positions, columns.len(), &mut components);
            writer.write(row, columns, &components);
        }
    }
}

/// At most [`CHUNK`] columns at a time.
fn chunks(columns: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = columns.end;
    columns.step_by(CHUNK).map(move |first| first..end.min(first + CHUNK))
}

/// Reads a picture between its pixels.
struct Sampler<'s, S> {
    source: &'s S,
    last_column: i64,
    last_row: i64,
    border: Border,
}

impl<'s, S: PixelSource> Sampler<'s, S> {
    fn new(source: &'s S, image: &Image<'_>, border: Border) -> Self {
        let (last_column, last_row) = (i64::from(image.width) - 1, i64::from(image.height) - 1);
        Self { source, last_column, last_row, border }
    }

    /// Columns of a line that show something else than what is black outside.
    fn columns_touched(&self, line: Line<'_>, width: usize) -> Range<usize> {
        match self.border {
            Border::Zero => line.columns_within(width, [-1, -1], [self.last_column + 1, self.last_row + 1]),
            Border::Replicate => 0..width,
        }
    }

    /// Those of them whose pixel and its right and lower neighbours are in the picture.
    fn columns_inside(&self, line: Line<'_>, touched: &Range<usize>) -> Range<usize> {
        let inside = line.columns_within(touched.end, [0, 0], [self.last_column, self.last_row]);
        let start = inside.start.clamp(touched.start, touched.end);
        start..inside.end.max(start)
    }

    /// As [`PixelSource::between`], wherever the positions are.
    #[inline(always)]
    fn at_edge(&self, positions: &Positions, count: usize, components: &mut Components) {
        if self.border == Border::Replicate && self.last_column > 0 && self.last_row > 0 {
            let last = [self.last_column as i32, self.last_row as i32];
            self.source.between_all(&Places::nearest(positions, last), count, components);
        } else {
            self.pixel_by_pixel(positions, count, components);
        }
    }

    /// Few pixels: the outline of a picture on black, or a picture of one row or column.
    #[inline(never)]
    fn pixel_by_pixel(&self, positions: &Positions, count: usize, components: &mut Components) {
        let mut taps = [Taps::EMPTY; 3];
        for index in 0..count {
            let at = [positions[0][index], positions[1][index]];
            let [x, y] = at.map(|position| i64::from(position.div_euclid(STEPS)));
            let corners = [self.tap(x, y), self.tap(x + 1, y), self.tap(x, y + 1), self.tap(x + 1, y + 1)];
            put_corners(&mut taps, index, corners);
        }
        for (taps, component) in taps.iter().zip(components) {
            taps.blend(steps(positions), component);
        }
    }

    fn tap(&self, column: i64, row: i64) -> [u8; 3] {
        let inside = (0..=self.last_column).contains(&column) && (0..=self.last_row).contains(&row);
        if !inside && self.border == Border::Zero {
            return self.source.black();
        }
        self.source.pixel(column.clamp(0, self.last_column) as usize, row.clamp(0, self.last_row) as usize)
    }
}

/// Converts components to the tensor's values and puts them into its planes.
struct Writer<'t, S> {
    source: &'t S,
    low: f32,
    gain: f32,
    width: usize,
    plane: usize,
    tensor: &'t mut [f32],
}

impl<'t, S: PixelSource> Writer<'t, S> {
    fn new(source: &'t S, spec: &TensorSpec, tensor: &'t mut [f32]) -> Self {
        let [low, high] = spec.range;
        let plane = spec.width * spec.height;
        Self { source, low, gain: (high - low) / 255.0, width: spec.width, plane, tensor }
    }

    #[inline(always)]
    fn write(&mut self, row: usize, columns: Range<usize>, [a, b, c]: &Components) {
        for channel in 0..3 {
            let (low, gain, source) = (self.low, self.gain, self.source);
            let value = |index: usize| {
                let color = source.rgb([a[index], b[index], c[index]])[channel];
                round_to_byte(color) * gain + low
            };
            let row = self.row(channel, row, &columns);
            if let Some(row) = row.first_chunk_mut::<CHUNK>() {
                for (index, place) in row.iter_mut().enumerate() {
                    *place = value(index);
                }
            } else {
                for (index, place) in row.iter_mut().enumerate() {
                    *place = value(index);
                }
            }
        }
    }

    fn write_black(&mut self, row: usize, columns: &Range<usize>) {
        let [a, b, c] = self.source.black().map(|component| f32::from(component) * UNIT as f32);
        for (channel, color) in self.source.rgb([a, b, c]).into_iter().enumerate() {
            let value = round_to_byte(color) * self.gain + self.low;
            self.row(channel, row, columns).fill(value);
        }
    }

    #[inline(always)]
    fn row(&mut self, channel: usize, row: usize, columns: &Range<usize>) -> &mut [f32] {
        let start = channel * self.plane + row * self.width + columns.start;
        &mut self.tensor[start..start + columns.len()]
    }
}

/// To the nearest of 0–255. Adding and taking away 1.5 · 2²³ leaves no room for a fraction; unlike `round`, it runs as vectors.
#[inline(always)]
fn round_to_byte(color: f32) -> f32 {
    const NO_FRACTION: f32 = 12_582_912.0;
    color.clamp(0.0, 255.0) + NO_FRACTION - NO_FRACTION
}

#[cfg(test)]
mod plain;
#[cfg(test)]
mod tests;
