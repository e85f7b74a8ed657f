//! Evidence: what a check shows beside what it finds.

use super::checker::{Checker, Place};
use crate::finding::Related as RelatedPlace;
use crate::graph::exposure;
use crate::graph::secrets::{Carries, carries_secret};
use serde::Deserialize;

/// What places get as related ones, after those of the assertion itself.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The way from the internet to the databases that the block is, holds or guards.
    InternetRoute,
    /// What makes a parameter one that carries a secret. Word: `{because}`.
    SecretUse,
}

impl Evidence {
    /// Adds it to places that explain why the checker's block fails. A place is told once.
    pub fn add(self, checker: &mut Checker<'_, '_, '_>, places: &mut [Place]) {
        match self {
            Self::InternetRoute => {
                let way = exposure::way_in(checker.run, checker.model, checker.this);
                for place in places {
                    // The way shows in its own order what the assertion told of it already.
                    place.related.retain(|known| way.iter().all(|step| step.span != known.span));
                    place.related.extend(way.iter().filter(|step| step.span != place.span).cloned());
                }
            }
            Self::SecretUse => {
                let parameter = checker.model.parameter(checker.this.name);
                let carries = parameter.and_then(|parameter| carries_secret(checker.run, checker.model, parameter));
                let (because, related) = match carries {
                    Some(Carries::ByUse { by, span }) => {
                        let message = format!("{by} uses the parameter");
                        (format!("{by} uses it"), Some(RelatedPlace { span, message }))
                    }
                    Some(Carries::ByName) | None => ("its name indicates one".to_owned(), None),
                };
                for place in places {
                    place.words.push(("because", because.clone()));
                    place.related.extend(related.clone());
                }
            }
        }
    }
}
