//! Evidence: further locations that a check shows with its findings.

use crate::finding::Related;
use crate::graph::exposure;
use crate::graph::secrets::{Carries, carries_secret};
use crate::rules::check::checker::{Checker, Location};
use serde::Deserialize;

/// Further locations to show with a finding.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The network path from the internet to the databases that the block is, contains or protects.
    InternetRoute,
    /// What makes a parameter one that carries a secret. Word: `{because}`.
    SecretUse,
}

impl Evidence {
    /// The words that it has for messages.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Self::InternetRoute => &[],
            Self::SecretUse => &["because"],
        }
    }

    /// Adds it to locations that explain why the checker's block fails. Each location is listed once.
    pub fn add(self, checker: &mut Checker<'_, '_, '_>, locations: &mut [Location]) {
        match self {
            Self::InternetRoute => {
                let route = exposure::route_in(checker.run, checker.model, checker.this);
                for location in locations {
                    // The route lists, in its own order, locations that the assertion may have listed already.
                    location.related.retain(|known| route.iter().all(|step| step.span != known.span));
                    location.related.extend(route.iter().filter(|step| step.span != location.span).cloned());
                }
            }
            Self::SecretUse => {
                let parameter = checker.model.parameter(checker.this.name);
                let carries = parameter.and_then(|parameter| carries_secret(checker.run, checker.model, parameter));
                let (because, related) = match carries {
                    Some(Carries::ByUse { by, span }) => {
                        let message = format!("{by} uses the parameter");
                        (format!("{by} uses it"), Some(Related { span, message }))
                    }
                    Some(Carries::ByName) | None => ("its name indicates one".to_owned(), None),
                };
                for location in locations {
                    location.words.push(("because", because.clone()));
                    location.related.extend(related.clone());
                }
            }
        }
    }
}
