//! What systemd's own tools say about `systemd/`: the unit, the user and the folders.
//!
//! The tools run offline on a root file system of their own: nothing of this machine is read or changed.

// Helpers of tests are tests too, though clippy knows only #[test] functions as such.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::panic)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// Highest exposure level (tenths) of `systemd-analyze security`: 20 means "2.0 of 10".
const EXPOSURE_LIMIT: &str = "20";

fn systemd_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../systemd")
}

/// Runs a tool of systemd, or says that the test is skipped.
fn run(tool: &str, arguments: &[&str]) -> Option<Output> {
    match Command::new(tool).args(arguments).env("LC_ALL", "C.UTF-8").output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            println!("skipped: {tool} is absent");
            None
        }
        Err(error) => panic!("{tool}: {error}"),
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}

/// A root file system that holds the unit and an executable where `ExecStart=` looks for it.
fn root_with_unit(unit: &str) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let place = |path: &str, text: &str, mode: u32| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    };
    place("usr/bin/spotter", "#!/bin/true\n", 0o755);
    place("etc/systemd/system/spotter.service", unit, 0o644);
    // Targets that the unit's default dependencies name.
    for target in ["sysinit", "basic", "shutdown", "multi-user", "network-online"] {
        place(&format!("usr/lib/systemd/system/{target}.target"), "[Unit]\n", 0o644);
    }
    root
}

/// What `systemd-analyze verify` complains about. It exits with 0 on an unknown key, so only silence counts.
fn complaints(unit: &str) -> Option<String> {
    let root = root_with_unit(unit);
    let root_option = format!("--root={}", root.path().display());
    let output = run("systemd-analyze", &["verify", "--man=no", &root_option, "spotter.service"])?;
    Some(stderr(&output))
}

#[test]
fn the_unit_verifies_silently() {
    let unit = fs::read_to_string(systemd_dir().join("spotter.service")).unwrap();
    let Some(said) = complaints(&unit) else { return };
    assert_eq!(said, "", "systemd-analyze verify must print nothing");
}

#[test]
fn a_misspelt_key_and_an_absent_binary_would_be_found() {
    let unit = fs::read_to_string(systemd_dir().join("spotter.service")).unwrap();
    for (from, to, expected) in [
        ("WatchdogSec=", "WatchdogSecs=", "WatchdogSecs"),
        ("/usr/bin/spotter", "/usr/bin/spoter", "/usr/bin/spoter"),
    ] {
        assert!(unit.contains(from));
        let Some(said) = complaints(&unit.replace(from, to)) else {
            return;
        };
        assert!(said.contains(expected), "{to}: {said}");
    }
}

#[test]
fn the_sandbox_keeps_the_exposure_low() {
    let unit = systemd_dir().join("spotter.service");
    let threshold = format!("--threshold={EXPOSURE_LIMIT}");
    let arguments = ["security", "--offline=true", "--no-pager", &threshold, &unit.display().to_string()];
    let Some(output) = run("systemd-analyze", &arguments) else {
        return;
    };
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{report}\n{}", stderr(&output));
}

#[test]
fn the_user_and_the_folders_are_made_as_the_unit_needs_them() {
    let root = tempfile::tempdir().unwrap();
    let etc = root.path().join("etc/spotter");
    fs::create_dir_all(&etc).unwrap();
    fs::copy(systemd_dir().join("spotter.toml"), etc.join("spotter.toml")).unwrap();
    let root_option = format!("--root={}", root.path().display());

    let sysusers = systemd_dir().join("spotter.sysusers.conf").display().to_string();
    let Some(output) = run("systemd-sysusers", &[&root_option, &sysusers]) else {
        return;
    };
    assert!(output.status.success(), "{}", stderr(&output));
    let groups = fs::read_to_string(root.path().join("etc/group")).unwrap();
    for group in ["video", "render"] {
        let members = groups.lines().find(|line| line.starts_with(&format!("{group}:")));
        assert!(members.is_some_and(|line| line.ends_with(":spotter")), "{group} in {groups}");
    }

    if fs::metadata("/proc/self").map(|own| std::os::unix::fs::MetadataExt::uid(&own)).unwrap() != 0 {
        println!("skipped: only root may give the folders away");
        return;
    }
    let tmpfiles = systemd_dir().join("spotter.tmpfiles.conf").display().to_string();
    let Some(output) = run("systemd-tmpfiles", &["--create", &root_option, &tmpfiles]) else {
        return;
    };
    assert!(output.status.success(), "{}", stderr(&output));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&etc), 0o750);
    assert_eq!(mode(&etc.join("spotter.toml")), 0o640);
}

#[test]
fn the_example_configuration_is_right() {
    if let Err(error) = spotter::config::load(&systemd_dir().join("spotter.toml")) {
        panic!("{error}");
    }
}
