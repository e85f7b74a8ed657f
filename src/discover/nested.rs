//! The template of a nested stack, by the path in its parent.

use super::{Candidate, Input};
use crate::files::Files;
use crate::paths::{folder_of, without_detours};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file at a path relative to a candidate's own. It may be outside of the candidate's folder, such as `../network.yaml`, but then
/// it must be inside the current folder: no template leads out of the project.
///
/// # Errors
/// The reason why there is no such template, as a clause.
pub fn nested(parent: &Candidate, location: &str, files: &Files) -> Result<Candidate, String> {
    let Input::File(path) = &parent.input else {
        return Err("a template on standard input has no folder".to_owned());
    };
    let folder = folder_of(path);
    let file = match without_detours(&folder.join(location)) {
        here if here.as_os_str().is_empty() => PathBuf::from("."),
        file => file,
    };
    let found = files.real(&file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => format!("it cannot be read: {error}"),
    })?;
    let is_beside = files.real(folder).is_ok_and(|folder| found.starts_with(folder));
    if !is_beside && files.base().strip(&found).is_none() {
        return Err("its path leads out of the folder of the template and out of the current folder".to_owned());
    }
    if !files.has_file(&found) {
        return Err("it is not a regular file".to_owned());
    }
    // Templates of one assembly are beside each other.
    let beside = parent.constructs.as_deref().filter(|_| Path::new(location).parent() == Some(Path::new("")));
    Ok(Candidate {
        name: files.name(&file),
        constructs: beside.map(|constructs| Arc::new(constructs.nested(location))),
        input: Input::File(file),
        named: true,
        folders: Vec::new(),
        pinned: BTreeMap::new(),
    })
}
