//! The measurement of an earlier start, in the state folder.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use spotter_models::{LandmarkModel, manifest};

use super::measure::{Measured, Setup};

/// What was measured, and what it holds for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    circumstances: Circumstances,
    measured: Vec<Measured>,
}

/// A measurement under other circumstances says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Circumstances {
    processor: String,
    processors: usize,
    threads: usize,
    /// Size of ONNX Runtime's library, in bytes: another release has another one.
    onnxruntime_bytes: u64,
    /// Checksums of the models, best first.
    models: Vec<String>,
}

/// What was measured of these models under the same circumstances; none when that has to be done (again).
pub(super) fn read(file: &Path, setup: &Setup, models: &[LandmarkModel]) -> Option<Vec<Measured>> {
    let text = fs::read_to_string(file).ok()?;
    match serde_json::from_str::<Kept>(&text) {
        Ok(kept) if kept.circumstances == circumstances(setup, models) => Some(kept.measured),
        Ok(_) => None,
        Err(error) => {
            tracing::warn!(file = %file.display(), %error, "can't be read: measuring again");
            None
        }
    }
}

/// Keeps a measurement. Where that fails the next start measures again.
pub(super) fn write(file: &Path, setup: &Setup, measured: &[Measured]) {
    let models: Vec<_> = measured.iter().map(|of| of.model).collect();
    let kept = Kept { circumstances: circumstances(setup, &models), measured: measured.to_vec() };
    if let Err(error) = write_whole(file, &kept) {
        tracing::warn!(file = %file.display(), %error, "not kept: the next start measures again");
    }
}

fn write_whole(file: &Path, kept: &Kept) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut partial = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut partial, kept)?;
    partial.as_file().sync_all()?;
    partial.persist(file)?;
    Ok(())
}

fn circumstances(setup: &Setup, models: &[LandmarkModel]) -> Circumstances {
    let sha256 = |model: &LandmarkModel| {
        manifest::by_name(model.manifest_name()).map(|manifest| manifest.converted.sha256).unwrap_or_default()
    };
    Circumstances {
        processor: processor(),
        processors: std::thread::available_parallelism().map_or(1, usize::from),
        threads: setup.threads,
        onnxruntime_bytes: fs::metadata(&setup.onnxruntime).map_or(0, |file| file.len()),
        models: models.iter().map(sha256).collect(),
    }
}

/// Name of the processor; on ARM, where there is none, of the board.
fn processor() -> String {
    let name = |line: &str| Some(line.strip_prefix("model name")?.split_once(':')?.1.trim().to_owned());
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let board = || fs::read_to_string("/proc/device-tree/model").ok();
    processors.lines().find_map(name).or_else(board).unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup(threads: usize) -> Setup {
        Setup { models_dir: "/models".into(), onnxruntime: "/none.so".into(), threads }
    }

    const MODELS: [LandmarkModel; 2] = [LandmarkModel::Heavy, LandmarkModel::Full];

    #[test]
    fn a_measurement_is_kept_for_the_same_circumstances_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/landmarks.json");
        assert_eq!(read(&file, &setup(2), &MODELS), None);
        let measured = MODELS.map(|model| Measured { model, run_s: 0.015 });
        write(&file, &setup(2), &measured);
        assert_eq!(read(&file, &setup(2), &MODELS).as_deref(), Some(&measured[..]));
        assert_eq!(read(&file, &setup(4), &MODELS), None);
        assert_eq!(read(&file, &setup(2), &MODELS[1..]), None);
    }

    #[test]
    fn a_damaged_file_is_measured_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("landmarks.json");
        fs::write(&file, "{\"circumst").unwrap();
        assert_eq!(read(&file, &setup(2), &MODELS), None);
    }
}
