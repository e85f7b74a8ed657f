//! OSCAL, NIST's language for assessments: the catalog of the Security Rule with our rules, the component definition of hipaalint, and
//! the names and UUIDs that assessment results ([`crate::report::oscal`]) share with them.
//!
//! The law's citations are controls of the catalog. Each rule is a control of its own, whose *assessment objective* is the target of
//! findings, and which is linked to the citations that the rule serves. No finding has a citation as its target: whether an organization
//! meets the law, no tool decides.
//!
//! Held by the JSON schemas of OSCAL 1.2.1 to 1.2.3 (NIST, 2026-11), and by `.ci/real/oscal.sh`.

mod catalog;
mod component;
mod ids;
pub(crate) mod model;
mod uuids;

pub use catalog::catalog;
pub(crate) use catalog::{TITLE as CATALOG_TITLE, kind, objective, uuid_of_catalog as catalog_uuid};
pub use component::component_definition;
pub(crate) use component::component_uuid;
pub use ids::{ADDED_RULES, CATALOG_FILE, COMPONENT_FILE, control_of_citation, control_of_rule, objective_of_rule};
pub use uuids::{Run, document_uuid, uuid};

use crate::date::Date;
use serde::Serialize;

/// The version of OSCAL that documents are written in.
pub const OSCAL_VERSION: &str = "1.2.1";

/// The namespace of properties that are not OSCAL's own.
pub const NAMESPACE: &str = "https://github.com/hipaalint/hipaalint/ns/oscal";

/// The day on which the citations, and the relation of the rules to them, were reviewed last: the date of the catalog and of the
/// component definition, which do not depend on the day of a run.
pub(crate) const REVIEWED: &str = "2026-11-28T00:00:00Z";

mod versions {
    include!(concat!(env!("OUT_DIR"), "/versions.rs"));
}

/// The version of the rules in the binary: SHA-256 of the files of `rules`.
pub fn rules_version() -> &'static str {
    versions::RULES
}

/// The version of the facts about AWS in the binary: SHA-256 of the files of `data`.
pub fn facts_version() -> &'static str {
    versions::FACTS
}

/// The beginning of a day, in UTC. None for a year that OSCAL's dates do not have: its schemas know 1900 to 2999.
pub fn timestamp(day: Date) -> Option<String> {
    let day = day.to_string();
    let year: u16 = day.get(..4)?.parse().ok()?;
    (1900..3000).contains(&year).then(|| format!("{day}T00:00:00Z"))
}

/// A document as text, with a line break at its end.
fn text(document: &impl Serialize) -> String {
    // Only maps with keys that are not strings, and failing writers, cause errors. Neither occurs here.
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}
