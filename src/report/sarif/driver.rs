//! The tool in SARIF: its rules, its kinds of diagnostics, and as taxonomies the Security Rule and the other frameworks.

use super::model::{
    ComponentReference, Configuration, DescriptorReference, Driver, Help, Relationship, Rule, RuleProperties, Taxon,
    TaxonProperties, Taxonomy, Text,
};
use crate::finding::{Level, RuleSeverity};
use crate::report::prose::{plain, sentences};
use crate::report::{PROJECT_ADDRESS, Report, RuleReport, rule_address};
use crate::rules::frameworks::{Framework, Item, frameworks};
use crate::rules::meta::Control;
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};

/// The Security Rule, as rules refer to it.
const HIPAA: ComponentReference = ComponentReference { name: "HIPAA Security Rule", index: 0, guid: Some(HIPAA_GUID) };
/// Drawn once.
const HIPAA_GUID: &str = "5b1d9c6e-2f0a-4e7b-9a41-7c3e8d52f6a0";
/// 45 CFR Part 164, Subpart C.
const HIPAA_ADDRESS: &str = "https://www.ecfr.gov/current/title-45/subtitle-A/subchapter-C/part-164/subpart-C";
/// GitHub cuts descriptions after 1,024 characters.
const MAX_DESCRIPTION: usize = 1000;
/// GitHub takes no more tags of a rule.
const MAX_TAGS: usize = 10;

/// A framework other than the Security Rule, as far as the rules that ran are related to it.
pub(super) struct Place {
    reference: ComponentReference,
    framework: &'static Framework,
    /// The items that rules are related to, in the framework's order.
    items: Vec<&'static Item>,
    /// For each rule that ran, the numbers of its items.
    of_rules: Vec<Vec<usize>>,
}

/// The frameworks other than the Security Rule. None where the report knows no citations.
pub(super) fn places(rest: &Report<'_>) -> Vec<Place> {
    if rest.controls.is_empty() {
        return Vec::new();
    }
    frameworks().iter().zip(1..).map(|(framework, index)| place(framework, index, rest)).collect()
}

/// The taxonomies: the Security Rule, then the other frameworks. None where the report knows no citations.
pub(super) fn taxonomies<'a>(rest: &Report<'a>, places: &[Place]) -> Vec<Taxonomy<'a>> {
    if rest.controls.is_empty() {
        return Vec::new();
    }
    std::iter::once(security_rule(rest)).chain(places.iter().map(taxonomy)).collect()
}

/// The rules of the driver. Each is made when it is written: their texts are long.
pub(super) struct Rules<'r> {
    report: &'r Report<'r>,
    places: &'r [Place],
}

impl Serialize for Rules<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rules = self.report.rules.iter().zip(0..);
        serializer.collect_seq(rules.map(|(rule, number)| descriptor(rule, number, self.report, self.places)))
    }
}

fn place(framework: &'static Framework, index: usize, report: &Report) -> Place {
    let mappings: Vec<Vec<&'static Item>> = report
        .rules
        .iter()
        .map(|rule| framework.mapping(rule.meta).map(|mapping| mapping.items).unwrap_or_default())
        .collect();
    let named: BTreeSet<&str> = mappings.iter().flatten().map(|item| item.id.as_str()).collect();
    let items: Vec<&'static Item> = framework.items.iter().filter(|item| named.contains(item.id.as_str())).collect();
    let numbers: BTreeMap<&str, usize> =
        items.iter().zip(0..).map(|(item, number)| (item.id.as_str(), number)).collect();
    let of_rules = mappings
        .iter()
        .map(|items| items.iter().filter_map(|item| numbers.get(item.id.as_str()).copied()).collect())
        .collect();
    let reference = ComponentReference { name: &framework.title, index, guid: Some(&framework.guid) };
    Place { reference, framework, items, of_rules }
}

/// The driver with all rules that ran.
pub(super) fn driver<'r>(report: &'r Report<'r>, places: &'r [Place]) -> Driver<'r> {
    Driver {
        name: "hipaalint",
        version: env!("CARGO_PKG_VERSION"),
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: PROJECT_ADDRESS,
        short_description: Text::new(format!("{}.", env!("CARGO_PKG_DESCRIPTION"))),
        rules: Rules { report, places },
        supported_taxonomies: if report.controls.is_empty() {
            Vec::new()
        } else {
            std::iter::once(HIPAA).chain(places.iter().map(|place| place.reference)).collect()
        },
    }
}

fn security_rule<'a>(report: &Report<'a>) -> Taxonomy<'a> {
    Taxonomy {
        guid: HIPAA_GUID,
        name: HIPAA.name,
        version: None,
        organization: "U.S. Department of Health and Human Services",
        short_description: Text::new(
            "Security Standards for the Protection of Electronic Protected Health Information (45 CFR Part 164, Subpart C).",
        ),
        information_uri: HIPAA_ADDRESS,
        is_comprehensive: false,
        taxa: report.controls.iter().map(|control| taxon(control, report)).collect(),
    }
}

/// A framework, with the items that rules are related to.
fn taxonomy<'a>(place: &Place) -> Taxonomy<'a> {
    let framework = place.framework;
    Taxonomy {
        guid: &framework.guid,
        name: &framework.title,
        version: Some(&framework.version),
        organization: &framework.organization,
        short_description: Text::new(format!("{} ({}).", framework.description, framework.name())),
        information_uri: &framework.address,
        is_comprehensive: false,
        taxa: place.items.iter().map(|item| item_taxon(item, framework)).collect(),
    }
}

fn item_taxon<'a>(item: &'static Item, framework: &Framework) -> Taxon<'a> {
    let title = item.title.as_deref().unwrap_or(&item.id);
    let text = match &item.text {
        Some(text) => text.clone(),
        None => format!("{title} ({} {}).", framework.name(), item.id),
    };
    Taxon { id: &item.id, name: title, short_description: Text::new(text), relationships: Vec::new(), properties: None }
}

fn taxon<'a>(control: &'a Control, report: &Report) -> Taxon<'a> {
    // A citation belongs to its standard as an element belongs to a set (3.53.3).
    let standard =
        control.parent.as_deref().and_then(|parent| control_index(parent, report).map(|index| (parent, index)));
    let relationships = standard.map(|(id, index)| Relationship {
        target: DescriptorReference { id, index: Some(index), tool_component: Some(HIPAA) },
        kinds: ["superset"],
    });
    Taxon {
        id: &control.id,
        name: &control.title,
        short_description: Text::new(format!("{} (45 CFR {}).", control.title, control.id)),
        relationships: relationships.into_iter().collect(),
        properties: Some(TaxonProperties { requirement: control.requirement }),
    }
}

fn descriptor<'a>(rule: &RuleReport<'a>, number: usize, report: &Report, places: &[Place]) -> Rule<'a> {
    let (meta, title) = (rule.meta, sentence(&rule.meta.title));
    let why = plain(&rule.prose.why);
    let relationships = meta.controls.iter().filter_map(|id| {
        let index = control_index(id, report)?;
        let target = DescriptorReference { id, index: Some(index), tool_component: Some(HIPAA) };
        Some(Relationship { target, kinds: ["relevant"] })
    });
    let elsewhere = places.iter().flat_map(|place| {
        place.of_rules.get(number).into_iter().flatten().filter_map(|index| {
            let id = place.items.get(*index)?.id.as_str();
            // There are thousands: the GUID is in the taxonomy.
            let component = ComponentReference { guid: None, ..place.reference };
            let target = DescriptorReference { id, index: Some(*index), tool_component: Some(component) };
            Some(Relationship { target, kinds: ["relevant"] })
        })
    });
    Rule {
        id: &meta.id,
        name: pascal_case(&meta.id),
        full_description: Text::new(if why.is_empty() {
            title.clone()
        } else {
            sentences(&why, MAX_DESCRIPTION).to_owned()
        }),
        help: help(rule, report),
        short_description: Text::new(title),
        help_uri: rule_address(&meta.id),
        default_configuration: Configuration { level: meta.level.name() },
        relationships: relationships.chain(elsewhere).collect(),
        properties: RuleProperties {
            tags: tags(rule),
            precision: "high",
            problem_severity: problem_severity(meta.level),
            security_severity: security_severity(meta.severity),
            severity: meta.severity,
        },
    }
}

/// All that `explain` says, as text and as Markdown.
fn help(rule: &RuleReport, report: &Report) -> Help {
    let cited: Vec<String> = rule.meta.controls.iter().map(|id| report.citation(id)).collect();
    let sections = [
        ("Why", rule.prose.why.trim().to_owned()),
        ("How to fix it", rule.prose.remediation.trim().to_owned()),
        (
            "HIPAA Security Rule",
            cited.iter().map(|citation| format!("- 45 CFR {citation}")).collect::<Vec<_>>().join("\n"),
        ),
        (
            "References",
            rule.prose.references.iter().map(|address| format!("- <{address}>")).collect::<Vec<_>>().join("\n"),
        ),
    ];
    let mut markdown = format!("# {}\n", rule.meta.title);
    let mut text = format!("{}\n", sentence(&rule.meta.title));
    for (name, body) in sections.iter().filter(|(_, body)| !body.is_empty()) {
        markdown.push_str(&format!("\n## {name}\n\n{body}\n"));
        text.push_str(&format!("\n{name}:\n{}\n", plain(body)));
    }
    Help { text, markdown }
}

/// What alerts can be filtered by: the service that the id begins with, and the citations.
fn tags(rule: &RuleReport) -> Vec<String> {
    let service = rule.meta.id.split('-').next().unwrap_or_default().to_owned();
    let mut tags = vec!["security".to_owned(), "hipaa".to_owned(), "cloudformation".to_owned(), service];
    tags.extend(rule.meta.controls.iter().map(|control| format!("hipaa/{control}")));
    let mut seen = BTreeSet::new();
    tags.retain(|tag| !tag.is_empty() && seen.insert(tag.clone()));
    tags.truncate(MAX_TAGS);
    tags
}

/// GitHub reads above 9.0 as critical, from 7.0 as high, from 4.0 as medium, below as low.
/// Source: "SARIF support for code scanning" (reportingDescriptor object), GitHub documentation, 2026-11.
fn security_severity(severity: RuleSeverity) -> &'static str {
    match severity {
        RuleSeverity::Critical => "9.5",
        RuleSeverity::High => "8.0",
        RuleSeverity::Medium => "5.5",
        RuleSeverity::Low => "2.0",
    }
}

/// The level in GitHub's words.
fn problem_severity(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "recommendation",
    }
}

fn control_index(id: &str, report: &Report) -> Option<usize> {
    report.controls.iter().position(|control| control.id == id)
}

/// `s3-bucket-tls-only` as `S3BucketTlsOnly`.
fn pascal_case(id: &str) -> String {
    id.split('-').map(capitalized).collect()
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn sentence(title: &str) -> String {
    format!("{}.", title.trim_end_matches('.'))
}
