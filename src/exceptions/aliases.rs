//! The names of rules in other tools. Those of the built-in rules are a table of the binary; those of a user's own are gathered once.

use super::names;
use crate::finding::{Dialect, SuppressedRule};
use crate::rules::load::{RuleSet, controls, tools};
use crate::rules::meta::Requirement;
use foldhash::HashMap;
use smallvec::SmallVec;
use std::sync::{Arc, OnceLock};

/// What our rules are called in an app of the CDK, before `::`.
pub(super) const OWN_PLUGIN: &str = "hipaalint";
/// What the CDK puts before the name of a rule that a program acknowledges without a plugin.
const NO_PLUGIN: &str = "Annotation::";

/// The rules that a name means: places among the entries of a set, in their order.
pub(super) type Meant = SmallVec<[usize; 4]>;

/// The names of rules in other tools: which of ours are meant by one.
#[derive(Debug, Default)]
pub struct Aliases {
    /// The users' own rules by the tools' names of them.
    own: HashMap<String, HashMap<String, Meant>>,
    /// Each rule as an exception that means it shows it, with its citations, which are gathered when one asks for them.
    suppressed: Vec<OnceLock<Arc<SuppressedRule>>>,
}

impl Aliases {
    /// Those of all rules of a set.
    pub(super) fn new(rules: &RuleSet) -> Self {
        let mut own: HashMap<String, HashMap<String, Meant>> = HashMap::default();
        for (index, entry) in rules.entries().iter().enumerate().filter(|(_, entry)| entry.file.is_some()) {
            for (tool, ids) in &entry.meta.aliases {
                let by_name = own.entry(tool.clone()).or_default();
                for id in ids {
                    by_name.entry(names::key(tool, id).to_owned()).or_default().push(index);
                }
            }
        }
        Self { own, suppressed: rules.entries().iter().map(|_| OnceLock::new()).collect() }
    }

    pub(super) fn of(&self, tool: &str, id: &str, rules: &RuleSet) -> Meant {
        let own = Dialect::Metadata.tool();
        // Plugins of the CDK have their own names for rules: ours, and cdk-nag's.
        let (tool, id) = match id.strip_prefix(OWN_PLUGIN).and_then(|id| id.strip_prefix("::")) {
            _ if tool != Dialect::Cdk.tool() => (tool, id),
            Some(id) => (own, id),
            // No other tool's rules have such ids as ours.
            None => match id.strip_prefix(NO_PLUGIN).filter(|id| rules.index_of(id).is_some()) {
                Some(id) => (own, id),
                None => (Dialect::CdkNag.tool(), id),
            },
        };
        if tool == own {
            return rules.index_of(id).into_iter().collect();
        }
        let named = self.named(tool, id, rules);
        // Guard's registry calls its rules what AWS Config calls them.
        if named.is_empty() && tool == Dialect::CfnGuard.tool() { self.named("aws-config", id, rules) } else { named }
    }

    /// The rules with a name in a tool.
    fn named(&self, tool: &str, id: &str, rules: &RuleSet) -> Meant {
        let key = names::key(tool, id);
        let mut named: Meant = rules.embedded_with_alias(tool, key).collect();
        if let Some(own) = self.own.get(tool).and_then(|by_name| by_name.get(key)) {
            named.extend_from_slice(own);
            named.sort_unstable();
        }
        // Several names of a tool may be looked up by one.
        named.dedup();
        named
    }

    /// Our rule with a name in some other tool.
    pub(super) fn of_any<'r>(&'r self, id: &str, rules: &'r RuleSet) -> Option<(&'r str, &'r str)> {
        let shortened = |tool: &'static str| -> &'r str { tool };
        let known = tools().map(shortened).chain(self.own.keys().map(String::as_str));
        let others = known.filter(|tool| *tool != Dialect::Metadata.tool());
        let named = others.filter_map(|tool| {
            let first = *self.named(tool, id, rules).first()?;
            Some((tool, rules.entries().get(first)?.id()))
        });
        named.min()
    }

    /// A rule as an exception that means it shows it.
    pub(super) fn suppressed(&self, rule: usize, rules: &RuleSet) -> Option<Arc<SuppressedRule>> {
        let (known, entry) = self.suppressed.get(rule).zip(rules.entries().get(rule))?;
        Some(Arc::clone(known.get_or_init(|| suppressed(Arc::from(entry.id()), rules))))
    }
}

/// A rule that an exception means, with its citations.
pub(super) fn suppressed(rule: Arc<str>, rules: &RuleSet) -> Arc<SuppressedRule> {
    let cited = |requirement| citations(&rule, requirement, rules);
    let (required, addressable) = (cited(Requirement::Required), cited(Requirement::Addressable));
    Arc::new(SuppressedRule { rule, required, addressable })
}

/// The citations of a rule that are so binding.
fn citations(rule: &str, requirement: Requirement, rules: &RuleSet) -> Vec<String> {
    let cited = rules.get(rule).map_or(&[][..], |entry| &entry.meta.controls);
    let is_so =
        |id: &&String| controls().iter().any(|control| control.id == **id && control.requirement == requirement);
    cited.iter().filter(is_so).cloned().collect()
}
