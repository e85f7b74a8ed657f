//! What there is to read about rules and profiles.

use hipaalint::report::rule_address;
use hipaalint::rules::load::{RuleSet, controls, profiles};
use hipaalint::rules::meta::{RuleMeta, RuleProse};
use serde::Serialize;
use std::collections::BTreeMap;

/// The texts of a rule.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RuleText {
    title: String,
    why: String,
    remediation: String,
    harm: String,
    severity: &'static str,
    controls: Vec<String>,
    references: Vec<String>,
}

impl RuleText {
    /// Those of this rule.
    pub(crate) fn new(meta: &RuleMeta, prose: &RuleProse) -> Self {
        Self {
            title: meta.title.clone(),
            why: prose.why.clone(),
            remediation: prose.remediation.clone(),
            harm: prose.harm.clone(),
            severity: meta.severity.name(),
            controls: meta.controls.clone(),
            references: prose.references.clone(),
        }
    }
}

/// The titles of the citations of some rules.
pub(crate) fn cited<'r>(rules: impl Iterator<Item = &'r RuleText>) -> BTreeMap<String, String> {
    let mut cited: BTreeMap<String, String> =
        rules.flat_map(|rule| &rule.controls).map(|id| (id.clone(), String::new())).collect();
    for control in controls() {
        if let Some(title) = cited.get_mut(&control.id) {
            title.clone_from(&control.title);
        }
    }
    cited
}

/// A rule in full.
#[derive(Debug, Serialize)]
pub(crate) struct Explained {
    id: String,
    url: String,
    level: &'static str,
    profiles: Vec<String>,
    aliases: BTreeMap<String, Vec<String>>,
    #[serde(flatten)]
    text: RuleText,
}

/// The rule with this id.
pub(crate) fn explain(id: &str) -> Option<Explained> {
    let rules = RuleSet::embedded();
    let entry = rules.get(id)?;
    Some(Explained {
        id: id.to_owned(),
        url: rule_address(id),
        level: entry.level().name(),
        profiles: entry.meta.profiles.clone(),
        aliases: entry.meta.aliases.clone(),
        text: RuleText::new(&entry.meta, &entry.prose()),
    })
}

/// The program and its profiles.
#[derive(Debug, Serialize)]
pub(crate) struct About {
    version: &'static str,
    profiles: Vec<Profile>,
}

#[derive(Debug, Serialize)]
struct Profile {
    name: String,
    description: String,
    rules: usize,
}

/// The version and the profiles.
pub(crate) fn about() -> About {
    let rules = RuleSet::embedded();
    let profile = |(name, description): &(String, String)| Profile {
        name: name.clone(),
        description: description.clone(),
        rules: rules.entries().iter().filter(|entry| entry.meta.profiles.contains(name)).count(),
    };
    About { version: env!("CARGO_PKG_VERSION"), profiles: profiles().iter().map(profile).collect() }
}
