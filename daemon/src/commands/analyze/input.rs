//! What to analyse, and which further files to write.

use std::path::{Path, PathBuf};

use crate::cli::AnalyzeArgs;
use crate::exit::{Code, Failure};

/// One file to analyse.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Input {
    /// As given.
    pub(super) path: PathBuf,
    /// What it is.
    pub(super) kind: Kind,
}

/// What an input is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A video file.
    Clip(Outputs),
    /// Recorded poses.
    Poses,
}

/// Further files to write of a clip.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Outputs {
    /// The estimated poses.
    pub(super) poses: Option<PathBuf>,
    /// The clip with what was seen drawn in.
    pub(super) overlay: Option<PathBuf>,
}

/// The inputs in their order.
///
/// # Errors
/// When outputs of several clips have no folder to go to, or an output would overwrite an input or another output.
pub(super) fn inputs(args: &AnalyzeArgs) -> Result<Vec<Input>, Failure> {
    let clips = args.clips.iter().map(|path| {
        let output = |given: Option<&PathBuf>, option, ending| {
            given.map(|given| output_of(path, given, option, ending, args.clips.len())).transpose()
        };
        let poses = output(args.poses_out.as_ref(), "--poses-out", "poses.jsonl")?;
        let overlay = output(args.overlay.as_ref(), "--overlay", "overlay.mp4")?;
        Ok(Input { path: path.clone(), kind: Kind::Clip(Outputs { poses, overlay }) })
    });
    let poses = args.poses.iter().map(|path| Ok(Input { path: path.clone(), kind: Kind::Poses }));
    let inputs: Vec<Input> = clips.chain(poses).collect::<Result<_, Failure>>()?;
    refuse_overwriting(&inputs)?;
    Ok(inputs)
}

/// The file itself, or one of the clip's name in a folder.
fn output_of(
    clip: &Path,
    given: &Path,
    option: &str,
    ending: &str,
    clips: usize,
) -> Result<PathBuf, Failure> {
    if given.is_dir() {
        let stem = clip.file_stem().unwrap_or_default().to_string_lossy();
        return Ok(given.join(format!("{stem}.{ending}")));
    }
    if clips > 1 {
        return Err(usage(format!(
            "{option} {}: give a folder that exists for the files of several clips",
            given.display()
        )));
    }
    Ok(given.to_owned())
}

fn refuse_overwriting(inputs: &[Input]) -> Result<(), Failure> {
    let outputs: Vec<&PathBuf> = inputs
        .iter()
        .filter_map(|input| if let Kind::Clip(outputs) = &input.kind { Some(outputs) } else { None })
        .flat_map(|outputs| [&outputs.poses, &outputs.overlay])
        .flatten()
        .collect();
    for (index, output) in outputs.iter().enumerate() {
        if outputs[..index].contains(output) {
            return Err(usage(format!("{} would be written twice", output.display())));
        }
        let written = output.canonicalize().ok();
        if written.is_some() && inputs.iter().any(|input| input.path.canonicalize().ok() == written) {
            return Err(usage(format!("{} is an input and would be overwritten", output.display())));
        }
    }
    Ok(())
}

fn usage(text: String) -> Failure {
    Failure::new(Code::Usage, anyhow::anyhow!(text))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn of(arguments: &[&str]) -> Result<Vec<Input>, String> {
        let cli = Cli::try_parse_from([&["spotter", "analyze"], arguments].concat()).unwrap();
        let Command::Analyze(args) = cli.command else { panic!("another command") };
        inputs(&args).map_err(|failure| failure.to_string())
    }

    #[test]
    fn files_of_several_clips_go_into_a_folder_under_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().to_str().unwrap();
        let inputs = of(&["x/a.mp4", "b.mov", "--overlay", dir]).unwrap();
        let overlays: Vec<_> = inputs.iter().map(|input| &input.kind).collect();
        let expected = |name: &str| {
            Kind::Clip(Outputs {
                poses: None,
                overlay: Some(folder.path().join(format!("{name}.overlay.mp4"))),
            })
        };
        assert_eq!(overlays, [&expected("a"), &expected("b")]);
        assert!(of(&["a.mp4", "b.mp4", "--overlay", "out.mp4"]).unwrap_err().contains("--overlay out.mp4"));
        assert!(of(&["a.mp4", "x/a.mp4", "--overlay", dir]).unwrap_err().contains("twice"));
    }

    #[test]
    fn an_output_never_replaces_an_input() {
        let folder = tempfile::tempdir().unwrap();
        let clip = folder.path().join("a.mp4");
        std::fs::write(&clip, "a clip").unwrap();
        let clip = clip.to_str().unwrap();
        let detour = folder.path().join("./a.mp4");
        assert!(of(&[clip, "--overlay", detour.to_str().unwrap()]).unwrap_err().contains("is an input"));
        assert!(of(&[clip, "--overlay", "/none/x", "--poses-out", "/none/x"]).unwrap_err().contains("twice"));
    }
}
