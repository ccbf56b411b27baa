//! The pipeline by stage, and as a whole beside the model alone in bare ONNX Runtime: the limit.

use serde::Serialize;

use crate::args::{Args, WorkerKind};
use crate::contestant::{Contestant, Setup};
use crate::duel::{self, Duel};
use crate::plan::Plan;
use crate::stats::Percentiles;
use crate::turn::{Turn, stage_ms};

/// What each stage is, in the order of a frame.
const STAGES: [(&str, &str); 8] = [
    ("wait", "the estimating thread waits for the decoder, which works ahead on its own threads"),
    ("pre", "pixels to tensors"),
    ("infer", "inference: landmarks, and the detector where it is due"),
    ("post", "decoding of the outputs"),
    ("track", "who is who: regions and tracks"),
    ("bar", "bar tracker"),
    ("movement", "movement"),
    ("frame", "a whole frame"),
];

/// The pipeline on one clip.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct StageFigures {
    /// The pipeline beside the model alone.
    pub(crate) bare: Duel,
    /// Times of each stage.
    pub(crate) stages: Vec<Stage>,
    /// A frame without inference and without waiting for the decoder; one person.
    pub(crate) all_but_inference: Percentiles,
    /// The decoder alone: frames a second.
    pub(crate) decode_fps: f64,
    /// The decoder alone: processor time a frame, milliseconds.
    pub(crate) decode_cpu_ms_per_frame: f64,
}

/// A stage's times.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Stage {
    /// Short name.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) what: &'static str,
    /// Its times.
    #[serde(flatten)]
    pub(crate) times: Percentiles,
}

/// Pipeline and bare runtime take turns with the same model and threads; then the decoder runs alone.
pub(crate) fn measure(args: &Args, plan: &Plan) -> anyhow::Result<StageFigures> {
    let setup = Setup::on_cpu(args);
    let mut pipeline = Contestant::ours(WorkerKind::Pipeline, &args.clip, setup, args)?;
    let mut bare = Contestant::ours(WorkerKind::Bare, &args.clip, setup, args)?;
    let (duel, turns) = duel::fight(&mut pipeline, &mut bare, plan.turns, plan.frames)?;
    drop((pipeline, bare));
    let decoded = Contestant::ours(WorkerKind::Decode, &args.clip, setup, args)?.take_turn(plan.frames)?;
    figures(duel, &turns, &decoded).ok_or_else(|| anyhow::anyhow!("no frame was measured"))
}

fn figures(bare: Duel, turns: &[Turn], decoded: &Turn) -> Option<StageFigures> {
    let decode = Stage {
        name: "decode",
        what: "the decoder alone, from one frame to the next",
        times: Percentiles::of_ms(&stage_ms(std::slice::from_ref(decoded), "decode"))?,
    };
    let of_pipeline = STAGES.iter().filter_map(|&(name, what)| {
        Some(Stage { name, what, times: Percentiles::of_ms(&stage_ms(turns, name))? })
    });
    Some(StageFigures {
        bare,
        stages: std::iter::once(decode).chain(of_pipeline).collect(),
        all_but_inference: Percentiles::of_ms(&all_but_inference_ms(turns))?,
        decode_fps: decoded.fps(),
        decode_cpu_ms_per_frame: decoded.cpu_ms_per_frame(),
    })
}

/// Of each frame, what is neither inference nor waiting.
fn all_but_inference_ms(turns: &[Turn]) -> Vec<f64> {
    let [frame, wait, infer] = ["frame", "wait", "infer"].map(|name| stage_ms(turns, name));
    frame.iter().zip(&wait).zip(&infer).map(|((frame, wait), infer)| frame - wait - infer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turn::StageTimes;

    #[test]
    fn what_is_not_inference_is_taken_frame_by_frame() {
        let stage = |name: &str, ms: &[f64]| StageTimes { name: name.to_owned(), ms: ms.to_vec() };
        let stages =
            vec![stage("frame", &[20.0, 30.0]), stage("wait", &[1.0, 12.0]), stage("infer", &[18.0, 15.0])];
        let turn = Turn { frames: 2, stages, ..Turn::default() };
        assert_eq!(all_but_inference_ms(&[turn]), [1.0, 3.0]);
    }
}
