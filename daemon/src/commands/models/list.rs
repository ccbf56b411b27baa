//! `spotter models list`: what there is a manifest for, and what is installed.

use std::path::Path;

use serde::Serialize;
use spotter_models::manifest::{self, Manifest, Role};
use spotter_models::{ModelError, store};

use crate::cli::{ModelsListArgs, TextFormat};
use crate::commands::{print, table};
use crate::exit::{Code, Failure, OrExit};
use crate::places;

/// One model, as the list says it.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    role: Role,
    keypoints: Option<String>,
    license: String,
    package: String,
    bytes: u64,
    sha256: String,
    default: bool,
    /// `verified`, `absent`, or what is wrong with the file.
    state: String,
}

/// Prints every model that there is a manifest for.
///
/// # Errors
/// When a manifest is malformed: a defect of the build. A wrong file is no error here, but a line of the list.
pub(super) fn run(args: &ModelsListArgs) -> Result<(), Failure> {
    let folder = places::models_dir(args.models_dir.clone());
    let manifests = manifest::all().or_exit(Code::Software)?;
    let rows: Vec<Row> = manifests.into_iter().map(|manifest| row(&folder, manifest)).collect();
    match args.format {
        TextFormat::Json => print(&serde_json::to_string_pretty(&rows).or_exit(Code::Software)?),
        TextFormat::Table => print(&as_table(&rows)),
    }
}

fn row(folder: &Path, manifest: Manifest) -> Row {
    let state = match store::resolve(folder, &manifest.name) {
        Ok(_) => "verified".to_owned(),
        Err(ModelError::Missing { .. }) => "absent".to_owned(),
        Err(ModelError::Checksum { found, .. }) => format!("another file, sha256 {found}"),
        Err(error) => error.to_string(),
    };
    Row {
        name: manifest.name,
        role: manifest.role,
        keypoints: manifest.keypoints,
        license: manifest.license,
        package: format!("{} {}", manifest.source.package, manifest.source.version),
        bytes: manifest.converted.bytes,
        sha256: manifest.converted.sha256,
        default: manifest.default,
        state,
    }
}

fn as_table(rows: &[Row]) -> String {
    let cells = |row: &Row| {
        let role = match row.role {
            Role::Detector => "detector",
            Role::Landmarks => "landmarks",
        };
        vec![
            row.name.clone(),
            role.to_owned(),
            row.keypoints.clone().unwrap_or_else(|| "–".to_owned()),
            format!("{:.1}", row.bytes as f64 / 1e6),
            row.license.clone(),
            row.package.clone(),
            if row.default { "yes" } else { "no" }.to_owned(),
            row.state.clone(),
        ]
    };
    let header = ["model", "role", "keypoints", "MB", "license", "package", "default", "state"];
    table::table(&header, &rows.iter().map(cells).collect::<Vec<_>>())
}
