//! `spotter run --table`: what the unit sees, as lines in the terminal.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use crate::board::Board;

/// One block of lines a second: enough to follow, slow enough to read.
const PERIOD: Duration = Duration::from_secs(1);

/// What the table takes from a live frame.
#[derive(Deserialize)]
struct Live {
    fps: f64,
    latency_ms: f64,
    people: Vec<Person>,
    totals: Totals,
    last_rep: Option<LastRep>,
    last_jump: Option<LastJump>,
}

#[derive(Deserialize)]
struct Person {
    exercise: String,
    rep_count: u32,
}

#[derive(Deserialize)]
struct Totals {
    reps: u64,
    jumps: u64,
}

#[derive(Deserialize)]
struct LastRep {
    mean_concentric_velocity_m_s: Option<f64>,
}

#[derive(Deserialize)]
struct LastJump {
    height_m: Option<f64>,
}

/// Prints until the unit stops: in place on a terminal, else a line a second and station.
pub(crate) async fn follow(board: Arc<Board>, stop: CancellationToken) -> io::Result<()> {
    let in_place = io::stdout().is_terminal();
    let mut ticks = tokio::time::interval(PERIOD);
    let mut lines_above = 0;
    println_quietly(&header());
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = ticks.tick() => {}
        }
        let rows = rows(&board);
        if in_place && lines_above > 0 {
            print_quietly(&format!("\x1b[{lines_above}A\x1b[J"));
        }
        lines_above = rows.len();
        for row in &rows {
            println_quietly(row);
        }
    }
}

fn header() -> String {
    format!(
        "{:<12} {:>6} {:>8} {:>6} {:<12} {:>5} {:>6} {:>6} {:>9} {:>8}",
        "station", "fps", "latency", "people", "exercise", "set", "reps", "jumps", "velocity", "jump"
    )
}

fn rows(board: &Board) -> Vec<String> {
    board.station_names().map(|name| row(name.as_str(), board)).collect()
}

fn row(station: &str, board: &Board) -> String {
    let newest = board.follow(station).map(|slot| Arc::clone(&slot.borrow()));
    let Some(live) = newest.and_then(|text| serde_json::from_str::<Live>(&text).ok()) else {
        return format!("{station:<12} {:>6}", "–");
    };
    let athlete = live.people.first();
    let velocity = live.last_rep.and_then(|rep| rep.mean_concentric_velocity_m_s);
    let height = live.last_jump.and_then(|jump| jump.height_m);
    format!(
        "{station:<12} {:>6.1} {:>5.0} ms {:>6} {:<12} {:>5} {:>6} {:>6} {:>9} {:>8}",
        live.fps,
        live.latency_ms,
        live.people.len(),
        athlete.map_or("–", |person| person.exercise.as_str()),
        athlete.map_or(0, |person| person.rep_count),
        live.totals.reps,
        live.totals.jumps,
        velocity.map_or("–".to_owned(), |velocity| format!("{velocity:.2} m/s")),
        height.map_or("–".to_owned(), |height| format!("{:.1} cm", height * 100.0)),
    )
}

// A reader that has left must not end the unit.
fn print_quietly(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

fn println_quietly(line: &str) {
    print_quietly(&format!("{line}\n"));
}
