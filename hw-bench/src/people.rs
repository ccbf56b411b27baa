//! What each further person in the picture costs: the pipeline on clips that differ in nothing but the number of people.

use serde::Serialize;

use crate::args::{Args, WorkerKind};
use crate::compose;
use crate::contestant::{Contestant, Setup};
use crate::plan::Plan;
use crate::stats::{Percentiles, median};
use crate::turn::{Turn, stage_ms};

/// Share of the frames in which everybody must be tracked for a figure to count.
const TRACKED_SHARE: f64 = 0.9;

/// The pipeline with so many people.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PeopleFigures {
    /// People in the picture.
    pub(crate) people: usize,
    /// What is in the picture.
    pub(crate) clip: String,
    /// Share of the frames in which all of them were tracked.
    pub(crate) tracked_share: f64,
    /// Frames a second.
    pub(crate) fps: f64,
    /// Processor time a frame, milliseconds.
    pub(crate) cpu_ms_per_frame: f64,
    /// Inference of a frame.
    pub(crate) infer: Percentiles,
    /// A frame from the decoder to its events.
    pub(crate) frame: Percentiles,
}

/// Measures each number of people.
pub(crate) fn measure(args: &Args, plan: &Plan) -> anyhow::Result<Vec<PeopleFigures>> {
    let mut contestants = Vec::new();
    for &people in &plan.people {
        let clip = compose::people(people, compose::INTRODUCTION_FRAMES + plan.composed_frames)?;
        let setup = Setup {
            backend: args.backend,
            max_people: people,
            skip: compose::INTRODUCTION_FRAMES,
            ..Setup::on_cpu(args)
        };
        let contestant = Contestant::ours(WorkerKind::Pipeline, &clip.path, setup, args)?;
        contestants.push((people, clip.description, contestant, Vec::new()));
    }
    for _ in 0..plan.people_passes {
        for (_, _, contestant, turns) in &mut contestants {
            turns.push(contestant.take_turn(0)?);
        }
    }
    contestants.into_iter().map(|(people, clip, _, turns)| figures(people, clip, &turns)).collect()
}

fn figures(people: usize, clip: String, turns: &[Turn]) -> anyhow::Result<PeopleFigures> {
    let frames: Vec<usize> = turns.iter().flat_map(|turn| turn.people.iter().copied()).collect();
    let tracked = frames.iter().filter(|tracked| **tracked == people).count();
    let tracked_share = tracked as f64 / frames.len().max(1) as f64;
    anyhow::ensure!(
        tracked_share >= TRACKED_SHARE,
        "{people} people ({clip}): all of them, and nobody else, were tracked in {:.0} % of the frames only",
        100.0 * tracked_share
    );
    let median_of = |of: fn(&Turn) -> f64| median(&turns.iter().map(of).collect::<Vec<_>>());
    let stage = |name| Percentiles::of_ms(&stage_ms(turns, name));
    let all = || {
        Some(PeopleFigures {
            people,
            clip,
            tracked_share,
            fps: median_of(Turn::fps)?,
            cpu_ms_per_frame: median_of(Turn::cpu_ms_per_frame)?,
            infer: stage("infer")?,
            frame: stage("frame")?,
        })
    };
    all().ok_or_else(|| anyhow::anyhow!("no turn was taken"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turn::StageTimes;

    fn turn(people: Vec<usize>) -> Turn {
        let stage = |name: &str| StageTimes { name: name.to_owned(), ms: vec![2.0; people.len()] };
        let stages = vec![stage("infer"), stage("frame")];
        Turn { frames: people.len(), wall_s: 1.0, cpu_s: 0.5, stages, people, ..Turn::default() }
    }

    #[test]
    fn a_clip_whose_people_are_not_all_tracked_gives_no_figure() {
        let tracked = figures(2, "a, b".to_owned(), &[turn([vec![1], vec![2; 9]].concat())]).unwrap();
        assert!((tracked.tracked_share - 0.9).abs() < 1e-12);
        assert!((tracked.cpu_ms_per_frame - 50.0).abs() < 1e-12);
        for missed in [vec![1, 1, 2, 2, 2, 2, 2, 2, 2, 2], vec![3; 10], vec![]] {
            let error = figures(2, "a, b".to_owned(), &[turn(missed)]).unwrap_err().to_string();
            assert!(error.contains("2 people (a, b)"), "{error}");
        }
    }
}
