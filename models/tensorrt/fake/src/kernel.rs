//! The plug-in's kernel as the C++ compiler makes it for the CPU.

use crate::abi::{Picture, View, format};

/// `spotter::Sampling`.
#[repr(C)]
pub(crate) struct Sampling {
    pub(crate) planes: [*const u8; 3],
    pub(crate) strides: [i64; 3],
    pub(crate) chroma_step: i32,
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) format: i32,
    pub(crate) border: i32,
    pub(crate) black: [i32; 3],
    pub(crate) origin: [i64; 2],
    pub(crate) column: [i64; 2],
    pub(crate) row: [i64; 2],
    pub(crate) matrix: [[f32; 3]; 3],
    pub(crate) offset: [f32; 3],
    pub(crate) out_width: i32,
    pub(crate) out_height: i32,
    pub(crate) low: f32,
    pub(crate) gain: f32,
}

unsafe extern "C" {
    fn spotter_sample_on_cpu(sampling: *const Sampling, tensor: *mut f32);
}

/// For tests of the kernel itself: fills `tensor` (3 · width · height values).
///
/// # Safety
/// The picture's planes are whole; the tensor is as long as it must be.
#[unsafe(no_mangle)]
unsafe extern "C" fn spotter_trt_fake_sample(
    picture: *const Picture,
    view: *const View,
    width: i32,
    height: i32,
    low: f32,
    gain: f32,
    tensor: *mut f32,
) {
    let length = 3 * (width * height) as usize;
    // SAFETY: as the caller says.
    unsafe {
        let tensor = std::slice::from_raw_parts_mut(tensor, length);
        sample(&*picture, &*view, Target { width, height, low, gain }, tensor);
    }
}

/// The tensor's size and range.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) low: f32,
    pub(crate) gain: f32,
}

/// Fills `tensor` with what `view` shows of `picture`, whose planes must be whole.
/// # Safety
/// The planes are whole.
pub(crate) unsafe fn sample(picture: &Picture, view: &View, target: Target, tensor: &mut [f32]) {
    assert_eq!(tensor.len(), 3 * (target.width * target.height) as usize);
    let [first, second, third] = picture.planes;
    let [luma, chroma, last] = picture.strides.map(|stride| stride as i64);
    let (planes, strides, chroma_step) = match picture.format {
        // SAFETY: an interleaved chroma plane has two bytes at least.
        format::NV12 => ([first, second, unsafe { second.add(1) }], [luma, chroma, chroma], 2),
        format::I420 => ([first, second, third], [luma, chroma, last], 1),
        _ => ([first; 3], [luma, 0, 0], 1),
    };
    let sampling = Sampling {
        planes,
        strides,
        chroma_step,
        width: picture.width,
        height: picture.height,
        format: i32::from(picture.format == format::RGB),
        border: i32::from(view.replicate),
        black: view.black.map(i32::from),
        origin: view.origin,
        column: view.column,
        row: view.row,
        matrix: view.matrix,
        offset: view.offset,
        out_width: target.width,
        out_height: target.height,
        low: target.low,
        gain: target.gain,
    };
    // SAFETY: the planes are whole, as the caller says, and the tensor is as long as the target asks for.
    unsafe { spotter_sample_on_cpu(&raw const sampling, tensor.as_mut_ptr()) };
}
