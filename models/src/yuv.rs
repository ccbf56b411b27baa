//! Reading 4:2:0 YUV between its pixels, a chunk of positions at a time.
//!
//! Addresses and blending run as vectors. Reading the pixels can't, since each lies elsewhere: there, what counts is to check
//! once whether all that is read is inside.

#![allow(
    clippy::inline_always,
    reason = "so that it is compiled for the instructions that the caller picked"
)]
#![allow(
    clippy::needless_range_loop,
    reason = "loops over several arrays of a chunk read more easily by index"
)]

use std::ops::Range;

use crate::color::YuvToRgb;
use crate::grid::{CHUNK, Places, Positions, STEPS};
use crate::image::{ColorMatrix, Plane};
use crate::pixels::{Components, PixelSource, Taps, UNIT, steps};

/// 4:2:0 YUV, planar or with interleaved chroma.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Yuv<'a> {
    luma: Plane<'a>,
    chroma: Chroma<'a>,
    black_luma: u8,
    to_rgb: YuvToRgb,
}

/// The planes of chroma.
#[derive(Debug, Clone, Copy)]
enum Chroma<'a> {
    /// Two planes of the same stride, cut to the same length.
    Planar { u: &'a [u8], v: &'a [u8], stride: usize },
    /// Two planes of different strides.
    Apart { u: Plane<'a>, v: Plane<'a> },
    /// One plane of pairs.
    Pairs(Plane<'a>),
}

impl<'a> Yuv<'a> {
    pub(crate) fn i420(luma: Plane<'a>, u: Plane<'a>, v: Plane<'a>, color: ColorMatrix) -> Self {
        let len = u.data.len().min(v.data.len());
        let chroma = if u.stride == v.stride {
            Chroma::Planar { u: &u.data[..len], v: &v.data[..len], stride: u.stride }
        } else {
            Chroma::Apart { u, v }
        };
        Self::new(luma, chroma, color)
    }

    pub(crate) fn nv12(luma: Plane<'a>, uv: Plane<'a>, color: ColorMatrix) -> Self {
        Self::new(luma, Chroma::Pairs(uv), color)
    }

    fn new(luma: Plane<'a>, chroma: Chroma<'a>, color: ColorMatrix) -> Self {
        Self { luma, chroma, black_luma: color.black_luma(), to_rgb: YuvToRgb::new(color) }
    }

    /// U (in the lower byte) and V of the samples at `(at + shift) / 2^bits`.
    #[inline(always)]
    fn gather_chroma(
        &self,
        at: &[[i32; CHUNK]; 2],
        shift: [i32; 2],
        bits: u32,
        count: usize,
        pairs: &mut [u16; CHUNK],
    ) {
        match self.chroma {
            Chroma::Planar { u, v, stride } => {
                gather_both([u, v], &offsets(at, shift, bits, stride, 1), count, pairs);
            }
            Chroma::Pairs(uv) => gather_pairs(uv.data, &offsets(at, shift, bits, uv.stride, 2), count, pairs),
            Chroma::Apart { .. } => {
                for (index, pair) in pairs.iter_mut().enumerate().take(count) {
                    let [x, y] = [0, 1].map(|axis| (at[axis][index] + shift[axis]) as usize >> bits);
                    *pair = u16::from_le_bytes(self.sample(x, y));
                }
            }
        }
    }

    /// U and V of a chroma sample.
    #[inline(always)]
    fn sample(&self, x: usize, y: usize) -> [u8; 2] {
        match self.chroma {
            Chroma::Planar { u, v, stride } => [u[y * stride + x], v[y * stride + x]],
            Chroma::Apart { u, v } => [u.data[y * u.stride + x], v.data[y * v.stride + x]],
            Chroma::Pairs(uv) => {
                let at = y * uv.stride + 2 * x;
                [uv.data[at], uv.data[at + 1]]
            }
        }
    }
}

/// Offsets into a plane, with `bytes` a sample, of the samples at `(at + shift) / 2^bits`.
#[inline(always)]
fn offsets(at: &[[i32; CHUNK]; 2], shift: [i32; 2], bits: u32, stride: usize, bytes: u32) -> [u32; CHUNK] {
    let mut offsets = [0; CHUNK];
    for index in 0..CHUNK {
        let x = at[0][index].wrapping_add(shift[0]) as u32 >> bits;
        let y = at[1][index].wrapping_add(shift[1]) as u32 >> bits;
        offsets[index] = y.wrapping_mul(stride as u32).wrapping_add(x.wrapping_mul(bytes));
    }
    offsets
}

/// Reads pixels, their right neighbours, and those below both.
#[inline(always)]
fn gather_corners(plane: Plane<'_>, offsets: &[u32; CHUNK], count: usize, taps: &mut Taps) {
    // From a pixel to what follows its lower right neighbour.
    let span = plane.stride + 2;
    if let Some((base, [window])) =
        windows::<1, LUMA_WINDOW, { LUMA_WINDOW + 1 }>([plane.data], &offsets[..count], span)
    {
        return corners_in(window, base, plane.stride, offsets, taps);
    }
    for ((&at, upper), lower) in offsets.iter().zip(&mut taps.upper).zip(&mut taps.lower).take(count) {
        if let Some(pixels) = plane.data.get(at as usize..).and_then(|rest| rest.get(..span)) {
            *upper = u16::from_le_bytes([pixels[0], pixels[1]]);
            *lower = u16::from_le_bytes([pixels[span - 2], pixels[span - 1]]);
        }
    }
}

/// Compiled by itself: it needs the registers, not the vectors.
#[inline(never)]
fn corners_in(
    window: &[u8; LUMA_WINDOW + 1],
    base: u32,
    stride: usize,
    offsets: &[u32; CHUNK],
    taps: &mut Taps,
) {
    for index in 0..CHUNK {
        let above = offsets[index].wrapping_sub(base) as usize % LUMA_WINDOW;
        let below = (above + stride) % LUMA_WINDOW;
        taps.upper[index] = u16::from_le_bytes([window[above], window[above + 1]]);
        taps.lower[index] = u16::from_le_bytes([window[below], window[below + 1]]);
    }
}

/// Reads the same place of two planes of the same length.
#[inline(always)]
fn gather_both(planes: [&[u8]; 2], offsets: &[u32; CHUNK], count: usize, pairs: &mut [u16; CHUNK]) {
    if let Some((base, windows)) = windows::<2, CHROMA_WINDOW, CHROMA_WINDOW>(planes, &offsets[..count], 1) {
        return both_in(windows, base, offsets, pairs);
    }
    let [u, v] = planes;
    for (&at, pair) in offsets.iter().zip(pairs).take(count) {
        if let (Some(&u), Some(&v)) = (u.get(at as usize), v.get(at as usize)) {
            *pair = u16::from_le_bytes([u, v]);
        }
    }
}

#[inline(never)]
fn both_in([u, v]: [&[u8; CHROMA_WINDOW]; 2], base: u32, offsets: &[u32; CHUNK], pairs: &mut [u16; CHUNK]) {
    for index in 0..CHUNK {
        let at = offsets[index].wrapping_sub(base) as usize % CHROMA_WINDOW;
        pairs[index] = u16::from_le_bytes([u[at], v[at]]);
    }
}

/// Reads two bytes side by side.
#[inline(always)]
fn gather_pairs(plane: &[u8], offsets: &[u32; CHUNK], count: usize, pairs: &mut [u16; CHUNK]) {
    if let Some((base, [window])) =
        windows::<1, CHROMA_WINDOW, { CHROMA_WINDOW + 1 }>([plane], &offsets[..count], 2)
    {
        return pairs_in(window, base, offsets, pairs);
    }
    for (&at, pair) in offsets.iter().zip(pairs).take(count) {
        if let Some(&[u, v]) = plane.get(at as usize..).and_then(|rest| rest.first_chunk()) {
            *pair = u16::from_le_bytes([u, v]);
        }
    }
}

#[inline(never)]
fn pairs_in(window: &[u8; CHROMA_WINDOW + 1], base: u32, offsets: &[u32; CHUNK], pairs: &mut [u16; CHUNK]) {
    for index in 0..CHUNK {
        let at = offsets[index].wrapping_sub(base) as usize % CHROMA_WINDOW;
        pairs[index] = u16::from_le_bytes([window[at], window[at + 1]]);
    }
}

/// Bytes of luma that hold all that a chunk reads, in all but pictures that are large and turned far.
const LUMA_WINDOW: usize = 1 << 18;
/// The same for chroma.
const CHROMA_WINDOW: usize = 1 << 16;

/// The part of planes that holds `span` bytes from each offset on, and where it begins. Since its length is known when this is
/// compiled, an offset needs no check inside: the remainder by `WINDOW`, a power of two, is always there.
#[inline(always)]
fn windows<'p, const PLANES: usize, const WINDOW: usize, const LENGTH: usize>(
    planes: [&'p [u8]; PLANES],
    offsets: &[u32],
    span: usize,
) -> Option<(u32, [&'p [u8; LENGTH]; PLANES])> {
    let (least, most) =
        offsets.iter().fold((u32::MAX, 0), |(least, most), &offset| (offset.min(least), offset.max(most)));
    let base = planes[0].len().checked_sub(LENGTH)?.min(least as usize);
    if most as usize + span > base + WINDOW {
        return None;
    }
    let mut windows = [planes[0].first_chunk()?; PLANES];
    for (window, plane) in windows.iter_mut().zip(planes) {
        *window = plane.get(base..)?.first_chunk()?;
    }
    Some((base as u32, windows))
}

impl PixelSource for Yuv<'_> {
    fn black(&self) -> [u8; 3] {
        [self.black_luma, 128, 128]
    }

    #[inline(always)]
    fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        let [u, v] = self.sample(x / 2, y / 2);
        [self.luma.data[y * self.luma.stride + x], u, v]
    }

    #[inline(always)]
    fn between(&self, positions: &Positions, count: usize, components: &mut Components) {
        let bits = STEPS.ilog2();
        let mut taps = Taps::EMPTY;
        gather_corners(self.luma, &offsets(positions, [0, 0], bits, self.luma.stride, 1), count, &mut taps);
        // The nearest pixel's chroma: half the resolution of luma is finer than what a model sees of a person, and the common
        // decoders to RGB do the same. Half a pixel further, and two pixels a sample.
        let mut pairs = [0; CHUNK];
        self.gather_chroma(positions, [STEPS / 2; 2], bits + 1, count, &mut pairs);
        // Only now: what was just written byte by byte can't be read as a vector until it has reached the cache.
        let [luma, u, v] = components;
        taps.blend(steps(positions), luma);
        for index in 0..CHUNK {
            u[index] = f32::from(pairs[index] & 0xff) * UNIT as f32;
            v[index] = f32::from(pairs[index] >> 8) * UNIT as f32;
        }
    }

    fn fetch(&self, columns: Range<usize>, rows: Range<usize>) {
        self.luma.fetch(columns.clone(), rows.clone());
        let half = |range: &Range<usize>| range.start / 2..range.end.div_ceil(2);
        let (across, rows) = (half(&columns), half(&rows));
        let planes = match self.chroma {
            Chroma::Planar { u, v, stride } => [u, v].map(|data| Plane { data, stride }),
            Chroma::Apart { u, v } => [u, v],
            Chroma::Pairs(uv) => return uv.fetch(columns, rows),
        };
        for plane in planes {
            plane.fetch(across.clone(), rows.clone());
        }
    }

    #[inline(always)]
    fn between_all(&self, places: &Places, count: usize, components: &mut Components) {
        let steps = |index: usize| [places.steps[0][index], places.steps[1][index]];
        let mut luma = Taps::EMPTY;
        let offsets = offsets(&places.pixel, [0, 0], 0, self.luma.stride, 1);
        gather_corners(self.luma, &offsets, count, &mut luma);
        let mut corners = [[0; CHUNK]; 4];
        for (pairs, neighbour) in corners.iter_mut().zip([[0, 0], [1, 0], [0, 1], [1, 1]]) {
            self.gather_chroma(&places.pixel, neighbour, 1, count, pairs);
        }
        luma.blend(steps, &mut components[0]);
        for (component, byte) in [(1, 0), (2, 1)] {
            let mut taps = Taps::EMPTY;
            for index in 0..CHUNK {
                let [a, b, c, d] =
                    [0, 1, 2, 3].map(|corner: usize| corners[corner][index] >> (8 * byte) & 0xff);
                taps.upper[index] = a | b << 8;
                taps.lower[index] = c | d << 8;
            }
            taps.blend(steps, &mut components[component]);
        }
    }

    #[inline(always)]
    fn rgb(&self, components: [f32; 3]) -> [f32; 3] {
        self.to_rgb.of(components)
    }
}
