//! Mosquitto: Debian's broker and its subscriber, as peers that are not ours.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// `mosquitto_sub` on a topic filter.
pub struct Subscription {
    child: Child,
    lines: Receiver<(Instant, String)>,
}

impl Subscription {
    /// Subscribes with MQTT 5 and `QoS` 1 and waits until the broker has confirmed it.
    ///
    /// # Panics
    /// When `mosquitto_sub` can't be started or the broker does not confirm.
    pub fn new(port: u16, filter: &str) -> Self {
        // Into a pipe it would hold lines back, the confirmation among them.
        let mut child = Command::new("stdbuf")
            .args([
                "-oL",
                "mosquitto_sub",
                "-V",
                "mqttv5",
                "-h",
                "127.0.0.1",
                "-p",
                &port.to_string(),
                "-q",
                "1",
                "-d",
                "-F",
                "%t %p",
            ])
            .args(["-t", filter])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("mosquitto_sub starts (Debian package mosquitto-clients)");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send((Instant::now(), line)).is_err() {
                    break;
                }
            }
        });
        let subscription = Self { child, lines };
        subscription.wait_line(Duration::from_secs(10), |line| line.starts_with("Subscribed"));
        subscription
    }

    /// Waits for the next message that `wanted` accepts by topic and payload; returns both and when it came.
    ///
    /// # Panics
    /// When none comes within the deadline.
    pub fn wait_for(
        &self,
        deadline: Duration,
        mut wanted: impl FnMut(&str, &serde_json::Value) -> bool,
    ) -> (String, serde_json::Value, Instant) {
        let mut found = None;
        let (at, _) = self.wait_line(deadline, |line| {
            let Some((topic, payload)) = line.split_once(' ') else { return false };
            if !topic.starts_with("spotter/") {
                return false;
            }
            let payload: serde_json::Value = serde_json::from_str(payload).unwrap_or_default();
            if wanted(topic, &payload) {
                found = Some((topic.to_owned(), payload));
                return true;
            }
            false
        });
        let (topic, payload) = found.expect("a line was accepted");
        (topic, payload, at)
    }

    fn wait_line(&self, deadline: Duration, mut wanted: impl FnMut(&str) -> bool) -> (Instant, String) {
        let end = Instant::now() + deadline;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let (at, line) = self
                .lines
                .recv_timeout(left)
                .unwrap_or_else(|_| panic!("no such message within {deadline:?}"));
            if wanted(&line) {
                return (at, line);
            }
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Debian's broker on a free port.
pub struct Broker {
    child: Child,
    _folder: TempDir,
    /// Its port.
    pub port: u16,
}

impl Broker {
    /// Starts mosquitto on `port` and waits until it takes connections. `settings` are lines of its configuration.
    ///
    /// # Panics
    /// When it can't be started.
    pub fn start(port: u16, settings: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = folder.path().join("mosquitto.conf");
        std::fs::write(&config, format!("listener {port} 127.0.0.1\n{settings}\n"))
            .expect("its configuration");
        let mut child = Command::new("mosquitto")
            .arg("-v")
            .arg("-c")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("mosquitto starts (Debian package mosquitto)");
        let log = BufReader::new(child.stderr.take().expect("a pipe"));
        let (sender, running) = channel();
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                if line.contains("running") {
                    let _ = sender.send(());
                }
            }
        });
        running.recv_timeout(Duration::from_secs(10)).expect("mosquitto runs within 10 s");
        Self { child, _folder: folder, port }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
