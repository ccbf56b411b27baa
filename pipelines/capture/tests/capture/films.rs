//! What is written as a film is what a reader of that film sees.

use std::time::Duration;

use spotter_capture::{ColorMatrix, Colors, Mp4Writer, PictureFormat, PixelPlanes, Plane};

use crate::clips::{Clips, all_times_s, next, once, open_every};

const WIDTH: u32 = 162;
const HEIGHT: u32 = 90;

fn format(fps: Option<f64>) -> PictureFormat {
    let colors = Colors { matrix: ColorMatrix::Bt601, full_range: false };
    PictureFormat { width: WIDTH, height: HEIGHT, fps, colors }
}

/// A film of plain pictures at these times, whose luma rises by 30 from frame to frame.
fn film(writer: &mut Mp4Writer, times_s: &[f64]) {
    let chroma = vec![128; 90 * 45];
    for (index, t) in times_s.iter().enumerate() {
        // Rows longer than the picture: strides are the writer's to follow.
        let luma = vec![40 + 30 * index as u8; 200 * 90];
        let planes = [
            Plane { data: &luma, stride: 200 },
            Plane { data: &chroma, stride: 90 },
            Plane { data: &chroma, stride: 90 },
        ];
        writer.write(Duration::from_secs_f64(*t), planes).unwrap();
    }
}

#[test]
fn pictures_come_back_at_their_times() {
    let clips = Clips::new();
    let path = clips.path("film.mp4");
    // Uneven, and beginning in the middle of a recording.
    let times_s = [7.0, 7.04, 7.1, 7.14, 7.2, 7.3];
    let mut writer = Mp4Writer::create(&path, &format(None)).unwrap();
    film(&mut writer, &times_s);
    writer.finish().unwrap();

    let mut source = open_every(&once(&path));
    let read = all_times_s(source.as_mut());
    assert_eq!(read.len(), times_s.len());
    for (read, written) in read.iter().zip(times_s) {
        assert!((read - (written - 7.0)).abs() < 1e-3, "{read} s, written as {written} s");
    }
    let mut source = open_every(&once(&path));
    for index in 0..times_s.len() {
        let frame = next(source.as_mut());
        assert_eq!((frame.width, frame.height), (WIDTH, HEIGHT));
        let (PixelPlanes::I420 { y, .. } | PixelPlanes::Nv12 { y, .. }) = frame.planes() else {
            panic!("{frame:?}")
        };
        let luma = y.data[45 * y.stride + 81];
        assert!(luma.abs_diff(40 + 30 * index as u8) <= 2, "luma {luma} in picture {index}");
    }
}

#[test]
fn a_place_that_can_not_be_written_is_named() {
    let clips = Clips::new();
    let path = clips.path("none/film.mp4");
    let error = Mp4Writer::create(&path, &format(Some(30.0))).unwrap_err().to_string();
    assert!(error.contains("none/film.mp4"), "{error}");
}
