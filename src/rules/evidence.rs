//! Evidence: further locations that a check shows with its findings.

use super::checker::{Checker, Location};
use crate::graph::exposure;
use serde::Deserialize;

/// Further locations to show with a finding.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The network path from the internet to the databases that the block is, contains or protects.
    InternetRoute,
}

impl Evidence {
    /// Adds it to locations that explain why the checker's block fails. Each location is listed once.
    pub fn add(self, checker: &mut Checker<'_, '_, '_>, locations: &mut [Location]) {
        let Self::InternetRoute = self;
        let route = exposure::route_in(checker.run, checker.model, checker.this);
        for location in locations {
            // The path lists, in its own order, locations that the assertion may have listed already.
            location.related.retain(|known| route.iter().all(|step| step.span != known.span));
            location.related.extend(route.iter().filter(|step| step.span != location.span).cloned());
        }
    }
}
