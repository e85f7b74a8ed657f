//! The values of a template with the settings that govern it: what parameters are pinned, and what the rest of its project passes.

use super::parameters::Parameters;
use super::refused::RefusedPins;
use super::{Problems, Session};
use crate::discover::{self, Candidate, Filter};
use crate::evaluated::At;
use crate::project::{Counter, Deployed, NotEvaluated, Project};
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl Session {
    /// The values of the first of some candidates, in each of its deployments. The others are the rest of the project: parents that
    /// deploy it as a nested stack, and stacks whose exports it imports.
    ///
    /// # Errors
    /// Where it cannot be read or parsed, or is not a template.
    pub fn evaluate(&self, candidates: Vec<Candidate>, at: At<'_>) -> Result<Vec<Deployed>, NotEvaluated> {
        self.evaluate_in(candidates, at, &self.files)
    }

    /// The same for one text as the contents of a file, such as the buffer of an editor. `with` are other templates of the project, or
    /// folders with such.
    ///
    /// # Errors
    /// Where it cannot be parsed, or is not a template.
    pub fn evaluate_open(
        &self,
        path: &Path,
        text: impl Into<String>,
        with: &[PathBuf],
        at: At<'_>,
    ) -> Result<Vec<Deployed>, NotEvaluated> {
        let files = self.files.with_buffers([(path.to_owned(), text.into())]);
        let nothing = &mut |_: &Path, _: &Path, _: bool| false;
        let filter = Filter { gitignore: false, skips: nothing, skips_named: false };
        let mut candidates = discover::discover(&[path.to_owned()], filter, &files).candidates;
        let own: Vec<String> = candidates.iter().map(|candidate| candidate.name().to_owned()).collect();
        if !with.is_empty() {
            let others = self.discover(with).candidates;
            candidates.extend(others.into_iter().filter(|other| !own.iter().any(|own| own == other.name())));
        }
        self.evaluate_in(candidates, at, &files)
    }

    /// What is wrong about options and configurations for a template that was evaluated: also parameters that it does not declare, if
    /// it `is_alone`, and values that it does not accept.
    pub fn problems_with(&self, candidate: &Candidate, deployed: &mut [Deployed], is_alone: bool) -> Problems {
        let settings = self.settings(candidate);
        let (mut refused, mut parameters) = (RefusedPins::default(), Parameters::default());
        for one in deployed.iter_mut() {
            let opening = &mut one.evaluation.opening;
            parameters.add(std::mem::take(&mut opening.parameters), &opening.refused);
            refused.add(&settings, candidate.name(), std::mem::take(&mut opening.refused));
        }
        let mut governing = self.governing();
        let mut problems = governing.problems.clone();
        refused.complain(&parameters, governing.made(), &mut problems);
        if is_alone && !deployed.is_empty() {
            parameters.complain(governing.pinned(), &mut problems);
        }
        problems.hide_pins(|name| parameters.hides(name));
        problems
    }

    fn evaluate_in(
        &self,
        candidates: Vec<Candidate>,
        at: At<'_>,
        files: &crate::files::Files,
    ) -> Result<Vec<Deployed>, NotEvaluated> {
        let linter = |candidate: &Candidate| Arc::clone(&self.settings(candidate).linter);
        let counter = Counter::default();
        Project { files, linter: &linter, reuse: None, counter: &counter, threads: self.options.threads }
            .evaluate(candidates, at)
    }
}
