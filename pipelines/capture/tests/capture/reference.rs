//! Rendered clips, H.264 with frames stored out of order: every frame at the time that their truth states.

use std::path::{Path, PathBuf};

use crate::clips::{all_times_s, assert_times, next, once, open_every, repeated};

fn project_clips() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/clips").into()
}

fn truth_clips() -> PathBuf {
    std::env::var_os("SPOTTER_TRUTH_DIR")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").into(), PathBuf::from)
        .join("clips")
}

/// When each frame was rendered, seconds.
fn true_times_s(clip: &Path) -> Vec<f64> {
    let truth = std::fs::read(clip.with_extension("truth.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_slice(&truth).unwrap();
    let frames = truth["per_frame"].as_array().unwrap();
    frames.iter().map(|frame| frame["t"].as_f64().unwrap()).collect()
}

fn assert_every_frame(clip: &Path) {
    let expected = true_times_s(clip);
    assert!(expected.len() > 200, "{}: {} frames in the truth", clip.display(), expected.len());
    assert_times(&all_times_s(open_every(&once(clip)).as_mut()), expected, 1e-3);
}

#[test]
fn a_clip_of_the_project_gives_every_frame_at_its_time() {
    assert_every_frame(&project_clips().join("squat_set.mp4"));
}

#[test]
fn rendered_clips_give_every_frame_at_its_time() {
    for name in ["cmj_45_30", "drop_jump_sag_60", "drop_jump_sag_120"] {
        let clip = truth_clips().join(name).with_extension("mp4");
        if clip.exists() {
            assert_every_frame(&clip);
        } else {
            println!("skipped: {} is absent", clip.display());
        }
    }
}

#[test]
fn a_repeated_clip_goes_on_by_one_frame() {
    let clip = project_clips().join("squat_set.mp4");
    let frames = true_times_s(&clip).len();
    let mut source = open_every(&repeated(&clip));
    let interval_s = 1.0 / source.nominal_fps().unwrap();
    for index in 0..frames + 5 {
        let frame = next(source.as_mut());
        assert!(
            (frame.pts.as_secs_f64() - index as f64 * interval_s).abs() < 1e-3,
            "{index}: {:?}",
            frame.pts
        );
        assert_eq!(frame.discontinuity, index % frames == 0, "frame {index}");
    }
}
