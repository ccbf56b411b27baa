//! A part of the bench: measured, absent with the reason, or failed. One that fails does not cost the others their figures.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use serde::Serialize;

use crate::paths;

/// Why a part can't be measured here, without anything being wrong.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Absent(String);

impl Absent {
    pub(crate) fn because(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// What a part came to.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome<T> {
    /// Its figures.
    Measured(T),
    /// Why there are none.
    Absent(String),
    /// What went wrong.
    Failed(String),
}

impl<T> Outcome<T> {
    /// The figures, if any.
    pub(crate) fn measured(&self) -> Option<&T> {
        match self {
            Self::Measured(figures) => Some(figures),
            Self::Absent(_) | Self::Failed(_) => None,
        }
    }

    /// Why there are no figures; empty when there are.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Measured(_) => String::new(),
            Self::Absent(reason) => reason.clone(),
            Self::Failed(error) => format!("failed: {error}"),
        }
    }

    pub(crate) fn has_failed(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

/// Measures a part unless it is not wanted, and says on stderr what it does. The processes that the end-to-end tests share with the bench
/// fail by panics, which end the part alone.
pub(crate) fn attempt<T>(
    name: &str,
    wanted: bool,
    measure: impl FnOnce() -> anyhow::Result<T>,
) -> Outcome<T> {
    if !wanted {
        return Outcome::Absent("not asked for".to_owned());
    }
    let started = Instant::now();
    tell(&format!("{name} …"));
    let outcome = match catch_unwind(AssertUnwindSafe(measure)) {
        Ok(Ok(figures)) => Outcome::Measured(figures),
        Ok(Err(error)) if error.is::<Absent>() => Outcome::Absent(paths::shortened(&error.to_string())),
        Ok(Err(error)) => Outcome::Failed(paths::shortened(&format!("{error:#}"))),
        Err(panic) => Outcome::Failed(paths::shortened(&text_of(panic.as_ref()))),
    };
    let reason = outcome.reason();
    tell(&format!(
        "{name}: {:.0} s{}{reason}",
        started.elapsed().as_secs_f64(),
        if reason.is_empty() { "" } else { "; " }
    ));
    outcome
}

#[allow(clippy::print_stderr, reason = "progress of a program for the terminal")]
fn tell(text: &str) {
    eprintln!("bench: {text}");
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()))
        .unwrap_or_else(|| "a panic without a text".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_tell_absent_from_failed() {
        assert_eq!(attempt("a", true, || Ok(1)).measured(), Some(&1));
        assert_eq!(attempt::<()>("a", true, || Err(Absent::because("no peer").into())).reason(), "no peer");
        let failed = attempt::<()>("a", true, || Err(anyhow::anyhow!("inner").context("outer")));
        assert_eq!((failed.has_failed(), failed.reason().as_str()), (true, "failed: outer: inner"));
        assert_eq!(attempt::<()>("a", false, || panic!("not run")).reason(), "not asked for");
        let panicked = attempt::<()>("a", true, || panic!("no READY within {} s", 20));
        assert_eq!(panicked.reason(), "failed: no READY within 20 s");
    }
}
