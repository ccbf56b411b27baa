//! Tracks the bar in clips and prints how far from the truth it is, what it costs and which velocities come of it.
//!
//! `cargo run -p spotter-models --example track_bar -- [--poses MODEL] [--csv FOLDER] CLIP...`, where a clip is a name in the truth folder's
//! `clips/` (`squat_sag_30`) or the path of a video with a pose file beside it (`x.mp4`, `x.jsonl`).

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for developers")]

#[path = "../tests/support/bar.rs"]
mod bar_support;
#[path = "../tests/support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::path::PathBuf;

use bar_support::{Run, Truth, run};

fn main() {
    let mut model = "full".to_owned();
    let mut folder = None;
    let mut arguments = std::env::args().skip(1);
    let mut errors = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--poses" => model = arguments.next().unwrap(),
            "--csv" => folder = Some(PathBuf::from(arguments.next().unwrap())),
            clip => {
                let Some((run, truth)) = track(clip, &model) else { continue };
                if let Some(folder) = &folder {
                    std::fs::write(
                        folder.join(format!("{}.csv", clip.replace('/', "_"))),
                        csv(&run, truth.as_ref()),
                    )
                    .unwrap();
                }
                errors.extend(report(clip, &run, truth.as_ref()));
            }
        }
    }
    if !errors.is_empty() {
        let rmse = |which: usize| {
            (errors.iter().map(|e: &[f64; 3]| e[which].powi(2)).sum::<f64>() / errors.len() as f64).sqrt()
        };
        println!(
            "all {} reps: mean concentric velocity RMSE {:.4} m/s with the true scale, {:.4} with the plate's, {:.4} with the plate's and own phases",
            errors.len(),
            rmse(0),
            rmse(1),
            rmse(2)
        );
    }
}

fn track(clip: &str, model: &str) -> Option<(Run, Option<Truth>)> {
    let path = PathBuf::from(clip);
    if path.exists() {
        return Some((run(&path, &path.with_extension("jsonl"))?, None));
    }
    let video = support::truth(&format!("clips/{clip}.mp4"))?;
    let poses = support::truth(&format!("poses/{clip}.{model}.jsonl"))?;
    Some((run(&video, &poses)?, Truth::open(clip)))
}

/// Prints one clip's figures; the velocity errors of each rep with the true scale, the plate's, and the plate's with own phases.
fn report(clip: &str, run: &Run, truth: Option<&Truth>) -> Vec<[f64; 3]> {
    let seen = run.frames.iter().filter(|f| f.bar.is_some()).count();
    let first = run.frames.iter().find(|f| f.bar.is_some());
    println!(
        "{clip}: {} frames, {seen} with a bar{}, {} people had one",
        run.frames.len(),
        first.map_or(String::new(), |f| format!(", first at {:.2} s", f.at_s)),
        run.people_with_bar.len(),
    );
    let cost = |searching: bool| {
        let mut ms: Vec<f64> =
            run.cost_ms.iter().filter(|(s, _)| *s == searching).map(|(_, ms)| *ms).collect();
        ms.sort_by(f64::total_cmp);
        let mean = ms.iter().sum::<f64>() / ms.len().max(1) as f64;
        format!("median {:.3}, mean {mean:.3} ({} frames)", ms.get(ms.len() / 2).unwrap_or(&0.0), ms.len())
    };
    println!("  cost of a frame, ms: with a bar {}; without {}", cost(false), cost(true));
    let Some(truth) = truth else { return Vec::new() };
    let place = truth.place_errors(run);
    println!(
        "  centre: offset ({:+.1}, {:+.1}) px, then RMS {:.2} px, 95 % {:.2}, most {:.2}; off the plate {} frames; u {:.2} px; radius {:+.2} % ± {:.2} % of {:.0} px",
        place.offset[0],
        place.offset[1],
        place.rms_px,
        place.p95_px,
        place.most_px,
        place.off,
        place.u_px,
        100.0 * place.radius_bias,
        100.0 * place.radius_sd,
        place.radius_px
    );
    let mut errors = Vec::new();
    let mut line = String::from("  rep: truth, error with true scale / plate scale / own phases, m/s:");
    for rep in &truth.reps {
        let velocities = truth.velocities(run, rep);
        let Some(velocities) = velocities else {
            write!(line, " [{:.3}: not tracked]", rep.velocity_m_s).unwrap();
            continue;
        };
        let error = velocities.map(|v| v - rep.velocity_m_s);
        write!(line, " [{:.3}: {:+.3} {:+.3} {:+.3}]", rep.velocity_m_s, error[0], error[1], error[2])
            .unwrap();
        errors.push(error);
    }
    println!("{line}");
    errors
}

fn csv(run: &Run, truth: Option<&Truth>) -> String {
    let mut text = String::from("t_s,x,y,radius,u,confidence,true_x,true_y,true_radius\n");
    for (i, frame) in run.frames.iter().enumerate() {
        write!(text, "{:.4},", frame.at_s).unwrap();
        match frame.bar {
            Some(b) => write!(
                text,
                "{:.2},{:.2},{:.2},{:.3},{:.2},",
                b.x_px,
                b.y_px,
                b.radius_px.unwrap_or(0.0),
                b.u_px,
                b.confidence
            ),
            None => write!(text, ",,,,,"),
        }
        .unwrap();
        match truth.and_then(|truth| truth.plate(i)) {
            Some(p) => writeln!(text, "{:.2},{:.2},{:.2}", p.x_px, p.y_px, p.radius_px),
            None => writeln!(text, ",,"),
        }
        .unwrap();
    }
    text
}
