//! Debian's mosquitto: a broker that is not ours.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use super::DEADLINE;

/// A running mosquitto.
pub(super) struct Mosquitto {
    child: Child,
    _folder: tempfile::TempDir,
}

/// Whether a program of mosquitto is there; says so if not.
pub(super) fn is_installed(program: &str) -> bool {
    let found = find(program).is_some();
    if !found {
        println!("skipped: {program} is not installed (Debian packages mosquitto, mosquitto-clients)");
    }
    found
}

/// Debian puts the broker where only root's PATH leads.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/bin".into()]);
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

pub(super) fn runs_as_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

impl Mosquitto {
    /// A free port, if mosquitto is installed; else says that the test is skipped.
    pub(super) fn port() -> Option<u16> {
        is_installed("mosquitto").then(super::free_port)
    }

    /// Starts it on `port` of this machine and waits until it runs. `settings` are lines of its configuration.
    pub(super) fn start(port: u16, settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("mosquitto.conf");
        std::fs::write(&config, format!("listener {port} 127.0.0.1\n{settings}\n")).unwrap();
        let mut child = Command::new(find("mosquitto").unwrap())
            .arg("-v")
            .arg("-c")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let (sender, running) = mpsc::channel();
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                if line.contains("running") || line.contains("Error") {
                    let _ = sender.send(line);
                }
            }
        });
        let line = running.recv_timeout(DEADLINE).expect("mosquitto starts");
        assert!(line.contains("running"), "{line}");
        Self { child, _folder: folder }
    }

    /// Ends it as systemd does, so that it saves its sessions.
    pub(super) fn stop(mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        self.child.wait().unwrap();
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
