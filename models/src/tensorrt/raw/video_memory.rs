//! Pictures in a Jetson's video memory (NVMM), read where they lie.

use std::path::Path;
use std::ptr;
use std::slice;
use std::sync::Arc;

use super::{Functions, call};
use crate::tensorrt::TensorRtError;
use crate::tensorrt::abi::{Picture, format};
use crate::{ColorMatrix, EstimateError, Image, Plane, Planes};

/// A picture in video memory that the CPU reads as well: made by [`VideoMemory::image`] alone.
#[derive(Clone, Copy)]
pub struct Surface<'a> {
    bytes: &'a [u8],
}

impl<'a> Surface<'a> {
    /// What the buffer maps to.
    pub(super) fn bytes(self) -> &'a [u8] {
        self.bytes
    }
}

impl std::fmt::Debug for Surface<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surface").finish_non_exhaustive()
    }
}

/// Reads pictures in NVMM memory, through the TensorRT plug-in's file; needs neither TensorRT nor a GPU. Clones are the same one.
#[derive(Clone)]
pub struct VideoMemory {
    functions: Arc<Functions>,
}

impl std::fmt::Debug for VideoMemory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VideoMemory").finish_non_exhaustive()
    }
}

impl VideoMemory {
    /// Loads the plug-in.
    ///
    /// # Errors
    /// When there is none, or it is of another version. Whether the machine has such memory shows with the first picture.
    pub fn load(plugin: &Path) -> Result<Self, TensorRtError> {
        Ok(Self { functions: Arc::new(Functions::load(plugin)?) })
    }

    /// The picture of `width` by `height` pixels in a buffer of `memory:NVMM`, for CPU and GPU to read where it lies. `surface` is what the
    /// buffer maps to, in the very place where NVIDIA's library keeps it.
    ///
    /// # Errors
    /// [`EstimateError::VideoMemory`] when the bytes are no such surface, or are of another size, format or layout (only pitch-linear NV12
    /// can be read), and where the machine has no such memory.
    pub fn image<'a>(
        &self,
        surface: &'a [u8],
        [width, height]: [u32; 2],
        color: ColorMatrix,
    ) -> Result<Image<'a>, EstimateError> {
        let mut picture =
            Picture { planes: [ptr::null(); 3], strides: [0; 3], width: 0, height: 0, format: 0 };
        // SAFETY: the bytes are as many as are said; the picture is a local that lives through the call.
        call(|reason| unsafe {
            (self.functions.map_nvmm)(surface.as_ptr().cast(), surface.len(), &raw mut picture, reason)
        })
        .map_err(|error| EstimateError::VideoMemory(error.to_string()))?;
        let found = [picture.width, picture.height].map(|side| u32::try_from(side).unwrap_or(0));
        if found != [width, height] || found.contains(&0) || picture.format != format::NV12 {
            return Err(EstimateError::VideoMemory(format!(
                "the surface has {}×{} pixels, the stream says {width}×{height}",
                found[0], found[1]
            )));
        }
        // SAFETY: the plug-in gives planes that hold these rows and stay mapped as long as the surface is there. That is for `'a`: the
        // plug-in takes bytes for a surface only where they are the library's own, in their own place, so that what keeps them
        // borrowed keeps the surface. Nobody writes to a buffer that somebody holds.
        let plane = |index: usize, row_bytes: usize, rows: usize| unsafe {
            let stride = picture.strides[index];
            Plane {
                data: slice::from_raw_parts(picture.planes[index], stride * (rows - 1) + row_bytes),
                stride,
            }
        };
        let (width_px, rows) = (width as usize, height as usize);
        let (y, uv) = (plane(0, width_px, rows), plane(1, width_px.next_multiple_of(2), rows.div_ceil(2)));
        Ok(Image {
            width,
            height,
            planes: Planes::Nvmm { y, uv, surface: Surface { bytes: surface } },
            color,
        })
    }
}
