//! The template of a nested stack, by the path in its parent.

use super::{Candidate, Input};
use crate::files::{Files, MAX_NAMED, Reach};
use crate::paths::{folder_of, without_detours};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file at a path relative to a candidate's own. It may be outside of the candidate's folder, such as `../network.yaml`, but no
/// template leads out of the project.
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
    Reach::of_project(folder, files).file(&file, MAX_NAMED, files).map_err(|error| super::beside::reason(&error))?;
    // Templates of one assembly are beside each other.
    let beside = parent.constructs.as_deref().filter(|_| Path::new(location).parent() == Some(Path::new("")));
    let mut nested = Candidate::new(files.name(&file), Input::File(file));
    nested.constructs = beside.map(|constructs| Arc::new(constructs.nested(location)));
    nested.named = true;
    Ok(nested)
}
