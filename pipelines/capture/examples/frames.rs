//! Reads a clip to its end as fast as it goes and says what came:
//! `cargo run --release -p spotter-capture --example frames -- CLIP`.
#![allow(clippy::print_stdout, reason = "a program for a terminal")]

use std::time::Instant;

use spotter_capture::{CaptureError, Delivery, EveryFrame, SourceDescription, open};

fn main() -> Result<(), CaptureError> {
    let path = std::env::args_os().nth(1).unwrap_or_default().into();
    let opening = Instant::now();
    let clip = SourceDescription::File { path, repeat: false, paced: false };
    let mut source = open("clip", &clip, Delivery::EveryFrame)?;
    println!("opened in {:?}: {:?} fps, {:?}", opening.elapsed(), source.nominal_fps(), source.duration());

    let reading = Instant::now();
    let (mut frames, mut last) = (0_u32, None);
    for frame in EveryFrame::of(source.as_mut()) {
        let frame = frame?;
        if frames == 0 {
            println!("{frame:?}, {:?}", frame.colors());
        }
        frames += 1;
        last = Some(frame.pts);
    }
    let seconds = reading.elapsed().as_secs_f64();
    println!("{frames} frames up to {last:?}, {:.0} a second", f64::from(frames) / seconds);
    Ok(())
}
