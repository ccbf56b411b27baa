//! A picture of three planes (I420) that other pictures are drawn into.

use spotter_capture::{Frame, PixelPlanes, Plane};

/// Luma and chroma of black.
const BLACK: [u8; 3] = [16, 128, 128];

/// The picture.
pub(crate) struct Canvas {
    width: usize,
    planes: [Vec<u8>; 3],
}

impl Canvas {
    /// A black picture; both sides are even.
    pub(crate) fn black(width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        let plane = |index: usize| vec![BLACK[index]; (width >> shift(index)) * (height >> shift(index))];
        Self { width, planes: [plane(0), plane(1), plane(2)] }
    }

    /// Draws a frame with its upper left corner at `at` (x, y, both even); what does not fit is cut off.
    pub(crate) fn draw(&mut self, frame: &Frame, at: (u32, u32)) {
        let PixelPlanes::I420 { y, u, v } = frame.planes() else { return };
        let size = (frame.width as usize, frame.height as usize);
        for (index, plane) in [y, u, v].iter().enumerate() {
            let rows = plane.data.chunks(plane.stride.max(1));
            for (to, from) in self.rows_mut(index, size, at).zip(rows) {
                to.copy_from_slice(&from[..to.len()]);
            }
        }
    }

    /// Makes black what [`Self::draw`] would draw.
    pub(crate) fn clear(&mut self, frame: &Frame, at: (u32, u32)) {
        let size = (frame.width as usize, frame.height as usize);
        for (index, black) in BLACK.into_iter().enumerate() {
            self.rows_mut(index, size, at).for_each(|row| row.fill(black));
        }
    }

    /// The rows of a part of a plane; size and place are those of the picture.
    fn rows_mut(
        &mut self,
        plane: usize,
        (columns, rows): (usize, usize),
        (left, top): (u32, u32),
    ) -> impl Iterator<Item = &mut [u8]> {
        let halved = shift(plane);
        let stride = self.width >> halved;
        let left = (left as usize >> halved).min(stride);
        let right = (left + (columns >> halved)).min(stride);
        let of_plane = self.planes[plane].chunks_exact_mut(stride);
        of_plane.skip(top as usize >> halved).take(rows >> halved).map(move |row| &mut row[left..right])
    }

    /// Luma, blue chroma, red chroma: bytes and bytes a row.
    pub(crate) fn planes(&self) -> [Plane<'_>; 3] {
        [0, 1, 2].map(|index| Plane { data: &self.planes[index], stride: self.width >> shift(index) })
    }
}

/// Chroma planes have half the rows and columns.
fn shift(plane: usize) -> usize {
    usize::from(plane > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_at_its_place_and_cut_at_the_edges() {
        let mut canvas = Canvas::black(8, 4);
        let mut value = 0;
        for row in canvas.rows_mut(0, (4, 4), (6, 2)) {
            value += 1;
            row.fill(value);
        }
        let [luma, ..] = canvas.planes();
        let rows: Vec<&[u8]> = luma.data.chunks(luma.stride).map(|row| &row[5..]).collect();
        assert_eq!(rows, [[16, 16, 16], [16, 16, 16], [16, 1, 1], [16, 2, 2]]);
    }

    #[test]
    fn chroma_has_half_the_rows_and_columns() {
        let mut canvas = Canvas::black(8, 4);
        canvas.rows_mut(1, (4, 2), (2, 2)).for_each(|row| row.fill(7));
        let [_, blue, red] = canvas.planes();
        assert_eq!((blue.data, blue.stride), (&[128, 128, 128, 128, 128, 7, 7, 128][..], 4));
        assert!(red.data.iter().all(|value| *value == 128));
    }
}
