//! `spotter models list|fetch|verify|prepare|bench`.

mod bench;
mod list;
mod prepare;

use spotter_models::manifest;
use spotter_models::store::{self, FetchSettings, VerifiedModel};

use crate::cli::{ModelsArgs, ModelsCommand, ModelsFetchArgs, ModelsVerifyArgs};
use crate::exit::{Failure, OrExit, model_code};
use crate::places;

/// Lists, fetches, verifies, prepares or measures the models.
///
/// # Errors
/// The model, the file or the package that is in the way.
pub fn run(args: &ModelsArgs) -> Result<(), Failure> {
    match &args.command {
        ModelsCommand::List(args) => list::run(args),
        ModelsCommand::Prepare(args) => prepare::run(args),
        ModelsCommand::Bench(args) => bench::run(args),
        ModelsCommand::Fetch(args) => fetch(args),
        ModelsCommand::Verify(args) => verify(args),
    }
}

fn fetch(args: &ModelsFetchArgs) -> Result<(), Failure> {
    let settings = FetchSettings {
        models_dir: places::models_dir(args.models_dir.clone()),
        from: args.from.clone(),
        archives_dir: places::archives_dir(),
    };
    let names = if args.all { every_name()? } else { args.models.clone() };
    let mut say = |step: &str| eprintln!("models: {step}");
    let models =
        store::fetch(&settings, &names, &mut say).map_err(|error| Failure::new(model_code(&error), error))?;
    print_models(&models)
}

fn verify(args: &ModelsVerifyArgs) -> Result<(), Failure> {
    let folder = places::models_dir(args.models_dir.clone());
    let models =
        store::verify(&folder, &args.models).map_err(|error| Failure::new(model_code(&error), error))?;
    print_models(&models)
}

fn every_name() -> Result<Vec<String>, Failure> {
    let manifests = manifest::all().or_exit(crate::exit::Code::Software)?;
    Ok(manifests.into_iter().map(|manifest| manifest.name).collect())
}

fn print_models(models: &[VerifiedModel]) -> Result<(), Failure> {
    let lines = models
        .iter()
        .map(|model| format!("{}  sha256 {}  {}", model.name, model.sha256, model.path.display()));
    super::print(&lines.collect::<Vec<_>>().join("\n"))
}
