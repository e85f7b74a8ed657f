//! The component definition: hipaalint as a component that validates, and what it can show of each citation.

use super::ids::{CATALOG_FILE, control_of_citation};
use super::model::{Metadata, Property, versions};
use super::{REVIEWED, document_uuid, text, uuid};
use crate::catalogue::{Citation, citations};
use crate::rules::load::RuleSet;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document {
    component_definition: Definition,
}

#[derive(Serialize)]
struct Definition {
    uuid: String,
    metadata: Metadata,
    components: Vec<Component>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Component {
    uuid: String,
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    description: &'static str,
    props: Vec<Property>,
    control_implementations: Vec<Implementation>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Implementation {
    uuid: String,
    source: &'static str,
    description: &'static str,
    implemented_requirements: Vec<Requirement>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Requirement {
    uuid: String,
    control_id: String,
    description: String,
    props: Vec<Property>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remarks: Option<String>,
}

/// The UUID of hipaalint as a component, here and in assessment results.
pub(crate) fn component_uuid() -> String {
    uuid(&["component", "hipaalint", env!("CARGO_PKG_VERSION"), super::rules_version()])
}

/// The component definition as text. The same for each version of hipaalint.
pub fn component_definition() -> String {
    let rules = RuleSet::embedded();
    let implemented_requirements = citations(&rules).iter().map(requirement).collect();
    let components = vec![Component {
        uuid: component_uuid(),
        kind: "validation",
        title: "hipaalint",
        description: "hipaalint checks AWS CloudFormation templates against the HIPAA Security Rule. It reads templates and not \
                      accounts: it shows what a template declares, before it is deployed.",
        props: versions(),
        control_implementations: vec![Implementation {
            uuid: uuid(&["control-implementation", "hipaalint"]),
            source: CATALOG_FILE,
            description: "What hipaalint can show of each citation of the Security Rule. It implements none of them.",
            implemented_requirements,
        }],
    }];
    let contents = serde_json::to_string(&components).unwrap_or_default();
    text(&Document {
        component_definition: Definition {
            uuid: document_uuid("component-definition", &contents),
            metadata: Metadata::new("What hipaalint can show of the HIPAA Security Rule", REVIEWED, None),
            components,
        },
    })
}

fn requirement(citation: &Citation<'_>) -> Requirement {
    let Citation { control, rules, runtime } = citation;
    let beyond = control.beyond.as_deref().map(|beyond| format!(" Not visible in a template: {}", beyond.trim()));
    let beyond = beyond.unwrap_or_default();
    let description = match rules.len() {
        0 => format!("hipaalint shows nothing of {}.{beyond}", control.id),
        1 => format!("1 rule of hipaalint checks part of {}.{beyond}", control.id),
        more => format!("{more} rules of hipaalint check part of {}.{beyond}", control.id),
    };
    let checks: Vec<String> = runtime.iter().map(|check| format!("- `{}`: {}", check.id, check.title.trim())).collect();
    let shows = Property::own("shows", if rules.is_empty() { "nothing" } else { "part" });
    Requirement {
        uuid: uuid(&["implemented-requirement", &control.id]),
        control_id: control_of_citation(&control.id),
        description,
        props: std::iter::once(shows).chain(rules.iter().map(|rule| Property::own("rule", *rule))).collect(),
        remarks: (!checks.is_empty()).then(|| format!("Only a running account shows:\n\n{}", checks.join("\n"))),
    }
}
