//! A region of a picture as a model's input tensor, in one pass: turned, scaled, converted to RGB and to the model's range.
//!
//! It follows MediaPipe's `ImageToTensorCalculator` on the CPU, since the models answer visibly differently to small changes:
//! column `c` of `n` reads the region at `c / n`, between pixels in steps of 1/32, and values are rounded to 8 bits.

use crate::image::{Image, Planes};
use crate::pixels::{PixelSource, Rgb, RgbTransform, STEPS, UNIT, Yuv, blend};
use crate::region::Region;

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
        Planes::Nv12 { y, uv } => fill(&Yuv::nv12(y, uv, image.color), image, region, border, spec, tensor),
        Planes::Rgb(rgb) => fill(&Rgb(rgb), image, region, border, spec, tensor),
    }
}

fn fill<S: PixelSource>(
    source: &S,
    image: &Image<'_>,
    region: Region,
    border: Border,
    spec: &TensorSpec,
    tensor: &mut [f32],
) {
    let (last_column, last_row) = (i64::from(image.width) - 1, i64::from(image.height) - 1);
    let sampler = Sampler { source, last_column, last_row, border };
    let grid = Grid::new(region, spec);
    let mut writer = Writer::new(source.to_rgb(), spec, tensor);
    let mut chunk = Chunk([[0; CHUNK]; 3]);
    for row in 0..spec.height {
        let line = grid.line(row);
        for first in (0..spec.width).step_by(CHUNK) {
            let count = CHUNK.min(spec.width - first);
            sampler.gather(line, first, count, &mut chunk);
            writer.write(row, first, count, &chunk);
        }
    }
}

/// Pixels gathered at a time: few enough to stay in the nearest cache, so that conversion runs as vectors.
const CHUNK: usize = 64;

/// Components of consecutive pixels in [`UNIT`]s, one array a component.
struct Chunk([[i32; CHUNK]; 3]);

/// A position in the picture, in pixels times 2³². Its steps of 1/[`STEPS`] pixel round to the nearest.
type Fixed = i64;
const FRACTION_BITS: u32 = 32;
const STEP_BITS: u32 = FRACTION_BITS - STEPS.ilog2();

fn fixed(px: f32) -> Fixed {
    (f64::from(px) * f64::from(FRACTION_BITS).exp2()) as Fixed
}

/// Where in the picture each tensor element looks: an affine grid.
struct Grid {
    origin: [Fixed; 2],
    column: [Fixed; 2],
    row: [Fixed; 2],
}

/// One row of the grid.
#[derive(Clone, Copy)]
struct Line {
    start: [Fixed; 2],
    step: [Fixed; 2],
}

impl Grid {
    fn new(region: Region, spec: &TensorSpec) -> Self {
        let (sin, cos) = region.rotation_rad.sin_cos();
        let column_px = region.width_px / spec.width as f32;
        let row_px = region.height_px / spec.height as f32;
        let half_step = 1 << (STEP_BITS - 1);
        Self {
            origin: region.to_picture(0.0, 0.0).map(|px| fixed(px) + half_step),
            column: [cos * column_px, sin * column_px].map(fixed),
            row: [-sin * row_px, cos * row_px].map(fixed),
        }
    }

    fn line(&self, row: usize) -> Line {
        let start = [0, 1].map(|axis| self.origin[axis] + row as i64 * self.row[axis]);
        Line { start, step: self.column }
    }
}

impl Line {
    /// Whole pixels and steps beyond them, on each axis.
    #[inline]
    fn at(self, column: usize) -> ([i64; 2], [i32; 2]) {
        let position = [0, 1].map(|axis| self.start[axis] + column as i64 * self.step[axis]);
        (
            position.map(|fixed| fixed >> FRACTION_BITS),
            position.map(|fixed| (fixed >> STEP_BITS) as i32 & (STEPS - 1)),
        )
    }
}

/// Reads a picture between its pixels.
struct Sampler<'s, S> {
    source: &'s S,
    last_column: i64,
    last_row: i64,
    border: Border,
}

impl<S: PixelSource> Sampler<'_, S> {
    #[inline]
    fn gather(&self, line: Line, first: usize, count: usize, chunk: &mut Chunk) {
        // Both coordinates are monotonic along the line, so what holds at its ends holds between them.
        let inside =
            self.has_neighbours(line.at(first).0) && self.has_neighbours(line.at(first + count - 1).0);
        let [a, b, c] = &mut chunk.0;
        for index in 0..count {
            let ([x, y], [steps_x, steps_y]) = line.at(first + index);
            let components = if inside || self.has_neighbours([x, y]) {
                self.source.between(x as usize, y as usize, steps_x, steps_y)
            } else {
                let taps = [self.tap(x, y), self.tap(x + 1, y), self.tap(x, y + 1), self.tap(x + 1, y + 1)];
                blend(taps, steps_x, steps_y)
            };
            a[index] = components[0];
            b[index] = components[1];
            c[index] = components[2];
        }
    }

    /// Whether a pixel and its right and lower neighbours are in the picture.
    #[inline]
    fn has_neighbours(&self, [x, y]: [i64; 2]) -> bool {
        x >= 0 && y >= 0 && x < self.last_column && y < self.last_row
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
struct Writer<'t> {
    to_rgb: RgbTransform,
    low: f32,
    gain: f32,
    width: usize,
    plane: usize,
    tensor: &'t mut [f32],
}

impl<'t> Writer<'t> {
    fn new(to_rgb: RgbTransform, spec: &TensorSpec, tensor: &'t mut [f32]) -> Self {
        let to_rgb = RgbTransform {
            matrix: to_rgb.matrix.map(|row| row.map(|weight| weight / UNIT as f32)),
            offset: to_rgb.offset,
        };
        let [low, high] = spec.range;
        let plane = spec.width * spec.height;
        Self { to_rgb, low, gain: (high - low) / 255.0, width: spec.width, plane, tensor }
    }

    #[inline]
    fn write(&mut self, row: usize, first: usize, count: usize, chunk: &Chunk) {
        for channel in 0..3 {
            let values = self.convert(channel, chunk);
            let start = channel * self.plane + row * self.width + first;
            self.tensor[start..start + count].copy_from_slice(&values[..count]);
        }
    }

    #[inline]
    fn convert(&self, channel: usize, chunk: &Chunk) -> [f32; CHUNK] {
        let [first, second, third] = self.to_rgb.matrix[channel];
        let offset = self.to_rgb.offset[channel];
        let [a, b, c] = &chunk.0;
        let mut values = [0.0; CHUNK];
        for index in 0..CHUNK {
            let color = first * a[index] as f32 + second * b[index] as f32 + third * c[index] as f32 + offset;
            values[index] = round_to_byte(color) * self.gain + self.low;
        }
        values
    }
}

/// To the nearest of 0–255. Adding and taking away 1.5 · 2²³ leaves no room for a fraction; unlike `round`, it runs as vectors.
#[inline]
fn round_to_byte(color: f32) -> f32 {
    const NO_FRACTION: f32 = 12_582_912.0;
    color.clamp(0.0, 255.0) + NO_FRACTION - NO_FRACTION
}

#[cfg(test)]
mod tests;
