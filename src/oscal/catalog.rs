//! The catalog: the citations of the Security Rule, and the rules with their objectives.

use super::ids::{ADDED_RULES, control_of_citation, control_of_rule, objective_of_rule};
use super::model::{Link, Metadata, Part, Property};
use super::{REVIEWED, document_uuid, text};
use crate::rules::load::{RuleEntry, RuleSet, controls};
use crate::rules::meta::{Control as Citation, RuleKind, section_title};
use serde::Serialize;
use std::collections::BTreeMap;

/// The title of the catalog.
pub(crate) const TITLE: &str = "HIPAA Security Rule, and the rules of hipaalint";

#[derive(Serialize)]
struct Document {
    catalog: Catalog,
}

#[derive(Serialize)]
struct Catalog {
    uuid: String,
    metadata: Metadata,
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    id: String,
    title: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<Group>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    controls: Vec<Control>,
}

#[derive(Serialize)]
struct Control {
    id: String,
    class: &'static str,
    title: String,
    props: Vec<Property>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
    parts: Vec<Part>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    controls: Vec<Control>,
}

/// The catalog as text. The same for each version of hipaalint.
pub fn catalog() -> String {
    let groups = groups(&RuleSet::embedded());
    text(&Document {
        catalog: Catalog {
            uuid: catalog_uuid(&groups),
            metadata: Metadata::new(TITLE, REVIEWED, Some(remarks())),
            groups,
        },
    })
}

/// The UUID of the catalog, for documents that refer to it.
pub(crate) fn uuid_of_catalog() -> String {
    catalog_uuid(&groups(&RuleSet::embedded()))
}

fn catalog_uuid(groups: &[Group]) -> String {
    document_uuid("catalog", &serde_json::to_string(groups).unwrap_or_default())
}

fn remarks() -> String {
    "The controls of class `citation` are the standards and implementation specifications of 45 CFR Part 164, Subpart C, by their titles. \
     The controls of class `rule` are the rules of hipaalint. Each has one assessment objective, and links to the citations that it \
     serves. An objective that is satisfied does not show that a citation is met: each citation names the part that is not visible in a \
     template."
        .to_owned()
}

fn groups(rules: &RuleSet) -> Vec<Group> {
    let mut by_parent: BTreeMap<Option<&str>, Vec<&'static Citation>> = BTreeMap::new();
    for citation in controls() {
        by_parent.entry(citation.parent.as_deref()).or_default().push(citation);
    }
    let sections = controls().chunk_by(|one, other| one.section() == other.section()).filter_map(|chunk| {
        let section = chunk.first()?.section();
        let first = by_parent.get(&None)?.iter().filter(|citation| citation.section() == section);
        Some(Group {
            id: control_of_citation(section),
            title: format!("{section} {}", section_title(section)),
            groups: Vec::new(),
            controls: first.map(|citation| of_citation(citation, &by_parent)).collect(),
        })
    });
    let law = Group {
        id: "hipaa-security-rule".to_owned(),
        title: "HIPAA Security Rule, 45 CFR Part 164, Subpart C".to_owned(),
        groups: sections.collect(),
        controls: Vec::new(),
    };
    let rules = Group {
        id: "hipaalint-rules".to_owned(),
        title: "Rules of hipaalint".to_owned(),
        groups: Vec::new(),
        controls: rules.entries().iter().map(of_rule).chain([added_rules()]).collect(),
    };
    vec![law, rules]
}

/// A citation, with the specifications of a standard below it.
fn of_citation(citation: &Citation, by_parent: &BTreeMap<Option<&str>, Vec<&'static Citation>>) -> Control {
    let id = control_of_citation(&citation.id);
    let mut parts = vec![Part::new(
        format!("{id}_smt"),
        "statement",
        format!("45 CFR {}, {} ({}).", citation.id, citation.title, citation.requirement.name()),
    )];
    if let Some(beyond) = &citation.beyond {
        parts.push(Part::new(format!("{id}_gdn"), "guidance", beyond.trim()).titled("Not visible in a template"));
    }
    // A citation is never its own parent, and parents have none (held by a test), so this ends.
    let below = by_parent.get(&Some(citation.id.as_str())).into_iter().flatten();
    Control {
        id,
        class: "citation",
        title: citation.title.clone(),
        props: vec![
            Property::standard("label", citation.id.as_str()),
            Property::own("requirement", citation.requirement.name()),
        ],
        links: Vec::new(),
        parts,
        controls: below.filter(|below| below.id != citation.id).map(|below| of_citation(below, by_parent)).collect(),
    }
}

/// A rule, with its objective.
fn of_rule(entry: &RuleEntry) -> Control {
    let meta = &*entry.meta;
    let id = control_of_rule(&meta.id);
    let mut props = vec![
        Property::standard("label", meta.id.as_str()),
        Property::own("severity", meta.severity.name()),
        Property::own("kind", kind(meta.kind)),
    ];
    props.extend(meta.profiles.iter().map(|profile| Property::own("profile", profile.as_str())));
    let cited =
        meta.controls.iter().map(|cited| Link::new(format!("#{}", control_of_citation(cited)), Some("related")));
    let page = format!("https://github.com/hipaalint/hipaalint/blob/main/docs/rules/{}.md", meta.id);
    Control {
        class: "rule",
        title: meta.title.clone(),
        props,
        links: cited.chain([Link::new(page, Some("reference"))]).collect(),
        parts: vec![
            Part::new(
                format!("{id}_smt"),
                "statement",
                format!("Rule `{}` looks for this problem: {}.", meta.id, meta.title),
            ),
            Part::new(objective_of_rule(&meta.id), "assessment-objective", objective(&meta.title)),
            Part::new(format!("{id}_gdn"), "guidance", entry.prose().why.trim()),
        ],
        id,
        controls: Vec::new(),
    }
}

/// The prose of the objective of a rule with a title.
pub(crate) fn objective(title: &str) -> String {
    format!("No resource that the rule looks at has this problem: {title}.")
}

/// What a check of a rule shows, in a word.
pub(crate) fn kind(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Safeguard => "safeguard",
        RuleKind::Supporting => "supporting",
    }
}

/// The control of objectives that assessment results define because the rule is not ours.
fn added_rules() -> Control {
    Control {
        id: ADDED_RULES.to_owned(),
        class: "rule",
        title: "Rules that an organization added".to_owned(),
        props: vec![Property::standard("label", ADDED_RULES)],
        links: Vec::new(),
        parts: vec![Part::new(
            format!("{ADDED_RULES}_smt"),
            "statement",
            "An organization can run rules of its own. Assessment results define the objectives of these rules.",
        )],
        controls: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn every_citation_and_rule_is_in_the_catalog_once() {
        fn ids(group: &serde_json::Value, found: &mut Vec<String>) {
            for key in ["groups", "controls"] {
                for one in group[key].as_array().into_iter().flatten() {
                    found.push(one["id"].as_str().unwrap().to_owned());
                    ids(one, found);
                }
            }
        }
        let document: serde_json::Value = serde_json::from_str(&catalog()).unwrap();
        let mut found = Vec::new();
        ids(&document["catalog"], &mut found);
        let all = found.len();
        found.sort();
        found.dedup();
        assert_eq!(found.len(), all);
        let has = |id: String| found.binary_search(&id).is_ok();
        assert!(controls().iter().all(|citation| has(control_of_citation(&citation.id))));
        assert!(RuleSet::embedded().entries().iter().all(|entry| has(control_of_rule(entry.id()))));
        let parents = controls().iter().filter_map(|citation| citation.parent.as_deref());
        for parent in parents {
            assert!(controls().iter().any(|citation| citation.id == parent && citation.parent.is_none()), "{parent}");
        }
    }
}
