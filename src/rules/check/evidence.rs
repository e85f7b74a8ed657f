//! The places that a check shows as evidence.

use super::checker::Checker;
use super::location::Location;
use crate::finding::Related;
use crate::graph::exposure;
use crate::graph::secrets::{Carries, carries_secret};
use crate::rules::language::evidence::Evidence;

/// Adds evidence to locations that explain why the checker's block fails. Each location is listed once.
pub fn add(evidence: Evidence, checker: &mut Checker<'_, '_, '_>, locations: &mut [Location]) {
    match evidence {
        Evidence::InternetRoute => {
            let route = exposure::route_in(checker.run, checker.model, checker.this);
            for location in locations {
                // The route lists, in its own order, locations that the assertion may have listed already.
                location.related.retain(|known| route.iter().all(|step| step.span != known.span));
                location.related.extend(route.iter().filter(|step| step.span != location.span).cloned());
            }
        }
        Evidence::SecretUse => {
            let parameter = checker.model.parameter(checker.this.name);
            let carries = parameter.and_then(|parameter| carries_secret(checker.run, checker.model, parameter));
            let (because, related) = match carries {
                Some(Carries::ByUse { by, span }) => {
                    let message = format!("{by} uses the parameter");
                    (format!("{by} uses it"), Some(Related { span, message }))
                }
                Some(Carries::ByNoEcho) => ("its `NoEcho` declares one".to_owned(), None),
                Some(Carries::ByName) | None => ("its name indicates one".to_owned(), None),
            };
            for location in locations {
                location.words.push(("because", because.clone()));
                location.related.extend(related.clone());
            }
        }
    }
}
