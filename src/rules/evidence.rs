//! Evidence: what a check shows beside what it finds.

use super::checker::{Checker, Place};
use crate::graph::exposure;
use serde::Deserialize;

/// What places get as related ones, after those of the assertion itself.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The way from the internet to the databases that the block is, holds or guards.
    InternetRoute,
}

impl Evidence {
    /// Adds it to places that explain why the checker's block fails. A place is told once.
    pub fn add(self, checker: &mut Checker<'_, '_, '_>, places: &mut [Place]) {
        let Self::InternetRoute = self;
        let way = exposure::way_in(checker.run, checker.model, checker.this);
        for place in places {
            // The way shows in its own order what the assertion told of it already.
            place.related.retain(|known| way.iter().all(|step| step.span != known.span));
            place.related.extend(way.iter().filter(|step| step.span != place.span).cloned());
        }
    }
}
