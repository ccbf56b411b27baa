//! Clips of several people, and of another size, put together from the repository's clips: each clip fills a tile, the rest is black.
//!
//! Made once and kept in `.cache/bench`; decoded and encoded by the unit's own capture code.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use spotter_capture::{
    ColorMatrix, Colors, Delivery, FrameSource, Mp4Writer, PictureFormat, Pull, SourceDescription,
};

use crate::canvas::Canvas;

/// One person each, 540×720, 30 frames a second, at least 445 frames.
const PEOPLE: [&str; 4] = ["front_squat", "lunge_alternate", "squat_valgus_frontal", "split_squat_left"];
/// Where each of them is: a grid, in which they are larger than in a row of the same number of pixels.
const PLACES: [(u32, u32); 4] = [(0, 0), (540, 0), (0, 720), (540, 720)];
/// Longest wait for a frame of a file.
const PULL_TIMEOUT: Duration = Duration::from_secs(10);
/// Frames a second of a composed clip.
const FPS: u32 = 30;
/// Clips as the renderer wrote them: no weights stated, standard definition.
const COLORS: Colors = Colors { matrix: ColorMatrix::Bt601, full_range: false };

/// A clip that was put together.
#[derive(Debug)]
pub(crate) struct Composed {
    /// The file.
    pub(crate) path: PathBuf,
    /// What it shows, for the report.
    pub(crate) description: String,
}

/// A clip that fills a tile.
struct Tile {
    clip: &'static str,
    /// Left and upper edge in the picture, even.
    at: (u32, u32),
    /// Every how many frames one is taken.
    every: u32,
}

/// Frames for which each person is alone in the picture, in turn, while the clip begins.
const ALONE_FRAMES: usize = 9;
/// From one such turn to the next; all who had theirs are seen in between.
const TURN_FRAMES: usize = 15;
/// Frames after which everybody stays in the picture, for any number of people.
pub(crate) const INTRODUCTION_FRAMES: usize = 4 * TURN_FRAMES;

/// `people` people in a grid. The picture has the same size for any number up to four, so that only the people differ. Each is shown
/// alone for a moment first: the person detector is made for people who fill the picture, and finds few of several small ones at once.
pub(crate) fn people(people: usize, frames: usize) -> anyhow::Result<Composed> {
    let tile = |(index, clip): (usize, &&'static str)| Tile { clip, at: PLACES[index], every: 1 };
    let tiles: Vec<Tile> = PEOPLE.iter().take(people).enumerate().map(tile).collect();
    let clips: Vec<&str> = tiles.iter().map(|tile| tile.clip).collect();
    let description = format!("{} in a grid of 1080×1440, 30 fps", clips.join(", "));
    composed(&format!("people-{people}-grid-{frames}"), (1080, 1440), &tiles, frames, description)
}

/// Repeated jumps at 30 frames a second in the middle of a picture of 1280 × 720: about an event a second.
pub(crate) fn jumps_720p() -> anyhow::Result<Composed> {
    let tiles = [Tile { clip: "repeated_jumps", at: (370, 0), every: 2 }];
    let description = "repeated_jumps at 30 fps in the middle of 1280×720".to_owned();
    composed("jumps-720p-30", (1280, 720), &tiles, 313, description)
}

fn composed(
    name: &str,
    size: (u32, u32),
    tiles: &[Tile],
    frames: usize,
    description: String,
) -> anyhow::Result<Composed> {
    let folder = spotter_tests::checkout().join(".cache/bench");
    let path = folder.join(format!("{name}.mp4"));
    if !path.is_file() {
        std::fs::create_dir_all(&folder).with_context(|| format!("{} can't be made", folder.display()))?;
        // Renamed when it is whole: one that was broken off is not taken for a clip.
        let part = folder.join(format!("{name}.part.mp4"));
        write(&part, size, tiles, frames).with_context(|| format!("{name} can't be put together"))?;
        std::fs::rename(&part, &path).with_context(|| format!("{} can't be renamed", part.display()))?;
    }
    Ok(Composed { path, description })
}

fn write(path: &Path, (width, height): (u32, u32), tiles: &[Tile], frames: usize) -> anyhow::Result<()> {
    let mut sources = tiles.iter().map(|tile| open(tile.clip)).collect::<anyhow::Result<Vec<_>>>()?;
    let format = PictureFormat { width, height, fps: Some(f64::from(FPS)), colors: COLORS };
    let mut film = Mp4Writer::create(path, &format)?;
    let mut canvas = Canvas::black(width, height);
    for number in 0..frames {
        for (index, (tile, source)) in tiles.iter().zip(&mut sources).enumerate() {
            for turn in 0..tile.every {
                let Pull::Frame(frame) = source.pull(PULL_TIMEOUT)? else {
                    anyhow::bail!("{} has fewer than {frames} frames at {FPS} fps", tile.clip);
                };
                if turn == 0 && is_shown(index, tiles.len(), number) {
                    canvas.draw(&frame, tile.at);
                } else if turn == 0 {
                    canvas.clear(&frame, tile.at);
                }
            }
        }
        film.write(Duration::from_secs(1) * number as u32 / FPS, canvas.planes())?;
    }
    Ok(film.finish()?)
}

/// Whether a tile is shown in this frame.
fn is_shown(tile: usize, tiles: usize, frame: usize) -> bool {
    let (newest, within) = (frame / TURN_FRAMES, frame % TURN_FRAMES);
    if newest < tiles && within < ALONE_FRAMES { tile == newest } else { tile <= newest }
}

fn open(clip: &str) -> anyhow::Result<Box<dyn FrameSource>> {
    let path = spotter_tests::checkout().join(format!("tests/clips/{clip}.mp4"));
    anyhow::ensure!(path.is_file(), "tests/clips/{clip}.mp4 is missing: it is part of the repository");
    let description = SourceDescription::File { path, repeat: false, paced: false };
    Ok(spotter_capture::open(clip, &description, Delivery::EveryFrame)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_alone_in_turn_and_then_everybody_stays() {
        let shown = |frame| (0..3).filter(|tile| is_shown(*tile, 3, frame)).collect::<Vec<_>>();
        assert_eq!([shown(0), shown(9), shown(15), shown(24)], [vec![0], vec![0], vec![1], vec![0, 1]]);
        assert_eq!(
            [shown(30), shown(39), shown(45), shown(200)],
            [vec![2], vec![0, 1, 2], vec![0, 1, 2], vec![0, 1, 2]]
        );
        assert!((0..200).all(|frame| is_shown(0, 1, frame)), "one person is never hidden");
    }
}
