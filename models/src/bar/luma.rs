//! Brightness of a picture, at any place of it.

use crate::image::{Image, Planes};

/// The brightness plane of a picture.
#[derive(Clone, Copy)]
pub(super) struct Luma<'a> {
    data: &'a [u8],
    stride: usize,
    /// Pixels in a row and rows.
    pub(super) size: [usize; 2],
    /// Red, green and blue follow one another, instead of one value a pixel.
    rgb: bool,
}

impl<'a> Luma<'a> {
    /// Of a picture that was checked.
    pub(super) fn of(image: &Image<'a>) -> Self {
        let (plane, rgb) = match image.planes {
            Planes::I420 { y, .. } | Planes::Nv12 { y, .. } | Planes::Nvmm { y, .. } => (y, false),
            Planes::Rgb(plane) => (plane, true),
        };
        let size = [image.width as usize, image.height as usize];
        Self { data: plane.data, stride: plane.stride, size, rgb }
    }

    /// Brightness of one pixel, which is inside. Weights of ITU-R BT.601 in 256ths.
    #[inline]
    pub(super) fn at(&self, x: usize, y: usize) -> u8 {
        let row = y * self.stride;
        if !self.rgb {
            return self.data[row + x];
        }
        let [r, g, b] = [0, 1, 2].map(|channel| u16::from(self.data[row + 3 * x + channel]));
        ((77 * r + 150 * g + 29 * b) >> 8) as u8
    }

    /// Adds the pixels of a row, from column `x` on, to the sum of their block of `step`.
    pub(super) fn add_blocks(&self, x: usize, y: usize, step: usize, sums: &mut [u32]) {
        if self.rgb {
            for (block, sum) in sums.iter_mut().enumerate() {
                *sum += (0..step).map(|dx| u32::from(self.at(x + block * step + dx, y))).sum::<u32>();
            }
            return;
        }
        let row = &self.data[y * self.stride + x..][..sums.len() * step];
        // The steps of nearly all pictures, each with a loop of its own.
        match step {
            1 => add_rows::<1>(row, sums),
            2 => add_rows::<2>(row, sums),
            3 => add_rows::<3>(row, sums),
            4 => add_rows::<4>(row, sums),
            _ => {
                for (sum, block) in sums.iter_mut().zip(row.chunks_exact(step)) {
                    *sum += block.iter().copied().map(u32::from).sum::<u32>();
                }
            }
        }
    }

    /// Brightness between four pixels; none outside the picture. The centre of the first pixel is (0.5, 0.5).
    #[inline]
    pub(super) fn between(&self, x: f64, y: f64) -> Option<f32> {
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        // NaN fails the comparison too.
        if !(left >= 0.0 && top >= 0.0 && left + 1.0 < self.size[0] as f64 && top + 1.0 < self.size[1] as f64)
        {
            return None;
        }
        let (right_share, lower_share) = ((x - left) as f32, (y - top) as f32);
        let (column, row) = (left as usize, top as usize);
        let at = |dx, dy| f32::from(self.at(column + dx, row + dy));
        let upper = at(0, 0) + right_share * (at(1, 0) - at(0, 0));
        let lower = at(0, 1) + right_share * (at(1, 1) - at(0, 1));
        Some(upper + lower_share * (lower - upper))
    }
}

fn add_rows<const STEP: usize>(row: &[u8], sums: &mut [u32]) {
    let (blocks, _) = row.as_chunks::<STEP>();
    for (sum, block) in sums.iter_mut().zip(blocks) {
        *sum += block.iter().copied().map(u32::from).sum::<u32>();
    }
}
