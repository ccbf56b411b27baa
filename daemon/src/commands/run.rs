//! `spotter run`: the daemon.

use crate::cli::RunArgs;
use crate::commands::check_config::check_files;
use crate::exit::{Code, Failure, OrExit};
use crate::{config, unit};

/// tokio carries only MQTT, HTTP, signals and timers; frames have threads of their own.
const ASYNC_THREADS: usize = 2;

/// Runs the unit until a signal ends it.
///
/// # Errors
/// What could not be used at the start, or which part ended unexpectedly.
pub fn run(args: &RunArgs) -> Result<(), Failure> {
    let config = config::load(&args.config).or_exit(Code::Config)?;
    check_files(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(ASYNC_THREADS)
        .thread_name("async")
        .enable_all()
        .build()
        .or_exit(Code::Software)?;
    runtime.block_on(unit::run(config, args.table))
}
