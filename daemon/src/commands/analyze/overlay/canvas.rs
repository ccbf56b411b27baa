//! A picture that can be drawn on: luma and two chroma planes of half its width and height.

use std::convert::Infallible;

use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Size};
use embedded_graphics::pixelcolor::{Rgb888, RgbColor};
use embedded_graphics::prelude::{Pixel, Point};
use embedded_graphics::primitives::{PointsIter, Rectangle};
use spotter_capture::{ColorMatrix, Colors, Frame, PixelPlanes, Plane};

/// A copy of a frame. Its sides are even, as the encoder wants them: an odd last row or column is left out.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    luma: Vec<u8>,
    blue: Vec<u8>,
    red: Vec<u8>,
    colors: Colors,
}

impl Canvas {
    /// A canvas for pictures like this one; nothing is on it yet.
    pub(super) fn of(frame: &Frame) -> Self {
        Self::new(frame.width, frame.height, frame.colors())
    }

    fn new(width: u32, height: u32, colors: Colors) -> Self {
        let (width, height) = (width as usize & !1, height as usize & !1);
        let chroma = vec![128; width * height / 4];
        Self { width, height, luma: vec![0; width * height], blue: chroma.clone(), red: chroma, colors }
    }

    /// Width and height in pixels.
    pub(super) fn size(&self) -> (u32, u32) {
        (self.width as u32, self.height as u32)
    }

    /// Takes over a frame; `false` when it is of another size.
    pub(super) fn load(&mut self, frame: &Frame) -> bool {
        if (frame.width as usize & !1, frame.height as usize & !1) != (self.width, self.height) {
            return false;
        }
        self.colors = frame.colors();
        let (width, chroma_width) = (self.width, self.width / 2);
        match frame.planes() {
            PixelPlanes::I420 { y, u, v } => {
                copy_rows(&mut self.luma, width, y);
                copy_rows(&mut self.blue, chroma_width, u);
                copy_rows(&mut self.red, chroma_width, v);
            }
            PixelPlanes::Nv12 { y, uv } => {
                copy_rows(&mut self.luma, width, y);
                let rows =
                    self.blue.chunks_exact_mut(chroma_width).zip(self.red.chunks_exact_mut(chroma_width));
                for ((blue, red), from) in rows.zip(uv.data.chunks(uv.stride.max(1))) {
                    for ((blue, red), pair) in blue.iter_mut().zip(red).zip(from.chunks_exact(2)) {
                        (*blue, *red) = (pair[0], pair[1]);
                    }
                }
            }
            // Asked for by live stations alone.
            PixelPlanes::Nvmm { .. } => return false,
        }
        true
    }

    /// Luma, blue and red chroma.
    pub(super) fn planes(&self) -> [Plane<'_>; 3] {
        let (width, chroma_width) = (self.width, self.width / 2);
        [(&self.luma, width), (&self.blue, chroma_width), (&self.red, chroma_width)]
            .map(|(data, stride)| Plane { data, stride })
    }

    /// Darkens a part of the picture, so that text on it can be read.
    pub(super) fn darken(&mut self, area: &Rectangle) {
        let black = if self.colors.full_range { 0 } else { 16 };
        let area = area.intersection(&self.area());
        for y in area.rows() {
            for x in area.columns() {
                let luma = &mut self.luma[y as usize * self.width + x as usize];
                *luma = black + (*luma).saturating_sub(black) / 3;
            }
        }
    }

    fn area(&self) -> Rectangle {
        Rectangle::new(Point::zero(), self.size_as_drawn())
    }

    fn size_as_drawn(&self) -> Size {
        Size::new(self.width as u32, self.height as u32)
    }

    fn set(&mut self, at: Point, [y, u, v]: [u8; 3]) {
        let (Ok(column), Ok(row)) = (usize::try_from(at.x), usize::try_from(at.y)) else { return };
        if column < self.width && row < self.height {
            self.luma[row * self.width + column] = y;
            let chroma = row / 2 * (self.width / 2) + column / 2;
            (self.blue[chroma], self.red[chroma]) = (u, v);
        }
    }
}

fn copy_rows(to: &mut [u8], width: usize, from: Plane<'_>) {
    for (to, from) in to.chunks_exact_mut(width.max(1)).zip(from.data.chunks(from.stride.max(1))) {
        if let Some(from) = from.get(..width) {
            to.copy_from_slice(from);
        }
    }
}

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        self.size_as_drawn()
    }
}

impl DrawTarget for Canvas {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        let mut converted: Option<(Rgb888, [u8; 3])> = None;
        for Pixel(at, color) in pixels {
            let bytes = match converted {
                Some((known, bytes)) if known == color => bytes,
                _ => yuv(color, self.colors),
            };
            converted = Some((color, bytes));
            self.set(at, bytes);
        }
        Ok(())
    }

    fn fill_solid(&mut self, area: &Rectangle, color: Rgb888) -> Result<(), Infallible> {
        let bytes = yuv(color, self.colors);
        for at in area.intersection(&self.area()).points() {
            self.set(at, bytes);
        }
        Ok(())
    }
}

/// A colour as the picture's bytes: ITU-R BT.601 or BT.709, narrow or full range.
fn yuv(color: Rgb888, colors: Colors) -> [u8; 3] {
    let [r, g, b] = [color.r(), color.g(), color.b()].map(|part| f64::from(part) / 255.0);
    // Weights of red and blue in luma.
    let (kr, kb) = match colors.matrix {
        ColorMatrix::Bt601 => (0.299, 0.114),
        ColorMatrix::Bt709 => (0.2126, 0.0722),
    };
    let luma = kr * r + (1.0 - kr - kb) * g + kb * b;
    let (blue, red) = ((b - luma) / (2.0 * (1.0 - kb)), (r - luma) / (2.0 * (1.0 - kr)));
    let (black, luma_range, chroma_range) =
        if colors.full_range { (0.0, 255.0, 255.0) } else { (16.0, 219.0, 224.0) };
    [black + luma_range * luma, 128.0 + chroma_range * blue, 128.0 + chroma_range * red]
        .map(|value| value.round().clamp(0.0, 255.0) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NARROW_601: Colors = Colors { matrix: ColorMatrix::Bt601, full_range: false };

    /// ITU-R BT.601: white is 235, 128, 128; pure red 81, 90, 240. BT.709: pure red 63, 102, 240.
    #[test]
    fn colours_are_those_of_the_standards() {
        assert_eq!(yuv(Rgb888::WHITE, NARROW_601), [235, 128, 128]);
        assert_eq!(yuv(Rgb888::RED, NARROW_601), [81, 90, 240]);
        let narrow_709 = Colors { matrix: ColorMatrix::Bt709, full_range: false };
        assert_eq!(yuv(Rgb888::RED, narrow_709), [63, 102, 240]);
        assert_eq!(yuv(Rgb888::BLACK, Colors { full_range: true, ..NARROW_601 }), [0, 128, 128]);
    }

    #[test]
    fn what_is_drawn_beyond_the_picture_is_left_out() {
        let mut canvas = Canvas::new(9, 5, NARROW_601);
        assert_eq!(canvas.size(), (8, 4));
        let area = Rectangle::new(Point::new(-5, -5), Size::new(30, 30));
        canvas.fill_solid(&area, Rgb888::WHITE).unwrap();
        let beyond = [Point::new(-1, 0), Point::new(8, 0), Point::new(0, 4), Point::new(i32::MAX, i32::MIN)];
        canvas.draw_iter(beyond.map(|at| Pixel(at, Rgb888::RED))).unwrap();
        canvas.darken(&area);
        assert_eq!(canvas.luma, [89; 32]);
        assert_eq!((canvas.blue.as_slice(), canvas.red.as_slice()), (&[128; 8][..], &[128; 8][..]));
    }
}
