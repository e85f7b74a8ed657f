//! Values that one template exports and another imports.

use super::{File, Job, Linted, Project, inputs};
use crate::discover::{self, Candidate, Reading};
use crate::linter::exports;
use crate::source::{Source, SourceId};
use std::collections::{BTreeMap, BTreeSet};

impl Project<'_> {
    /// Lints templates with imports again, with the exports of all templates. Returns the exports. Costs nothing if no template has
    /// imports.
    pub(super) fn resolve_imports(&self, files: &mut [(Candidate, File)]) -> BTreeMap<String, String> {
        let importing: Vec<usize> =
            files.iter().enumerate().filter(|(_, (_, file))| ties(file).imports).map(|(index, _)| index).collect();
        if importing.is_empty() {
            return BTreeMap::new();
        }
        let exports = self.exports(files);
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

    /// The exports of the templates, as far as name and value are known. A name that two templates export with different values is
    /// left out: they cannot be deployed side by side, so it is not known which one is meant.
    fn exports(&self, files: &[(Candidate, File)]) -> BTreeMap<String, String> {
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        let mut disputed: BTreeSet<String> = BTreeSet::new();
        for (candidate, _) in files.iter().filter(|(_, file)| ties(file).exports) {
            let Reading::Text(text) = discover::read(candidate) else { continue };
            let source = Source::new(SourceId(0), candidate.name.as_str(), text);
            for (name, value) in exports(&source, &inputs(&(self.linter)(candidate), candidate, &BTreeMap::new())) {
                if found.get(&name).is_some_and(|known| *known != value) {
                    disputed.insert(name);
                } else {
                    found.insert(name, value);
                }
            }
        }
        found.retain(|name, _| !disputed.contains(name));
        found
    }
}

fn ties(file: &File) -> super::Ties {
    match file {
        File::Linted(linted) => {
            let Linted { ties, .. } = linted.as_ref();
            *ties
        }
        _ => super::Ties::default(),
    }
}
