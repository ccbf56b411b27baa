//! How far the movement metrics are from the truth of the rendered clips, from their own joints and through the pose model, before and
//! after each correction of the model's known errors; how often the stated uncertainties hold; determinism; what is invented where
//! nothing happens. `make accuracy` records the poses, renders the truth and runs it; `--help` lists the options.
#![allow(clippy::print_stdout, clippy::print_stderr)] // Printing is all it does.

#[path = "../../tests/common/mod.rs"]
mod common;

mod arguments;
mod clips;
mod counts;
mod detail;
mod errors;
mod found;
mod held;
mod joints;
mod limit;
mod measure;
mod order;
mod quiet;
mod spread;
mod stages;
mod table;
mod video;

use std::path::Path;
use std::process::ExitCode;

use arguments::Arguments;
use clips::Named;
use common::truth;
use joints::Joints;
use stages::Stage;
use table::Table;
use video::{Seen, Video};

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("{problem}\n\n{}", arguments::USAGE);
            return ExitCode::from(64);
        }
    };
    let clips = clips::all(arguments.more.as_deref());
    let seen =
        arguments.poses.as_deref().map(|folder| video::seen(&clips, folder, "full")).unwrap_or_default();
    if let Some(name) = &arguments.detail {
        detail::print(&clips, &seen, name);
        return ExitCode::SUCCESS;
    }
    let tables = tables(&arguments, &clips, &seen);
    for table in &tables {
        println!("{}", table.plain());
    }
    let (met, missed) =
        tables.iter().map(Table::count).fold((0, 0), |(a, b), (met, missed)| (a + met, b + missed));
    println!("{met} rows met, {missed} not");
    if let Some(path) = &arguments.markdown
        && let Err(error) = std::fs::write(path, markdown(&tables, (met, missed)))
    {
        eprintln!("{}: {error}", path.display());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn tables(arguments: &Arguments, clips: &[Named], seen: &[Seen<'_>]) -> Vec<Table> {
    let joints = Joints::of(clips);
    let video = (!seen.is_empty()).then(|| Video::of(seen, &Stage::ALL));
    let mut tables = vec![joints.table(clips)];
    if let Some(video) = &video {
        tables.push(video.table());
        tables.push(video.before_and_after(
            "Before and after each correction",
            "The clips as video. Each cell: mean / root mean square / worst error. A column has what the ones to its left have.",
        ));
    }
    tables.extend(["full", "heavy", "lite"].into_iter().filter_map(|model| raw(clips, model)));
    tables.push(spread::table(&joints.coverage, video.as_ref().map(Video::coverage)));
    tables.push(order::table(clips, seen, arguments.poses.as_deref().and_then(twice)));
    tables.push(quiet::table(clips, video.as_ref()));
    if let Some(output) = arguments.tests.as_ref().and_then(|path| std::fs::read_to_string(path).ok()) {
        tables.push(held::table(&output));
    }
    tables
}

/// Before and after on the landmarks without the heat map's refinement, which were recorded with the given truth.
fn raw(clips: &[Named], model: &str) -> Option<Table> {
    let folder = truth::folder()?.join("poses");
    let seen = video::seen(clips, &folder, model);
    let stages = [Stage::Nothing, Stage::Events, Stage::Gains];
    (!seen.is_empty()).then(|| {
        Video::of(&seen, &stages).before_and_after(
            &format!("Raw landmarks of the model `{model}`"),
            &format!(
                "Without the heat map's refinement, {} clips of the given truth; no bar was tracked. Each cell: mean / root mean square / worst error.",
                seen.len()
            ),
        )
    })
}

/// Whether a clip that was recorded twice (`CLIP.again.jsonl`) has the same bytes.
fn twice(folder: &Path) -> Option<bool> {
    let again: Vec<_> = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    let mut pairs = again.iter().filter_map(|path| {
        let name = path.file_name()?.to_str()?.strip_suffix(".again.jsonl")?;
        Some((path, folder.join(format!("{name}.full.jsonl"))))
    });
    let (again, first) = pairs.next()?;
    Some(std::fs::read(again).ok()? == std::fs::read(first).ok()?)
}

fn markdown(tables: &[Table], (met, missed): (usize, usize)) -> String {
    let head = format!(
        "# Accuracy\n\nWhat the movement metrics reach on the rendered clips, whose truth is exact, and on measured sets. `make accuracy` prints it, `make accuracy-report` writes this page: {met} rows with a target are met, {missed} are not. A rendered body is not a person.\n\n"
    );
    let tables: Vec<String> = tables.iter().map(Table::markdown).collect();
    head + &tables.join("\n")
}
