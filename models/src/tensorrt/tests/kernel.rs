//! The plug-in's kernel, compiled for the CPU, gives the very values that this crate's own code gives.

#![allow(unsafe_code, reason = "the kernel is C++, called through a C ABI")]

use libloading::Library;
use proptest::prelude::*;

use super::library;
use crate::image::{ColorMatrix, Image, Plane, Planes};
use crate::region::Region;
use crate::tensor::{Border, TensorSpec, fill_tensor};
use crate::tensorrt::abi::{Picture, View};
use crate::tensorrt::view::{picture, view};

type SampleFn = unsafe extern "C" fn(*const Picture, *const View, i32, i32, f32, f32, *mut f32);

const SPEC: TensorSpec = TensorSpec { width: 70, height: 9, range: [-1.0, 1.0] };

/// What the kernel makes of a region.
fn sampled(image: &Image<'_>, region: Region, border: Border) -> Vec<f32> {
    let mut tensor = vec![f32::NAN; SPEC.len()];
    let [low, high] = SPEC.range;
    // SAFETY: the stand-in was built beside this test; its function has this type. The picture passed `Image::check`.
    unsafe {
        let library = Library::new(library()).unwrap();
        let sample = library.get::<SampleFn>(c"spotter_trt_fake_sample").unwrap();
        let (picture, view) = (picture(image), view(image, region, border, &SPEC));
        let size = (SPEC.width as i32, SPEC.height as i32);
        sample(
            &raw const picture,
            &raw const view,
            size.0,
            size.1,
            low,
            (high - low) / 255.0,
            tensor.as_mut_ptr(),
        );
    }
    tensor
}

const COLORS: [ColorMatrix; 4] =
    [ColorMatrix::Bt601, ColorMatrix::Bt601Full, ColorMatrix::Bt709, ColorMatrix::Bt709Full];

proptest! {
    #[test]
    fn kernel_and_crate_agree_to_the_bit(
        (width, height) in (1_u32..90, 1_u32..60),
        padding in 0_usize..5,
        format in 0..3,
        color in 0_usize..4,
        (x, y) in (-0.3_f32..1.3, -0.3_f32..1.3),
        (across_px, down_px) in (1.0_f32..200.0, 1.0_f32..200.0),
        rotation_rad in -4.0_f32..4.0,
        zero in any::<bool>(),
        seed in any::<u32>(),
    ) {
        let half = |side: u32| side.div_ceil(2) as usize;
        let noise = |bytes: usize| -> Vec<u8> {
            (0..bytes as u32).map(|at| (at.wrapping_add(seed).wrapping_mul(2_654_435_761) >> 23) as u8).collect()
        };
        let plane = |row: usize, rows: usize| noise((row + padding) * (rows - 1) + row);
        let (row, rows, half_row, half_rows) = (width as usize, height as usize, half(width), half(height));
        let (luma, u, v) = (plane(row, rows), plane(half_row, half_rows), plane(half_row, half_rows));
        let (pairs, rgb) = (plane(2 * half_row, half_rows), plane(3 * row, rows));
        let padded = |data, row: usize| Plane { data, stride: row + padding };
        let planes = match format {
            0 => Planes::I420 { y: padded(&luma, row), u: padded(&u, half_row), v: padded(&v, half_row) },
            1 => Planes::Nv12 { y: padded(&luma, row), uv: padded(&pairs, 2 * half_row) },
            _ => Planes::Rgb(padded(&rgb, 3 * row)),
        };
        let image = Image { width, height, planes, color: COLORS[color] };
        prop_assert!(image.check().is_ok());
        let region = Region {
            x_px: x * width as f32,
            y_px: y * height as f32,
            width_px: across_px,
            height_px: down_px,
            rotation_rad,
        };
        prop_assume!(region.is_usable(width as f32, height as f32));
        let border = if zero { Border::Zero } else { Border::Replicate };
        let mut expected = vec![f32::NAN; SPEC.len()];
        fill_tensor(&image, region, border, &SPEC, &mut expected);
        let found = sampled(&image, region, border);
        for (index, (expected, found)) in expected.iter().zip(&found).enumerate() {
            prop_assert_eq!(expected.to_bits(), found.to_bits(), "value {}: {} is not {}", index, found, expected);
        }
    }
}
