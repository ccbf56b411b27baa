//! A borrowed picture, as the estimator reads it.

/// One plane of a picture: rows of bytes, `stride` apart.
#[derive(Debug, Clone, Copy)]
pub struct Plane<'a> {
    /// The bytes.
    pub data: &'a [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
}

/// Pixel data, by format. YUV is BT.601 limited range.
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
}

/// A borrowed picture.
#[derive(Debug, Clone, Copy)]
pub struct Image<'a> {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The pixels.
    pub planes: Planes<'a>,
}
