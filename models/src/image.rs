//! A borrowed picture, as the estimator reads it.

use std::ops::Range;

use crate::EstimateError;
use crate::tensorrt::Surface;

/// One plane of a picture: rows of bytes, `stride` apart.
#[derive(Debug, Clone, Copy)]
pub struct Plane<'a> {
    /// The bytes.
    pub data: &'a [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
}

impl Plane<'_> {
    /// Brings a part of the plane into the cache, a byte of each line of 64. What a decoder has just written is in no cache of this core, and
    /// a turned region reads it in no order that the processor could foresee: each line would be waited for.
    pub(crate) fn fetch(self, bytes: Range<usize>, rows: Range<usize>) {
        let mut all = 0;
        for row in rows {
            let start = row * self.stride;
            let line = self.data.get(start + bytes.start..(start + bytes.end).min(self.data.len()));
            all ^= line.unwrap_or_default().iter().step_by(64).fold(0, |all, byte| all ^ byte);
        }
        std::hint::black_box(all);
    }
}

/// Pixel data, by format. 4:2:0 chroma planes are half the size, rounded up.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub enum Planes<'a> {
    I420 {
        y: Plane<'a>,
        u: Plane<'a>,
        v: Plane<'a>,
    },
    Nv12 {
        y: Plane<'a>,
        uv: Plane<'a>,
    },
    Rgb(Plane<'a>),
    /// NV12 in video memory: the CPU reads its planes, a GPU the same memory through `surface`.
    Nvmm {
        y: Plane<'a>,
        uv: Plane<'a>,
        surface: Surface<'a>,
    },
}

/// How YUV becomes RGB. Ignored for RGB pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorMatrix {
    /// ITU-R BT.601, limited range (16–235): standard definition, and what decoders assume of a stream that does not say.
    #[default]
    Bt601,
    /// BT.601, full range (0–255): JPEG, so most USB cameras.
    Bt601Full,
    /// ITU-R BT.709, limited range: high definition.
    Bt709,
    /// BT.709, full range.
    Bt709Full,
}

impl ColorMatrix {
    /// Luma of black.
    pub(crate) fn black_luma(self) -> u8 {
        match self {
            Self::Bt601 | Self::Bt709 => 16,
            Self::Bt601Full | Self::Bt709Full => 0,
        }
    }
}

/// Pixels of the longest side that is read: no camera's is as long.
const LARGEST_SIDE: usize = 65_536;

/// A borrowed picture.
#[derive(Debug, Clone, Copy)]
pub struct Image<'a> {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The pixels.
    pub planes: Planes<'a>,
    /// How YUV becomes RGB.
    pub color: ColorMatrix,
}

impl Image<'_> {
    /// Checks that every row of every plane lies inside its bytes, so that reading can't go wrong later.
    pub(crate) fn check(&self) -> Result<(), EstimateError> {
        let (width, height) = (self.width as usize, self.height as usize);
        if width == 0 || height == 0 {
            return Err(EstimateError::Image(format!("it has no pixels: {width}×{height}")));
        }
        if width.max(height) > LARGEST_SIDE {
            return Err(EstimateError::Image(format!(
                "a side is longer than {LARGEST_SIDE} pixels: {width}×{height}"
            )));
        }
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        match &self.planes {
            Planes::I420 { y, u, v } => {
                y.check("Y", width, height)?;
                u.check("U", half_width, half_height)?;
                v.check("V", half_width, half_height)
            }
            Planes::Nv12 { y, uv } | Planes::Nvmm { y, uv, .. } => {
                y.check("Y", width, height)?;
                uv.check("UV", 2 * half_width, half_height)
            }
            Planes::Rgb(rgb) => rgb.check("RGB", 3 * width, height),
        }
    }
}

impl Plane<'_> {
    fn check(&self, name: &str, row_bytes: usize, rows: usize) -> Result<(), EstimateError> {
        if self.stride < row_bytes {
            return Err(EstimateError::Image(format!(
                "plane {name} has a stride of {} bytes for rows of {row_bytes}",
                self.stride
            )));
        }
        // The last row need not be padded to the stride.
        let needed = self.stride.checked_mul(rows - 1).and_then(|bytes| bytes.checked_add(row_bytes));
        if needed.is_none_or(|needed| self.data.len() < needed) {
            return Err(EstimateError::Image(format!(
                "plane {name} has {} bytes, too few for {rows} rows {} apart",
                self.data.len(),
                self.stride
            )));
        }
        // Offsets are kept in four bytes.
        if needed.is_some_and(|needed| u32::try_from(needed).is_err()) {
            return Err(EstimateError::Image(format!("plane {name} reaches beyond {} bytes", u32::MAX)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gray(width: u32, height: u32, data: &[u8], stride: usize) -> Image<'_> {
        let plane = Plane { data, stride };
        Image { width, height, planes: Planes::Rgb(plane), color: ColorMatrix::default() }
    }

    #[test]
    fn last_row_need_not_be_padded() {
        let data = [0; 16 + 6];
        assert!(gray(2, 2, &data, 16).check().is_ok());
        assert!(gray(2, 2, &data[..21], 16).check().is_err());
    }

    #[test]
    fn useless_pictures_are_named() {
        let message = |image: &Image<'_>| image.check().unwrap_err().to_string();
        assert_eq!(message(&gray(0, 4, &[], 0)), "picture: it has no pixels: 0×4");
        assert_eq!(message(&gray(4, 0, &[], 12)), "picture: it has no pixels: 4×0");
        assert!(message(&gray(1, 65_537, &[0; 64], 3)).contains("longer than 65536 pixels: 1×65537"));
        assert!(message(&gray(4, 2, &[0; 64], 11)).contains("stride of 11 bytes for rows of 12"));
        assert!(message(&gray(4, 2, &[0; 64], usize::MAX)).contains("too few"));
    }
}
