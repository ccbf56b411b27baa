//! `spotter models prepare`: builds TensorRT's engines before the unit needs them.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressStyle};
use spotter_models::{Building, ModelError, OpenError};

use crate::cli::ModelsPrepareArgs;
use crate::exit::{Code, Failure, OrExit, model_code};
use crate::{config, estimators, landmarks};

/// Builds the engines for the models that the configuration leads to; what is there and right is left alone.
///
/// # Errors
/// Why TensorRT can't be used on this machine.
pub(super) fn run(args: &ModelsPrepareArgs) -> Result<(), Failure> {
    let config = config::load(&args.config).or_exit(Code::Config)?;
    let refused = |error: ModelError| Failure::new(model_code(&error), error);
    let landmarks = landmarks::choose(&config).map_err(refused)?;
    eprintln!("models: landmarks {}: {}", landmarks.model.name(), landmarks.why);
    let settings = estimators::settings(&config.models, landmarks.model, &config.unit.state_dir);
    let mut progress = Progress::default();
    let ready = spotter_models::prepare(&settings, &mut |building| progress.tell(building));
    progress.end();
    match ready {
        Ok(name) => crate::commands::print(&format!("ready: {name}")),
        Err(OpenError::Model(error)) => Err(refused(error)),
        Err(error) => Err(Failure::new(Code::Unavailable, error)),
    }
}

/// A bar on a terminal, a line for each phase elsewhere.
#[derive(Default)]
struct Progress {
    bar: Option<ProgressBar>,
    told: String,
}

impl Progress {
    fn tell(&mut self, building: &Building) {
        let phase = format!("{}: {}", building.model, building.phase);
        if !std::io::stderr().is_terminal() {
            if self.told != phase {
                eprintln!("models: {phase}");
                self.told = phase;
            }
            return;
        }
        let bar = self.bar.get_or_insert_with(bar);
        bar.set_length(building.steps.into());
        bar.set_position(building.step.into());
        bar.set_message(phase);
    }

    fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len}  {msg}  {elapsed}") {
        bar.set_style(style);
    }
    bar
}
