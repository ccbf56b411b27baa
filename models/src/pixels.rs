//! Reading pixels of any supported format as three linear components, and those components as RGB. In whole numbers, so that
//! every machine reads the same.

use crate::image::{ColorMatrix, Plane};

/// Pixels as three components that are linear in RGB. Since interpolation and conversion are both linear, a sample is
/// interpolated in the source's own components and converted once.
pub(crate) trait PixelSource {
    /// Black, in the source's components.
    fn black(&self) -> [u8; 3];

    /// The pixel at (x, y).
    fn pixel(&self, x: usize, y: usize) -> [u8; 3];

    /// Between the pixel at (x, y) and its right and lower neighbours, all of which are inside, in [`UNIT`]s.
    fn between(&self, x: usize, y: usize, steps_x: i32, steps_y: i32) -> [i32; 3];

    /// The way to RGB.
    fn to_rgb(&self) -> RgbTransform;
}

/// Positions between two neighbouring pixels.
pub(crate) const STEPS: i32 = 32;
/// A blended component of 1 is this: the product of both weights.
pub(crate) const UNIT: i32 = STEPS * STEPS;

/// `rgb = matrix · components + offset`, in 0–255.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RgbTransform {
    /// A row for each of R, G, B.
    pub(crate) matrix: [[f32; 3]; 3],
    /// Added to each of R, G, B.
    pub(crate) offset: [f32; 3],
}

impl RgbTransform {
    const IDENTITY: Self =
        Self { matrix: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], offset: [0.0; 3] };

    /// YUV to RGB. Source: ITU-R BT.601-7 and BT.709-6, from the luma weights of red and blue.
    fn from_yuv(color: ColorMatrix) -> Self {
        let (red, blue) = match color {
            ColorMatrix::Bt601 | ColorMatrix::Bt601Full => (0.299, 0.114),
            ColorMatrix::Bt709 | ColorMatrix::Bt709Full => (0.2126, 0.0722),
        };
        let (luma_gain, chroma_gain) = match color {
            ColorMatrix::Bt601 | ColorMatrix::Bt709 => (255.0 / 219.0, 255.0 / 224.0),
            ColorMatrix::Bt601Full | ColorMatrix::Bt709Full => (1.0, 1.0),
        };
        let black = f32::from(color.black_luma());
        let green = 1.0 - red - blue;
        let red_of_v = 2.0 * (1.0 - red) * chroma_gain;
        let blue_of_u = 2.0 * (1.0 - blue) * chroma_gain;
        let green_of_u = -blue_of_u * blue / green;
        let green_of_v = -red_of_v * red / green;
        let offset = |of_u: f32, of_v: f32| -luma_gain * black - 128.0 * (of_u + of_v);
        Self {
            matrix: [
                [luma_gain, 0.0, red_of_v],
                [luma_gain, green_of_u, green_of_v],
                [luma_gain, blue_of_u, 0.0],
            ],
            offset: [offset(0.0, red_of_v), offset(green_of_u, green_of_v), offset(blue_of_u, 0.0)],
        }
    }
}

/// 4:2:0 YUV, planar or with interleaved chroma.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Yuv<'a> {
    luma: Plane<'a>,
    u: Plane<'a>,
    v: Plane<'a>,
    /// Bytes from one chroma sample to the next: 1 planar, 2 interleaved.
    chroma_step: usize,
    color: ColorMatrix,
}

impl<'a> Yuv<'a> {
    pub(crate) fn i420(y: Plane<'a>, u: Plane<'a>, v: Plane<'a>, color: ColorMatrix) -> Self {
        Self { luma: y, u, v, chroma_step: 1, color }
    }

    pub(crate) fn nv12(y: Plane<'a>, uv: Plane<'a>, color: ColorMatrix) -> Self {
        let v = Plane { data: uv.data.get(1..).unwrap_or_default(), stride: uv.stride };
        Self { luma: y, u: uv, v, chroma_step: 2, color }
    }

    /// Chroma of the pixel at (x, y), without interpolation: half the resolution of luma is finer than what a model sees
    /// of a person, and the common decoders to RGB do the same.
    #[inline]
    fn chroma(&self, x: usize, y: usize) -> [u8; 2] {
        let column = (x / 2) * self.chroma_step;
        let row = y / 2;
        [self.u.data[row * self.u.stride + column], self.v.data[row * self.v.stride + column]]
    }
}

impl PixelSource for Yuv<'_> {
    fn black(&self) -> [u8; 3] {
        [self.color.black_luma(), 128, 128]
    }

    #[inline]
    fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        let luma = self.luma.data[y * self.luma.stride + x];
        let [u, v] = self.chroma(x, y);
        [luma, u, v]
    }

    #[inline]
    fn between(&self, x: usize, y: usize, steps_x: i32, steps_y: i32) -> [i32; 3] {
        let start = y * self.luma.stride + x;
        let upper = &self.luma.data[start..start + 2];
        let lower = &self.luma.data[start + self.luma.stride..start + self.luma.stride + 2];
        let luma = bilinear([upper[0], upper[1], lower[0], lower[1]], steps_x, steps_y);
        let nearest_x = x + usize::from(steps_x >= STEPS / 2);
        let nearest_y = y + usize::from(steps_y >= STEPS / 2);
        let [u, v] = self.chroma(nearest_x, nearest_y);
        [luma, i32::from(u) * UNIT, i32::from(v) * UNIT]
    }

    fn to_rgb(&self) -> RgbTransform {
        RgbTransform::from_yuv(self.color)
    }
}

/// Interleaved RGB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rgb<'a>(pub(crate) Plane<'a>);

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

    #[inline]
    fn between(&self, x: usize, y: usize, steps_x: i32, steps_y: i32) -> [i32; 3] {
        let taps = [self.pixel(x, y), self.pixel(x + 1, y), self.pixel(x, y + 1), self.pixel(x + 1, y + 1)];
        blend(taps, steps_x, steps_y)
    }

    fn to_rgb(&self) -> RgbTransform {
        RgbTransform::IDENTITY
    }
}

/// Between four pixels (upper left, upper right, lower left, lower right), in [`UNIT`]s.
#[inline]
pub(crate) fn blend(taps: [[u8; 3]; 4], steps_x: i32, steps_y: i32) -> [i32; 3] {
    std::array::from_fn(|channel| bilinear(taps.map(|tap| tap[channel]), steps_x, steps_y))
}

#[inline]
fn bilinear(taps: [u8; 4], steps_x: i32, steps_y: i32) -> i32 {
    let [a, b, c, d] = taps.map(i32::from);
    let upper = a * (STEPS - steps_x) + b * steps_x;
    let lower = c * (STEPS - steps_x) + d * steps_x;
    upper * (STEPS - steps_y) + lower * steps_y
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 8-bit code values of the primaries: Rec. ITU-R BT.601-7 and BT.709-6 applied by hand to full-intensity RGB.
    #[test]
    fn yuv_of_the_primaries_becomes_rgb() {
        let cases = [
            (ColorMatrix::Bt601, [81.0, 90.0, 240.0], [255.0, 0.0, 0.0]),
            (ColorMatrix::Bt601, [145.0, 54.0, 34.0], [0.0, 255.0, 0.0]),
            (ColorMatrix::Bt601, [41.0, 240.0, 110.0], [0.0, 0.0, 255.0]),
            (ColorMatrix::Bt709, [63.0, 102.0, 240.0], [255.0, 0.0, 0.0]),
            (ColorMatrix::Bt709, [173.0, 42.0, 26.0], [0.0, 255.0, 0.0]),
            (ColorMatrix::Bt709, [32.0, 240.0, 118.0], [0.0, 0.0, 255.0]),
            (ColorMatrix::Bt601Full, [76.0, 85.0, 255.0], [255.0, 0.0, 0.0]),
            (ColorMatrix::Bt601, [16.0, 128.0, 128.0], [0.0, 0.0, 0.0]),
            (ColorMatrix::Bt709Full, [255.0, 128.0, 128.0], [255.0, 255.0, 255.0]),
        ];
        for (color, yuv, expected) in cases {
            let transform = RgbTransform::from_yuv(color);
            for ((row, offset), expected) in transform.matrix.iter().zip(transform.offset).zip(expected) {
                let value = row[0] * yuv[0] + row[1] * yuv[1] + row[2] * yuv[2] + offset;
                assert!((value - expected).abs() < 2.5, "{color:?} {yuv:?}: {value} is not {expected}");
            }
        }
    }
}
