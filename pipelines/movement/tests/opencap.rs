//! METRICS §9 item 5: five squats of a real person, from the joint angles of a motion-capture set.
// Helpers outside of `#[test]` are tests, too.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod common;

use std::fs;
use std::time::Duration;

use common::{Recording, run, settings, truth};
use spotter_movement::{Event, Keypoint, ModelProfile, PoseFrame, Rep};

/// A figure of 1.80 m, seen from the side, that takes the pelvis' height and the joints' sagittal angles from the set.
/// Proportions are Drillis and Contini's, as the set's own model is not at hand: heights and angles are the set's.
fn film(fps: usize) -> Option<(Recording, serde_json::Value)> {
    let folder = truth::folder()?;
    let text = fs::read_to_string(folder.join("mocap/squat_opencap/squats1_videoAndMocap.mot")).unwrap();
    let mut lines = text.lines().skip_while(|line| *line != "endheader").skip(1);
    let names: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    let column = |name: &str| names.iter().position(|n| *n == name).unwrap();
    let [time, forward, height] = ["time", "pelvis_tx", "pelvis_ty"].map(column);
    let [tilt, hip, knee, ankle] =
        ["pelvis_tilt", "hip_flexion_r", "knee_angle_r", "ankle_angle_r"].map(column);
    let extension = column("lumbar_extension");
    let h = 1.80;
    let rows: Vec<Vec<f64>> =
        lines.map(|l| l.split_whitespace().map(|v| v.parse().unwrap()).collect()).collect();
    let standing = rows[0][height];
    let frames = rows.iter().step_by(100 / fps).map(|row| {
        let rad = |column: usize| row[column].to_radians();
        let hip_at = [row[forward], 0.530 * h + row[height] - standing];
        let limb = |from: [f64; 2], forward: f64, length: f64| {
            [from[0] + length * forward.sin(), from[1] - length * forward.cos()]
        };
        // Thigh forward of vertical = hip flexion − pelvis tilt (which is negative forward), shank = thigh − knee flexion.
        let thigh = rad(hip) + rad(tilt);
        let knee_at = limb(hip_at, thigh, 0.245 * h);
        let shank = thigh - rad(knee);
        let ankle_at = limb(knee_at, shank, 0.246 * h);
        let foot = shank + rad(ankle);
        let toe = [ankle_at[0] + 0.15 * foot.cos(), ankle_at[1] - 0.06];
        let trunk = -(rad(tilt) + rad(extension));
        let shoulder = [hip_at[0] + 0.288 * h * trunk.sin(), hip_at[1] + 0.288 * h * trunk.cos()];
        let nose = [shoulder[0] + 0.05, shoulder[1] + 0.106 * h];
        let points = [nose, shoulder, hip_at, knee_at, ankle_at, toe];
        let keypoint = |p: &[f64; 2]| Keypoint {
            x_px: 400.0 + p[0] / 0.003,
            y_px: 800.0 - p[1] / 0.003,
            confidence: 0.95,
        };
        let person = common::person(1, points.iter().map(keypoint).collect());
        PoseFrame { pts: Duration::from_secs_f64(row[time]), people: vec![person] }
    });
    let names = ["nose", "right_shoulder", "right_hip", "right_knee", "right_ankle", "right_foot_index"];
    let recording = Recording {
        keypoints: names.map(str::to_owned).to_vec(),
        width: 800,
        height: 900,
        frames: frames.collect(),
    };
    let truth: serde_json::Value =
        serde_json::from_reader(fs::File::open(folder.join("truth.json")).unwrap()).unwrap();
    Some((recording, truth["squat_opencap/squats1_videoAndMocap.mot"].clone()))
}

#[test]
fn five_real_squats_are_counted_and_measured() {
    for fps in [25, 50, 100] {
        let Some((recording, known)) = film(fps) else { return };
        let (events, _) = run(&recording, settings(&recording, Some(1.80), ModelProfile::default()));
        let reps: Vec<&Rep> = events
            .iter()
            .filter_map(|e| if let Event::Rep(rep) = e { rep.counts().then_some(rep) } else { None })
            .collect();
        assert_eq!(reps.len(), 5, "{fps} fps: {events:?}");
        for (i, rep) in reps.iter().enumerate() {
            let n = |key: &str| known[key][i].as_f64().unwrap();
            let drop = rep.hip_rom_m.value().unwrap();
            // The set gives the drop from standing before the set, this the greatest of both ends of the rep.
            assert!(
                (drop - n("pelvis_drop_m")).abs() < 0.03,
                "{fps} fps, rep {i}: {drop} of {}",
                n("pelvis_drop_m")
            );
            let knee = rep.knee_flexion_deg.value().unwrap();
            assert!((knee - n("max_knee_flexion_r_deg")).abs() < 3.0, "{fps} fps, rep {i}: {knee}");
            // The bottom is where the descent ends; the set's is the lowest point, in the middle of the turn.
            let (bottom, rise) =
                (rep.bottom_s.value().unwrap(), rep.bottom_s.value().unwrap() + rep.pause_s.value().unwrap());
            let lowest = n("bottom_s");
            assert!(
                lowest > bottom - 0.1 && lowest < rise + 0.1,
                "{fps} fps, rep {i}: {lowest} within {bottom}–{rise}"
            );
            assert_eq!(rep.depth, Some("above"), "{fps} fps, rep {i}: {:?}", rep.depth_m);
        }
    }
}
