//! Values that one template shares and another reads: exports, and outputs of stacks whose names are known.

use super::{File, Job, Project, Ties};
use crate::discover::Candidate;
use crate::eval::inputs::Shared;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Project<'_> {
    /// Lints templates with imports again, with what all templates share, which it returns. Costs nothing if no template has imports.
    pub(super) fn resolve_imports(&self, files: &mut [(Candidate, File)]) -> Arc<Shared> {
        let importing: Vec<usize> =
            files.iter().enumerate().filter(|(_, (_, file))| imports(file)).map(|(index, _)| index).collect();
        if importing.is_empty() {
            return Arc::default();
        }
        let shared = Arc::new(shared(files));
        if shared.is_empty() {
            return shared;
        }
        let jobs: Vec<Job> = importing
            .iter()
            .filter_map(|index| {
                let (candidate, _) = files.get(*index)?;
                Some(self.job(candidate, *index, &shared))
            })
            .collect();
        let again = self.run(&jobs);
        for (index, file) in importing.into_iter().zip(again) {
            if let Some((_, known)) = files.get_mut(index) {
                *known = file;
            }
        }
        shared
    }
}

/// What the templates share, as far as it is known. A name that two templates export with different values is left out: they cannot
/// be deployed side by side, so it is not known which one is meant.
fn shared(files: &[(Candidate, File)]) -> Shared {
    let mut found = Shared::default();
    let mut disputed: BTreeSet<&str> = BTreeSet::new();
    for shared in files.iter().filter_map(|(_, file)| ties(file)).map(|ties| &ties.shared) {
        for (name, value) in &shared.exports {
            if found.exports.get(name).is_some_and(|known| known != value) {
                disputed.insert(name);
            } else {
                found.exports.insert(name.clone(), value.clone());
            }
        }
        for (name, outputs) in &shared.outputs {
            found.outputs.entry(name.clone()).or_default().extend(outputs.iter().cloned());
        }
    }
    found.exports.retain(|name, _| !disputed.contains(name.as_str()));
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
