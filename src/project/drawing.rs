//! The graph of one template, marked with what was found in it.

use super::{Project, bug_of, inputs, load_beside, source_id, source_of};
use crate::discover::{self, Candidate, Reading};
use crate::files::Files;
use crate::finding::Diagnostic;
use crate::linter::Linter;
use crate::linter::drawing::{Graph, draw, mark};
use crate::pool::on_large_stack;
use crate::source::Source;
use std::sync::Arc;

/// Why a template has no graph.
#[derive(Debug)]
pub struct NotDrawn {
    /// What is wrong.
    pub diagnostic: Box<Diagnostic>,
    /// The text that it points into, if it could be read.
    pub source: Option<Box<Source>>,
}

impl Project<'_> {
    /// Draws one template, which may be a pipe: its text is read once.
    ///
    /// # Errors
    /// Where it cannot be read or parsed, or is not a template.
    pub fn draw(&self, candidate: &Candidate) -> Result<Graph, NotDrawn> {
        let text = match discover::read(candidate, self.files) {
            Reading::Text(text) => text,
            Reading::Unreadable(diagnostic) | Reading::NoTemplate(diagnostic) => {
                return Err(NotDrawn { diagnostic, source: None });
            }
        };
        let source = source_of(candidate, source_id(0), text);
        let linter = (self.linter)(candidate);
        let files = self.files;
        let drawn = on_large_stack(|| drawn(candidate, &source, &linter, files));
        let drawn = drawn.unwrap_or_else(|| Err(bug_of(candidate)));
        drawn.map_err(|diagnostic| NotDrawn { diagnostic, source: Some(Box::new(source)) })
    }
}

fn drawn(candidate: &Candidate, source: &Source, linter: &Linter, files: &Files) -> Result<Graph, Box<Diagnostic>> {
    let inputs = inputs(linter, candidate, &Arc::default());
    let constructs = candidate.constructs.as_deref();
    let mut graph = draw(source, &inputs, constructs)?;
    let load = |location: &str| load_beside(candidate, location, files);
    let report = linter.lint_in(source, &load, &inputs, constructs);
    mark(&mut graph, &report.findings);
    Ok(graph)
}
