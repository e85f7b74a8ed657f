//! Graphs.

use crate::answer::Document;
use crate::request::{Refused, Request};
use crate::sessions;
use hipaalint::Discovery;
use hipaalint::linter::{Fixes, Keep};
use hipaalint::project::NotDrawn;
use hipaalint::session::Contents;
use serde::Serialize;

/// A graph, or why there is none.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Drawn {
    /// The graph as `hipaalint graph --format json` writes it.
    graph: Option<Document>,
    /// In Mermaid's language.
    mermaid: Option<String>,
    problem: Option<String>,
}

/// Draws one template.
pub(crate) fn graph(request: &Request) -> Result<Drawn, Refused> {
    let path = request.one()?;
    let keep = Keep { undecided: false, passed: false, fixes: Fixes::None, ..Keep::default() };
    let contents = Contents { requested: keep, needed: keep, ..Contents::default() };
    let nothing = |problem: String| Drawn { graph: None, mermaid: None, problem: Some(problem) };
    sessions::with(request, request.options(contents), |session| {
        let Discovery { candidates, diagnostics, .. } = session.discover(&[path]);
        let Some(candidate) = candidates.first() else {
            let problem = diagnostics.first().map(|diagnostic| diagnostic.full_message());
            return Ok(nothing(problem.unwrap_or_else(|| "It is not a template.".to_owned())));
        };
        match session.draw(candidate) {
            Ok(picture) => {
                let (mut json, mut mermaid) = (Vec::new(), Vec::new());
                // Writing to memory does not fail.
                let _ = picture.write_json(&mut json).and_then(|()| picture.write_mermaid(&mut mermaid));
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                Ok(Drawn { graph: Some(Document::new(text(&json))?), mermaid: Some(text(&mermaid)), problem: None })
            }
            Err(NotDrawn { diagnostic, .. }) => Ok(nothing(diagnostic.full_message())),
        }
    })
}
