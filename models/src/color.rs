//! YUV to RGB.

#![allow(
    clippy::inline_always,
    reason = "so that it is compiled for the instructions that the caller picked"
)]

use crate::image::ColorMatrix;
use crate::pixels::UNIT;

/// YUV, in [`UNIT`]s, to RGB, 0–255. Source: ITU-R BT.601-7 and BT.709-6, from the luma weights of red and blue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct YuvToRgb {
    luma: f32,
    red_of_v: f32,
    green_of_u: f32,
    green_of_v: f32,
    blue_of_u: f32,
    /// Added to each of R, G, B.
    offset: [f32; 3],
}

impl YuvToRgb {
    pub(crate) fn new(color: ColorMatrix) -> Self {
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
        let unit = UNIT as f32;
        Self {
            luma: luma_gain / unit,
            red_of_v: red_of_v / unit,
            green_of_u: green_of_u / unit,
            green_of_v: green_of_v / unit,
            blue_of_u: blue_of_u / unit,
            offset: [offset(0.0, red_of_v), offset(green_of_u, green_of_v), offset(blue_of_u, 0.0)],
        }
    }

    /// A row of weights for each of R, G and B, and what is added.
    pub(crate) fn matrix(&self) -> ([[f32; 3]; 3], [f32; 3]) {
        let rows = [
            [self.luma, 0.0, self.red_of_v],
            [self.luma, self.green_of_u, self.green_of_v],
            [self.luma, self.blue_of_u, 0.0],
        ];
        (rows, self.offset)
    }

    /// R, G and B.
    #[inline(always)]
    pub(crate) fn of(&self, [y, u, v]: [f32; 3]) -> [f32; 3] {
        let gray = self.luma * y;
        [
            gray + self.red_of_v * v + self.offset[0],
            gray + self.green_of_u * u + self.green_of_v * v + self.offset[1],
            gray + self.blue_of_u * u + self.offset[2],
        ]
    }
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
            let found = YuvToRgb::new(color).of(yuv.map(|component: f32| component * UNIT as f32));
            for (value, expected) in found.into_iter().zip(expected) {
                assert!((value - expected).abs() < 2.5, "{color:?} {yuv:?}: {value} is not {expected}");
            }
        }
    }
}
