//! Values.

use crate::answer::Document;
use crate::request::{Refused, Request};
use crate::sessions;
use hipaalint::Discovery;
use hipaalint::evaluated::{At, json};
use hipaalint::session::Contents;
use serde::Serialize;

/// The values of a template, or why there are none.
#[derive(Serialize)]
pub(crate) struct Evaluated {
    /// The values as `hipaalint evaluate --format json` writes them.
    values: Option<Document>,
    problems: Vec<String>,
}

/// Evaluates one template.
pub(crate) fn evaluate(request: &Request) -> Result<Evaluated, Refused> {
    let path = request.one()?;
    sessions::with(request, request.options(Contents::default()), |session| {
        let Discovery { candidates, diagnostics, .. } = session.discover(&[path]);
        let mut problems: Vec<String> = diagnostics.iter().map(|diagnostic| diagnostic.full_message()).collect();
        let Some(own) = candidates.first().cloned() else {
            if problems.is_empty() {
                problems.push("It is not a template.".to_owned());
            }
            return Ok(Evaluated { values: None, problems });
        };
        let at = request.path.as_deref().map_or(At::Whole, At::Path);
        match session.evaluate(candidates, at) {
            Ok(mut deployed) => {
                let found = session.problems_with(&own, &mut deployed, true);
                problems.extend(found.diagnostics.iter().map(|diagnostic| diagnostic.full_message()));
                let mut bytes = Vec::new();
                let deployments = deployed.iter().map(|one| (one.parents.as_slice(), &one.evaluation));
                // Writing to memory does not fail.
                let _ = json::write(&mut bytes, own.name(), request.path.as_deref(), deployments);
                let values = Document::new(String::from_utf8_lossy(&bytes).into_owned())?;
                Ok(Evaluated { values: Some(values), problems })
            }
            Err(not) => {
                problems.push(not.diagnostic.full_message());
                Ok(Evaluated { values: None, problems })
            }
        }
    })
}
