//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use spotter::cli::{ModelArg, PlaceArgs};
use spotter_models::Backend;

/// What `--help` says at its end.
const NOTES: &str = "\
The table goes to stdout (to stderr with `--json -`), progress to stderr. Peers that are not installed are named in the table:
`make setup-bench` installs them. What the figures mean: docs/guide/benchmark.md.";

/// Speed, latency and memory of a Spotter unit, beside bare ONNX Runtime, MediaPipe and kinemotion in the same run
#[derive(Debug, Clone, Parser)]
#[command(name = "spotter-hw-bench", version, after_help = NOTES, max_term_width = 110)]
pub(crate) struct Args {
    /// Clip with one person, for the stages, the peers and the cameras
    #[arg(default_value = "tests/clips/squat_set.mp4")]
    pub(crate) clip: PathBuf,
    /// A short run of every part (less than a minute): shows that the bench works, says little of speed
    #[arg(long)]
    pub(crate) quick: bool,
    /// Only these parts
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PART")]
    pub(crate) only: Vec<PartName>,
    /// Also write the figures as JSON to this file; `-` is stdout
    #[arg(long, value_name = "FILE.json")]
    pub(crate) json: Option<PathBuf>,
    /// Also write the figures as a Markdown page to this file
    #[arg(long, value_name = "FILE.md")]
    pub(crate) write: Option<PathBuf>,
    /// Landmark model
    #[arg(long, value_enum, default_value = "full")]
    pub(crate) model: ModelArg,
    /// What computes in the unit and for the people; stages and peers are on the CPU, and each backend has its row
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) backend: BackendArg,
    /// Inference threads; 0 takes one for each processor, four at most
    #[arg(long, default_value_t = 0)]
    pub(crate) threads: usize,
    /// Use only this many of the processors, for the unit and the peers alike; 0 takes all
    #[arg(long, default_value_t = 0)]
    pub(crate) cores: usize,
    /// Turns of each pair that is compared [default: 5, for the slow peers 3; with --quick 1]
    #[arg(long)]
    pub(crate) turns: Option<usize>,
    /// Minutes to watch the memory of a running unit, and of a GPU [default: 3 and as long as its turns take; with --quick 0.05]
    #[arg(long, value_name = "MINUTES")]
    pub(crate) soak_minutes: Option<f64>,
    #[command(flatten)]
    pub(crate) places: PlaceArgs,
    /// The TensorRT plug-in [default: the installed one]
    #[arg(long, value_name = "FILE")]
    pub(crate) tensorrt_plugin: Option<PathBuf>,
    /// TensorRT's library [default: the one that the dynamic linker finds]
    #[arg(long, value_name = "FILE")]
    pub(crate) tensorrt_library: Option<PathBuf>,
    /// Where TensorRT's engines are kept from one run to the next
    #[arg(long, value_name = "DIR", default_value = "target/hw-bench")]
    pub(crate) engines_dir: PathBuf,
    /// Serve as one of the programs that take turns (the bench starts itself with this)
    #[arg(long, value_enum, hide = true)]
    pub(crate) worker: Option<WorkerKind>,
    /// Processor to stay on, for a worker
    #[arg(long, hide = true)]
    pub(crate) processor: Option<usize>,
    /// Frames before the clock of a turn starts, for a worker
    #[arg(long, hide = true, default_value_t = 0)]
    pub(crate) skip: usize,
    /// People to track, for a worker
    #[arg(long, hide = true, default_value_t = 1)]
    pub(crate) max_people: usize,
}

/// A part of the bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PartName {
    /// The pipeline by stage, beside bare ONNX Runtime
    Stages,
    /// Beside MediaPipe in Python
    Mediapipe,
    /// `spotter analyze` beside kinemotion
    Kinemotion,
    /// 1, 2, 4, 8 cameras
    Cameras,
    /// Every backend of the machine
    Backends,
    /// Stations beside the bare engine on a GPU, and its memory
    Gpu,
    /// 1, 2, 4 people
    People,
    /// Capture to event at a subscriber
    Latency,
    /// Keypoints beside the reference implementation's
    Parity,
    /// Memory over time
    Soak,
}

/// What a worker does in its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WorkerKind {
    /// Decode, estimate, bar, movement
    Pipeline,
    /// The landmark model alone
    Bare,
    /// Decode alone
    Decode,
    /// Stations and the bare engine on a GPU
    Gpu,
}

/// `--backend`, by the configuration's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum BackendArg {
    /// The best that the machine has
    Auto,
    /// ONNX Runtime on the CPU
    Cpu,
    /// TensorRT through Spotter's plug-in
    Tensorrt,
    /// ONNX Runtime's TensorRT provider
    OnnxruntimeTensorrt,
    /// ONNX Runtime's CUDA provider
    OnnxruntimeCuda,
}

impl BackendArg {
    /// The name in the configuration.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

impl From<BackendArg> for Backend {
    fn from(backend: BackendArg) -> Self {
        match backend {
            BackendArg::Auto => Self::Auto,
            BackendArg::Cpu => Self::Cpu,
            BackendArg::Tensorrt => Self::Tensorrt,
            BackendArg::OnnxruntimeTensorrt => Self::OnnxruntimeTensorrt,
            BackendArg::OnnxruntimeCuda => Self::OnnxruntimeCuda,
        }
    }
}

impl Args {
    /// Whether a part was asked for.
    pub(crate) fn wants(&self, part: PartName) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn backends_have_the_configurations_names() {
        for backend in BackendArg::value_variants() {
            let in_configuration = serde_json::to_value(Backend::from(*backend)).unwrap();
            assert_eq!(in_configuration, backend.name());
        }
    }

    #[test]
    fn parts_can_be_chosen() {
        let all = Args::parse_from(["bench"]);
        assert!(all.wants(PartName::Soak));
        let some = Args::parse_from(["bench", "--only", "stages,people"]);
        assert!(some.wants(PartName::People) && !some.wants(PartName::Soak));
    }
}
