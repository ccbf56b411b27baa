//! What a tensor must be, said as plainly as it can be: one pixel after the other.

use super::*;
use crate::color::YuvToRgb;
use crate::image::{ColorMatrix, Plane};

/// A picture with noise in every byte, the padding of its rows included.
pub(super) struct Picture {
    width: u32,
    height: u32,
    planes: [Vec<u8>; 3],
    strides: [usize; 3],
    format: Format,
    color: ColorMatrix,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Format {
    I420,
    Nv12,
    Rgb,
}

impl Picture {
    /// Rows of the planes are `paddings` bytes longer than they must be.
    pub(super) fn new(
        width: u32,
        height: u32,
        paddings: [usize; 3],
        format: Format,
        color: ColorMatrix,
    ) -> Self {
        let (columns, rows) = (width as usize, height as usize);
        let (half_columns, half_rows) = (columns.div_ceil(2), rows.div_ceil(2));
        let sizes = match format {
            Format::I420 => [(columns, rows), (half_columns, half_rows), (half_columns, half_rows)],
            Format::Nv12 => [(columns, rows), (2 * half_columns, half_rows), (0, 1)],
            Format::Rgb => [(3 * columns, rows), (0, 1), (0, 1)],
        };
        let mut state = u64::from(width) << 20 | u64::from(height);
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        let strides = [0, 1, 2].map(|plane| sizes[plane].0 + paddings[plane]);
        // The last row is not padded.
        let planes = [0, 1, 2].map(|plane| {
            let (row, rows) = sizes[plane];
            (0..strides[plane] * (rows - 1) + row).map(|_| noise()).collect()
        });
        Self { width, height, planes, strides, format, color }
    }

    pub(super) fn image(&self) -> Image<'_> {
        let plane = |index: usize| Plane { data: &self.planes[index], stride: self.strides[index] };
        let planes = match self.format {
            Format::I420 => Planes::I420 { y: plane(0), u: plane(1), v: plane(2) },
            Format::Nv12 => Planes::Nv12 { y: plane(0), uv: plane(1) },
            Format::Rgb => Planes::Rgb(plane(0)),
        };
        Image { width: self.width, height: self.height, planes, color: self.color }
    }

    /// Components of a pixel, none outside.
    fn pixel(&self, x: i64, y: i64) -> Option<[i32; 3]> {
        let inside = (0..i64::from(self.width)).contains(&x) && (0..i64::from(self.height)).contains(&y);
        let (x, y) = inside.then_some((x as usize, y as usize))?;
        let byte =
            |plane: usize, x: usize, y: usize| i32::from(self.planes[plane][y * self.strides[plane] + x]);
        Some(match self.format {
            Format::I420 => [byte(0, x, y), byte(1, x / 2, y / 2), byte(2, x / 2, y / 2)],
            Format::Nv12 => [byte(0, x, y), byte(1, x / 2 * 2, y / 2), byte(1, x / 2 * 2 + 1, y / 2)],
            Format::Rgb => [byte(0, 3 * x, y), byte(0, 3 * x + 1, y), byte(0, 3 * x + 2, y)],
        })
    }

    /// What the tensor's element at this column and row is made of, said as plainly as it can be: one pixel after the other.
    fn components(
        &self,
        region: Region,
        border: Border,
        spec: &TensorSpec,
        [column, row]: [i64; 2],
    ) -> [i32; 3] {
        let (sin, cos) = region.rotation_rad.sin_cos();
        let (across, down) = (region.width_px / spec.width as f32, region.height_px / spec.height as f32);
        let fixed = |px: f32| (f64::from(px) * 4_294_967_296.0) as i64;
        let origin = region.to_picture(0.0, 0.0);
        // Steps of 1/32 pixel, rounded to the nearest.
        let steps = |origin: f32, a_column: f32, a_row: f32| {
            (fixed(origin) + (1 << 26) + column * fixed(a_column) + row * fixed(a_row)).div_euclid(1 << 27)
        };
        let at = [steps(origin[0], cos * across, -sin * down), steps(origin[1], sin * across, cos * down)];
        let ([x, y], [right, below]) =
            (at.map(|at| at.div_euclid(32)), at.map(|at| at.rem_euclid(32) as i32));
        let (last_x, last_y) = (i64::from(self.width) - 1, i64::from(self.height) - 1);
        let black = match (self.format, self.color) {
            (Format::Rgb, _) => [0; 3],
            (_, ColorMatrix::Bt601 | ColorMatrix::Bt709) => [16, 128, 128],
            _ => [0, 128, 128],
        };
        let tap = |x: i64, y: i64| match (self.pixel(x, y), border) {
            (Some(pixel), _) => pixel,
            (None, Border::Zero) => black,
            (None, Border::Replicate) => self.pixel(x.clamp(0, last_x), y.clamp(0, last_y)).unwrap(),
        };
        let blend = |component: usize| {
            let upper = tap(x, y)[component] * (32 - right) + tap(x + 1, y)[component] * right;
            let lower = tap(x, y + 1)[component] * (32 - right) + tap(x + 1, y + 1)[component] * right;
            upper * (32 - below) + lower * below
        };
        let inside = x >= 0 && y >= 0 && x < last_x && y < last_y;
        if inside && self.format != Format::Rgb {
            // Chroma is the nearest pixel's.
            let nearest = tap(x + i64::from(right >= 16), y + i64::from(below >= 16));
            return [blend(0), 1024 * nearest[1], 1024 * nearest[2]];
        }
        [blend(0), blend(1), blend(2)]
    }

    fn expected(&self, region: Region, border: Border, spec: &TensorSpec) -> Vec<f32> {
        let to_rgb = YuvToRgb::new(self.color);
        let mut tensor = vec![f32::NAN; spec.len()];
        for (row, column) in (0..spec.height).flat_map(|row| (0..spec.width).map(move |c| (row, c))) {
            let components =
                self.components(region, border, spec, [column as i64, row as i64]).map(|c| c as f32);
            let rgb = match self.format {
                Format::Rgb => components.map(|component| component / 1024.0),
                _ => to_rgb.of(components),
            };
            for (channel, color) in rgb.into_iter().enumerate() {
                let value = color.clamp(0.0, 255.0).round_ties_even() * (1.0 / 255.0);
                tensor[(channel * spec.height + row) * spec.width + column] = value;
            }
        }
        tensor
    }

    /// The first element that differs from the reference, if any does.
    pub(super) fn difference(&self, region: Region, border: Border, spec: &TensorSpec) -> Option<String> {
        let image = self.image();
        image.check().unwrap();
        let mut tensor = vec![f32::NAN; spec.len()];
        fill_tensor(&image, region, border, spec, &mut tensor);
        let expected = self.expected(region, border, spec);
        let at = tensor.iter().zip(&expected).position(|(a, b)| a.to_bits() != b.to_bits())?;
        let (row, column) = (at / spec.width % spec.height, at % spec.width);
        Some(format!("row {row}, column {column}: {} is not {}", tensor[at], expected[at]))
    }
}
