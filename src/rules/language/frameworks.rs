//! The relation of rules to other frameworks than the Security Rule: NIST SP 800-53 and SP 800-66, HHS's performance goals. The files
//! rules/frameworks.yaml and rules/nist-800-53.yaml have the data and name its sources. Read on demand only.

use super::meta::RuleMeta;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

const FRAMEWORKS: &str = include_str!(concat!(env!("OUT_DIR"), "/frameworks.json"));
/// The items and checks of one of them, which are generated.
const GENERATED: (&str, &str) = ("nist-800-53", include_str!(concat!(env!("OUT_DIR"), "/nist-800-53.json")));
/// What tools put before the names of cdk-nag's checks, which packs share.
const PACKS: [&str; 2] = ["HIPAA.Security-", "NIST.800.53.R5-"];

/// A framework, with all that relates rules to it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// `nist-800-53`.
    pub id: String,
    /// Its name, without the version.
    pub title: String,
    /// Its version, as its publisher writes it.
    pub version: String,
    /// When that version was published.
    pub date: String,
    /// Its publisher.
    pub organization: String,
    /// What it contains.
    pub description: String,
    /// Its page.
    pub address: String,
    /// Drawn once; names it in SARIF.
    pub guid: String,
    /// Where the mapping comes from, and what it leaves out. Markdown.
    pub sources: Vec<String>,
    /// What rules can be related to, in the framework's order.
    #[serde(default)]
    pub items: Vec<Item>,
    /// Citations of the Security Rule to items, separated by spaces.
    #[serde(default)]
    pub citations: BTreeMap<String, String>,
    /// Names of checks in other tools to items, separated by spaces.
    #[serde(default)]
    pub checks: BTreeMap<String, String>,
    /// Rules that serve an item.
    #[serde(default)]
    pub families: Vec<Family>,
}

/// A control, an activity or a goal.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// `AC-2(1)`, `KA_164.312(a).8`, `network-segmentation`.
    pub id: String,
    /// Its title; none where no source has it.
    #[serde(default)]
    pub title: Option<String>,
    /// Its group: `essential` or `enhanced`.
    #[serde(default)]
    pub tier: Option<String>,
    /// What it is about.
    #[serde(default)]
    pub text: Option<String>,
}

/// Rules that serve an item, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// The item.
    pub goal: String,
    /// What its rules have to do with it.
    pub reason: String,
    /// The rules that cite all of these belong to it; none does where the list is empty.
    #[serde(default)]
    pub cites: Vec<String>,
    /// Rules that belong to it by name.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Rules that do not belong to it, although they cite what it requires.
    #[serde(default)]
    pub except: Vec<String>,
}

/// What a mapping rests on.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// A published mapping of the same check in another tool.
    Check,
    /// A published mapping of the citations that the rule serves.
    Citation,
    /// This project's own assignment, with a reason for each family.
    Family,
}

impl Basis {
    /// As people read it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Check => "AWS relates these to the same check in AWS Config.",
            Self::Citation => "From NIST's tables for the citations above.",
            Self::Family => "Assigned by this project: docs/controls.md has the reason.",
        }
    }
}

/// The items of a framework that a rule is related to.
#[derive(Debug, PartialEq, Eq)]
pub struct Mapping {
    /// What it rests on.
    pub basis: Basis,
    /// At least one, in the framework's order.
    pub items: Vec<&'static Item>,
}

/// The generated part.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Generated {
    items: Vec<Item>,
    checks: BTreeMap<String, String>,
}

/// All frameworks, in the order of their file.
pub fn frameworks() -> &'static [Framework] {
    static ALL: OnceLock<Vec<Framework>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all: Vec<Framework> = serde_json::from_str(FRAMEWORKS).unwrap_or_default();
        let (id, text) = GENERATED;
        if let Some(framework) = all.iter_mut().find(|framework| framework.id == id)
            && let Ok(Generated { items, checks }) = serde_json::from_str(text)
        {
            framework.items = items;
            framework.checks = checks;
        }
        all
    })
}

impl Framework {
    /// The framework as people cite it: `NIST SP 800-53 Rev. 5`.
    pub fn name(&self) -> String {
        format!("{} {}", self.title, self.version)
    }

    /// The items that a rule is related to; none where no source decides.
    pub fn mapping(&'static self, meta: &RuleMeta) -> Option<Mapping> {
        let found = [
            (Basis::Check, self.by_check(meta)),
            (Basis::Citation, self.by_citation(meta)),
            (Basis::Family, self.by_family(meta)),
        ];
        let (basis, ids) = found.into_iter().find(|(_, ids)| !ids.is_empty())?;
        Some(Mapping { basis, items: self.items.iter().filter(|item| ids.contains(item.id.as_str())).collect() })
    }

    fn by_check(&self, meta: &RuleMeta) -> BTreeSet<&str> {
        let names = ["aws-config", "cdk-nag"].into_iter().filter_map(|tool| meta.aliases.get(tool)).flatten();
        let bare = |name: &'_ String| PACKS.iter().find_map(|pack| name.strip_prefix(pack)).unwrap_or(name).to_owned();
        names.filter_map(|name| self.checks.get(&bare(name))).flat_map(|ids| ids.split(' ')).collect()
    }

    fn by_citation(&self, meta: &RuleMeta) -> BTreeSet<&str> {
        meta.controls
            .iter()
            .filter_map(|citation| self.citations.get(citation))
            .flat_map(|ids| ids.split(' '))
            .collect()
    }

    fn by_family(&self, meta: &RuleMeta) -> BTreeSet<&str> {
        self.families.iter().filter(|family| family.has(meta)).map(|family| family.goal.as_str()).collect()
    }
}

impl Family {
    /// Whether a rule belongs to it.
    pub fn has(&self, meta: &RuleMeta) -> bool {
        let cites_all = !self.cites.is_empty() && self.cites.iter().all(|citation| meta.controls.contains(citation));
        (cites_all && !self.except.contains(&meta.id)) || self.rules.contains(&meta.id)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::rules::language::load::{RuleSet, controls};

    fn framework(id: &str) -> &'static Framework {
        frameworks().iter().find(|framework| framework.id == id).unwrap()
    }

    fn ids(framework_id: &str, rule: &str) -> (Option<Basis>, Vec<&'static str>) {
        let rules = RuleSet::embedded();
        let mapping = framework(framework_id).mapping(&rules.get(rule).unwrap().meta);
        let ids = mapping.iter().flat_map(|mapping| &mapping.items).map(|item| item.id.as_str()).collect();
        (mapping.map(|mapping| mapping.basis), ids)
    }

    #[test]
    fn all_that_is_named_exists() {
        let rules = RuleSet::embedded();
        let citations: Vec<&str> = controls().iter().map(|control| control.id.as_str()).collect();
        assert_eq!(frameworks().len(), 3);
        for framework in frameworks() {
            let items: BTreeSet<&str> = framework.items.iter().map(|item| item.id.as_str()).collect();
            assert_eq!(items.len(), framework.items.len(), "{} lists an item twice", framework.id);
            assert!(!items.is_empty() && !framework.sources.is_empty());
            for (from, ids) in framework.citations.iter().chain(&framework.checks) {
                for id in ids.split(' ') {
                    assert!(items.contains(id), "{}: {from} names {id:?}", framework.id);
                }
            }
            for citation in framework.citations.keys() {
                assert!(citations.contains(&citation.as_str()), "{}: {citation}", framework.id);
            }
            for family in &framework.families {
                assert!(items.contains(family.goal.as_str()), "{}", family.goal);
                assert!(!family.reason.is_empty());
                assert!(family.cites.iter().all(|citation| citations.contains(&citation.as_str())), "{family:?}");
                for id in family.rules.iter().chain(&family.except) {
                    assert!(rules.get(id).is_some(), "{}: no rule {id}", family.goal);
                }
                for id in &family.except {
                    let meta = &rules.get(id).unwrap().meta;
                    let cites_all = family.cites.iter().all(|citation| meta.controls.contains(citation));
                    assert!(cites_all, "{}: {id} needs no exception", family.goal);
                }
            }
        }
    }

    #[test]
    fn the_crosswalk_is_complete() {
        // The numbers that its source states of itself: elements, rows and controls.
        let citations = &framework("nist-800-53").citations;
        let ids: Vec<&str> = citations.values().flat_map(|ids| ids.split(' ')).collect();
        let distinct: BTreeSet<&&str> = ids.iter().collect();
        assert_eq!((citations.len(), ids.len(), distinct.len()), (68, 279, 108));
    }

    #[test]
    fn a_published_mapping_of_the_same_check_comes_first() {
        // AWS relates s3-bucket-ssl-requests-only to these, as RULES.md of cdk-nag 3.0.2 has it.
        let (basis, controls) = ids("nist-800-53", "s3-bucket-tls-only");
        assert_eq!(basis, Some(Basis::Check));
        assert!(controls.contains(&"SC-8(1)") && controls.contains(&"AC-17(2)"), "{controls:?}");
        // No tool has this check, so its citation decides.
        assert_eq!(ids("nist-800-53", "apprunner-kms-key"), (Some(Basis::Citation), vec!["SC-13"]));
    }

    #[test]
    fn a_rule_without_a_source_has_no_mapping() {
        assert_eq!(ids("hhs-cpg", "apprunner-kms-key"), (None, vec![]));
        assert_eq!(ids("hhs-cpg", "elb-drop-invalid-headers"), (None, vec![]));
        assert_eq!(ids("hhs-cpg", "config-recorder-all-types").1, ["asset-inventory", "configuration-management"]);
        assert_eq!(ids("nist-800-66", "apprunner-kms-key"), (Some(Basis::Citation), vec!["KA_164.312(a).8"]));
    }
}
