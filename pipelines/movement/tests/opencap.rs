//! METRICS §9 item 5: five squats of a real person, from the joint angles of a motion-capture set.
// Helpers outside of `#[test]` are tests, too.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::fs;
use std::time::Duration;

use common::{Recording, run, settings, truth};
use spotter_movement::{Event, Keypoint, ModelProfile, PoseFrame, Rep};

struct Squats {
    recording: Recording,
    /// What is known of the set's repetitions.
    known: serde_json::Value,
    /// The pelvis' height in the set, metres, at its times.
    pelvis: Vec<(f64, f64)>,
}

/// A figure of 1.80 m, seen from the side, that takes the pelvis' height and the joints' sagittal angles from the set.
/// Proportions are Drillis and Contini's, as the set's own model is not at hand: heights and angles are the set's.
fn film(fps: usize) -> Option<Squats> {
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
        // As in the other figures: 0.868 of standing height above the ankle.
        let nose = [shoulder[0] + 0.05, shoulder[1] + 0.089 * h];
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
    let known = truth["squat_opencap/squats1_videoAndMocap.mot"].clone();
    Some(Squats { recording, known, pelvis: rows.iter().map(|row| (row[time], row[height])).collect() })
}

#[test]
fn five_real_squats_are_counted_and_measured() {
    for fps in [25, 50, 100] {
        let Some(Squats { recording, known, pelvis }) = film(fps) else { return };
        let (events, _) = run(&recording, settings(&recording, Some(1.80), ModelProfile::default()));
        let reps: Vec<&Rep> = events
            .iter()
            .filter_map(|e| if let Event::Rep(rep) = e { rep.counts().then_some(rep) } else { None })
            .collect();
        assert_eq!(reps.len(), 5, "{fps} fps: {events:?}");
        let worst = |of: &dyn Fn(&Rep, usize) -> f64| {
            reps.iter().enumerate().map(|(i, rep)| of(rep, i).abs()).fold(0.0, f64::max)
        };
        let n = |key: &str, i: usize| known[key][i].as_f64().unwrap();
        // The greater of the ways down and up: between two repetitions this person does not stand as upright as before the set.
        let drop = |rep: &Rep| {
            let (from, to) = (rep.start_s.value().unwrap() - 0.1, rep.end_s.value().unwrap() + 0.1);
            let within = pelvis.iter().filter(|(t, _)| (from..to).contains(t)).map(|(_, height)| *height);
            within.clone().fold(f64::MIN, f64::max) - within.fold(f64::MAX, f64::min)
        };
        println!(
            "{fps} fps: 5 repetitions, drop off by up to {:.1} cm, knee {:.1}°",
            100.0 * worst(&|rep, _| rep.hip_rom_m.value().unwrap() - drop(rep)),
            worst(&|rep, i| rep.knee_flexion_deg.value().unwrap() - n("max_knee_flexion_r_deg", i))
        );
        for (i, rep) in reps.iter().enumerate() {
            let n = |key: &str| known[key][i].as_f64().unwrap();
            let off = rep.hip_rom_m.value().unwrap() - drop(rep);
            // At 25 frames a second the recording's first way down begins with its third frame.
            let limit = if fps < 30 { 0.012 } else { 0.010 };
            assert!(off.abs() < limit, "{fps} fps, rep {i}: drop off by {off}");
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
