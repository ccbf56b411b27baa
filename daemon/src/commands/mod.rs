//! The subcommands, one file each.

pub mod analyze;
pub mod check_config;
pub mod models;
pub mod run;
mod table;
pub(crate) mod watch_table;

use std::io::{ErrorKind, Write};

use crate::exit::{Code, Failure};

/// Prints a command's result. A reader that has left (`| head`) is no error.
fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::new(Code::Io, error)),
        _ => Ok(()),
    }
}
