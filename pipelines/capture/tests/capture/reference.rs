//! The rendered reference clips: every frame at the time that their truth states.

use std::path::PathBuf;

use crate::clips::{all_times_s, assert_times, once, open_every};

fn truth_folder() -> PathBuf {
    std::env::var_os("SPOTTER_TRUTH_DIR")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").into(), PathBuf::from)
}

#[test]
fn rendered_clips_give_every_frame_at_its_time() {
    for name in ["cmj_45_30", "drop_jump_sag_60", "drop_jump_sag_120"] {
        let clip = truth_folder().join("clips").join(format!("{name}.mp4"));
        if !clip.exists() {
            println!("skipped: {} is absent", clip.display());
            continue;
        }
        let truth: serde_json::Value =
            serde_json::from_slice(&std::fs::read(clip.with_extension("truth.json")).unwrap()).unwrap();
        let frames = truth["per_frame"].as_array().unwrap();
        let expected: Vec<f64> = frames.iter().map(|frame| frame["t"].as_f64().unwrap()).collect();
        assert!(expected.len() > 200, "{name}: {} frames in the truth", expected.len());
        let mut source = open_every(&once(&clip));
        assert_times(&all_times_s(source.as_mut()), expected, 1e-3);
    }
}
