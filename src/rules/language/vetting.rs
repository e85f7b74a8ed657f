//! Whether what a rule names exists: resource types, their properties and the values of these, citations, profiles, and the
//! placeholders of messages. The rule language alone cannot decide it: the facts come from what AWS publishes, and from the pack.
//!
//! Custom rules are vetted when they are loaded, built-in rules by the tests.

mod blocks;
mod fixes;
mod place;
mod placeholders;
mod properties;
mod types;
mod values;

pub use place::{Focus, Place, Step};

use super::load::{controls, profiles};
use super::rule::Rule;
use crate::suggest::nearest;
use place::Spot;
use properties::Walk;
use types::Newer;

/// Slips of one rule that are reported.
const MAX_SLIPS: usize = 20;

/// Something that a rule names and that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// Where it is in the rule file.
    pub place: Place,
    /// What is wrong, without a full stop.
    pub message: String,
    /// Whether the schemas lack it, which may be older than the rule.
    pub may_be_newer: bool,
}

impl Slip {
    /// What to do if the rule is right.
    pub fn help(&self) -> &'static str {
        if self.may_be_newer { "If CloudFormation has it, add it to `newer-than-schemas` of the rule." } else { "" }
    }
}

/// The result for a rule.
#[derive(Clone, Debug, Default)]
pub struct Vetted {
    /// What does not exist, each once, in the order of the file's parts.
    pub slips: Vec<Slip>,
    /// Properties that were looked up.
    pub properties: usize,
    /// Values that were compared with those that a property can have.
    pub values: usize,
}

/// Looks up everything that a rule names.
pub fn vet(rule: &Rule) -> Vetted {
    let mut slips = head(rule);
    let newer = Newer::of(rule, &mut slips);
    let mut walk = Walk::new(rule, &newer, slips);
    walk.rule();
    walk.fixes();
    let mut vetted = walk.finish();
    placeholders::vet(rule, &mut vetted.slips);
    let mut kept: Vec<Slip> = Vec::new();
    for slip in std::mem::take(&mut vetted.slips) {
        if kept.len() < MAX_SLIPS && !kept.contains(&slip) {
            kept.push(slip);
        }
    }
    vetted.slips = kept;
    vetted
}

/// The citations and profiles of a rule.
fn head(rule: &Rule) -> Vec<Slip> {
    let mut slips = Vec::new();
    let mut check = |key, named: &[String], known: &[&str], what: &str| {
        for name in named.iter().filter(|name| !known.contains(&name.as_str())) {
            let hint = did_you_mean(meant(name, known.iter().copied()));
            let place = Spot::key(key).at(Focus::scalar(name));
            slips.push(Slip { place, message: format!("{what} `{name}`{hint}"), may_be_newer: false });
        }
    };
    let citations: Vec<&str> = controls().iter().map(|control| control.id.as_str()).collect();
    let names: Vec<&str> = profiles().iter().map(|(name, _)| name.as_str()).collect();
    let security_rule = "the Security Rule (45 CFR Part 164, Subpart C) does not have";
    check("controls", &rule.meta.controls, &citations, security_rule);
    check("profiles", &rule.meta.profiles, &names, "there is no profile");
    slips
}

/// The name that was probably meant: the nearest one, or the shortest that contains what was written.
fn meant<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    /// Shorter pieces are in many names.
    const LEAST: usize = 4;
    let lower = name.to_ascii_lowercase();
    let same = || known.clone().find(|each| each.eq_ignore_ascii_case(name));
    let containing = || {
        let has = |each: &&str| name.len() >= LEAST && each.to_ascii_lowercase().contains(&lower);
        known.clone().filter(has).min_by_key(|each| each.len())
    };
    same().or_else(|| nearest(name, known.clone())).or_else(containing)
}

/// `; did you mean …?`, if there is a name that was probably meant.
fn did_you_mean(meant: Option<impl AsRef<str>>) -> String {
    meant.map_or_else(String::new, |meant| format!("; did you mean `{}`?", meant.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn names_are_guessed_from_their_letters_and_their_parts() {
        let known = ["BucketEncryption", "BucketName", "VersioningConfiguration", "ObjectLockEnabled"];
        let guess = |name| meant(name, known.iter().copied());
        assert_eq!(guess("bucketName"), Some("BucketName"));
        assert_eq!(guess("BucketNmae"), Some("BucketName"));
        assert_eq!(guess("Versioning"), Some("VersioningConfiguration"));
        assert_eq!(guess("Encryption"), Some("BucketEncryption"));
        assert_eq!(guess("Tag"), None);
        assert_eq!(guess("Lifecycle"), None);
    }
}
