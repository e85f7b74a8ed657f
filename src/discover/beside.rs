//! Files in a candidate's folder or below, by the relative path that the candidate gives. No other file is opened for it.

use super::read::{bytes_of, decode};
use super::{Candidate, Input};
use std::io;
use std::path::{Component, Path, PathBuf};

/// Larger files are refused: a template may name many, and no template can have nearly this size.
const MAX_BYTES: u64 = 4 << 20;

/// Reads a file that a candidate names. Returns the name that reports show, and the text.
///
/// # Errors
/// The reason why it is not read, as a clause: the path leads out of the candidate's folder (symbolic links followed), or does not
/// name a regular file, or the file is too large or is not text.
pub fn read_beside(candidate: &Candidate, location: &str) -> Result<(String, String), String> {
    let Input::File(path) = &candidate.input else {
        return Err("a template on standard input has no folder".to_owned());
    };
    let Some(relative) = inside(Path::new(location)) else {
        return Err("the path leads out of the folder of the template".to_owned());
    };
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => format!("the file cannot be read: {error}"),
    };
    let file = folder.join(&relative).canonicalize().map_err(unreadable)?;
    if !file.starts_with(folder.canonicalize().map_err(unreadable)?) {
        return Err("the path leads out of the folder of the template".to_owned());
    }
    // Reading a pipe could wait indefinitely.
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    if metadata.len() > MAX_BYTES {
        return Err(format!("the file is larger than {} MiB", MAX_BYTES >> 20));
    }
    let bytes = bytes_of(&file).map_err(unreadable)?;
    let text = decode(bytes).map_err(|problem| problem.message)?;
    let beside = candidate.name.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
    Ok((format!("{beside}{}", relative.to_string_lossy().replace('\\', "/")), text))
}

/// A relative path without `..`, if no part of it leaves the folder.
fn inside(path: &Path) -> Option<PathBuf> {
    let mut inside = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => inside.push(name),
            Component::CurDir => {}
            Component::ParentDir if inside.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    (!inside.as_os_str().is_empty()).then_some(inside)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn paths_stay_inside_their_folder() {
        let cases = [
            ("a.yaml", Some("a.yaml")),
            ("./parts/../a.yaml", Some("a.yaml")),
            ("parts/a.yaml", Some("parts/a.yaml")),
            ("../a.yaml", None),
            ("parts/../../a.yaml", None),
            ("/etc/passwd", None),
            ("", None),
            (".", None),
        ];
        for (path, found) in cases {
            assert_eq!(inside(Path::new(path)).as_deref(), found.map(Path::new), "{path}");
        }
    }
}
