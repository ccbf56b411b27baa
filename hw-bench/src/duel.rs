//! Two programs that take turns on the same clip, so that a machine whose speed drifts moves both; ratios are taken turn by turn.

use serde::Serialize;

use crate::contestant::Contestant;
use crate::stats::median;
use crate::turn::Turn;

/// What two programs came to side by side.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Duel {
    /// The first one.
    pub(crate) ours: Side,
    /// The one beside it.
    pub(crate) other: Side,
    /// Frames a second of the first over those of the other: the median of the turns' ratios.
    pub(crate) fps_ratio: f64,
    /// Smallest and largest ratio of a turn.
    pub(crate) fps_ratio_range: [f64; 2],
    /// Processor time a frame of the first over that of the other: the median of the turns' ratios.
    pub(crate) cpu_ratio: f64,
    /// Turns that each took.
    pub(crate) turns: usize,
}

/// One program's medians over its turns.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Side {
    /// What computes.
    pub(crate) backend: String,
    /// Frames a second.
    pub(crate) fps: f64,
    /// Processor time a frame, milliseconds.
    pub(crate) cpu_ms_per_frame: f64,
    /// Largest resident memory, bytes.
    pub(crate) peak_rss_bytes: u64,
}

/// Lets both take `turns` turns of `frames` frames; the other one's turn has as many frames as the first one's. Hands out the first one's
/// turns as well.
pub(crate) fn fight(
    ours: &mut Contestant,
    other: &mut Contestant,
    turns: usize,
    frames: usize,
) -> anyhow::Result<(Duel, Vec<Turn>)> {
    let (mut of_ours, mut of_other) = (Vec::new(), Vec::new());
    for _ in 0..turns {
        let turn = ours.take_turn(frames)?;
        of_other.push(other.take_turn(turn.frames)?);
        of_ours.push(turn);
    }
    let duel = decide(&ours.backend, &of_ours, &other.backend, &of_other)
        .ok_or_else(|| anyhow::anyhow!("no turn was taken"))?;
    Ok((duel, of_ours))
}

/// Compares turns pair by pair; none without a pair.
pub(crate) fn decide(our_name: &str, ours: &[Turn], other_name: &str, other: &[Turn]) -> Option<Duel> {
    let ratios = |of: fn(&Turn) -> f64| -> Vec<f64> {
        ours.iter().zip(other).map(|(ours, other)| of(ours) / of(other)).collect()
    };
    let fps = ratios(Turn::fps);
    Some(Duel {
        ours: side(our_name, ours)?,
        other: side(other_name, other)?,
        fps_ratio: median(&fps)?,
        fps_ratio_range: [fps.iter().copied().reduce(f64::min)?, fps.iter().copied().reduce(f64::max)?],
        cpu_ratio: median(&ratios(Turn::cpu_ms_per_frame))?,
        turns: fps.len(),
    })
}

fn side(backend: &str, turns: &[Turn]) -> Option<Side> {
    let median_of = |of: fn(&Turn) -> f64| median(&turns.iter().map(of).collect::<Vec<_>>());
    Some(Side {
        backend: backend.to_owned(),
        fps: median_of(Turn::fps)?,
        cpu_ms_per_frame: median_of(Turn::cpu_ms_per_frame)?,
        peak_rss_bytes: turns.iter().map(|turn| turn.peak_rss_bytes).max()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(frames: usize, wall_s: f64, cpu_s: f64) -> Turn {
        Turn { frames, wall_s, cpu_s, ..Turn::default() }
    }

    /// The machine is half as fast in the last turn: the medians of the rates would give another ratio than the turns do.
    #[test]
    fn ratios_are_those_of_the_turns() {
        let ours = [turn(100, 1.0, 1.0), turn(100, 1.0, 1.0), turn(100, 2.0, 1.0)];
        let other = [turn(100, 2.0, 4.0), turn(100, 4.0, 4.0), turn(100, 4.0, 4.0)];
        let duel = decide("a", &ours, "b", &other).unwrap();
        assert_eq!((duel.fps_ratio, duel.fps_ratio_range, duel.cpu_ratio), (2.0, [2.0, 4.0], 0.25));
        assert_eq!((duel.ours.fps, duel.other.fps, duel.turns), (100.0, 25.0, 3));
        assert!(decide("a", &[], "b", &[]).is_none());
    }
}
