//! Against MediaPipe's golden pictures, and on any picture at all.

use std::f32::consts::PI;

use image::RgbImage;
use proptest::prelude::*;

use super::plain::{Format, Picture};
use super::*;
use crate::image::{ColorMatrix, Plane};
use crate::testing::truth;

/// MediaPipe's own parameters for a golden picture: region as fractions of the picture, and what to do with it.
struct Golden {
    name: &'static str,
    center: [f32; 2],
    size: [f32; 2],
    rotation_deg: f32,
    keep_aspect: bool,
    border: Border,
    range: [f32; 2],
}

const MEDIUM: Golden = Golden {
    name: "",
    center: [0.65, 0.4],
    size: [0.5, 0.5],
    rotation_deg: 0.0,
    keep_aspect: true,
    border: Border::Replicate,
    range: [0.0, 1.0],
};
const LARGE: Golden = Golden { center: [0.5, 0.5], size: [1.5, 1.1], keep_aspect: false, ..MEDIUM };

#[test]
fn regions_are_the_reference_ones() {
    use Border::{Replicate, Zero};
    let turned = "medium_sub_rect_keep_aspect_with_rotation";
    let golden = [
        Golden { name: "medium_sub_rect_keep_aspect", ..MEDIUM },
        Golden { name: "medium_sub_rect_keep_aspect_border_zero", border: Zero, ..MEDIUM },
        Golden { name: turned, rotation_deg: 90.0, ..MEDIUM },
        Golden {
            name: "medium_sub_rect_keep_aspect_with_rotation_border_zero",
            rotation_deg: 90.0,
            border: Zero,
            ..MEDIUM
        },
        Golden {
            name: "medium_sub_rect_with_rotation",
            rotation_deg: -45.0,
            keep_aspect: false,
            range: [-1.0, 1.0],
            ..MEDIUM
        },
        Golden {
            name: "medium_sub_rect_with_rotation_border_zero",
            rotation_deg: -45.0,
            keep_aspect: false,
            border: Zero,
            range: [-1.0, 1.0],
            ..MEDIUM
        },
        Golden { name: "large_sub_rect", ..LARGE },
        Golden { name: "large_sub_rect_border_zero", border: Zero, ..LARGE },
        Golden { name: "large_sub_rect_keep_aspect", keep_aspect: true, ..LARGE },
        Golden { name: "large_sub_rect_keep_aspect_border_zero", keep_aspect: true, border: Zero, ..LARGE },
        Golden {
            name: "large_sub_rect_keep_aspect_with_rotation",
            rotation_deg: -15.0,
            keep_aspect: true,
            border: Replicate,
            ..LARGE
        },
        Golden {
            name: "large_sub_rect_keep_aspect_with_rotation_border_zero",
            rotation_deg: -15.0,
            keep_aspect: true,
            border: Zero,
            ..LARGE
        },
        Golden { name: "noop_except_range", size: [1.0, 1.0], ..LARGE },
    ];
    let Some(path) = truth("golden/image_to_tensor_input.jpg") else { return };
    let picture = image::open(path).unwrap().to_rgb8();
    for golden in &golden {
        let Some(path) = truth(&format!("golden/{}.png", golden.name)) else { return };
        let expected = image::open(path).unwrap().to_rgb8();
        let worst = worst_difference(&picture, golden, &expected);
        // The reference's own test allows 5.
        assert!(worst <= 5, "{}: {worst}", golden.name);
    }
}

fn worst_difference(picture: &RgbImage, golden: &Golden, expected: &RgbImage) -> u8 {
    let (width_px, height_px) = (picture.width() as f32, picture.height() as f32);
    let spec = TensorSpec {
        width: expected.width() as usize,
        height: expected.height() as usize,
        range: golden.range,
    };
    let mut region = Region {
        x_px: golden.center[0] * width_px,
        y_px: golden.center[1] * height_px,
        width_px: golden.size[0] * width_px,
        height_px: golden.size[1] * height_px,
        rotation_rad: golden.rotation_deg * PI / 180.0,
    };
    if golden.keep_aspect {
        let aspect = spec.height as f32 / spec.width as f32;
        region.height_px = region.height_px.max(region.width_px * aspect);
        region.width_px = region.height_px / aspect;
    }
    let mut tensor = vec![f32::NAN; spec.len()];
    fill_tensor(&rgb_image(picture), region, golden.border, &spec, &mut tensor);
    let [low, high] = golden.range;
    let plane = spec.width * spec.height;
    (0..spec.len())
        .map(|index| {
            let value = (tensor[(index % 3) * plane + index / 3] - low) / (high - low) * 255.0;
            (value.round() as u8).abs_diff(expected.as_raw()[index])
        })
        .max()
        .unwrap()
}

fn rgb_image(picture: &RgbImage) -> Image<'_> {
    Image {
        width: picture.width(),
        height: picture.height(),
        planes: Planes::Rgb(Plane { data: picture.as_raw(), stride: 3 * picture.width() as usize }),
        color: ColorMatrix::default(),
    }
}

const SMALL: TensorSpec = TensorSpec { width: 70, height: 9, range: [0.0, 1.0] };

fn region(x_px: f32, y_px: f32, side_px: f32, rotation_rad: f32) -> Region {
    Region { x_px, y_px, width_px: side_px, height_px: side_px, rotation_rad }
}

#[test]
fn planar_and_interleaved_chroma_give_the_same() {
    let luma: Vec<u8> = (0..20 * 11).map(|i| (i * 7 % 256) as u8).collect();
    let u: Vec<u8> = (0..10 * 6).map(|i| (i * 11 % 256) as u8).collect();
    let v: Vec<u8> = (0..10 * 6).map(|i| (i * 13 % 256) as u8).collect();
    let uv: Vec<u8> = u.iter().zip(&v).flat_map(|(&u, &v)| [u, v]).collect();
    let y = Plane { data: &luma, stride: 20 };
    let i420 = Planes::I420 { y, u: Plane { data: &u, stride: 10 }, v: Plane { data: &v, stride: 10 } };
    let nv12 = Planes::Nv12 { y, uv: Plane { data: &uv, stride: 20 } };
    let tensors = [i420, nv12].map(|planes| {
        let image = Image { width: 19, height: 11, planes, color: ColorMatrix::Bt709 };
        image.check().unwrap();
        let mut tensor = vec![0.0; SMALL.len()];
        fill_tensor(&image, region(9.0, 5.0, 12.0, 0.4), Border::Zero, &SMALL, &mut tensor);
        tensor
    });
    assert!(tensors[0].iter().zip(&tensors[1]).all(|(a, b)| a.to_bits() == b.to_bits()));
}

fn formats() -> impl Strategy<Value = Format> {
    prop_oneof![Just(Format::I420), Just(Format::Nv12), Just(Format::Rgb)]
}

fn colors() -> impl Strategy<Value = ColorMatrix> {
    prop_oneof![Just(ColorMatrix::Bt601), Just(ColorMatrix::Bt601Full), Just(ColorMatrix::Bt709)]
}

fn borders() -> impl Strategy<Value = Border> {
    prop_oneof![Just(Border::Zero), Just(Border::Replicate)]
}

proptest! {
    /// Small pictures, of which regions often reach beyond the edge: each bit is the plain reference's.
    #[test]
    fn small_pictures_are_read_as_the_reference_reads_them(
        (width, height) in (1_u32..40, 1_u32..40),
        paddings in [0_usize..5, 0_usize..5, 0_usize..5],
        format in formats(),
        color in colors(),
        border in borders(),
        (x, y) in (-1.0_f32..2.0, -1.0_f32..2.0),
        side_px in 1.0_f32..200.0,
        rotation_rad in prop_oneof![Just(0.0_f32), -4.0_f32..4.0],
    ) {
        let picture = Picture::new(width, height, paddings, format, color);
        let region = region(x * width as f32, y * height as f32, side_px, rotation_rad);
        prop_assume!(region.is_usable(width as f32, height as f32));
        prop_assert_eq!(picture.difference(region, border, &SMALL), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Pictures of a camera's size, of which most is read without a check of each address.
    #[test]
    fn large_pictures_are_read_as_the_reference_reads_them(
        (width, height) in (701_u32..1300, 401_u32..730),
        paddings in [0_usize..70, 0_usize..2, 0_usize..2],
        format in formats(),
        border in borders(),
        (x, y) in (-0.1_f32..1.1, -0.1_f32..1.1),
        side_px in 50.0_f32..1500.0,
        rotation_rad in prop_oneof![Just(0.0_f32), -0.2_f32..0.2, -4.0_f32..4.0],
    ) {
        let picture = Picture::new(width, height, paddings, format, ColorMatrix::Bt709);
        let region = region(x * width as f32, y * height as f32, side_px, rotation_rad);
        prop_assert_eq!(picture.difference(region, border, &SMALL), None);
    }
}

#[test]
fn regions_that_end_at_the_pictures_edge_are_read_as_the_reference_reads_them() {
    for format in [Format::I420, Format::Nv12, Format::Rgb] {
        let picture = Picture::new(640, 480, [0; 3], format, ColorMatrix::Bt601);
        for (x_px, y_px) in [(0.0, 0.0), (160.0, 160.0), (480.0, 320.0), (640.0, 480.0), (320.0, -159.0)] {
            for border in [Border::Zero, Border::Replicate] {
                for rotation_deg in [0.0_f32, 90.0, 180.0, -90.0] {
                    let region = region(x_px, y_px, 320.0, rotation_deg.to_radians());
                    let difference = picture.difference(region, border, &SMALL);
                    assert_eq!(difference, None, "{format:?} {x_px} {y_px} {border:?} {rotation_deg}");
                }
            }
        }
    }
}

#[test]
fn nothing_is_allocated() {
    for format in [Format::I420, Format::Nv12, Format::Rgb] {
        let picture = Picture::new(641, 481, [7; 3], format, ColorMatrix::Bt601);
        let mut tensor = vec![0.0; SMALL.len()];
        let mut fill = || {
            fill_tensor(
                &picture.image(),
                region(0.0, 0.0, 320.0, 0.1),
                Border::Replicate,
                &SMALL,
                &mut tensor,
            );
        };
        fill();
        assert_eq!(allocation_counter::measure(fill).count_total, 0, "{format:?}");
    }
}
