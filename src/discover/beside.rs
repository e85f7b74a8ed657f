//! Files in a candidate's folder or below, by the relative path that the candidate gives. No other file is opened for it.

use super::read::decode;
use super::{Candidate, Input};
use crate::files::{Files, MAX_NAMED, Reach, Refusal, why};
use crate::paths::{folder_of, without_detours};
use std::io;
use std::path::PathBuf;

/// A file that a candidate names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The name that reports show.
    pub name: String,
    /// Its path.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// Reads a file that a candidate names.
///
/// # Errors
/// The reason why it is not read, as a clause: the path leads out of the candidate's folder (symbolic links followed), or does not
/// name a regular file, or the file is too large or is not text.
pub fn read_beside(candidate: &Candidate, location: &str, files: &Files) -> Result<Beside, String> {
    let Input::File(path) = &candidate.input else {
        return Err("a template on standard input has no folder".to_owned());
    };
    let folder = folder_of(path);
    let included = without_detours(&path.with_file_name("").join(location));
    let beside = Reach::Below(files.real(folder).map_err(|error| reason(&error))?);
    let bytes = beside.read(&included, MAX_NAMED, files).map_err(|error| match Refusal::of(&error) {
        Some(Refusal::Outside) => "the path leads out of the folder of the template".to_owned(),
        _ => reason(&error),
    })?;
    let text = decode(bytes).map_err(|problem| problem.message)?;
    Ok(Beside { name: files.name(&included), path: included, text })
}

/// The reason why a file that a candidate names is not read, as a clause.
pub(super) fn reason(error: &io::Error) -> String {
    match (Refusal::of(error), error.kind()) {
        (Some(refusal), _) => refusal.to_string(),
        (None, io::ErrorKind::NotFound) => "there is no such file".to_owned(),
        (None, io::ErrorKind::IsADirectory) => "it is a folder, not a regular file".to_owned(),
        (None, _) => format!("the file cannot be read: {}", why(error)),
    }
}
