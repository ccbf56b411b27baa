//! A region of a picture as the plug-in's kernel takes it: numbers that this crate alone decides on, so that the GPU looks at the very
//! places and gives the very colours that [`crate::tensor::fill_tensor`] does.

use super::abi::{Picture, View, format};
use crate::color::YuvToRgb;
use crate::grid::Grid;
use crate::image::{Image, Plane, Planes};
use crate::pixels::UNIT;
use crate::region::Region;
use crate::tensor::{Border, TensorSpec};

/// The picture's planes. It must have passed [`Image::check`]; the pointers live as long as the borrowed planes.
pub(super) fn picture(image: &Image<'_>) -> Picture {
    let none = Plane { data: &[], stride: 0 };
    let (planes, format) = match image.planes {
        Planes::I420 { y, u, v } => ([y, u, v], format::I420),
        Planes::Nv12 { y, uv } | Planes::Nvmm { y, uv, .. } => ([y, uv, none], format::NV12),
        Planes::Rgb(rgb) => ([rgb, none, none], format::RGB),
    };
    Picture {
        planes: planes.map(|plane| plane.data.as_ptr()),
        strides: planes.map(|plane| plane.stride),
        width: image.width as i32,
        height: image.height as i32,
        format,
    }
}

/// What `region` of `image` looks at.
pub(super) fn view(image: &Image<'_>, region: Region, border: Border, spec: &TensorSpec) -> View {
    let grid = Grid::new(region, spec);
    let (matrix, offset, black) = colors(image);
    View {
        origin: grid.origin,
        column: grid.column,
        row: grid.row,
        matrix,
        offset,
        black,
        replicate: u8::from(border == Border::Replicate),
    }
}

/// Weights and offsets from the source's components to RGB, and its black.
fn colors(image: &Image<'_>) -> ([[f32; 3]; 3], [f32; 3], [u8; 3]) {
    if let Planes::Rgb(_) = image.planes {
        let weight = 1.0 / UNIT as f32;
        return ([[weight, 0.0, 0.0], [0.0, weight, 0.0], [0.0, 0.0, weight]], [0.0; 3], [0; 3]);
    }
    let (matrix, offset) = YuvToRgb::new(image.color).matrix();
    (matrix, offset, [image.color.black_luma(), 128, 128])
}
