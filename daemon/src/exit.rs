//! How a command ends: an error text for people and a sysexits code for scripts and systemd.

use std::fmt;
use std::process::ExitCode;

/// The sysexits codes that Spotter uses (`sysexits.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// Wrong use of the command line.
    Usage = 64,
    /// The input is there but is not what it should be: a clip that is text, a model with a wrong checksum.
    Data = 65,
    /// The input is not there: a missing clip, a missing model.
    NoInput = 66,
    /// Something that the unit needs is taken or out of reach: a port, a registry, ONNX Runtime's library.
    Unavailable = 69,
    /// A defect of Spotter: a thread ended that should not have.
    Software = 70,
    /// The output can't be written.
    CantCreate = 73,
    /// Reading or writing failed half-way.
    Io = 74,
    /// The configuration is wrong.
    Config = 78,
}

/// A command's failure: what to print and which code to end with.
#[derive(Debug)]
pub struct Failure {
    code: Code,
    error: anyhow::Error,
}

impl Failure {
    /// A failure with this code.
    pub fn new(code: Code, error: impl Into<anyhow::Error>) -> Self {
        Self { code, error: error.into() }
    }

    /// The code to end with.
    pub fn code(&self) -> Code {
        self.code
    }
}

impl fmt::Display for Failure {
    /// The error and its causes; a cause that the text above it already tells is not told again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.error.to_string();
        for cause in self.error.chain().skip(1) {
            let cause = cause.to_string();
            if !text.contains(&cause) {
                text = format!("{text}: {cause}");
            }
        }
        f.write_str(&text)
    }
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

/// Gives an error the code with which the command shall end.
pub trait OrExit<T> {
    /// `Ok` as it is, an error as a [`Failure`] with `code`.
    ///
    /// # Errors
    /// The error itself, with its code.
    fn or_exit(self, code: Code) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> OrExit<T> for Result<T, E> {
    fn or_exit(self, code: Code) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(code, error))
    }
}

/// The code for a model that can't be used.
pub fn model_code(error: &spotter_models::ModelError) -> Code {
    use spotter_models::ModelError as E;
    match error {
        E::Missing { .. } => Code::NoInput,
        E::Checksum { .. } | E::Source { .. } | E::Archive { .. } | E::Convert { .. } => Code::Data,
        E::Runtime(_) | E::Client { .. } | E::Package { .. } => Code::Unavailable,
        E::Unknown { .. } => Code::Usage,
        E::Io { .. } => Code::CantCreate,
        _ => Code::Software,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let told = anyhow::Error::msg("no such file").context("a.toml: no such file");
        assert_eq!(Failure::new(Code::Io, told).to_string(), "a.toml: no such file");
        let untold = anyhow::Error::msg("no such file").context("a.toml can't be read");
        assert_eq!(Failure::new(Code::Io, untold).to_string(), "a.toml can't be read: no such file");
    }
}
