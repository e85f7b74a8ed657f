//! The graph of one template, with what the rules of its settings find in it.

use super::Session;
use crate::discover::Candidate;
use crate::linter::drawing::Picture;
use crate::project::{Counter, NotDrawn, Project};
use std::sync::Arc;

impl Session {
    /// The picture of one template.
    ///
    /// # Errors
    /// Where it cannot be read or parsed, or is not a template.
    pub fn draw(&self, candidate: &Candidate) -> Result<Picture, NotDrawn> {
        let linter = |candidate: &Candidate| Arc::clone(&self.settings(candidate).linter);
        let counter = Counter::default();
        let project = Project {
            files: &self.files,
            linter: &linter,
            reuse: None,
            counter: &counter,
            threads: self.options.threads,
        };
        let drawing = project.draw(candidate)?;
        let profile = self.settings(candidate).profile.clone();
        Ok(Picture {
            name: candidate.name().to_owned(),
            findings_of: profile.map(|profile| format!("profile {profile}")),
            drawings: vec![drawing],
            ..Picture::default()
        })
    }
}
