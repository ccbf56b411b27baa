//! What is read from a frame is what was in the picture, whatever the strides.

use spotter_capture::{ColorMatrix, Colors, PixelPlanes, Plane};

use crate::clips::{Clips, all_times_s, next, once, open_every, own};

fn row<'a>(plane: &Plane<'a>, row: usize, bytes: usize) -> &'a [u8] {
    &plane.data[row * plane.stride..][..bytes]
}

/// A byte that differs from its neighbours and between planes.
fn value(plane: usize, x: usize, y: usize) -> u8 {
    ((plane * 50 + x * 3 + y * 7) % 251) as u8
}

/// A raw picture whose planes have these strides, filled with [`value`] and with 255 in the padding.
fn raw_picture(planes: &[(usize, usize, usize)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (index, &(width, height, stride)) in planes.iter().enumerate() {
        for y in 0..height {
            bytes.extend((0..stride).map(|x| if x < width { value(index, x, y) } else { 255 }));
        }
    }
    bytes
}

fn assert_plane(plane: &Plane<'_>, index: usize, width: usize, height: usize) {
    for y in 0..height {
        let expected: Vec<u8> = (0..width).map(|x| value(index, x, y)).collect();
        assert_eq!(row(plane, y, width), expected, "plane {index}, row {y}");
    }
}

#[test]
fn i420_of_an_odd_size_with_strides_of_its_own_is_read_exactly() {
    let clips = Clips::new();
    let raw = clips.path("odd.yuv");
    std::fs::write(&raw, raw_picture(&[(161, 91, 200), (81, 46, 96), (81, 46, 112)])).unwrap();
    let (second, third, size) = (200 * 91, 200 * 91 + 96 * 46, 200 * 91 + 96 * 46 + 112 * 46);
    let mut source = open_every(&own(&format!(
        "filesrc location={} ! rawvideoparse format=i420 width=161 height=91 framerate=30/1 \
         plane-strides=<200,96,112> plane-offsets=<0,{second},{third}> frame-size={size}",
        raw.display()
    )));
    let frame = next(source.as_mut());
    assert_eq!((frame.width, frame.height), (161, 91));
    let PixelPlanes::I420 { y, u, v } = frame.planes() else { panic!("{frame:?}") };
    assert_eq!((y.stride, u.stride, v.stride), (200, 96, 112), "the buffer's own strides: not copied");
    assert_plane(&y, 0, 161, 91);
    assert_plane(&u, 1, 81, 46);
    assert_plane(&v, 2, 81, 46);
}

#[test]
fn nv12_of_an_odd_size_is_read_exactly() {
    let clips = Clips::new();
    let raw = clips.path("odd.nv12");
    std::fs::write(&raw, raw_picture(&[(33, 17, 40), (34, 9, 48)])).unwrap();
    let mut source = open_every(&own(&format!(
        "filesrc location={} ! rawvideoparse format=nv12 width=33 height=17 framerate=30/1 \
         plane-strides=<40,48> plane-offsets=<0,{}> frame-size={}",
        raw.display(),
        40 * 17,
        40 * 17 + 48 * 9
    )));
    let frame = next(source.as_mut());
    let PixelPlanes::Nv12 { y, uv } = frame.planes() else { panic!("{frame:?}") };
    assert_plane(&y, 0, 33, 17);
    assert_plane(&uv, 1, 34, 9);
}

#[test]
fn other_formats_are_converted() {
    // BT.601 white, and pure red: Y 81, U 90, V 240 by the standard's equations.
    for (format, color, expected) in
        [("RGB", "0xffffffff", [235, 128, 128]), ("YUY2", "0xffff0000", [81, 90, 240])]
    {
        let mut source = open_every(&own(&format!(
            "videotestsrc num-buffers=1 pattern=solid-color foreground-color={color} \
             ! video/x-raw,format={format},width=52,height=33,framerate=30/1"
        )));
        let frame = next(source.as_mut());
        let PixelPlanes::I420 { y, u, v } = frame.planes() else { panic!("{frame:?}") };
        let seen = [row(&y, 32, 52)[51], row(&u, 16, 26)[25], row(&v, 16, 26)[25]];
        for (seen, expected) in seen.iter().zip(expected) {
            assert!(seen.abs_diff(expected) <= 2, "{format}: {seen} instead of {expected}");
        }
    }
}

#[test]
fn a_decoded_picture_of_an_odd_size_has_its_right_values_in_the_last_corner() {
    let clips = Clips::new();
    let path = clips.path("odd.webm");
    crate::clips::run(&format!(
        "videotestsrc num-buffers=5 pattern=white ! video/x-raw,format=I420,width=161,height=91,framerate=30/1 \
         ! vp8enc deadline=1 ! webmmux ! filesink location={}",
        path.display()
    ));
    let mut source = open_every(&once(&path));
    let frame = next(source.as_mut());
    assert_eq!((frame.width, frame.height), (161, 91));
    let PixelPlanes::I420 { y, u, v } = frame.planes() else { panic!("{frame:?}") };
    let seen = [row(&y, 90, 161)[160], row(&u, 45, 81)[80], row(&v, 45, 81)[80]];
    for (seen, expected) in seen.iter().zip([235, 128, 128]) {
        assert!(seen.abs_diff(expected) <= 2, "{seen} instead of {expected}");
    }
    assert_eq!(all_times_s(source.as_mut()).len(), 4);
}

#[test]
fn the_stream_says_how_its_bytes_stand_for_colors() {
    let pattern = |caps: &str| {
        let text = format!("videotestsrc num-buffers=1 ! video/x-raw,format=I420,width=64,height=48,{caps}");
        next(open_every(&own(&text)).as_mut()).colors()
    };
    assert_eq!(pattern("colorimetry=bt709"), Colors { matrix: ColorMatrix::Bt709, full_range: false });
    // JPEG: BT.601 with all values used.
    assert_eq!(pattern("colorimetry=1:4:0:0"), Colors { matrix: ColorMatrix::Bt601, full_range: true });
}

#[test]
fn frames_can_be_taken_to_another_thread_and_outlive_their_source() {
    let mut source = open_every(&own(
        "videotestsrc num-buffers=1 pattern=white ! video/x-raw,format=I420,width=64,height=48,framerate=30/1",
    ));
    let frame = next(source.as_mut());
    drop(source);
    let luma = std::thread::spawn(move || {
        let PixelPlanes::I420 { y, .. } = frame.planes() else { panic!("{frame:?}") };
        y.data[0]
    });
    assert_eq!(luma.join().unwrap(), 235);
}
