//! The template of a nested stack, by the path in its parent.

use super::{Candidate, Input, shown};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The file at a path relative to a candidate's own. It may be outside of the candidate's folder, such as `../network.yaml`, but then
/// it must be inside the current folder: no template leads out of the project.
///
/// # Errors
/// The reason why there is no such template, as a clause.
pub fn nested(parent: &Candidate, location: &str) -> Result<Candidate, String> {
    let Input::File(path) = &parent.input else {
        return Err("a template on standard input has no folder".to_owned());
    };
    let folder = path.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    let file = match without_detours(&folder.join(location)) {
        here if here.as_os_str().is_empty() => PathBuf::from("."),
        file => file,
    };
    let found = file.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => format!("it cannot be read: {error}"),
    })?;
    let contains = |folder: &Path| folder.canonicalize().is_ok_and(|folder| found.starts_with(folder));
    if !contains(folder) && !contains(Path::new(".")) {
        return Err("its path leads out of the folder of the template and out of the current folder".to_owned());
    }
    if !found.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    // Templates of one assembly are beside each other.
    let beside = parent.constructs.as_deref().filter(|_| Path::new(location).parent() == Some(Path::new("")));
    Ok(Candidate {
        name: shown(&file),
        constructs: beside.map(|constructs| Arc::new(constructs.nested(location))),
        input: Input::File(file),
        named: true,
        folders: Vec::new(),
        pinned: BTreeMap::new(),
    })
}

/// A path without `..` after a folder, as people read it.
fn without_detours(path: &Path) -> PathBuf {
    let mut short = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(short.components().next_back(), Some(Component::Normal(_))) => {
                short.pop();
            }
            other => short.push(other),
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detours_go() {
        for (path, short) in [("a/../b.yaml", "b.yaml"), ("./a/./b", "a/b"), ("../a/../b", "../b"), ("/a/../b", "/b")] {
            assert_eq!(without_detours(Path::new(path)), Path::new(short), "{path}");
        }
    }
}
