//! The `spotter` binary: reads the command line, runs one command, ends with its exit code.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use spotter::cli::{Cli, Command};
use spotter::commands;
use spotter::exit::Code;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    log_to_stderr(matches!(cli.command, Command::Run(_)));
    let outcome = match cli.command {
        Command::Run(args) => commands::run::run(&args),
        Command::Analyze(args) => commands::analyze::run(&args),
        Command::CheckConfig(args) => commands::check_config::run(&args),
        Command::Models(args) => commands::models::run(&args),
        Command::BuildEngine => return spotter_models::tensorrt::build_child::main(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("spotter: {failure}");
            failure.code().into()
        }
    }
}

/// Help and version go to stdout and succeed; everything else is a usage error.
fn refuse(error: &clap::Error) -> ExitCode {
    // Nothing can be said if even that fails.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => Code::Usage.into(),
    }
}

/// Logs go to stderr, where systemd's journal takes them; `RUST_LOG` sets what is logged.
fn log_to_stderr(daemon: bool) {
    // The broker tells of each listener and limit; what matters of it is said by the unit itself.
    let default = if daemon { "info,mqtt5=warn,rumqttc=warn" } else { "warn" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let journal = std::env::var_os("JOURNAL_STREAM").is_some();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    if journal { log.without_time().init() } else { log.init() }
}
