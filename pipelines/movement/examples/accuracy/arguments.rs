//! Command line.

use std::path::PathBuf;

pub(crate) const USAGE: &str = "\
accuracy [--poses FOLDER] [--more FOLDER] [--tests FILE] [--markdown FILE] [--detail NAME]

  --poses FOLDER    poses that `spotter analyze CLIP --poses-out` recorded, as CLIP.full.jsonl
  --more FOLDER     more truth files, whose clips need not exist (render-clips --more --truth-only)
  --tests FILE      output of `cargo test -- --nocapture --test-threads=1`
  --markdown FILE   write the tables there, too
  --detail NAME     only the clips whose name contains NAME, value by value";

#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) poses: Option<PathBuf>,
    pub(crate) more: Option<PathBuf>,
    pub(crate) tests: Option<PathBuf>,
    pub(crate) markdown: Option<PathBuf>,
    pub(crate) detail: Option<String>,
}

impl Arguments {
    /// An unknown option or one without its value is an error.
    pub(crate) fn parse(mut given: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self::default();
        while let Some(option) = given.next() {
            let mut value = || given.next().ok_or(format!("{option} needs a value"));
            match option.as_str() {
                "--poses" => arguments.poses = Some(value()?.into()),
                "--more" => arguments.more = Some(value()?.into()),
                "--tests" => arguments.tests = Some(value()?.into()),
                "--markdown" => arguments.markdown = Some(value()?.into()),
                "--detail" => arguments.detail = Some(value()?),
                _ => return Err(format!("unknown option {option}")),
            }
        }
        Ok(arguments)
    }
}
