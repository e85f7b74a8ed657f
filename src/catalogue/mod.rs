//! The rules and the citations of the Security Rule as a catalogue: lists by service, citation and profile, and documents in
//! Markdown. Lints nothing but the examples of rules, to show their fixes.

mod citations;
mod core_page;
mod elsewhere;
mod fixes_page;
mod index;
mod remedy;
mod rule_page;
mod wrap;

pub use citations::{Citation, citations, citations_page, citations_page_alone};
pub use core_page::core_page;
pub use fixes_page::fixes_page;
pub use index::{index_page, index_page_alone};
pub use remedy::{Line, Remedy};
pub use rule_page::{rule_page, rule_page_alone};

use crate::rules::load::RuleEntry;
use crate::rules::rule::TargetName;

/// The services that a rule is about, as resource types name them: `S3` of `AWS::S3::Bucket`. Empty for a rule on parameters,
/// outputs or resources of any type.
pub fn services(entry: &RuleEntry) -> Vec<&str> {
    let mut services: Vec<&str> = entry
        .targets
        .iter()
        .filter_map(|target| match target {
            TargetName::Type(kind) => kind.split("::").nth(1),
            _ => None,
        })
        .collect();
    services.sort_unstable();
    services.dedup();
    services
}

/// The service that a rule is filed under: the one that its id begins with, else that of its first resource type. None for a
/// rule across services.
fn home<'a>(entry: &'a RuleEntry, known: &[&'a str]) -> Option<&'a str> {
    let prefix = entry.meta.id.split('-').next().unwrap_or_default();
    let by_id = known.iter().find(|service| service.eq_ignore_ascii_case(prefix)).copied();
    by_id.or_else(|| {
        entry.targets.iter().find_map(|target| match target {
            TargetName::Type(kind) => kind.split("::").nth(1),
            _ => None,
        })
    })
}

/// Whether a rule is about a service, named as in resource types or as rule ids begin, in any case.
pub fn is_about(entry: &RuleEntry, service: &str) -> bool {
    let prefix = entry.meta.id.split('-').next().unwrap_or_default();
    services(entry).into_iter().chain([prefix]).any(|own| own.eq_ignore_ascii_case(service))
}

/// Whether a rule serves a citation or one below it: `164.312`, `164.312(a)` and `164.312(a)(1)` all name the last.
pub fn cites(entry: &RuleEntry, citation: &str) -> bool {
    entry.meta.controls.iter().any(|own| is_within(own, citation))
}

/// Whether a citation is another one, or is below it.
pub fn is_within(citation: &str, above: &str) -> bool {
    citation.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('('))
}

/// A word with a capital at its beginning.
fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// A cell of a Markdown table.
fn cell(text: &str) -> String {
    text.trim().replace('\n', " ").replace('|', "\\|")
}

/// The file of a rule's page, from the folder of all pages.
fn page_name(id: &str) -> String {
    format!("{id}.md")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::rules::load::RuleSet;

    #[test]
    fn services_come_from_types_and_ids() {
        let rules = RuleSet::embedded();
        let about = |id: &str, service: &str| is_about(rules.get(id).unwrap(), service);
        assert_eq!(services(rules.get("s3-bucket-versioning").unwrap()), ["S3"]);
        assert_eq!(services(rules.get("parameter-secret-default").unwrap()), [""; 0]);
        assert!(about("s3-bucket-versioning", "s3") && about("secretsmanager-rotation", "SecretsManager"));
        assert!(!about("s3-bucket-versioning", "rds") && !about("s3-bucket-versioning", "s"));
    }

    #[test]
    fn citations_are_within_those_above() {
        assert!(is_within("164.312(a)(1)", "164.312"));
        assert!(is_within("164.312(a)(1)", "164.312(a)"));
        assert!(is_within("164.312(a)(1)", "164.312(a)(1)"));
        assert!(!is_within("164.312(a)(1)", "164.31"));
        assert!(!is_within("164.312(a)(1)", "164.312(a)(1)(i)"));
    }
}
