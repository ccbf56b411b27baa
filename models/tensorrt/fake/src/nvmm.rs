//! What stands for a surface in video memory: bytes that hold all of it, so that none of them is an address.
//!
//! [`MAGIC`], then width, height, bytes a row and layout (0: pitch-linear, 1: block-linear) as 32-bit numbers, then the picture of NV12 as
//! the CPU sees it, then as the GPU sees it: a test can tell who looked.

use crate::abi::{Picture, format, status};
use crate::engine::Failure;

pub(crate) const MAGIC: &[u8; 8] = b"FAKENVMM";
pub(crate) const HEADER: usize = MAGIC.len() + 4 * 4;

/// Whose view of the picture.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Viewer {
    Cpu,
    Gpu,
}

/// The picture, which lies in the bytes.
pub(crate) fn picture(bytes: &[u8], viewer: Viewer) -> Result<Picture, Failure> {
    let no_surface =
        || (status::ARGUMENT, format!("the NVMM buffer holds no surface: it has {} bytes", bytes.len()));
    let (header, pixels) = bytes.split_at_checked(HEADER).ok_or_else(no_surface)?;
    let numbers = header.strip_prefix(MAGIC).ok_or_else(no_surface)?;
    let number = |index: usize| u32::from_le_bytes(std::array::from_fn(|byte| numbers[4 * index + byte]));
    let [width, height, stride, layout] = std::array::from_fn(number);
    let luma = (stride * height) as usize;
    let all = luma + (stride * height.div_ceil(2)) as usize;
    if width == 0 || height == 0 || stride < width.next_multiple_of(2) || pixels.len() != 2 * all {
        return Err(no_surface());
    }
    if layout != 0 && viewer == Viewer::Cpu {
        return Err((
            status::UNSUPPORTED,
            "the NVMM surface is block-linear, which the CPU can't read".to_owned(),
        ));
    }
    let seen = if viewer == Viewer::Cpu { &pixels[..all] } else { &pixels[all..] };
    Ok(Picture {
        planes: [seen.as_ptr(), seen[luma..].as_ptr(), std::ptr::null()],
        strides: [stride as usize, stride as usize, 0],
        width: width as i32,
        height: height as i32,
        format: format::NV12,
    })
}
