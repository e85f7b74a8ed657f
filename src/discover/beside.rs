//! Files in a candidate's folder or below, by the relative path that the candidate gives. No other file is opened for it.

use super::read::{bytes_of, decode};
use super::{Candidate, Input};
use crate::files::{Files, Kind};
use crate::paths::{folder_of, inside};
use std::io;
use std::path::{Path, PathBuf};

/// Larger files are refused: a template may name many, and no template can have nearly this size.
const MAX_BYTES: u64 = 4 << 20;

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
    let Some(relative) = inside(Path::new(location)) else {
        return Err("the path leads out of the folder of the template".to_owned());
    };
    let folder = folder_of(path);
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => format!("the file cannot be read: {error}"),
    };
    let file = files.real(&folder.join(&relative)).map_err(unreadable)?;
    if !file.starts_with(files.real(folder).map_err(unreadable)?) {
        return Err("the path leads out of the folder of the template".to_owned());
    }
    // Reading a pipe could wait indefinitely.
    let metadata = files.metadata(&file).map_err(unreadable)?;
    if metadata.kind != Kind::File {
        return Err("it is not a regular file".to_owned());
    }
    if metadata.bytes > MAX_BYTES {
        return Err(format!("the file is larger than {} MiB", MAX_BYTES >> 20));
    }
    let bytes = bytes_of(&file, files).map_err(unreadable)?;
    let text = decode(bytes).map_err(|problem| problem.message)?;
    let beside = candidate.name.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
    let name = format!("{beside}{}", relative.to_string_lossy().replace('\\', "/"));
    Ok(Beside { name, path: path.with_file_name("").join(relative), text })
}
