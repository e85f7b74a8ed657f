//! The template of a nested stack, by the path that its parent gives.

use super::{Candidate, Origin, shown};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// The file at a path relative to a candidate's own. It may lie outside of the candidate's folder, as `../network.yaml` does,
/// but then inside the current one: no template leads out of the project.
///
/// # Errors
/// Why there is none, in a clause.
pub fn nested(parent: &Candidate, location: &str) -> Result<Candidate, String> {
    let Origin::File(path) = &parent.origin else {
        return Err("a template from standard input has no folder to look in".to_owned());
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
    let holds = |folder: &Path| folder.canonicalize().is_ok_and(|folder| found.starts_with(folder));
    if !holds(folder) && !holds(Path::new(".")) {
        return Err("its path leads out of the template's folder and of the current one".to_owned());
    }
    if !found.is_file() {
        return Err("it is no regular file".to_owned());
    }
    Ok(Candidate {
        name: shown(&file),
        origin: Origin::File(file),
        named: true,
        folders: Vec::new(),
        pinned: BTreeMap::new(),
    })
}

/// A path with `..` taken out where a folder stands before it, as people read it.
fn without_detours(path: &Path) -> PathBuf {
    let mut way = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(way.components().next_back(), Some(Component::Normal(_))) => {
                way.pop();
            }
            other => way.push(other),
        }
    }
    way
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
