//! A region of a picture as a model's input tensor, in one pass: turned, scaled, converted to RGB and to the model's range.
//! The sampling grid is MediaPipe's `ImageToTensorCalculator` on the CPU: column `c` of `n` reads the region at `c / n`.

use crate::image::{Image, Planes};
use crate::pixels::{PixelSource, Rgb, RgbTransform, Yuv, blend};
use crate::region::Region;

/// Order of the tensor's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// A plane for each of R, G, B.
    Nchw,
    /// R, G, B of each pixel together.
    Nhwc,
}

/// What lies outside the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Border {
    /// Black.
    Zero,
    /// The nearest pixel of the picture.
    Replicate,
}

/// A model's picture input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TensorSpec {
    /// Columns.
    pub(crate) width: usize,
    /// Rows.
    pub(crate) height: usize,
    /// Order of values.
    pub(crate) layout: Layout,
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
pub(crate) fn fill_tensor(image: &Image<'_>, region: Region, border: Border, spec: &TensorSpec, tensor: &mut [f32]) {
    match image.planes {
        Planes::I420 { y, u, v } => fill(&Yuv::i420(y, u, v, image.color), image, region, border, spec, tensor),
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
    let sampler = Sampler { source, width: image.width as usize, height: image.height as usize, border };
    let grid = Grid::new(region, spec);
    let mut writer = Writer::new(source.to_rgb(), spec, tensor);
    for row in 0..spec.height {
        let line = grid.line(row);
        for first in (0..spec.width).step_by(CHUNK) {
            let count = CHUNK.min(spec.width - first);
            let mut chunk = Chunk::default();
            sampler.gather(line, first, count, &mut chunk);
            writer.write(row, first, count, &chunk);
        }
    }
}

/// Pixels gathered at a time: few enough to stay in registers and the nearest cache, so that conversion runs as vectors.
const CHUNK: usize = 64;

/// Components of consecutive pixels, one array a component.
struct Chunk([[f32; CHUNK]; 3]);

impl Default for Chunk {
    fn default() -> Self {
        Self([[0.0; CHUNK]; 3])
    }
}

/// Where in the picture each tensor element looks: an affine grid.
struct Grid {
    origin: [f32; 2],
    column: [f32; 2],
    row: [f32; 2],
}

/// One row of the grid.
#[derive(Clone, Copy)]
struct Line {
    start: [f32; 2],
    step: [f32; 2],
}

impl Grid {
    fn new(region: Region, spec: &TensorSpec) -> Self {
        let (sin, cos) = region.rotation_rad.sin_cos();
        let column_px = region.width_px / spec.width as f32;
        let row_px = region.height_px / spec.height as f32;
        Self {
            origin: region.to_picture(0.0, 0.0),
            column: [cos * column_px, sin * column_px],
            row: [-sin * row_px, cos * row_px],
        }
    }

    fn line(&self, row: usize) -> Line {
        let row = row as f32;
        Line {
            start: [self.origin[0] + row * self.row[0], self.origin[1] + row * self.row[1]],
            step: self.column,
        }
    }
}

impl Line {
    #[inline]
    fn at(self, column: usize) -> [f32; 2] {
        let column = column as f32;
        [self.start[0] + column * self.step[0], self.start[1] + column * self.step[1]]
    }
}

/// Reads a picture between its pixels.
struct Sampler<'s, S> {
    source: &'s S,
    width: usize,
    height: usize,
    border: Border,
}

impl<S: PixelSource> Sampler<'_, S> {
    #[inline]
    fn gather(&self, line: Line, first: usize, count: usize, chunk: &mut Chunk) {
        // Each coordinate is monotonic along the line, so what holds at both ends holds between them.
        let inside = self.has_neighbours(line.at(first)) && self.has_neighbours(line.at(first + count - 1));
        let [a, b, c] = &mut chunk.0;
        for index in 0..count {
            let [x, y] = line.at(first + index);
            let components = if inside {
                let (column, row) = (x as usize, y as usize);
                self.source.between(column, row, x - column as f32, y - row as f32)
            } else {
                self.at_border(x, y)
            };
            a[index] = components[0];
            b[index] = components[1];
            c[index] = components[2];
        }
    }

    /// Whether the position and the pixels right of and below it are in the picture.
    #[inline]
    fn has_neighbours(&self, [x, y]: [f32; 2]) -> bool {
        x >= 0.0 && y >= 0.0 && x < (self.width - 1) as f32 && y < (self.height - 1) as f32
    }

    fn at_border(&self, x: f32, y: f32) -> [f32; 3] {
        let (left, top) = (x.floor(), y.floor());
        let (column, row) = (left as i64, top as i64);
        let taps = [
            self.tap(column, row),
            self.tap(column + 1, row),
            self.tap(column, row + 1),
            self.tap(column + 1, row + 1),
        ];
        blend(taps, x - left, y - top)
    }

    fn tap(&self, column: i64, row: i64) -> [f32; 3] {
        let (last_column, last_row) = (self.width as i64 - 1, self.height as i64 - 1);
        let inside = (0..=last_column).contains(&column) && (0..=last_row).contains(&row);
        if !inside && self.border == Border::Zero {
            return self.source.black();
        }
        self.source.pixel(column.clamp(0, last_column) as usize, row.clamp(0, last_row) as usize)
    }
}

/// Converts components to the tensor's values and puts them where its layout wants them.
struct Writer<'t> {
    transform: RgbTransform,
    range: [f32; 2],
    layout: Layout,
    width: usize,
    plane: usize,
    tensor: &'t mut [f32],
}

impl<'t> Writer<'t> {
    fn new(to_rgb: RgbTransform, spec: &TensorSpec, tensor: &'t mut [f32]) -> Self {
        let [low, high] = spec.range;
        let gain = (high - low) / 255.0;
        let transform = RgbTransform {
            matrix: to_rgb.matrix.map(|row| row.map(|weight| weight * gain)),
            offset: to_rgb.offset.map(|offset| offset * gain + low),
        };
        let plane = spec.width * spec.height;
        Self { transform, range: spec.range, layout: spec.layout, width: spec.width, plane, tensor }
    }

    #[inline]
    fn write(&mut self, row: usize, first: usize, count: usize, chunk: &Chunk) {
        let start = row * self.width + first;
        for channel in 0..3 {
            let values = self.convert(channel, chunk);
            match self.layout {
                Layout::Nchw => {
                    let start = channel * self.plane + start;
                    self.tensor[start..start + count].copy_from_slice(&values[..count]);
                }
                Layout::Nhwc => {
                    let pixels = self.tensor[3 * start..3 * (start + count)].chunks_exact_mut(3);
                    for (pixel, value) in pixels.zip(values) {
                        pixel[channel] = value;
                    }
                }
            }
        }
    }

    #[inline]
    fn convert(&self, channel: usize, chunk: &Chunk) -> [f32; CHUNK] {
        let [first, second, third] = self.transform.matrix[channel];
        let offset = self.transform.offset[channel];
        let [low, high] = self.range;
        let [a, b, c] = &chunk.0;
        let mut values = [0.0; CHUNK];
        for index in 0..CHUNK {
            let value = first * a[index] + second * b[index] + third * c[index] + offset;
            values[index] = value.clamp(low, high);
        }
        values
    }
}
