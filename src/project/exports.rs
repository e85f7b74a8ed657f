//! Values that one template shares and another reads: exports, and outputs of stacks whose names are known.

use super::{File, Job, Linted, Project, inputs};
use crate::discover::{self, Candidate, Reading};
use crate::eval::inputs::Shared;
use crate::linter::shared;
use crate::source::{Source, SourceId};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Project<'_> {
    /// Lints templates with imports again, with what all templates share, which it returns. Costs nothing if no template has imports.
    pub(super) fn resolve_imports(&self, files: &mut [(Candidate, File)]) -> Arc<Shared> {
        let importing: Vec<usize> =
            files.iter().enumerate().filter(|(_, (_, file))| ties(file).imports).map(|(index, _)| index).collect();
        if importing.is_empty() {
            return Arc::default();
        }
        let shared = Arc::new(self.shared(files));
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

    /// What the templates share, as far as it is known. A name that two templates export with different values is left out: they
    /// cannot be deployed side by side, so it is not known which one is meant.
    fn shared(&self, files: &[(Candidate, File)]) -> Shared {
        let mut found = Shared::default();
        let mut disputed: BTreeSet<String> = BTreeSet::new();
        let has_name = |candidate: &Candidate| candidate.pinned.contains_key("AWS::StackName");
        let shares =
            |(candidate, file): &&(Candidate, File)| ties(file).exports || (ties(file).outputs && has_name(candidate));
        for (candidate, _) in files.iter().filter(shares) {
            let Reading::Text(text) = discover::read(candidate) else { continue };
            let source = Source::new(SourceId(0), candidate.name.as_str(), text);
            let shared = shared(&source, &inputs(&(self.linter)(candidate), candidate, &Arc::default()));
            for (name, value) in shared.exports {
                if found.exports.get(&name).is_some_and(|known| *known != value) {
                    disputed.insert(name);
                } else {
                    found.exports.insert(name, value);
                }
            }
            for (name, outputs) in shared.outputs {
                found.outputs.entry(name).or_default().extend(outputs);
            }
        }
        found.exports.retain(|name, _| !disputed.contains(name));
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
