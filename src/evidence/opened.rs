//! Opens a bundle, and compares its files with its manifest.

use super::archive::{Archive, Unpacked};
use super::manifest::{Manifest, SHAPE};
use super::{MANIFEST, MAX_MANIFEST};
use crate::digest::Hasher;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

/// Why a bundle cannot be used, as a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleError(pub(super) String);

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BundleError {}

impl From<String> for BundleError {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// A bundle whose files are those of its manifest.
pub struct Opened<'b> {
    pub(super) manifest: Manifest,
    archive: Archive<'b>,
}

impl<'b> Opened<'b> {
    /// Opens a bundle, and compares every file with the manifest.
    ///
    /// # Errors
    /// If it is not a bundle, or if a file is missing, added or changed.
    pub fn new(bytes: &'b [u8]) -> Result<Self, BundleError> {
        let archive = Archive::new(bytes)?;
        let Some(size) = archive.bytes(MANIFEST) else {
            return Err(BundleError(format!("it is not an evidence bundle: it has no `{MANIFEST}`")));
        };
        if size > MAX_MANIFEST {
            return Err(BundleError(format!("its `{MANIFEST}` has more than {} MiB", MAX_MANIFEST >> 20)));
        }
        let mut text = Vec::new();
        let read = archive.open(MANIFEST).map(|mut file| file.read_to_end(&mut text));
        read.transpose().map_err(|_| BundleError(format!("its `{MANIFEST}` is damaged")))?;
        let manifest: Manifest = serde_json::from_slice(&text)
            .map_err(|error| BundleError(format!("its `{MANIFEST}` cannot be read: {error}")))?;
        if manifest.shape != SHAPE {
            let shape = manifest.shape;
            return Err(BundleError(format!(
                "its manifest has the shape {shape}; this version of hipaalint reads {SHAPE}"
            )));
        }
        let opened = Self { manifest, archive };
        opened.verify()?;
        Ok(opened)
    }

    /// Compares every file with the manifest.
    fn verify(&self) -> Result<(), BundleError> {
        let mut listed = BTreeMap::new();
        for file in &self.manifest.files {
            if listed.insert(file.name.as_str(), file).is_some() {
                return Err(BundleError(format!("its manifest lists `{}` twice", file.name.escape_debug())));
            }
            if self.archive.bytes(&file.name).is_none() {
                return Err(BundleError(format!("its file `{}` is missing", file.name.escape_debug())));
            }
        }
        for name in self.archive.names().filter(|name| *name != MANIFEST) {
            let Some(file) = listed.get(name) else {
                return Err(BundleError(format!("its file `{name}` is not in the manifest")));
            };
            let changed = || BundleError(format!("its file `{name}` does not match the manifest: it was changed"));
            if self.archive.bytes(name) != Some(file.bytes) || digest(self.archive.open(name))? != file.sha256 {
                return Err(changed());
            }
        }
        Ok(())
    }

    /// The day of the run.
    pub fn date(&self) -> &str {
        &self.manifest.date
    }

    /// The result of the run, in one sentence.
    pub fn result(&self) -> &str {
        &self.manifest.result
    }

    /// The names of the files with their digests, in the order of the manifest.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.manifest.files.iter().map(|file| (file.name.as_str(), file.sha256.as_str()))
    }

    /// Unpacks a file.
    ///
    /// # Errors
    /// If it is missing.
    pub(super) fn file(&self, name: &str) -> Result<Unpacked<'b>, BundleError> {
        self.archive.open(name).ok_or_else(|| BundleError(format!("its file `{name}` is missing")))
    }
}

/// SHA-256 of a file.
fn digest(file: Option<Unpacked<'_>>) -> Result<String, BundleError> {
    let mut digest = Hasher::default();
    let mut buffer = vec![0; 1 << 16];
    if let Some(mut file) = file {
        loop {
            let read = file.read(&mut buffer).map_err(|_| BundleError("it is damaged".to_owned()))?;
            if read == 0 {
                break;
            }
            digest.update(buffer.get(..read).unwrap_or_default());
        }
    }
    Ok(digest.finish().to_string())
}
