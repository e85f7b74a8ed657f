//! Values that one template exports and another imports.

use super::{File, Job, Project, Ties};
use crate::discover::Candidate;
use std::collections::{BTreeMap, BTreeSet};

impl Project<'_> {
    /// Lints templates with imports again, with the exports of all templates. Returns the exports. Costs nothing if no template has
    /// imports.
    pub(super) fn resolve_imports(&self, files: &mut [(Candidate, File)]) -> BTreeMap<String, String> {
        let importing: Vec<usize> =
            files.iter().enumerate().filter(|(_, (_, file))| imports(file)).map(|(index, _)| index).collect();
        if importing.is_empty() {
            return BTreeMap::new();
        }
        let exports = exports(files);
        if exports.is_empty() {
            return exports;
        }
        let jobs: Vec<Job> = importing
            .iter()
            .filter_map(|index| {
                let (candidate, _) = files.get(*index)?;
                Some(self.job(candidate, *index, &exports))
            })
            .collect();
        let again = self.run(&jobs);
        for (index, file) in importing.into_iter().zip(again) {
            if let Some((_, known)) = files.get_mut(index) {
                *known = file;
            }
        }
        exports
    }
}

/// The exports of the templates, as far as name and value are known. A name that two templates export with different values is left
/// out: they cannot be deployed side by side, so it is not known which one is meant.
fn exports(files: &[(Candidate, File)]) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut disputed: BTreeSet<&str> = BTreeSet::new();
    for (name, value) in files.iter().filter_map(|(_, file)| ties(file)).flat_map(|ties| &ties.exports) {
        if found.get(name).is_some_and(|known| known != value) {
            disputed.insert(name);
        } else {
            found.insert(name.clone(), value.clone());
        }
    }
    found.retain(|name, _| !disputed.contains(name.as_str()));
    found
}

fn imports(file: &File) -> bool {
    ties(file).is_some_and(|ties| ties.imports)
}

fn ties(file: &File) -> Option<&Ties> {
    match file {
        File::Linted(linted) => Some(&linted.ties),
        _ => None,
    }
}
