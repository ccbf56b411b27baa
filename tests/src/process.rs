//! The real binary with a configuration, a state folder and a notify socket of its own.

use std::io::Read;
use std::net::TcpListener;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use wait_timeout::ChildExt;

/// The checkout that the tests were built in.
pub fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The release binary (`make build`), as users run it; `SPOTTER_BINARY` names another.
///
/// # Panics
/// When it was not built.
pub fn spotter_binary() -> PathBuf {
    let path = std::env::var_os("SPOTTER_BINARY")
        .map_or_else(|| checkout().join("target/release/spotter"), PathBuf::from);
    assert!(path.is_file(), "{} is missing: run `make build`", path.display());
    path
}

/// The stand-in for the TensorRT plug-in, which cargo builds beside the tests.
///
/// # Panics
/// When the test has no path.
pub fn tensorrt_fake() -> PathBuf {
    std::env::current_exe().expect("a test has a path").with_file_name("libspotter_tensorrt_fake.so")
}

/// A port that was free a moment ago.
///
/// # Panics
/// When loopback has none.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("loopback has a free port").local_addr().expect("bound").port()
}

/// What a command that has ended printed.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// Its output.
    pub stdout: String,
    /// Its errors.
    pub stderr: String,
}

/// Runs `spotter` with these arguments until it ends.
///
/// # Panics
/// When it can't be started.
pub fn run_to_end(arguments: &[&str]) -> Finished {
    run_with(arguments, &std::env::temp_dir(), &[])
}

/// Runs `spotter` in a folder and with environment variables of its own until it ends.
///
/// # Panics
/// When it can't be started.
pub fn run_with(arguments: &[&str], folder: &Path, environment: &[(&str, &str)]) -> Finished {
    let output = Command::new(spotter_binary())
        .args(arguments)
        .current_dir(folder)
        .envs(environment.iter().copied())
        .output()
        .expect("spotter starts");
    Finished {
        status: output.status,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A running unit.
pub struct SpotterProcess {
    child: Child,
    folder: TempDir,
    notify: UnixDatagram,
    started: Instant,
    /// Port of page, health and metrics.
    pub http_port: u16,
    /// Port of the embedded broker.
    pub mqtt_port: u16,
}

impl SpotterProcess {
    /// Starts a unit on free ports. `stations` is TOML with `[[station]]` tables; `extra` goes behind it.
    ///
    /// # Panics
    /// When it can't be started.
    pub fn start(stations: &str, extra: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::start_in(folder, stations, extra)
    }

    /// Starts a unit with the state of an earlier one, from [`Self::kill`].
    ///
    /// # Panics
    /// When it can't be started.
    pub fn start_in(folder: TempDir, stations: &str, extra: &str) -> Self {
        let (http_port, mqtt_port, websocket_port) = (free_port(), free_port(), free_port());
        let config = folder.path().join("spotter.toml");
        let state_dir = folder.path().join("state");
        let text = format!(
            "[unit]\nsite = \"gym\"\nname = \"unit-1\"\nstate_dir = {state_dir:?}\n\
             [http]\nlisten = \"127.0.0.1:{http_port}\"\n\
             [mqtt.embedded]\nlisten = \"127.0.0.1:{mqtt_port}\"\nwebsocket_listen = \"127.0.0.1:{websocket_port}\"\n\
             {stations}\n{extra}\n"
        );
        std::fs::write(&config, text).expect("the configuration is written");
        let socket = folder.path().join("notify");
        let _ = std::fs::remove_file(&socket);
        let notify = UnixDatagram::bind(&socket).expect("a notify socket");
        let log = std::fs::File::create(folder.path().join("log")).expect("a log file");
        let started = Instant::now();
        let child = Command::new(spotter_binary())
            .args(["run", "--config"])
            .arg(&config)
            // The best that holds the rate would be another one on another machine.
            .envs((!extra.contains("landmarks")).then_some(("SPOTTER__MODELS__LANDMARKS", "full")))
            .env("NOTIFY_SOCKET", &socket)
            .env("WATCHDOG_USEC", "2000000")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("spotter starts");
        Self { child, folder, notify, started, http_port, mqtt_port }
    }

    /// Waits for a message on the notify socket, such as `READY=1`; returns the time since the start.
    ///
    /// # Panics
    /// When it does not come within the deadline: the log is then shown.
    pub fn wait_for_notification(&self, wanted: &str, deadline: Duration) -> Duration {
        assert!(
            self.is_notified(wanted, deadline),
            "no {wanted} within {deadline:?}; the log:\n{}",
            self.log()
        );
        self.started.elapsed()
    }

    /// Whether a message comes on the notify socket within the time.
    ///
    /// # Panics
    /// When the socket fails.
    pub fn is_notified(&self, wanted: &str, within: Duration) -> bool {
        let end = Instant::now() + within;
        let mut buffer = [0; 4096];
        loop {
            let left = end.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
            self.notify.set_read_timeout(Some(left)).expect("a time-out");
            let Ok(length) = self.notify.recv(&mut buffer) else { return false };
            if String::from_utf8_lossy(&buffer[..length]).lines().any(|line| line == wanted) {
                return true;
            }
        }
    }

    /// Throws away the notifications that have come already.
    ///
    /// # Panics
    /// When the socket fails.
    pub fn drain_notifications(&self) {
        self.notify.set_nonblocking(true).expect("the socket can be set");
        while self.notify.recv(&mut [0; 4096]).is_ok() {}
        self.notify.set_nonblocking(false).expect("the socket can be set");
    }

    /// Waits until a look at the unit gives something; looks again at each beat of its watchdog (once a second).
    ///
    /// # Panics
    /// When it gives nothing within the deadline: the log is then shown.
    pub fn wait_until<T>(&self, deadline: Duration, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let end = Instant::now() + deadline;
        loop {
            if let Some(seen) = look(self) {
                return seen;
            }
            assert!(Instant::now() < end, "not seen within {deadline:?}; the log:\n{}", self.log());
            self.wait_for_notification("WATCHDOG=1", Duration::from_secs(10));
        }
    }

    /// Waits until the sum of a metric's samples is accepted.
    ///
    /// # Panics
    /// When it is not within the deadline.
    pub fn wait_for_metric(&self, name: &str, deadline: Duration, accepted: impl Fn(f64) -> bool) {
        self.wait_until(deadline, |unit| {
            let (_, metrics) = unit.get("/metrics");
            let samples = metrics.lines().filter(|line| line.starts_with(name));
            let sum = samples.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum();
            accepted(sum).then_some(())
        });
    }

    /// Waits until `/health` is accepted; returns it.
    ///
    /// # Panics
    /// When it is not within the deadline.
    pub fn wait_for_health(
        &self,
        deadline: Duration,
        accepted: impl Fn(&serde_json::Value) -> bool,
    ) -> serde_json::Value {
        self.wait_until(deadline, |unit| {
            let health = serde_json::from_str(&unit.get("/health").1).ok()?;
            accepted(&health).then_some(health)
        })
    }

    /// Waits for READY; returns the time since the start.
    ///
    /// # Panics
    /// When it does not come within 20 s.
    pub fn wait_ready(&self) -> Duration {
        self.wait_for_notification("READY=1", Duration::from_secs(20))
    }

    /// Gets a page of the unit: status and body.
    ///
    /// # Panics
    /// When the unit does not answer.
    pub fn get(&self, path: &str) -> (u16, String) {
        let url = format!("http://127.0.0.1:{}{path}", self.http_port);
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut response = agent.get(&url).call().expect("the unit answers");
        (response.status().as_u16(), response.body_mut().read_to_string().expect("a text"))
    }

    /// What the unit logged so far.
    pub fn log(&self) -> String {
        let mut text = String::new();
        let file = std::fs::File::open(self.folder.path().join("log"));
        if let Ok(mut file) = file {
            let _ = file.read_to_string(&mut text);
        }
        text
    }

    /// Process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The unit's folder: configuration, state, log.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Largest resident set so far, bytes.
    ///
    /// # Panics
    /// When the process has ended.
    pub fn peak_rss_bytes(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.id())).expect("the process runs");
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("VmHWM is there");
        line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).expect("a number") * 1024
    }

    /// Sends a signal by name, such as `TERM`.
    ///
    /// # Panics
    /// When it can't be sent.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
    }

    /// Waits until it has ended; `None` when it still runs after the deadline.
    ///
    /// # Panics
    /// When it can't be waited for.
    pub fn wait_end(&mut self, deadline: Duration) -> Option<ExitStatus> {
        self.child.wait_timeout(deadline).expect("it can be waited for")
    }

    /// Kills it as a power cut would (SIGKILL) and hands out its folder, for a unit that starts again.
    ///
    /// # Panics
    /// When it can't be waited for.
    pub fn kill(mut self) -> TempDir {
        let _ = self.child.kill();
        self.child.wait().expect("it ends");
        std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a temporary folder"))
    }
}

impl Drop for SpotterProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
